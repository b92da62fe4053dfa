#include "CKernels.h"
#include "clones.h"

KERNEL_float(ptrdiff_t, ck_find_not_above, (const float *x, ptrdiff_t n, float limit), (x, n, limit)) {
    ptrdiff_t i = 0;
    for (; i + 32 <= n; i += 32) {
        int found = 0;
        for (int k = 0; k < 32; k++) found |= !(x[i + k] > limit);
        if (found) break;
    }
    for (; i < n; i++)
        if (!(x[i] > limit)) return i;
    return n;
}
