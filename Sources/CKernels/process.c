// Starting programs, and files for them.
#define _GNU_SOURCE
#include "CKernels.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/// Runs in the child, where only async-signal-safe functions may be called: other threads held locks when it was forked.
static void become(const char *program, char *const *words, char *const *environment, const int files[3], long seconds,
                   int parent) {
#if defined(__linux__)
    // The signal is sent when the thread that forked ends, which waits for the child.
    if (parent && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)) _exit(127);
#endif
    // First above the standard descriptors: if those of the parent are closed, its files may have their numbers, and
    // a file that is duplicated onto itself would be closed at the start of the program.
    int above[3];
    for (int i = 0; i < 3; i++)
        if ((above[i] = fcntl(files[i], F_DUPFD_CLOEXEC, 3)) < 0) return;
    for (int i = 0; i < 3; i++)
        if (dup2(above[i], i) < 0) return;
#if defined(__linux__) && defined(SYS_close_range)
    // The flag 4 is CLOSE_RANGE_CLOEXEC: the pipe that reports a failure must stay open until the program has started.
    syscall(SYS_close_range, 3U, ~0U, 4U);
#endif
    struct rlimit limit = {(rlim_t)seconds, (rlim_t)seconds + 1};
    if (seconds > 0) setrlimit(RLIMIT_CPU, &limit);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program, words, environment);
}

int ck_start_program(const char *program, char *const *words, char *const *environment, const int files[3],
                     long seconds, int follows_thread) {
    int report[2], parent = follows_thread ? getpid() : 0, failure = 0;
    if (pipe(report) != 0) return -errno;
    for (int i = 0; i < 2; i++) fcntl(report[i], F_SETFD, FD_CLOEXEC);
    // Above the standard descriptors, which are replaced.
    int writing = fcntl(report[1], F_DUPFD_CLOEXEC, 3);
    close(report[1]);
    pid_t child = writing < 0 ? -1 : fork();
    if (child == 0) {
        become(program, words, environment, files, seconds, parent);
        failure = errno;
        ssize_t written = write(writing, &failure, sizeof failure);
        (void)written;
        _exit(127);
    }
    if (child < 0) failure = errno;
    if (writing >= 0) close(writing);
    if (child > 0 && read(report[0], &failure, sizeof failure) > 0) waitpid(child, NULL, 0);
    close(report[0]);
    return failure > 0 ? -failure : (int)child;
}

int ck_memory_file(const char *label) {
#if defined(__linux__)
    int file = memfd_create(label, MFD_CLOEXEC);
    return file < 0 ? -errno : file;
#else
    (void)label;
    return -ENOSYS;
#endif
}
