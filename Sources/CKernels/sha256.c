// SHA-256 (FIPS 180-4).
#include "CKernels.h"

#include <string.h>

#include "clones.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

INLINE uint32_t right(uint32_t x, int by) { return x >> by | x << (32 - by); }

KERNEL_float(void, ck_sha256_plain_blocks,
    (uint32_t state[8], const uint8_t *bytes, ptrdiff_t count), (state, bytes, count)) {
    for (; count > 0; count--, bytes += 64) {
        uint32_t w[64];
        for (int i = 0; i < 16; i++) {
            memcpy(w + i, bytes + 4 * i, 4);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            w[i] = __builtin_bswap32(w[i]);
#endif
        }
        for (int i = 16; i < 64; i++) {
            uint32_t a = w[i - 15], b = w[i - 2];
            w[i] = w[i - 16] + (right(a, 7) ^ right(a, 18) ^ a >> 3) + w[i - 7] + (right(b, 17) ^ right(b, 19) ^ b >> 10);
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6],
                 h = state[7];
        for (int i = 0; i < 64; i++) {
            uint32_t first = h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + (g ^ (e & (f ^ g))) + constants[i] + w[i];
            uint32_t second = (right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) | (c & (a | b)));
            h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g,
            state[7] += h;
    }
}

#if defined(__x86_64__)
// The processor's own SHA-256 instructions keep the state as two vectors: a, b, e, f and c, d, g, h, each from its highest
// lane down.
__attribute__((target("sha,ssse3,sse4.1"))) static void sha_instruction_blocks(
    uint32_t state[8], const uint8_t *bytes, ptrdiff_t count) {
    const __m128i swapped = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; count > 0; count--, bytes += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        _Pragma("unroll") for (int i = 0; i < 16; i++) {
            __m128i *now = w + i % 4;
            if (i < 4) {
                *now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swapped);
            } else {
                __m128i last = w[(i + 3) % 4];
                __m128i sum = _mm_add_epi32(
                    _mm_sha256msg1_epu32(*now, w[(i + 1) % 4]), _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
                *now = _mm_sha256msg2_epu32(sum, last);
            }
            __m128i sum = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(constants + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    uint32_t first[4], second[4];
    _mm_storeu_si128((__m128i *)first, abef);
    _mm_storeu_si128((__m128i *)second, cdgh);
    for (int i = 0; i < 2; i++) {
        state[i] = first[3 - i];
        state[i + 2] = second[3 - i];
        state[i + 4] = first[1 - i];
        state[i + 6] = second[1 - i];
    }
}
#endif

void ck_sha256_blocks(uint32_t state[8], const uint8_t *bytes, ptrdiff_t count) {
#if defined(__x86_64__)
    if (ck_level > 0 && __builtin_cpu_supports("sha")) {
        sha_instruction_blocks(state, bytes, count);
        return;
    }
#endif
    ck_sha256_plain_blocks(state, bytes, count);
}

void ck_sha256_finish(uint32_t state[8], const uint8_t *rest, ptrdiff_t total, uint8_t digest[32]) {
    // The remainder, a 1 bit, zeros, and the number of bits.
    uint8_t last[128] = {0};
    ptrdiff_t count = total % 64, size = count < 56 ? 64 : 128;
    if (count > 0) memcpy(last, rest, (size_t)count);
    last[count] = 0x80;
    uint64_t bits = (uint64_t)total * 8;
    for (int i = 0; i < 8; i++) last[size - 1 - i] = (uint8_t)(bits >> 8 * i);
    ck_sha256_blocks(state, last, size / 64);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}
