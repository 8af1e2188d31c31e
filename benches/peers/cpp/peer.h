// What a library of peers written in C++ offers to the Rust program that times everyone: one shared object for each tool.
#pragma once
#include <cstddef>

extern "C" {
// Name of one way of taking a gradient with this tool; null behind the last.
const char *peer_name(int way);
// Gets a workload ready with its data; null if it is not known here.
void *peer_prepare(int way, const char *workload, const double *data, size_t count);
// The value at a point, and the gradient.
double peer_gradient(void *prepared, const double *at, size_t count, double *gradient);
}
