// Kernels for the spectra of sixteen frames at a time, in the layout of frames.h; Float only.
#ifndef CK_SPECTRAL_H
#define CK_SPECTRAL_H

#include <stddef.h>
#include <stdint.h>

/// The sum over all bins and the spectral centroid in bins; 0 for a frame of zeros.
void ck_lane_centroid(const float *s, ptrdiff_t bins, float *total, float *center);
/// The standard deviation of the bin indices around `center`, weighted by the bins (spectral bandwidth).
void ck_lane_spread(const float *s, ptrdiff_t bins, const float *total, const float *center, float *spread);
/// The first bin up to which the sum reaches `share` of the total (spectral roll-off).
void ck_lane_rolloff(const float *s, ptrdiff_t bins, float share, float *place);
/// The maximum number of values that ck_lane_extremes can keep.
#define CK_MOST_KEPT 32
/// The means of the `kept` smallest and largest bins.
void ck_lane_extremes(const float *s, ptrdiff_t bins, ptrdiff_t kept, float *lowest, float *highest);
/// The ratio of the geometric to the arithmetic mean of max(s, least) (spectral flatness).
void ck_lane_flatness(const float *s, ptrdiff_t bins, float least, float *flatness);
/// The peaks among the bins `from`..<`to` of the first `lanes` frames that exceed `threshold` times the frame's
/// largest bin: their interpolated positions and heights, and their number, at most lanes * bins / 2 + lanes.
/// `threshold` is at least 0.
ptrdiff_t ck_lane_peaks(
    const float *s, ptrdiff_t bins, ptrdiff_t from, ptrdiff_t to, float threshold, int lanes, float *places,
    float *heights);
/// The cumulative mean normalized difference of frames for lags k from `shortest` (at least 1) to `longest`.
/// `correlation` is the autocorrelation times 1 / scale, with every second value negated.
void ck_lane_period_differences(
    const float *frames, const float *correlation, float scale, ptrdiff_t shortest, ptrdiff_t longest,
    float *differences);
/// For each of `count` states, the maximum of best[i] + moves[i - state + reach] over the states i within `reach`
/// (a Viterbi step). It is added to `next`, and origin gets the maximizing i, the lowest in a tie.
void ck_best_moves(
    const double *best, const int32_t *origin, const double *moves, ptrdiff_t count, ptrdiff_t reach, double *next,
    int32_t *from);

// -- over plain arrays

/// Square roots.
void ck_roots(const float *x, float *y, ptrdiff_t n);
/// 10 log10(max(x, least)) - offset. In place.
void ck_decibels(const float *x, float *y, ptrdiff_t n, float least, float offset);
/// max(x, least), in place.
void ck_at_least(float *x, ptrdiff_t n, float least);
/// The number of zero crossings: how often a value below -1e-10 is adjacent to one that is not.
ptrdiff_t ck_sign_changes(const float *x, ptrdiff_t n);
/// The maximum, ignoring NaN.
float ck_largest(const float *x, ptrdiff_t n);

#endif
