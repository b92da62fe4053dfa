// Spectral descriptors of sixteen frames: centroid, bandwidth, peaks, level in decibels.
#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "clones.h"
#include "math.inc"
#include "versions.h"

#define REAL float
#define BODY "spectral.inc"
#include "each-version.inc"

void ck_lane_centroid(const float *s, ptrdiff_t bins, float *total, float *center) {
    CHOOSE(center, float, s, bins, total, center);
}
void ck_lane_spread(const float *s, ptrdiff_t bins, const float *total, const float *center, float *spread) {
    CHOOSE(spread, float, s, bins, total, center, spread);
}
void ck_lane_rolloff(const float *s, ptrdiff_t bins, float share, float *place) {
    CHOOSE(rolloff, float, s, bins, share, place);
}
void ck_lane_extremes(const float *s, ptrdiff_t bins, ptrdiff_t kept, float *lowest, float *highest) {
    CHOOSE(extremes, float, s, bins, kept, lowest, highest);
}

KERNEL_float(void, ck_roots, (const float *restrict x, float *restrict y, ptrdiff_t n), (x, y, n)) {
    for (ptrdiff_t i = 0; i < n; i++) y[i] = sqrt_(x[i]);
}
KERNEL_float(void, ck_decibels,
    (const float *x, float *y, ptrdiff_t n, float least, float offset), (x, y, n, least, offset)) {
    for (ptrdiff_t i = 0; i < n; i++)
        y[i] = 4.3429448190325182f * log_(x[i] > least ? x[i] : least) - offset;
}
KERNEL_float(void, ck_at_least, (float *x, ptrdiff_t n, float least), (x, n, least)) {
    for (ptrdiff_t i = 0; i < n; i++) x[i] = x[i] > least ? x[i] : least;
}
KERNEL_float(float, ck_largest, (const float *x, ptrdiff_t n), (x, n)) {
    float most[CK_LANES];
    for (int lane = 0; lane < CK_LANES; lane++) most[lane] = -INFINITY;
    ptrdiff_t i = 0;
    for (; i + CK_LANES <= n; i += CK_LANES)
        for (int lane = 0; lane < CK_LANES; lane++) most[lane] = x[i + lane] > most[lane] ? x[i + lane] : most[lane];
    for (; i < n; i++) most[0] = x[i] > most[0] ? x[i] : most[0];
    for (int lane = 1; lane < CK_LANES; lane++) most[0] = most[lane] > most[0] ? most[lane] : most[0];
    return most[0];
}

KERNEL_float(void, ck_lane_flatness,
    (const float *s, ptrdiff_t bins, float least, float *flatness), (s, bins, least, flatness)) {
    double logs[CK_LANES] = {0}, sums[CK_LANES] = {0};
    for (ptrdiff_t i = 0; i < bins; i++)
        for (int lane = 0; lane < CK_LANES; lane++) {
            float v = s[i * CK_LANES + lane];
            v = v > least ? v : least;
            logs[lane] += log_(v);
            sums[lane] += v;
        }
    // The difference of the mean logarithms is computed in double, because they may be large.
    for (int lane = 0; lane < CK_LANES; lane++)
        flatness[lane] = (float)exp(logs[lane] / (double)bins - log(sums[lane] / (double)bins));
}

