// Kernels for spectra of sixteen frames at once, laid out as in frames.h; Float only.
#ifndef CK_SPECTRAL_H
#define CK_SPECTRAL_H

#include <stddef.h>
#include <stdint.h>

/// The sum over all bins, and the mean of the bins' numbers weighted with them; 0 for a frame of zeros.
void ck_lane_centre(const float *s, ptrdiff_t bins, float *total, float *center);
/// The deviation of the bins' numbers from `center`, weighted.
void ck_lane_spread(const float *s, ptrdiff_t bins, const float *total, const float *center, float *spread);
/// The first bin up to which the sum is `share` of the whole.
void ck_lane_rolloff(const float *s, ptrdiff_t bins, float share, float *place);
/// The most numbers that ck_lane_extremes can keep.
#define CK_MOST_KEPT 32
/// The means of the `kept` smallest and largest bins.
void ck_lane_extremes(const float *s, ptrdiff_t bins, ptrdiff_t kept, float *lowest, float *highest);
/// The geometric over the arithmetic mean of max(s, least).
void ck_lane_flatness(const float *s, ptrdiff_t bins, float least, float *flatness);
/// Peaks among the bins `from`..<`to` of the first `lanes` frames that exceed `threshold` times the frame's largest bin:
/// their interpolated places and heights, and how many there are, at most lanes * bins / 2 + lanes. `threshold` is 0 or
/// more.
ptrdiff_t ck_lane_peaks(
    const float *s, ptrdiff_t bins, ptrdiff_t from, ptrdiff_t to, float threshold, int lanes, float *places,
    float *heights);
/// How much frames differ from themselves k samples later, over the mean of that for all delays up to k; k from `shortest`
/// (at least 1) to `longest`. `correlation` is the frames' with themselves, times 1 / scale and every second one negative.
void ck_lane_period_differences(
    const float *frames, const float *correlation, float scale, ptrdiff_t shortest, ptrdiff_t longest,
    float *differences);
/// For each of `count` states, the best of best[i] + moves[i - state + reach] over the states i within `reach`: added to
/// `next`, and its origin[i]. The lowest i counts of equals.
void ck_best_moves(
    const double *best, const int32_t *origin, const double *moves, ptrdiff_t count, ptrdiff_t reach, double *next,
    int32_t *from);

// -- over plain numbers

/// Square roots.
void ck_roots(const float *x, float *y, ptrdiff_t n);
/// 10 log10(max(x, least)) - offset. In place.
void ck_decibels(const float *x, float *y, ptrdiff_t n, float least, float offset);
/// max(x, least), in place.
void ck_at_least(float *x, ptrdiff_t n, float least);
/// How often a number below -1e-10 stands beside one that is not.
ptrdiff_t ck_sign_changes(const float *x, ptrdiff_t n);
/// The largest number; NaN is passed over.
float ck_largest(const float *x, ptrdiff_t n);

#endif
