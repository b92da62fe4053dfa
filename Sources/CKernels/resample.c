#include "CKernels.h"
#include "lanes.h"

#define SOUND CLONES_OF(float)

/// Sixteen samples wherever they lie.
typedef float loose_pack __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));
#define PACK_AT(place) (*(const loose_pack *)(place))

/// `outputs` windows, each `between` samples after the one before, under the same taps: y[0], y[apart], ...
/// A sum is the same whatever the number of outputs.
#define WINDOWS(outputs) \
    { \
        float_pack sums[outputs] = {{0}}; \
        for (ptrdiff_t k = 0; k < width; k += LANES) { \
            const float_pack tap = PACK_AT(taps + k); \
            for (int i = 0; i < outputs; i++) sums[i] += PACK_AT(x + i * between + k) * tap; \
        } \
        for (int i = 0; i < outputs; i++) y[i * apart] = fold(&sums[i]); \
    }

INLINE void four_windows(
    const float *x, const float *taps, ptrdiff_t width, ptrdiff_t between, float *y, ptrdiff_t apart) {
    WINDOWS(4)
}

INLINE void one_window(const float *x, const float *taps, ptrdiff_t width, float *y) {
    const ptrdiff_t between = 0, apart = 0;
    WINDOWS(1)
}

SOUND void ck_resample_rows(
    const float *x, const float *taps, ptrdiff_t width, ptrdiff_t up, ptrdiff_t down, ptrdiff_t first,
    ptrdiff_t count, float *y) {
    ptrdiff_t j = 0;
    // Four rounds of all rows at a time, so that a row is read once for four outputs.
    for (; j + 4 * up <= count; j += 4 * up)
        for (ptrdiff_t p = 0; p < up; p++) {
            const ptrdiff_t at = (first + j + p) * down;
            four_windows(x + at / up, taps + at % up * width, width, down, y + j + p, up);
        }
    for (; j < count; j++) {
        const ptrdiff_t at = (first + j) * down;
        one_window(x + at / up, taps + at % up * width, width, y + j);
    }
}

SOUND void ck_resample_between_rows(
    const float *x, const float *taps, ptrdiff_t width, ptrdiff_t phases, double step, ptrdiff_t first,
    ptrdiff_t count, float *y) {
    for (ptrdiff_t j = 0; j < count; j++) {
        const double at = (double)(first + j) * step;
        const ptrdiff_t whole = (ptrdiff_t)at;
        const double row = (at - (double)whole) * (double)phases;
        const ptrdiff_t lower = (ptrdiff_t)row;
        const float share = (float)(row - (double)lower);
        const float *window = x + whole, *low = taps + lower * width, *high = low + width;
        float_pack below = {0}, above = {0};
        for (ptrdiff_t k = 0; k < width; k += LANES) {
            const float_pack samples = PACK_AT(window + k);
            below += samples * PACK_AT(low + k);
            above += samples * PACK_AT(high + k);
        }
        below += (above - below) * share;
        y[j] = fold(&below);
    }
}
