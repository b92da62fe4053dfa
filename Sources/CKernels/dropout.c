#include "CKernels.h"
#include "clones.h"

#include <string.h>

// Eight blocks of Philox 4x32-10 at a time, with each word in the low half of a 64-bit lane: the only width in
// which every instruction set can multiply 32 bits by 32. The upper halves hold leftovers that are ignored.
typedef uint64_t wide __attribute__((vector_size(64)));
typedef uint32_t narrow __attribute__((vector_size(32)));

/// The 32 words of blocks counter..<counter + 8: word w of block b at 8 w + b.
INLINE void philox_tile(uint64_t key, uint64_t counter, uint32_t *words) {
    const wide low = (wide){0} + 0xffffffffu;
    wide blocks = (wide){0, 1, 2, 3, 4, 5, 6, 7} + counter;
    wide c0 = blocks, c1 = blocks >> 32, c2 = {0}, c3 = {0};
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        wide p0 = (c0 & low) * 0xD2511F53u, p1 = (c2 & low) * 0xCD9E8D57u;
        c0 = (p1 >> 32) ^ c1 ^ k0;
        c2 = (p0 >> 32) ^ c3 ^ k1;
        c1 = p1;
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const wide all[4] = {c0, c1, c2, c3};
    for (int w = 0; w < 4; w++) {
        narrow part = __builtin_convertvector(all[w], narrow);
        memcpy(words + 8 * w, &part, sizeof part);
    }
}

#define REAL float
#include "dropout.inc"
#undef REAL
#define REAL double
#include "dropout.inc"
