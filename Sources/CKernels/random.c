#include "CKernels.h"
#include "clones.h"

#include <math.h>

INLINE void philox_block(uint64_t key, uint64_t counter, uint32_t out[4]) {
    uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = 0, c3 = 0;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

CLONES_float void ck_philox(uint64_t key, uint64_t counter, ptrdiff_t blocks, uint32_t *words) {
    for (ptrdiff_t i = 0; i < blocks; i++) philox_block(key, counter + (uint64_t)i, words + 4 * i);
}

uint64_t ck_philox_mix(uint64_t key, uint64_t with) {
    uint32_t out[4];
    philox_block(key ^ 0x5851F42D4C957F2Dull, with, out);
    return (uint64_t)out[1] << 32 | out[0];
}

// Words are made in runs that stay in the cache.
enum { RUN = 256 };

#define EACH_BLOCK(PER_BLOCK) \
    uint32_t words[4 * RUN]; \
    for (ptrdiff_t at = 0; at < n; at += PER_BLOCK * RUN, counter += RUN) { \
        ptrdiff_t here = n - at < PER_BLOCK * RUN ? n - at : PER_BLOCK * RUN; \
        ck_philox(key, counter, (here + PER_BLOCK - 1) / PER_BLOCK, words);

#define REAL float
#define UNIT(words, i) ((float)((words)[i] >> 8) * 0x1p-24f)
#define PER_BLOCK 4
#include "random.inc"
#undef REAL
#undef UNIT
#undef PER_BLOCK
#define REAL double
#define UNIT(words, i) ((double)(((uint64_t)(words)[2 * (i) + 1] << 32 | (words)[2 * (i)]) >> 11) * 0x1p-53)
#define PER_BLOCK 2
#include "random.inc"
