// How a kernel is compiled once for each instruction set and chosen when the program starts.
#ifndef CK_CLONES_H
#define CK_CLONES_H

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

#define INLINE static inline __attribute__((always_inline))
/// An inline helper that exists for both types.
#define OVER INLINE __attribute__((overloadable))

#endif
