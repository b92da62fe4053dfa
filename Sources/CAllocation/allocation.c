#define _GNU_SOURCE
#include "CAllocation.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
// They replace the same functions.
#define IS_SANITIZED
#endif
#endif

// In the process that decodes audio files, nothing enables this: libsndfile handles failed allocations itself.
static int is_enabled;

void ca_report_failures(void) { is_enabled = 1; }

#if defined(__GLIBC__) && !defined(IS_SANITIZED)

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

/// Sets `call` to the function of the next library: that of the C library, or of an allocator in LD_PRELOAD, whose `free`
/// receives the memory. While it is searched, `fallback` is called.
#define FIND(name, fallback) \
    static __typeof__(&name) next; \
    static _Thread_local int is_searching; \
    __typeof__(&name) call = __atomic_load_n(&next, __ATOMIC_RELAXED); \
    if (call == NULL && !is_searching) { \
        is_searching = 1; \
        call = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        is_searching = 0; \
        __atomic_store_n(&next, call, __ATOMIC_RELAXED); \
    } \
    if (call == NULL) call = fallback

static void *checked(void *memory, size_t bytes) {
    if (__builtin_expect(memory == NULL, 0) && bytes > 0 && is_enabled) {
        // Without allocating.
        char line[200];
        int length = snprintf(line, sizeof line,
                              "error: out of memory: cannot allocate another %zu bytes. Use less data or smaller batches, or "
                              "raise the limit of the process (ulimit -v).\n",
                              bytes);
        if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) _exit(71);
        _exit(71);
    }
    return memory;
}

void *malloc(size_t bytes) {
    FIND(malloc, __libc_malloc);
    return checked(call(bytes), bytes);
}

void *calloc(size_t count, size_t size) {
    FIND(calloc, __libc_calloc);
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) bytes = SIZE_MAX;
    return checked(call(count, size), bytes);
}

void *realloc(void *memory, size_t bytes) {
    FIND(realloc, __libc_realloc);
    return checked(call(memory, bytes), bytes);
}

#endif
