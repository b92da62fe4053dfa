#include "CKernels.h"
#include "lanes.h"

KERNEL_float(double, ck_energy, (const float *x, ptrdiff_t n), (x, n)) {
    double sums[LANES] = {0}, rest = 0;
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) sums[k] += (double)x[i + k] * x[i + k];
    for (; i < n; i++) rest += (double)x[i] * x[i];
    return fold(sums) + rest;
}

KERNEL_float(float, ck_peak, (const float *x, ptrdiff_t n), (x, n)) {
    float peak = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        float size = x[i] < 0 ? -x[i] : x[i];
        peak = size > peak ? size : peak;
    }
    return peak;
}
