#include "CKernels.h"
#include "lanes.h"
#include "stream.h"
#include "strips.h"

// The rows of a block that is read twice: at most 16 KB.
INLINE ptrdiff_t block_rows(ptrdiff_t width) { return width > 512 ? 8 : 4096 / (width > 0 ? width : 1); }

enum { ROWS = 128, PART = 256 };

// Chan, Golub and LeVeque.
void ck_merge_moments(
    double *mean, double *deviation, ptrdiff_t rows, const double *mean2, const double *deviation2, ptrdiff_t more,
    ptrdiff_t width) {
    const double share = (double)more / (double)(rows + more), weight = share * (double)rows;
    for (ptrdiff_t k = 0; k < width; k++) {
        double gap = mean2[k] - mean[k];
        mean[k] += gap * share;
        deviation[k] += deviation2[k] + gap * gap * weight;
    }
}

#define REAL float
#include "norm.inc"
#undef REAL
#define REAL double
#include "norm.inc"
