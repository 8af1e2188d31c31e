// CppAD: a tape recorded at every point, and one that is recorded, optimised and replayed.
#include <cppad/cppad.hpp>

#include "peer.h"

using Number = CppAD::AD<double>;

inline double number(const Number &x) { return CppAD::Value(CppAD::Var2Par(x)); }

#include "workloads.h"

namespace {

struct Prepared {
    bool replays;
    workloads::Workload<Number> run;
    workloads::Data data;
    CppAD::ADFun<double> tape;
    std::vector<double> at, weight = {1.0};

    void record() {
        std::vector<Number> x(at.begin(), at.end()), y(1);
        CppAD::Independent(x);
        y[0] = run(x, data);
        tape.Dependent(x, y);
    }
};

}  // namespace

const char *peer_name(int way) {
    const char *names[] = {"CppAD (C++)", "CppAD (C++), optimised, replayed"};
    return way < 2 ? names[way] : nullptr;
}

void *peer_prepare(int way, const char *workload, const double *data, size_t count) {
    auto run = workloads::find<Number>(workload);
    return run ? new Prepared{way == 1, run, workloads::Data(data, data + count), {}, {}} : nullptr;
}

double peer_gradient(void *prepared, const double *at, size_t count, double *gradient) {
    auto &p = *static_cast<Prepared *>(prepared);
    bool first = p.at.empty();
    p.at.assign(at, at + count);
    if (first || !p.replays) p.record();
    if (first && p.replays) p.tape.optimize();
    double value = p.tape.Forward(0, p.at)[0];
    std::vector<double> slopes = p.tape.Reverse(1, p.weight);
    std::copy(slopes.begin(), slopes.end(), gradient);
    return value;
}
