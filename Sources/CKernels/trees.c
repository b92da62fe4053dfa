#include "CKernels.h"
#include "clones.h"

#include <string.h>

INLINE uint32_t key(float x) {
    float sum = x + 0.0f;
    uint32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    uint32_t ordered = bits ^ ((uint32_t)-(int32_t)(bits >> 31) | 0x80000000u);
    return x == x ? ordered : UINT32_MAX;
}

uint32_t ck_tree_key(float x) { return key(x); }

KERNEL_float(void, ck_tree_keys, (const double *x, ptrdiff_t rows, ptrdiff_t features, uint32_t *keys),
    (x, rows, features, keys)) {
    for (ptrdiff_t lane = 0; lane < CK_DESCENTS; lane++) {
        const double *row = x + (lane < rows ? lane : rows - 1) * features;
        for (ptrdiff_t i = 0; i < features; i++) keys[i * CK_DESCENTS + lane] = key((float)row[i]);
    }
}

#define UNROLL _Pragma("clang loop unroll(full)")

INLINE void descend(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t *at, ptrdiff_t groups) {
    uint32_t mask = ((uint32_t)1 << shift) - 1;
    for (ptrdiff_t group = 0; group < groups; group++, keys += stride, at += CK_DESCENTS) {
        uint32_t i[CK_DESCENTS];
        int descends;
        memcpy(i, at, sizeof i);
        do {
            UNROLL for (int step = 0; step < 4; step++)
                UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) {
                    ck_tree_node node = nodes[i[lane]];
                    i[lane] += (node.step >> shift) + (node.key < keys[(node.step & mask) + lane]);
                }
            descends = 0;
            UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) descends |= nodes[i[lane]].key != CK_LEAF;
        } while (descends);
        memcpy(at, i, sizeof i);
    }
}

#if defined(__x86_64__)
// With shifts that need no fixed register.
MIDDLE_CLONE static void descend_middle(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t *at, ptrdiff_t groups) {
    descend(nodes, shift, keys, stride, at, groups);
}
#endif

void ck_tree_descend(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t *at, ptrdiff_t groups) {
#if defined(__x86_64__)
    if (ck_level > 0) return descend_middle(nodes, shift, keys, stride, at, groups);
#endif
    descend(nodes, shift, keys, stride, at, groups);
}
