// Kernels for audio frames, in Float only.
//
// Sixteen frames are processed at a time, one per vector lane: element i of lane l is at i * CK_LANES + l. Only the
// transposition needs shuffles. A complex number is a row of sixteen real parts followed by a row of sixteen
// imaginary parts.
#ifndef CK_FRAMES_H
#define CK_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define CK_LANES 16

// -- frames.c

/// Whether every |x[i]| is at most `limit`. False for NaN.
int ck_all_within(const float *x, ptrdiff_t n, float limit);
/// The n samples of `lanes` frames with the given hop length, times a window. Unused lanes repeat the last frame.
void ck_frame(const float *x, ptrdiff_t hop, ptrdiff_t lanes, const float *window, ptrdiff_t n, float *y);
/// Lanes as Double, times a window.
void ck_window_wide(const float *x, const double *window, ptrdiff_t n, double *y);
/// Square roots of n elements as Float.
void ck_narrow_roots(const double *x, float *y, ptrdiff_t n);
/// Converts `lanes` lanes to rows of `width` elements, `stride` apart.
void ck_rows_of_lanes(const float *x, ptrdiff_t width, ptrdiff_t lanes, float *y, ptrdiff_t stride);
/// Converts `lanes` rows of `width` elements, `stride` apart, to lanes. Unused lanes repeat the last row.
void ck_lanes_of_rows(const float *x, ptrdiff_t stride, ptrdiff_t lanes, ptrdiff_t width, float *y);
/// y[i] += x[i] window[i]
void ck_overlap_add(const float *x, const float *window, ptrdiff_t n, float *y);
/// y[r] = sum over c of matrix[r, c] x[c], in each lane.
void ck_lane_product(const float *matrix, ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y);
/// y[b] = sum over i below count[b] of weights[...] x[first[b] + i], in each lane. The weights of the bands are
/// concatenated.
void ck_lane_bands(
    const float *weights, const int32_t *first, const int32_t *count, ptrdiff_t bands, const float *x, float *y);

#endif
