// Matrix products from small tiles of C that stay in registers (after Goto and van de Geijn, 2008, but without
// packing A: its elements are broadcast from their original memory, so its rows may overlap or be columns).
//
// The tiles are compiled for three instruction sets, and one is selected at program start.
#include "CKernels.h"

#include <string.h>

#include "versions.h"

// The sizes of the blocks of A and B that stay in the fast caches.
enum { K_BLOCK = 256, M_BLOCK = 240 };

#if defined(__x86_64__)
#define VERSION wide
#define TARGET TARGET_WIDE
#define BYTES 64
#define TALL 8
#include "product-types.inc"
#define VERSION middle
#define TARGET TARGET_MIDDLE
#define BYTES 32
#define TALL 4
#include "product-types.inc"
#define VERSION narrow
#define TARGET
#define BYTES 16
#define TALL 4
#include "product-types.inc"

#else
#define VERSION narrow
#define TARGET
#define BYTES 16
#define TALL 8
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
