// Fourier transforms of sixteen frames at a time, one frame per lane, so that no butterfly needs shuffles.
#include "CKernels.h"

#include <string.h>

#include "clones.h"
#include "versions.h"

#define BODY "fft-types.inc"
#include "each-version.inc"

#define ENTRIES(type) \
    CK void ck_fft_pass(ptrdiff_t radix, const type *x, type *y, const type *twiddles, ptrdiff_t m, ptrdiff_t s) { \
        switch (radix) { \
        case 2: CHOOSE(pass2, type, x, y, twiddles, m, s); break; \
        case 3: CHOOSE(pass3, type, x, y, twiddles, m, s); break; \
        case 4: CHOOSE(pass4, type, x, y, twiddles, m, s); break; \
        case 5: CHOOSE(pass5, type, x, y, twiddles, m, s); break; \
        } \
    } \
    CK void ck_fft_any_pass( \
        ptrdiff_t radix, const type *x, type *y, const type *twiddles, const type *roots, ptrdiff_t m, ptrdiff_t s) { \
        CHOOSE(pass_any, type, radix, x, y, twiddles, roots, m, s); \
    } \
    CK void ck_real_bins(const type *z, const type *twiddles, ptrdiff_t m, type *bins) { \
        CHOOSE(real_bins, type, z, twiddles, m, bins); \
    } \
    CK void ck_real_powers(const type *z, const type *twiddles, ptrdiff_t m, type *powers) { \
        CHOOSE(real_powers, type, z, twiddles, m, powers); \
    } \
    CK void ck_real_unbins(const type *bins, const type *twiddles, ptrdiff_t m, type *z) { \
        CHOOSE(real_unbins, type, bins, twiddles, m, z); \
    } \
    CK void ck_complex_scale(const type *x, const type *factors, int conjugated, type *y, ptrdiff_t n) { \
        CHOOSE(complex_scale, type, x, factors, conjugated, y, n); \
    } \
    CK void ck_complex_powers(const type *x, type *y, ptrdiff_t n) { CHOOSE(complex_powers, type, x, y, n); } \
    CK void ck_complex_of_reals(const type *x, type *y, ptrdiff_t n) { \
        for (ptrdiff_t i = 0; i < n; i++) { \
            memcpy(y + 2 * i * CK_LANES, x + i * CK_LANES, CK_LANES * sizeof(type)); \
            memset(y + (2 * i + 1) * CK_LANES, 0, CK_LANES * sizeof(type)); \
        } \
    } \
    CK void ck_all_bins_conjugated(const type *bins, ptrdiff_t n, type *z) { \
        for (ptrdiff_t k = 0; k <= n / 2; k++) \
            for (int lane = 0; lane < CK_LANES; lane++) { \
                type re = bins[2 * k * CK_LANES + lane], im = k ? bins[(2 * k + 1) * CK_LANES + lane] : 0; \
                z[2 * k * CK_LANES + lane] = re; \
                z[(2 * k + 1) * CK_LANES + lane] = -im; \
                if (k > 0) { \
                    z[2 * (n - k) * CK_LANES + lane] = re; \
                    z[(2 * (n - k) + 1) * CK_LANES + lane] = im; \
                } \
            } \
    }
ENTRIES(float)
ENTRIES(double)
