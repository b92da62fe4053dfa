#include "CKernels.h"
#include "lanes.h"

/// Magnitudes below this have no phase: they count as real and positive, like the angle of 0.
#define TINY 1e-18f

KERNEL_float(void, ck_phase_vocoder,
    (const float *restrict in, ptrdiff_t frames, ptrdiff_t bins, double step, ptrdiff_t outputs,
    float *restrict out, float *restrict phases), (in, frames, bins, step, outputs, out, phases)) {
    float *restrict across = phases, *restrict up = phases + bins;
    for (ptrdiff_t k = 0; k < bins; k++) {
        const float a = in[2 * k], b = in[2 * k + 1], size = sqrt_(a * a + b * b);
        across[k] = size > TINY ? a / size : 1;
        up[k] = size > TINY ? b / size : 0;
    }
    for (ptrdiff_t t = 0; t < outputs; t++) {
        const double at = (double)t * step;
        const ptrdiff_t frame = (ptrdiff_t)at < frames ? (ptrdiff_t)at : frames - 1;
        const float later = (float)(at - (double)frame), sooner = 1 - later;
        const float last = frame + 1 < frames ? 1 : 0;
        const float *restrict here = in + 2 * frame * bins;
        // The silence after the last frame is that frame times 0.
        const float *restrict next = last ? here + 2 * bins : here;
        float *restrict made = out + 2 * t * bins;
        _Pragma("clang loop vectorize(assume_safety)")
        for (ptrdiff_t k = 0; k < bins; k++) {
            const float a = here[2 * k], b = here[2 * k + 1], c = last * next[2 * k], d = last * next[2 * k + 1];
            const float size0 = sqrt_(a * a + b * b), size1 = sqrt_(c * c + d * d);
            const float size = sooner * size0 + later * size1;
            made[2 * k] = size * across[k];
            made[2 * k + 1] = size * up[k];
            // The phase increment from one frame to the next. Whole turns do not matter, so no angle is needed.
            const float scale0 = 1 / size0, scale1 = 1 / size1;
            const float x0 = size0 > TINY ? a * scale0 : 1, y0 = size0 > TINY ? b * scale0 : 0;
            const float x1 = size1 > TINY ? c * scale1 : 1, y1 = size1 > TINY ? d * scale1 : 0;
            const float x = x1 * x0 + y1 * y0, y = y1 * x0 - x1 * y0;
            const float nextAcross = across[k] * x - up[k] * y, nextUp = across[k] * y + up[k] * x;
            // The inverse square root of a value that is 1 up to rounding.
            const float shrink = 1.5f - 0.5f * (nextAcross * nextAcross + nextUp * nextUp);
            across[k] = nextAcross * shrink;
            up[k] = nextUp * shrink;
        }
    }
}
