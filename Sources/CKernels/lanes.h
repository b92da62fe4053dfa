// Sixteen running sums and their total, in the same order on every instruction set.
#ifndef CK_LANES_H
#define CK_LANES_H

#include <string.h>

#include "math.inc"

enum { LANES = 16 };

#define SUMS(REAL) \
    typedef REAL PACK(REAL) __attribute__((vector_size(LANES * sizeof(REAL)))); \
    OVER REAL fold(const PACK(REAL) * lanes) { \
        const PACK(REAL) a = *lanes; \
        __auto_type b = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7) + \
                        __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15); \
        __auto_type c = __builtin_shufflevector(b, b, 0, 1, 2, 3) + __builtin_shufflevector(b, b, 4, 5, 6, 7); \
        __auto_type d = __builtin_shufflevector(c, c, 0, 1) + __builtin_shufflevector(c, c, 2, 3); \
        return d[0] + d[1]; \
    } \
    OVER REAL fold(const REAL *lanes) { \
        PACK(REAL) a; \
        memcpy(&a, lanes, sizeof a); \
        return fold(&a); \
    } \
    /* The sum of n values, few enough that rounding errors do not accumulate. */ \
    OVER REAL short_sum(const REAL *x, ptrdiff_t n) { \
        PACK(REAL) total = {0}, next; \
        REAL rest = 0; \
        ptrdiff_t i = 0; \
        for (; i + LANES <= n; i += LANES) { \
            memcpy(&next, x + i, sizeof next); \
            total += next; \
        } \
        for (; i < n; i++) rest += x[i]; \
        return n < LANES ? rest : fold(&total) + rest; \
    }
#define PACK(REAL) REAL##_pack
SUMS(float)
SUMS(double)
#undef SUMS
#undef PACK

#endif
