#define _GNU_SOURCE
#include "confinement.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>
#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// Sanitizers reserve terabytes of addresses and call the system in their own ways.
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

static void limit(int resource, rlim_t most) {
    struct rlimit both = {most, most};
    setrlimit(resource, &both);
}

#if defined(__linux__)
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif
#endif

#if defined(ARCHITECTURE)
/// The system calls of memory, reading, replying and ending.
static const unsigned allowed[] = {
    SYS_read,     SYS_pread64, SYS_recvmsg,      SYS_sendto,        SYS_close,        SYS_lseek,  SYS_brk,
    SYS_munmap,   SYS_mremap,  SYS_madvise,      SYS_futex,         SYS_setitimer,    SYS_getppid, SYS_rt_sigreturn,
    SYS_exit,     SYS_exit_group, SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_sched_yield, SYS_restart_syscall,
};

enum { ALLOWED = sizeof allowed / sizeof allowed[0] };

static void filter_calls(void) {
    struct sock_filter code[2 * ALLOWED + 16];
    unsigned short count = 0;
    const struct sock_filter refuse = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
#define ADD(...) code[count++] = (struct sock_filter)__VA_ARGS__
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    code[count++] = refuse;
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (int i = 0; i < ALLOWED; i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], 0, 1));
        code[count++] = allow;
    }
    // Memory, but not for code.
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0));
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])));
    ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
    code[count++] = allow;
    code[count++] = refuse;
#undef ADD
    struct sock_fprog program = {count, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#endif

void cd_confine(void) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_NOFILE, 16);
    if (&__asan_init || &__tsan_init) return;
    limit(RLIMIT_AS, (rlim_t)2 << 30);
#if defined(ARCHITECTURE)
    filter_calls();
#endif
}