KERNEL_float(ptrdiff_t, ck_lane_peaks,
    (const float *s, ptrdiff_t bins, ptrdiff_t from, ptrdiff_t to, float threshold, int lanes, float *places,
    float *heights), (s, bins, from, to, threshold, lanes, places, heights)) {
    float limit[CK_LANES];
    for (int lane = 0; lane < CK_LANES; lane++) limit[lane] = 0;
    for (ptrdiff_t i = 0; i < bins; i++)
        for (int lane = 0; lane < CK_LANES; lane++) {
            float v = s[i * CK_LANES + lane];
            limit[lane] = v > limit[lane] ? v : limit[lane];
        }
    for (int lane = 0; lane < CK_LANES; lane++) limit[lane] *= threshold;

    ptrdiff_t found = 0;
    if (from < 1) from = 1;
    if (to > bins - 1) to = bins - 1;
    for (ptrdiff_t i = from; i < to; i++) {
        const float *left = s + (i - 1) * CK_LANES, *here = left + CK_LANES, *right = here + CK_LANES;
        int32_t is_peak[CK_LANES], any = 0;
        // Neighbors below the limit count as 0, which a peak above the limit exceeds anyway.
        for (int lane = 0; lane < CK_LANES; lane++) {
            is_peak[lane] = (here[lane] > limit[lane]) & ((here[lane] > left[lane]) | (left[lane] <= limit[lane])) &
                            (here[lane] >= right[lane]);
            any |= is_peak[lane];
        }
        if (!any) continue;
        for (int lane = 0; lane < lanes; lane++)
            if (is_peak[lane]) {
                float bend = right[lane] + left[lane] - 2 * here[lane], slope = (right[lane] - left[lane]) / 2;
                float shift = fabsf(slope) >= fabsf(bend) ? 0 : -slope / bend;
                places[found] = (float)i + shift;
                heights[found] = here[lane] + 0.5f * slope * shift;
                found++;
            }
    }
    return found;
}

KERNEL_float(void, ck_lane_period_differences,
    (const float *restrict frames, const float *restrict correlation, float scale, ptrdiff_t shortest,
    ptrdiff_t longest, float *restrict differences), (frames, correlation, scale, shortest, longest, differences)) {
    double energy[CK_LANES] = {0}, total[CK_LANES] = {0};
    for (ptrdiff_t k = 1; k <= longest; k++) {
        // Every second value of the inverse transform has the opposite sign.
        float sign = k % 2 ? -scale : scale;
        for (int lane = 0; lane < CK_LANES; lane++) {
            float before = frames[(k - 1) * CK_LANES + lane];
            energy[lane] += (double)before * before;
            double whole = scale * correlation[lane], part = sign * correlation[k * CK_LANES + lane];
            double difference = 2 * (whole - part) - energy[lane];
            total[lane] += difference;
            if (k >= shortest) {
                float mean = (float)(total[lane] / (double)k);
                differences[(k - shortest) * CK_LANES + lane] = (float)difference / (mean + FLT_MIN);
            }
        }
    }
}

KERNEL_float(void, ck_best_moves,
    (const double *restrict best, const int32_t *restrict origin, const double *restrict moves, ptrdiff_t count,
    ptrdiff_t reach, double *restrict next, int32_t *restrict from),
    (best, origin, moves, count, reach, next, from)) {
    enum { STRIP = 64 };
    for (ptrdiff_t first = 0; first < count; first += STRIP) {
        ptrdiff_t here = count - first < STRIP ? count - first : STRIP;
        double top[STRIP];
        int64_t shift[STRIP];
        for (ptrdiff_t i = 0; i < STRIP; i++) {
            top[i] = -INFINITY;
            shift[i] = 0;
        }
        for (ptrdiff_t move = -reach; move <= reach; move++) {
            // From first + i + move to first + i.
            ptrdiff_t begin = first + move < 0 ? -first - move : 0;
            ptrdiff_t end = first + here + move > count ? count - first - move : here;
            double cost = moves[move + reach];
            for (ptrdiff_t i = begin; i < end; i++) {
                double score = best[first + i + move] + cost;
                shift[i] = score > top[i] ? move : shift[i];
                top[i] = score > top[i] ? score : top[i];
            }
        }
        for (ptrdiff_t i = 0; i < here; i++) {
            next[first + i] += top[i];
            from[first + i] = origin[first + i + shift[i]];
        }
    }
}

KERNEL_float(ptrdiff_t, ck_sign_changes, (const float *x, ptrdiff_t n), (x, n)) {
    ptrdiff_t changes = 0;
    for (ptrdiff_t first = 1; first < n; first += 1 << 16) {
        ptrdiff_t end = n - first < 1 << 16 ? n : first + (1 << 16);
        int32_t here = 0;
        for (ptrdiff_t i = first; i < end; i++) here += (x[i] < -1e-10f) != (x[i - 1] < -1e-10f);
        changes += here;
    }
    return changes;
}
