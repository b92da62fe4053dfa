// Matrix products from small tiles of C that stay in registers (after Goto and van de Geijn, 2008, but A is packed
// only where its layout conflicts with the caches: its elements are otherwise broadcast from their original memory,
// so its rows may overlap or be columns).
//
// The tiles are compiled for three instruction sets, and one is selected at program start.
#include "CKernels.h"

#include <stdint.h>
#include <string.h>

#include "versions.h"

// The sizes of the blocks of A and B that stay in the fast caches, besides K_BLOCK, which depends on the instruction set.
enum { M_BLOCK = 240, PACKED_M_BLOCK = 96 };

// Blocks along k have equal sizes, at most this one.
#define DEEPEST (K_BLOCK * 3 / 2)

/// The depth of the blocks along k: that of the number of blocks which brings it nearest to `target`.
static inline ptrdiff_t block_depth(ptrdiff_t k, ptrdiff_t target, ptrdiff_t deepest) {
    if (k <= deepest) return deepest;
    const ptrdiff_t blocks = (k + target / 2) / target;
    return (k + blocks - 1) / blocks;
}

/// Whether A is read faster from a packed copy: its rows collide in the caches, or its columns are contiguous, so
/// that each step along k reads another line. The copy is worth its time if it is used for enough columns of B.
static inline int is_left_packed(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, ptrdiff_t row, ptrdiff_t column, size_t size) {
    if (size != sizeof(float) || m < 16 || k < 64) return 0;
    return column == 1 ? n >= 512 && (size_t)row * size % 1024 == 0 : row == 1 && n >= 384;
}

#if defined(__x86_64__)
#define VERSION wide
#define TARGET TARGET_WIDE
#define BYTES 64
#define TALL 8
#define K_BLOCK 320
#include "product-types.inc"
#define VERSION middle
#define TARGET TARGET_MIDDLE
#define BYTES 32
#define TALL 4
#define K_BLOCK 256
#include "product-types.inc"
#define VERSION narrow
#define TARGET
#define BYTES 16
#define TALL 4
#define K_BLOCK 256
#include "product-types.inc"

#else
#define VERSION narrow
#define TARGET
#define BYTES 16
#define TALL 8
#define K_BLOCK 256
#include "product-types.inc"
#endif

#define ENTRY(type) \
    CK void ck_pack( \
        const type *b, ptrdiff_t row, ptrdiff_t column, ptrdiff_t k, ptrdiff_t n, ptrdiff_t block, \
        ptrdiff_t block_step, type *packed) { \
        CHOOSE(pack, type, b, row, column, k, n, block, block_step, packed); \
    } \
    CK void ck_product( \
        ptrdiff_t lines, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const type *a, ptrdiff_t a_line, ptrdiff_t a_row, \
        ptrdiff_t a_column, const type *b, ptrdiff_t b_row, ptrdiff_t b_first, int packed, const type *start, \
        ptrdiff_t start_line, ptrdiff_t start_row, type *c, ptrdiff_t c_line, ptrdiff_t c_row, int relu) { \
        CHOOSE(product, type, lines, m, n, k, a, a_line, a_row, a_column, b, b_row, b_first, packed, start, \
               start_line, start_row, c, c_line, c_row, relu); \
    } \
    CK void ck_product_sum( \
        ptrdiff_t lines, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const type *a, ptrdiff_t a_line, ptrdiff_t a_row, \
        ptrdiff_t a_column, const type *b, ptrdiff_t b_line, ptrdiff_t b_row, type *c, ptrdiff_t c_row) { \
        CHOOSE(product_sum, type, lines, m, n, k, a, a_line, a_row, a_column, b, b_line, b_row, c, c_row); \
    }
ENTRY(float)
ENTRY(double)
