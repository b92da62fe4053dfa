// Fourier transforms of sixteen frames at once: a frame in each lane, so that no butterfly shuffles anything.
#include "CKernels.h"

#include <string.h>

#include "clones.h"
#include "versions.h"

#if defined(__x86_64__)
#define VERSION wide
#define TARGET TARGET_WIDE
#define BYTES 64
#include "fft.inc"
#define VERSION middle
#define TARGET TARGET_MIDDLE
#define BYTES 32
#include "fft.inc"
#endif
#define VERSION narrow
#define TARGET
#define BYTES 16
#include "fft.inc"

void ck_fft_pass(ptrdiff_t radix, const float *x, float *y, const float *twiddles, ptrdiff_t m, ptrdiff_t s) {
    switch (radix) {
    case 2: CHOOSE(pass2, float, x, y, twiddles, m, s); break;
    case 3: CHOOSE(pass3, float, x, y, twiddles, m, s); break;
    case 4: CHOOSE(pass4, float, x, y, twiddles, m, s); break;
    case 5: CHOOSE(pass5, float, x, y, twiddles, m, s); break;
    }
}
void ck_fft_any_pass(
    ptrdiff_t radix, const float *x, float *y, const float *twiddles, const float *roots, ptrdiff_t m, ptrdiff_t s) {
    CHOOSE(pass_any, float, radix, x, y, twiddles, roots, m, s);
}
void ck_real_bins(const float *z, const float *twiddles, ptrdiff_t m, float *bins) {
    CHOOSE(real_bins, float, z, twiddles, m, bins);
}
void ck_real_powers(const float *z, const float *twiddles, ptrdiff_t m, float *powers) {
    CHOOSE(real_powers, float, z, twiddles, m, powers);
}
void ck_real_unbins(const float *bins, const float *twiddles, ptrdiff_t m, float *z) {
    CHOOSE(real_unbins, float, bins, twiddles, m, z);
}
void ck_complex_scale(const float *x, const float *factors, int conjugated, float *y, ptrdiff_t n) {
    CHOOSE(complex_scale, float, x, factors, conjugated, y, n);
}
void ck_complex_powers(const float *x, float *y, ptrdiff_t n) { CHOOSE(complex_powers, float, x, y, n); }

void ck_complex_of_reals(const float *x, float *y, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) {
        memcpy(y + 2 * i * CK_LANES, x + i * CK_LANES, CK_LANES * sizeof(float));
        memset(y + (2 * i + 1) * CK_LANES, 0, CK_LANES * sizeof(float));
    }
}
void ck_all_bins_conjugated(const float *bins, ptrdiff_t n, float *z) {
    for (ptrdiff_t k = 0; k <= n / 2; k++)
        for (int lane = 0; lane < CK_LANES; lane++) {
            float re = bins[2 * k * CK_LANES + lane], im = k ? bins[(2 * k + 1) * CK_LANES + lane] : 0;
            z[2 * k * CK_LANES + lane] = re;
            z[(2 * k + 1) * CK_LANES + lane] = -im;
            if (k > 0) {
                z[2 * (n - k) * CK_LANES + lane] = re;
                z[(2 * (n - k) + 1) * CK_LANES + lane] = im;
            }
        }
}
