// Kernels for sounds cut into frames, in Float only.
//
// Sixteen frames are worked on at once, one in each lane of a vector: number i of lane l lies at i * CK_LANES + l. So no
// kernel but the transposition shuffles anything. A complex number is a row of sixteen real parts and one of sixteen
// imaginary parts.
#ifndef CK_FRAMES_H
#define CK_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define CK_LANES 16

// -- frames.c

/// Whether every |x[i]| is at most `limit`; NaN is not.
int ck_all_within(const float *x, ptrdiff_t n, float limit);
/// The n samples of `lanes` frames that start `hop` apart, times a window. Spare lanes repeat the last frame.
void ck_frame(const float *x, ptrdiff_t hop, ptrdiff_t lanes, const float *window, ptrdiff_t n, float *y);
/// Rows of `width` numbers, `stride` apart, from `lanes` lanes.
void ck_rows_of_lanes(const float *x, ptrdiff_t width, ptrdiff_t lanes, float *y, ptrdiff_t stride);
/// Lanes from `lanes` rows of `width` numbers, `stride` apart. Spare lanes repeat the last row.
void ck_lanes_of_rows(const float *x, ptrdiff_t stride, ptrdiff_t lanes, ptrdiff_t width, float *y);
/// y[i] += x[i] window[i]
void ck_overlap_add(const float *x, const float *window, ptrdiff_t n, float *y);
/// y[r] = sum over c of matrix[r, c] x[c], in each lane.
void ck_lane_product(const float *matrix, ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y);
/// y[b] = sum over i below count[b] of weights[...] x[first[b] + i], in each lane; the weights lie one band after another.
void ck_lane_bands(
    const float *weights, const int32_t *first, const int32_t *count, ptrdiff_t bands, const float *x, float *y);

// -- fft.c: passes of a Fourier transform of n complex numbers (Stockham 1966: sorted without a reordering)
//
// A pass turns s transforms of length radix * m into s * radix of length m. y must not be x. The twiddles of radix r are
// exp(-2 pi i p k / (r m)) for each p below m and each k from 1 to r - 1.

/// A pass of radix 2, 3, 4 or 5.
void ck_fft_pass(
    ptrdiff_t radix, const float *x, float *y, const float *twiddles, ptrdiff_t m, ptrdiff_t s);
/// A pass of any radix; `roots` are the exp(-2 pi i k / radix).
void ck_fft_any_pass(
    ptrdiff_t radix, const float *x, float *y, const float *twiddles, const float *roots, ptrdiff_t m, ptrdiff_t s);
/// y[i] = x[i] f[i], the factors the same in all lanes; its conjugate where `conjugated`. In place.
void ck_complex_scale(const float *x, const float *factors, int conjugated, float *y, ptrdiff_t n);
/// n real numbers as complex ones.
void ck_complex_of_reals(const float *x, float *y, ptrdiff_t n);
/// The n/2 + 1 bins of 2m real numbers from the transform of the m complex numbers that they lie as.
/// Twiddles: exp(-2 pi i k / 2m), k up to m.
void ck_real_bins(const float *z, const float *twiddles, ptrdiff_t m, float *bins);
/// The squared sizes of the same.
void ck_real_powers(const float *z, const float *twiddles, ptrdiff_t m, float *powers);
/// The conjugates of the m complex numbers whose backward transform is 2m real numbers with these bins, times 2m.
void ck_real_unbins(const float *bins, const float *twiddles, ptrdiff_t m, float *z);
/// All n bins of n real numbers, conjugated, from the first n/2 + 1.
void ck_all_bins_conjugated(const float *bins, ptrdiff_t n, float *z);
/// Squared sizes.
void ck_complex_powers(const float *x, float *y, ptrdiff_t n);

#endif
