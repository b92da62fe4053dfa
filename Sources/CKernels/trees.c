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
    const ck_tree_node *nodes, int shift, const uint32_t *keys, uint32_t *at, ptrdiff_t groups) {
    uint32_t mask = ((uint32_t)1 << shift) - 1;
    for (ptrdiff_t group = 0; group < groups; group++, at += CK_DESCENTS) {
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

// All rows descend `steps` levels. Those that have not reached a leaf by then continue side by side, without the others.
INLINE void descend_rows(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t root, ptrdiff_t steps,
    uint32_t *at, ptrdiff_t rows) {
    uint32_t mask = ((uint32_t)1 << shift) - 1, open[CK_DESCENT_ROWS + CK_DESCENTS];
    for (ptrdiff_t first = 0; first < rows; first += CK_DESCENTS) {
        const uint32_t *k = keys + first / CK_DESCENTS * stride;
        uint32_t i[CK_DESCENTS];
        UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) i[lane] = root;
        for (ptrdiff_t step = 0; step < steps; step++)
            UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) {
                ck_tree_node node = nodes[i[lane]];
                i[lane] += (node.step >> shift) + (node.key < k[(node.step & mask) + lane]);
            }
        memcpy(at + first, i, sizeof i);
    }
    ptrdiff_t left = 0;
    for (ptrdiff_t row = 0; row < rows; row++) {
        open[left] = (uint32_t)row;
        left += nodes[at[row]].key != CK_LEAF;
    }
    while (left > 0) {
        // The last group is filled up with copies of one row, which all take the same path.
        UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) open[left + lane] = open[left - 1];
        for (ptrdiff_t first = 0; first < left; first += CK_DESCENTS) {
            uint32_t i[CK_DESCENTS];
            const uint32_t *k[CK_DESCENTS];
            UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) {
                uint32_t row = open[first + lane];
                i[lane] = at[row];
                k[lane] = keys + row / CK_DESCENTS * stride + row % CK_DESCENTS;
            }
            UNROLL for (int step = 0; step < 4; step++)
                UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) {
                    ck_tree_node node = nodes[i[lane]];
                    i[lane] += (node.step >> shift) + (node.key < k[lane][node.step & mask]);
                }
            UNROLL for (int lane = 0; lane < CK_DESCENTS; lane++) at[open[first + lane]] = i[lane];
        }
        ptrdiff_t rest = 0;
        for (ptrdiff_t j = 0; j < left; j++) {
            uint32_t row = open[j];
            open[rest] = row;
            rest += nodes[at[row]].key != CK_LEAF;
        }
        left = rest;
    }
}

#if defined(__x86_64__)
// With shifts that need no fixed register.
MIDDLE_CLONE static void descend_middle(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, uint32_t *at, ptrdiff_t groups) {
    descend(nodes, shift, keys, at, groups);
}
MIDDLE_CLONE static void descend_rows_middle(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t root, ptrdiff_t steps,
    uint32_t *at, ptrdiff_t rows) {
    descend_rows(nodes, shift, keys, stride, root, steps, at, rows);
}
#endif

void ck_tree_descend(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, uint32_t *at, ptrdiff_t groups) {
#if defined(__x86_64__)
    if (ck_level > 0) return descend_middle(nodes, shift, keys, at, groups);
#endif
    descend(nodes, shift, keys, at, groups);
}

void ck_tree_descend_rows(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t root, ptrdiff_t steps,
    uint32_t *at, ptrdiff_t rows) {
#if defined(__x86_64__)
    if (ck_level > 0) return descend_rows_middle(nodes, shift, keys, stride, root, steps, at, rows);
#endif
    descend_rows(nodes, shift, keys, stride, root, steps, at, rows);
}
