// Resampling: a filter bank over sixteen segments of a waveform at a time, and a short filter for arbitrary
// positions.
#include "CKernels.h"

#include <string.h>

#include "clones.h"
#include "versions.h"

#define REAL float
#define BODY "resample.inc"
#include "each-version.inc"

void ck_resample_lanes(
    const float *taps, const int32_t *first, const int32_t *count, ptrdiff_t blocks, const float *x, float *y) {
    CHOOSE(fir, float, taps, first, count, blocks, x, y);
}

/// Sixteen samples at an unaligned address.
typedef float pack __attribute__((vector_size(CK_LANES * sizeof(float))));
typedef float loose_pack __attribute__((vector_size(CK_LANES * sizeof(float)), aligned(4), may_alias));
#define PACK_AT(place) (*(const loose_pack *)(place))

/// Element i of v[0] becomes the sum of v[i]. Each step adds the halves of what remains of two rows.
INLINE void add_up(pack v[CK_LANES]) {
#define HALVES(apart, lower, upper) \
    _Pragma("unroll") for (int i = 0; i < apart; i++) \
        v[i] = __builtin_shufflevector(v[i], v[i + apart], lower) + __builtin_shufflevector(v[i], v[i + apart], upper);
#define LIST(...) __VA_ARGS__
    HALVES(8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
           LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    HALVES(4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
           LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    HALVES(2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
           LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    HALVES(1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
           LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
#undef HALVES
#undef LIST
}

KERNEL_float(void, ck_resample_between,
    (const float *x, const float *taps, ptrdiff_t phases, double step, ptrdiff_t first, ptrdiff_t count, float *y),
    (x, taps, phases, step, first, count, y)) {
    for (ptrdiff_t j = 0; j < count; j += CK_LANES) {
        pack v[CK_LANES];
        for (int i = 0; i < CK_LANES; i++) {
            const double at = (double)(first + j + i) * step;
            const ptrdiff_t whole = (ptrdiff_t)at;
            const double row = (at - (double)whole) * (double)phases;
            const ptrdiff_t lower = (ptrdiff_t)row;
            const float share = (float)(row - (double)lower);
            const float *low = taps + lower * CK_LANES;
            v[i] = (PACK_AT(low) + (PACK_AT(low + CK_LANES) - PACK_AT(low)) * share) * PACK_AT(x + whole);
        }
        add_up(v);
        memcpy(y + j, v, sizeof(float) * (size_t)(count - j < CK_LANES ? count - j : CK_LANES));
    }
}
