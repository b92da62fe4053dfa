#include "CKernels.h"
#include "clones.h"
#include "stream.h"

// The taps of an output that lie inside the input: *from..<*to.
INLINE void taps_inside(const ck_axis_window *w, ptrdiff_t output, ptrdiff_t *from, ptrdiff_t *to) {
    ptrdiff_t first = output * w->stride - w->before, room = w->size - 1 - first;
    *from = first >= 0 ? 0 : (-first + w->dilation - 1) / w->dilation;
    *to = room < 0 ? 0 : room / w->dilation + 1 < w->kernel ? room / w->dilation + 1 : w->kernel;
}

// The input position that tap (i, j) of an output reads.
INLINE ptrdiff_t input_at(
    const ck_axis_window *rows, const ck_axis_window *columns, ptrdiff_t line, ptrdiff_t column, ptrdiff_t i,
    ptrdiff_t j) {
    return (line * rows->stride + i * rows->dilation - rows->before) * columns->size + column * columns->stride +
           j * columns->dilation - columns->before;
}

// The number of channels that a loop keeps in registers; of adjacent outputs that share a weight, and of output
// lines that share an input; and the maximum number of channels for which two adjacent outputs are processed as
// one.
enum { BLOCK = 16, SIDE = 4, LINES = 2, PAIRED = 56 };

// The kernel lines that an output line uses, and the distance between the input lines that they read.
typedef struct {
    ptrdiff_t line_step, from, to;
} seen_lines;

// How the tiles of depthwise.inc cover a convolution: `pair` outputs are processed as one, or 0 if the tiles do not
// apply. The tiles cover the pairs begin..<end.
typedef struct {
    ptrdiff_t kernel, stride, pair, begin, end;
} tiling;

static tiling tiling_of(const ck_axis_window *rows, const ck_axis_window *columns, ptrdiff_t channels) {
    tiling plan = {.kernel = columns->kernel, .stride = columns->stride, .pair = 1};
    if (rows->kernel != plan.kernel || rows->stride != plan.stride || rows->dilation != 1 || columns->dilation != 1 ||
        (plan.kernel != 3 && plan.kernel != 5) || plan.stride > 2 || channels < BLOCK)
        plan.pair = 0;
    else if (plan.kernel == 3 && plan.stride == 1 && channels % BLOCK == BLOCK / 2 && channels <= PAIRED) {
        plan.pair = 2;
        plan.begin = plan.end = columns->before > 0 ? (columns->before + 1) / 2 : 0;
        const ptrdiff_t reach = (SIDE - 1) * 2 + plan.kernel;  // the second output reads one more input
        while (2 * (plan.end + SIDE) <= columns->outputs && 2 * plan.end - columns->before + reach < columns->size)
            plan.end += SIDE;
    }
    return plan;
}

#define BLOCK_OF_(type) block_of_##type
#define BLOCK_OF(type) BLOCK_OF_(type)
#define ALIGNED_(type) aligned_block_of_##type
#define ALIGNED(type) ALIGNED_(type)

#define REAL float
#include "conv.inc"
#undef REAL
#define REAL double
#include "conv.inc"
