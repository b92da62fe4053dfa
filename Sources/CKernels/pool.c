#include "CKernels.h"
#include "math.inc"
#include "strips.h"

struct span { ptrdiff_t begin, end; };

/// The part of the window starting at `start` that lies inside 0..<size.
INLINE struct span inside(ptrdiff_t start, ptrdiff_t kernel, ptrdiff_t size) {
    ptrdiff_t begin = start < 0 ? 0 : start, end = start + kernel < size ? start + kernel : size;
    return (struct span){begin, end < begin ? begin : end};
}

/// The factor by which an average multiplies the sum over its window.
INLINE double share(const struct ck_window *window, struct span rows, struct span columns) {
    ptrdiff_t inside = (rows.end - rows.begin) * (columns.end - columns.begin);
    ptrdiff_t whole = window->kernel_height * window->kernel_width;
    return inside == 0 ? 0 : 1 / (double)(window->counts_padding ? whole : inside);
}

/// The windows that contain `place`.
INLINE struct span windows_over(ptrdiff_t place, ptrdiff_t kernel, ptrdiff_t stride, ptrdiff_t pad, ptrdiff_t count) {
    ptrdiff_t begin = place + pad < kernel ? 0 : (place + pad - kernel) / stride + 1, end = (place + pad) / stride + 1;
    return (struct span){begin, end < count ? end : count};
}

#define REAL float
#define PLACE int32_t
#include "pool.inc"
#undef REAL
#undef PLACE
#define REAL double
#define PLACE int64_t
#include "pool.inc"
