#include "CKernels.h"
#include "clones.h"

// The taps of an output that lie inside the input: *from..<*to.
INLINE void taps_inside(const ck_axis_window *w, ptrdiff_t output, ptrdiff_t *from, ptrdiff_t *to) {
    ptrdiff_t first = output * w->stride - w->before, room = w->size - 1 - first;
    *from = first >= 0 ? 0 : (-first + w->dilation - 1) / w->dilation;
    *to = room < 0 ? 0 : room / w->dilation + 1 < w->kernel ? room / w->dilation + 1 : w->kernel;
}

// Channels that a loop keeps in registers, and outputs side by side that share a weight.
enum { BLOCK = 16, SIDE = 4 };

#define BLOCK_OF_(type) block_of_##type
#define BLOCK_OF(type) BLOCK_OF_(type)

#define REAL float
#include "conv.inc"
#undef REAL
#define REAL double
#include "conv.inc"
