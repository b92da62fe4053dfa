// Compiles a kernel once per instruction set and selects a version at program start.
#ifndef CK_CLONES_H
#define CK_CLONES_H

// Only for Float: Double is used for gradient checks, where speed does not matter.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES_float __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES_float
#endif
#define CLONES_double
#define CLONES_OF_(type) CLONES_##type
#define CLONES_OF(type) CLONES_OF_(type)
/// For a kernel of type REAL.
#define CLONES CLONES_OF(REAL)

#define INLINE static inline __attribute__((always_inline))
/// An inline helper that exists for both element types.
#define OVER INLINE __attribute__((overloadable))

/// Precedes a loop with independent iterations. Without it, the compiler checks at run time whether buffers
/// overlap, over all rows at once, and takes the slow path if rows of several arrays are interleaved.
#define INDEPENDENT_float _Pragma("clang loop vectorize(assume_safety)")
#define INDEPENDENT_double
#define INDEPENDENT_OF_(type) INDEPENDENT_##type
#define INDEPENDENT_OF(type) INDEPENDENT_OF_(type)
#define INDEPENDENT INDEPENDENT_OF(REAL)

#endif
