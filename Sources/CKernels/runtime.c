#define _GNU_SOURCE
#include "CKernels.h"
#include "clones.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__linux__)
#include <link.h>
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
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

void ck_release_unused(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

#if defined(__linux__)
/// Relocations that were written into the code would be lost.
static int has_relocated_code(const struct dl_phdr_info *file) {
    for (int i = 0; i < file->dlpi_phnum; i++) {
        if (file->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(file->dlpi_addr + file->dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL))) return 1;
    }
    return 0;
}

static int release_code(struct dl_phdr_info *file, size_t size, void *context) {
    (void)size;
    (void)context;
    if (has_relocated_code(file)) return 0;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < file->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &file->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (file->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = file->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}
#endif

void ck_release_code(void) {
#if defined(__linux__)
    dl_iterate_phdr(release_code, NULL);
#endif
}

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

// By increasing width, as in `ck_level`.
static const char *const instruction_sets[] = {"baseline", "avx2", "avx512"};

int ck_level = 0;
int ck_has_vnni = 0;
static int best_level = 0;

const char *ck_instruction_set(int level) { return instruction_sets[level]; }

int ck_current_level(void) { return ck_level; }

int ck_best_level(void) { return best_level; }

void ck_use_level(int level) { ck_level = level; }

__attribute__((constructor)) static void choose_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    best_level = __builtin_cpu_supports("x86-64-v4") ? 2 : __builtin_cpu_supports("x86-64-v3") ? 1 : 0;
#endif
    ck_level = best_level;
#if defined(__x86_64__)
    ck_has_vnni = __builtin_cpu_supports("avx512vnni") != 0;
#endif
    const char *wished = getenv("AUTOGRAD_ISA");
    if (!wished || !*wished) return;
    int level = 2;
    while (level >= 0 && strcmp(wished, instruction_sets[level]) != 0) level--;
    if (level < 0)
        fprintf(stderr, "error: AUTOGRAD_ISA: unknown instruction set \"%s\"; expected avx512, avx2 or baseline\n", wished);
    else if (level > best_level)
        fprintf(stderr, "error: AUTOGRAD_ISA: this processor does not support \"%s\"; the widest that it supports is \"%s\"\n",
                wished, instruction_sets[best_level]);
    else {
        ck_level = level;
        return;
    }
    _exit(64);
}
