// The arithmetic peak of the processor, for comparison.
#include "CKernels.h"
#include "versions.h"

#define BODY "peak.inc"
#include "each-version.inc"

ptrdiff_t ck_peak_lanes(void) {
    ptrdiff_t lanes = 0;
    CHOOSE(peak_lanes, float, &lanes);
    return lanes;
}

float ck_peak_multiply_adds(ptrdiff_t steps) {
    float sum = 0;
    CHOOSE(peak, float, steps, &sum);
    return sum;
}
