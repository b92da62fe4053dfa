#include "CKernels.h"
#include "lanes.h"

#define SOUND CLONES_OF(float)

/// Sizes below this have no direction: they count as real and positive, as the angle of 0 does.
#define TINY 1e-18f

SOUND void ck_phase_vocoder(
    const float *restrict real, const float *restrict imaginary, ptrdiff_t frames, ptrdiff_t bins, double step,
    ptrdiff_t outputs, float *restrict real_out, float *restrict imaginary_out, float *restrict phases) {
    float *restrict across = phases, *restrict up = phases + bins;
    for (ptrdiff_t k = 0; k < bins; k++) {
        const float size = sqrt_(real[k] * real[k] + imaginary[k] * imaginary[k]);
        across[k] = size > TINY ? real[k] / size : 1;
        up[k] = size > TINY ? imaginary[k] / size : 0;
    }
    for (ptrdiff_t t = 0; t < outputs; t++) {
        const double at = (double)t * step;
        const ptrdiff_t frame = (ptrdiff_t)at < frames ? (ptrdiff_t)at : frames - 1;
        const float later = (float)(at - (double)frame), sooner = 1 - later;
        const float last = frame + 1 < frames ? 1 : 0;
        const float *restrict r0 = real + frame * bins, *restrict i0 = imaginary + frame * bins;
        // The silence behind the last frame is that frame times 0.
        const float *restrict r1 = last ? r0 + bins : r0, *restrict i1 = last ? i0 + bins : i0;
        float *restrict r = real_out + t * bins, *restrict i = imaginary_out + t * bins;
        _Pragma("clang loop vectorize(assume_safety)")
        for (ptrdiff_t k = 0; k < bins; k++) {
            const float a = r0[k], b = i0[k], c = last * r1[k], d = last * i1[k];
            const float size0 = sqrt_(a * a + b * b), size1 = sqrt_(c * c + d * d);
            const float size = sooner * size0 + later * size1;
            r[k] = size * across[k];
            i[k] = size * up[k];
            // The turn from one frame to the next; whole turns in between do not matter, so no angle is needed.
            const float x0 = size0 > TINY ? a / size0 : 1, y0 = size0 > TINY ? b / size0 : 0;
            const float x1 = size1 > TINY ? c / size1 : 1, y1 = size1 > TINY ? d / size1 : 0;
            const float x = x1 * x0 + y1 * y0, y = y1 * x0 - x1 * y0;
            const float nextAcross = across[k] * x - up[k] * y, nextUp = across[k] * y + up[k] * x;
            const float shrink = 1 / sqrt_(nextAcross * nextAcross + nextUp * nextUp);
            across[k] = nextAcross * shrink;
            up[k] = nextUp * shrink;
        }
    }
}
