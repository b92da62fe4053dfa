// Audio frames in lanes: framing, transposing, and products with matrices that are the same for all frames.
#include "CKernels.h"

#include <string.h>

#include "clones.h"
#include "versions.h"

#define REAL float
#define BODY "frames.inc"
#include "each-version.inc"

void ck_frame(const float *x, ptrdiff_t hop, ptrdiff_t lanes, const float *window, ptrdiff_t n, float *y) {
    const float *rows[CK_LANES];
    for (ptrdiff_t lane = 0; lane < CK_LANES; lane++) rows[lane] = x + (lane < lanes ? lane : lanes - 1) * hop;
    CHOOSE(frame, float, rows, window, n, y);
}
void ck_lanes_of_rows(const float *x, ptrdiff_t stride, ptrdiff_t lanes, ptrdiff_t width, float *y) {
    ck_frame(x, stride, lanes, NULL, width, y);
}
void ck_rows_of_lanes(const float *x, ptrdiff_t width, ptrdiff_t lanes, float *y, ptrdiff_t stride) {
    CHOOSE(rows, float, x, width, lanes, y, stride);
}
KERNEL_float(int, ck_all_within, (const float *x, ptrdiff_t n, float limit), (x, n, limit)) {
    int outside = 0;
    for (ptrdiff_t i = 0; i < n; i++) outside |= !(__builtin_fabsf(x[i]) <= limit);
    return !outside;
}
KERNEL_float(void, ck_window_wide,
    (const float *restrict x, const double *restrict window, ptrdiff_t n, double *restrict y), (x, window, n, y)) {
    for (ptrdiff_t i = 0; i < n; i++)
        for (int lane = 0; lane < CK_LANES; lane++) y[i * CK_LANES + lane] = x[i * CK_LANES + lane] * window[i];
}
KERNEL_float(void, ck_narrow_roots, (const double *restrict x, float *restrict y, ptrdiff_t n), (x, y, n)) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = (float)__builtin_elementwise_sqrt(x[i]);
}
KERNEL_float(void, ck_overlap_add,
    (const float *restrict x, const float *restrict window, ptrdiff_t n, float *restrict y), (x, window, n, y)) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] += x[i] * window[i];
}
void ck_lane_product(const float *matrix, ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y) {
    CHOOSE(product, float, matrix, rows, columns, x, y);
}
void ck_lane_bands(
    const float *weights, const int32_t *first, const int32_t *count, ptrdiff_t bands, const float *x, float *y) {
    CHOOSE(bands, float, weights, first, count, bands, x, y);
}
