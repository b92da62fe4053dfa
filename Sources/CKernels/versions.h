// Kernels compiled for each instruction set, and the selection of a version when they are called.
#ifndef CK_VERSIONS_H
#define CK_VERSIONS_H

#include "clones.h"

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)

#if defined(__x86_64__)
#define TARGET_WIDE __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define TARGET_MIDDLE __attribute__((target("arch=x86-64-v3")))

/// Kernels written for a vector width: calls one of the versions that each-version.inc has compiled.
#define CHOOSE(name, type, ...) \
    do { \
        if (ck_level == 2) name##_wide_##type(__VA_ARGS__); \
        else if (ck_level == 1) name##_middle_##type(__VA_ARGS__); \
        else name##_narrow_##type(__VA_ARGS__); \
    } while (0)
#else
#define CHOOSE(name, type, ...) name##_narrow_##type(__VA_ARGS__)
#endif

#endif
