// The workloads of src/workloads, for any type of number; `number(x)` is the plain number behind one.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

inline double number(double x) { return x; }

namespace workloads {

using Data = std::vector<double>;

template <class T>
T relu(const T &x) {
    return x * (number(x) > 0.0 ? 1.0 : 0.0);
}

template <class T>
T dot(const T *a, const T *b, size_t n) {
    T sum = a[0] * b[0];
    for (size_t i = 1; i < n; i++) sum += a[i] * b[i];
    return sum;
}

template <class T>
T tiny(const std::vector<T> &x, const Data &) {
    return (x[0] * x[1] + x[2]) * x[3];
}

template <class T>
T readme(const std::vector<T> &x, const Data &) {
    const T &a = x[0], &b = x[1];
    T c = a + b;
    T d = a * b + b * b * b;
    c = c + (c + 1.0);
    c = c + ((c + 1.0) + (-a));
    d = d + (d * 2.0 + relu<T>(b + a));
    d = d + (d * 3.0 + relu<T>(b - a));
    T e = c - d;
    T f = e * e;
    return f / 2.0 + 10.0 / f;
}

// Data: rows of two coordinates and a sign.
template <class T>
T moons(const std::vector<T> &p, const Data &rows) {
    const size_t width = 16;
    const T *first = p.data(), *second = first + 3 * width, *last = second + (width + 1) * width;
    T total = 0.0;
    std::vector<T> h1(width), h2(width);
    for (size_t r = 0; r < rows.size(); r += 3) {
        for (size_t j = 0; j < width; j++) {
            const T *w = first + 3 * j;
            h1[j] = relu<T>(w[2] + w[0] * rows[r] + w[1] * rows[r + 1]);
        }
        for (size_t j = 0; j < width; j++) {
            const T *w = second + (width + 1) * j;
            h2[j] = relu<T>(w[width] + dot(w, h1.data(), width));
        }
        total += relu<T>(1.0 - (last[width] + dot(last, h2.data(), width)) * rows[r + 2]);
    }
    return total / (rows.size() / 3.0) + dot(p.data(), p.data(), p.size()) * 1e-4;
}

// Data: rows of ten columns and the response.
template <class T>
T linreg(const std::vector<T> &p, const Data &rows) {
    T total = 0.0;
    for (size_t r = 0; r < rows.size(); r += 11) {
        T score = p[10];
        for (size_t j = 0; j < 10; j++) score += p[j] * rows[r + j];
        T error = score - rows[r + 10];
        total += error * error;
    }
    return total / (rows.size() / 11.0) + dot(p.data(), p.data(), 10) * 0.1;
}

template <class T>
T rosenbrock(const std::vector<T> &x, const Data &) {
    T total = 0.0;
    for (size_t i = 0; i + 1 < x.size(); i++) {
        T step = x[i + 1] - x[i] * x[i], rest = 1.0 - x[i];
        total += step * step * 100.0 + rest * rest;
    }
    return total;
}

// Data: the number of steps.
template <class T>
T chain(const std::vector<T> &x, const Data &steps) {
    T y = x[0];
    for (size_t i = 0; i < size_t(steps[0]); i++) y = sin(y) * 1e-7 + y;
    return y;
}

template <class T>
std::vector<T> times(const T *matrix, size_t rows, const std::vector<T> &x) {
    std::vector<T> y(rows);
    for (size_t i = 0; i < rows; i++) y[i] = dot(matrix + i * x.size(), x.data(), x.size());
    return y;
}

template <class T>
std::vector<T> normed(const std::vector<T> &x) {
    T scale = 1.0 / sqrt(dot(x.data(), x.data(), x.size()) / double(x.size()) + 1e-5);
    std::vector<T> y(x.size());
    for (size_t i = 0; i < x.size(); i++) y[i] = scale * x[i];
    return y;
}

template <class T>
double largest(const std::vector<T> &x) {
    double most = -std::numeric_limits<double>::infinity();
    for (const T &v : x) most = std::fmax(most, number(v));
    return most;
}

// Data: the tokens of a name. Parameters: token, position and logits matrices, query, key, value, output, up, down.
template <class T>
T microgpt(const std::vector<T> &p, const Data &tokens) {
    const size_t width = 16, context = 16, head = 4, hidden = 64, kinds = 27;
    const T *token = p.data(), *place = token + kinds * width, *to_logits = place + context * width;
    const T *to_query = to_logits + kinds * width, *to_key = to_query + width * width;
    const T *to_value = to_key + width * width, *output = to_value + width * width;
    const T *up = output + width * width, *down = up + hidden * width;
    std::vector<std::vector<T>> keys, values;
    T total = 0.0;
    size_t count = 0;
    for (; count + 1 < tokens.size() && count < context; count++) {
        std::vector<T> x(width);
        for (size_t i = 0; i < width; i++) x[i] = token[size_t(tokens[count]) * width + i] + place[count * width + i];
        x = normed(x);
        std::vector<T> input = normed(x), query = times(to_query, width, input), seen;
        keys.push_back(times(to_key, width, input));
        values.push_back(times(to_value, width, input));
        for (size_t h = 0; h < width; h += head) {
            std::vector<T> share;
            for (auto &key : keys) share.push_back(dot(&query[h], &key[h], head) * 0.5);
            double most = largest(share);
            T sum = 0.0;
            for (T &s : share) sum += s = exp(s - most);
            T scale = 1.0 / sum;
            for (T &s : share) s = scale * s;
            for (size_t j = h; j < h + head; j++) {
                T mix = share[0] * values[0][j];
                for (size_t k = 1; k < share.size(); k++) mix += share[k] * values[k][j];
                seen.push_back(mix);
            }
        }
        std::vector<T> back = times(output, width, seen);
        for (size_t i = 0; i < width; i++) x[i] += back[i];
        std::vector<T> inner = times(up, hidden, normed(x));
        for (T &v : inner) v = relu<T>(v);
        back = times(down, width, inner);
        for (size_t i = 0; i < width; i++) x[i] += back[i];
        std::vector<T> logits = times(to_logits, kinds, x);
        double most = largest(logits);
        T sum = 0.0;
        for (T &l : logits) sum += exp(l - most);
        total += log(sum) + most - logits[size_t(tokens[count + 1])];
    }
    return total / double(count);
}

template <class T>
using Workload = T (*)(const std::vector<T> &, const Data &);

template <class T>
Workload<T> find(const char *name) {
    const struct {
        const char *name;
        Workload<T> run;
    } all[] = {{"tiny", tiny<T>},         {"readme", readme<T>}, {"moons", moons<T>},      {"linreg", linreg<T>},
               {"rosenbrock", rosenbrock<T>}, {"chain", chain<T>},   {"microgpt", microgpt<T>}};
    for (auto &w : all)
        if (!std::strcmp(w.name, name)) return w.run;
    return nullptr;
}

}  // namespace workloads
