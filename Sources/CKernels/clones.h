// Compiles a kernel once per instruction set; a call selects the version of the current one.
#ifndef CK_CLONES_H
#define CK_CLONES_H

#define INLINE static inline __attribute__((always_inline))
/// An inline helper that exists for both element types.
#define OVER INLINE __attribute__((overloadable))

/// The current instruction set. 2: AVX-512, 1: AVX2, 0: the baseline.
extern int ck_level;

#if defined(__x86_64__)
// Without "arch=x86-64-v4", because it also selects a tuning that avoids vectors of 512 bits.
#define WIDE_CLONE \
    __attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,fma,bmi,bmi2,f16c,lzcnt,movbe,popcnt")))
#define MIDDLE_CLONE __attribute__((target("arch=x86-64-v3")))

/// Precedes the body of a kernel of type REAL: KERNEL(CK void, ck_name, (const REAL *x, ptrdiff_t n), (x, n)) { ... }
/// Only Float is compiled for several instruction sets: Double is used for gradient checks, where speed does not
/// matter.
#define KERNEL_float(result, name, parameters, arguments) \
    INLINE result name##_body parameters; \
    WIDE_CLONE static result name##_wide parameters { return name##_body arguments; } \
    MIDDLE_CLONE static result name##_middle parameters { return name##_body arguments; } \
    result name parameters { \
        if (ck_level == 2) return name##_wide arguments; \
        if (ck_level == 1) return name##_middle arguments; \
        return name##_body arguments; \
    } \
    INLINE result name##_body parameters
#else
#define KERNEL_float(result, name, parameters, arguments) result name parameters
#endif
#define KERNEL_double(result, name, parameters, arguments) result name parameters
#define KERNEL_OF_(type) KERNEL_##type
#define KERNEL_OF(type) KERNEL_OF_(type)
#define KERNEL(result, name, parameters, arguments) KERNEL_OF(REAL)(result, name, parameters, arguments)

/// Precedes a loop with independent iterations. Without it, the compiler checks at run time whether buffers
/// overlap, over all rows at once, and takes the slow path if a loop
/// works in place or if rows of several arrays are interleaved.
#define INDEPENDENT_float _Pragma("clang loop vectorize(assume_safety)")
#define INDEPENDENT_double
#define INDEPENDENT_OF_(type) INDEPENDENT_##type
#define INDEPENDENT_OF(type) INDEPENDENT_OF_(type)
#define INDEPENDENT INDEPENDENT_OF(REAL)

#endif
