#define _GNU_SOURCE
#include "CKernels.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

void *ck_allocate(ptrdiff_t bytes) {
    const ptrdiff_t huge = 2 << 20;
    ptrdiff_t alignment = bytes >= huge ? huge : 64;
    void *pointer = NULL;
    if (posix_memalign(&pointer, (size_t)alignment, (size_t)bytes) != 0) {
        fprintf(stderr, "error: out of memory: cannot allocate %.1f MB. Use smaller batches or shorter sequences.\n",
                bytes / 1048576.0);
        _exit(71);
    }
#if defined(__linux__)
    if (bytes >= huge) madvise(pointer, (size_t)bytes & ~(size_t)4095, MADV_HUGEPAGE);
#endif
    return pointer;
}

void ck_release(void *pointer) { free(pointer); }

static _Thread_local int recording_pauses = 0;

int ck_recording_pauses(void) { return recording_pauses; }

void ck_pause_recording(int change) { recording_pauses += change; }

int ck_usable_cores(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

#if defined(__x86_64__)
int ck_level = 0;

__attribute__((constructor)) static void choose_level(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        ck_level = 2;
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        ck_level = 1;
}

const char *ck_instruction_set(void) { return ck_level == 2 ? "AVX-512" : ck_level == 1 ? "AVX2" : "SSE2"; }
#else
const char *ck_instruction_set(void) { return "128-bit vectors"; }
#endif
