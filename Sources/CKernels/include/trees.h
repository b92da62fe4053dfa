// Descending decision trees, sixteen rows or trees side by side.
#ifndef CK_TREES_H
#define CK_TREES_H

#include <stddef.h>
#include <stdint.h>

/// The number of descents side by side. The keys of a group of rows are stored feature by feature: feature i of lane l is
/// at i * CK_DESCENTS + l.
#define CK_DESCENTS 16
/// The maximum number of rows in a call of ck_tree_descend_rows.
#define CK_DESCENT_ROWS 256
/// The key of a leaf, above those of all numbers.
#define CK_LEAF UINT32_MAX

/// A node: values whose key is at most `key` go to the first child, larger ones to the next node after it.
///
/// `step` is the distance to the first child, shifted to the left, plus CK_DESCENTS times the feature. It is 0 in a leaf,
/// so that all lanes can descend until the last one has reached a leaf.
typedef struct {
    uint32_t step, key;
} ck_tree_node;

// -- trees.c

/// An integer that orders numbers: -0 and 0 are equal, and NaN is above all others.
uint32_t ck_tree_key(float x);
/// The keys of up to CK_DESCENTS rows, lane by lane. Unused lanes repeat the last row.
void ck_tree_keys(const double *x, ptrdiff_t rows, ptrdiff_t features, uint32_t *keys);
/// Descends with one row, whose keys are in all lanes, from the nodes at[0]... to leaves, in place.
void ck_tree_descend(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, uint32_t *at, ptrdiff_t groups);
/// Descends with up to CK_DESCENT_ROWS rows from the root of a tree to leaves; the keys of a group of rows follow those of
/// the last after `stride`. `at` has space for full groups. The result does not depend on `steps`, the number of levels that
/// all rows descend together; the mean depth of the leaves is fast.
void ck_tree_descend_rows(
    const ck_tree_node *nodes, int shift, const uint32_t *keys, ptrdiff_t stride, uint32_t root, ptrdiff_t steps,
    uint32_t *at, ptrdiff_t rows);

#endif
