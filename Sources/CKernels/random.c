#include "CKernels.h"

// Bit-identical on every machine: products and sums are not fused, even if the processor could.
#pragma STDC FP_CONTRACT OFF
#include "math.inc"

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

KERNEL_float(void, ck_philox,
    (uint64_t key, uint64_t counter, ptrdiff_t blocks, uint32_t *words), (key, counter, blocks, words)) {
    for (ptrdiff_t i = 0; i < blocks; i++) philox_block(key, counter + (uint64_t)i, words + 4 * i);
}

uint64_t ck_philox_mix(uint64_t key, uint64_t with) {
    uint32_t out[4];
    philox_block(key ^ 0x5851F42D4C957F2Dull, with, out);
    return (uint64_t)out[1] << 32 | out[0];
}

// The quantile of the standard normal distribution for p in 1e-10...1 - 1e-10, by Wichura's AS 241 (1988) with an
// error of 1e-16.
static double normal_quantile(double p) {
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        double above = 2.5090809287301226727e3;
        above = above * r + 3.3430575583588128105e4;
        above = above * r + 6.7265770927008700853e4;
        above = above * r + 4.5921953931549871457e4;
        above = above * r + 1.3731693765509461125e4;
        above = above * r + 1.9715909503065514427e3;
        above = above * r + 1.3314166789178437745e2;
        above = above * r + 3.3871328727963666080e0;
        double under = 5.2264952788528545610e3;
        under = under * r + 2.8729085735721942674e4;
        under = under * r + 3.9307895800092710610e4;
        under = under * r + 2.1213794301586595867e4;
        under = under * r + 5.3941960214247511077e3;
        under = under * r + 6.8718700749205790830e2;
        under = under * r + 4.2313330701600911252e1;
        under = under * r + 1.0;
        return q * above / under;
    }
    double r = sqrt(-log(q < 0 ? p : 1 - p)) - 1.6;
    double above = 7.74545014278341407640e-4;
    above = above * r + 2.27238449892691845833e-2;
    above = above * r + 2.41780725177450611770e-1;
    above = above * r + 1.27045825245236838258e0;
    above = above * r + 3.64784832476320460504e0;
    above = above * r + 5.76949722146069140550e0;
    above = above * r + 4.63033784615654529590e0;
    above = above * r + 1.42343711074968357734e0;
    double under = 1.05075007164441684324e-9;
    under = under * r + 5.47593808499534494600e-4;
    under = under * r + 1.51986665636164571966e-2;
    under = under * r + 1.48103976427480074590e-1;
    under = under * r + 6.89767334985100004550e-1;
    under = under * r + 1.67638483018380384940e0;
    under = under * r + 2.05319162663775882187e0;
    under = under * r + 1.0;
    return q < 0 ? -above / under : above / under;
}

// Pairs of normal values by the Box-Muller transform, from two uniform values: a radius and an angle.
KERNEL_float(void, ck_float_pairs, (const uint32_t *words, float *y, ptrdiff_t pairs), (words, y, pairs)) {
    for (ptrdiff_t i = 0; i < pairs; i++) {
        float u = ((float)words[2 * i] + 0.5f) * 0x1p-32f;
        float angle = (float)(int32_t)words[2 * i + 1] * (0x1p-31f * 3.14159265f);
        float radius = sqrt_(-2.0f * log_(u));
        y[2 * i] = radius * near_cos(angle);
        y[2 * i + 1] = radius * near_sin(angle);
    }
}
static void double_pairs(const uint32_t *words, double *y, ptrdiff_t pairs) {
    for (ptrdiff_t i = 0; i < pairs; i++, words += 4) {
        double u = ((double)(((uint64_t)words[1] << 32 | words[0]) >> 11) + 1) * 0x1p-53;  // in (0, 1]
        double angle = 6.283185307179586 * ((double)(((uint64_t)words[3] << 32 | words[2]) >> 11) * 0x1p-53);
        double radius = sqrt(-2 * log(u));
        y[2 * i] = radius * cos(angle);
        y[2 * i + 1] = radius * sin(angle);
    }
}

// Words are generated in runs that stay in the cache.
enum { RUN = 256 };

#define EACH_BLOCK(PER_BLOCK) \
    uint32_t words[4 * RUN]; \
    for (ptrdiff_t at = 0; at < n; at += PER_BLOCK * RUN, counter += RUN) { \
        ptrdiff_t here = n - at < PER_BLOCK * RUN ? n - at : PER_BLOCK * RUN; \
        ck_philox(key, counter, (here + PER_BLOCK - 1) / PER_BLOCK, words);

#define REAL float
#define UNIT(words, i) ((float)((words)[i] >> 8) * 0x1p-24f)
#define PAIRS ck_float_pairs
#define PER_BLOCK 4
#include "random.inc"
#undef REAL
#undef UNIT
#undef PAIRS
#undef PER_BLOCK
#define REAL double
#define UNIT(words, i) ((double)(((uint64_t)(words)[2 * (i) + 1] << 32 | (words)[2 * (i)]) >> 11) * 0x1p-53)
#define PAIRS double_pairs
#define PER_BLOCK 2
#include "random.inc"
