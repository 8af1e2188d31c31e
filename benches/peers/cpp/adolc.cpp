// ADOL-C: a trace recorded at every point, and one that is replayed.
#include <adolc/adolc.h>

#include "peer.h"

inline double number(const adouble &x) { return x.value(); }

#include "workloads.h"

namespace {

struct Prepared {
    bool replays;
    workloads::Workload<adouble> run;
    workloads::Data data;
    short tag;
    bool recorded = false;

    void record(const double *at, size_t count) {
        trace_on(tag);
        {
            std::vector<adouble> x(count);
            for (size_t i = 0; i < count; i++) x[i] <<= at[i];
            adouble y = run(x, data);
            double value;
            y >>= value;
        }
        trace_off();
        recorded = true;
    }
};

}  // namespace

const char *peer_name(int way) {
    const char *names[] = {"ADOL-C (C++)", "ADOL-C (C++), replayed"};
    return way < 2 ? names[way] : nullptr;
}

void *peer_prepare(int way, const char *workload, const double *data, size_t count) {
    static short tag = 0;
    auto run = workloads::find<adouble>(workload);
    return run ? new Prepared{way == 1, run, workloads::Data(data, data + count), ++tag} : nullptr;
}

double peer_gradient(void *prepared, const double *at, size_t count, double *gradient) {
    auto &p = *static_cast<Prepared *>(prepared);
    if (!p.replays || !p.recorded) p.record(at, count);
    double value, weight = 1.0;
    // A forward sweep that keeps what the reverse sweep needs.
    zos_forward(p.tag, 1, int(count), 1, at, &value);
    fos_reverse(p.tag, 1, int(count), &weight, gradient);
    return value;
}
