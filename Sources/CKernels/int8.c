// Products of quantized matrices: activations of 7 bits without sign, a scale and a zero point for each block of a row, and weights
// of 8 bits with a scale for each column.
//
// AVX2 has no instruction that adds products of bytes to sums of 32 bits. The one that multiplies bytes adds two products with
// saturation in 16 bits, and widening these sums takes as long as the product itself. Therefore two of its results are added
// before they are widened: four products each. ck_int8_pack chooses the scales of the columns so that such a sum of four
// products fits into 16 bits for all activations. All sums are therefore exact, and equal on all instruction sets.
#include "CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "math.inc"
#include "versions.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Selects a version of the tiles: that for AVX-512 VNNI if the processor has it.
extern int ck_has_vnni;

#if defined(__x86_64__)
#define VERSION vnni
#define TARGET __attribute__((target("arch=x86-64-v4,avx512vnni"), min_vector_width(512)))
#define BYTES 64
#define TALL 8
#define STEP(sum, a, b, a2, b2) \
    (INTS)_mm512_dpbusd_epi32( \
        _mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)), (__m512i)(a2), (__m512i)(b2))
#include "int8.inc"
#define VERSION wide
#define TARGET TARGET_WIDE
#define BYTES 64
#define TALL 8
#define STEP(sum, a, b, a2, b2) \
    ((sum) + (INTS)_mm512_madd_epi16( \
                 _mm512_add_epi16(_mm512_maddubs_epi16((__m512i)(a), (__m512i)(b)), \
                                  _mm512_maddubs_epi16((__m512i)(a2), (__m512i)(b2))), \
                 _mm512_set1_epi16(1)))
#include "int8.inc"
#define VERSION middle
#define TARGET TARGET_MIDDLE
#define BYTES 32
#define TALL 4
#define STEP(sum, a, b, a2, b2) \
    ((sum) + (INTS)_mm256_madd_epi16( \
                 _mm256_add_epi16(_mm256_maddubs_epi16((__m256i)(a), (__m256i)(b)), \
                                  _mm256_maddubs_epi16((__m256i)(a2), (__m256i)(b2))), \
                 _mm256_set1_epi16(1)))
#include "int8.inc"
#endif
#define VERSION narrow
#define TARGET
#define BYTES 16
#define TALL 2
#if defined(__x86_64__)
/// The products of four values and four columns: two sums of two for each column.
INLINE void pair_sums(__m128i a, __m128i b, __m128i *left, __m128i *right) {
    const __m128i zero = _mm_setzero_si128(), sign = _mm_cmpgt_epi8(zero, b), values = _mm_unpacklo_epi8(a, zero);
    *left = _mm_add_epi32(*left, _mm_madd_epi16(values, _mm_unpacklo_epi8(b, sign)));
    *right = _mm_add_epi32(*right, _mm_madd_epi16(values, _mm_unpackhi_epi8(b, sign)));
}
INLINE __m128i column_sums(__m128i a, __m128i b, __m128i a2, __m128i b2) {
    __m128i left = _mm_setzero_si128(), right = left;
    pair_sums(a, b, &left, &right);
    pair_sums(a2, b2, &left, &right);
    const __m128 l = (__m128)left, r = (__m128)right;
    return _mm_add_epi32((__m128i)_mm_shuffle_ps(l, r, 0x88), (__m128i)_mm_shuffle_ps(l, r, 0xdd));
}
#define STEP(sum, a, b, a2, b2) \
    ((sum) + (INTS)column_sums((__m128i)(a), (__m128i)(b), (__m128i)(a2), (__m128i)(b2)))
#endif
#include "int8.inc"

/// The rows of a tile, and the version that computes it.
#if defined(__x86_64__)
#define TALLEST (ck_level == 2 ? 8 : ck_level == 1 ? 4 : 2)
#define TILES(...) \
    do { \
        if (ck_level == 2 && ck_has_vnni) tiles_vnni_int8(__VA_ARGS__); \
        else CHOOSE(tiles, int8, __VA_ARGS__); \
    } while (0)
#else
#define TALLEST 2
#define TILES(...) tiles_narrow_int8(__VA_ARGS__)
#endif

/// Zero for a finite value, otherwise NaN.
#define UNLESS_FINITE(x) ((x) * 0.0f)
/// Rounds to the nearest integer by adding 1.5 * 2^23; the low bits then hold the integer.
#define ROUNDER 12582912.0f
#define ROUNDED(x) ((int32_t)bits_of((x) + ROUNDER) - (int32_t)bits_of(ROUNDER))

#define REAL float
#include "int8-types.inc"
#undef REAL
#define REAL double
#include "int8-types.inc"
#undef REAL
