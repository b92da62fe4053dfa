// A library for LD_PRELOAD that makes one file operation of a program fail, or kills the program there.
//
// Operations on files below FAULT_ROOT are counted in FAULT_COUNTER, a file that all processes of a program map. The
// operation numbered FAULT_AT (from 1) fails as FAULT_KIND says: the number of an errno value, "short" (a write stops after
// half of its bytes, and the next one fails for lack of space) or "kill". FAULT_LOG, if set, receives a line for each operation.
// FAULT_NAMES, if set, makes the file system one without files that have no name (O_TMPFILE).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic(long) *counter;
static const char *root, *kind, *log_path;
static long fault_at;
static int log_file = -1, needs_names;

__attribute__((constructor)) static void begin(void) {
    root = getenv("FAULT_ROOT");
    kind = getenv("FAULT_KIND");
    log_path = getenv("FAULT_LOG");
    needs_names = getenv("FAULT_NAMES") != NULL;
    const char *at = getenv("FAULT_AT"), *path = getenv("FAULT_COUNTER");
    fault_at = at ? atol(at) : 0;
    if (!root || !path) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (memory != MAP_FAILED) counter = memory;
    if (log_path) log_file = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

// Whether a path is FAULT_ROOT, which ends with a slash, or below it.
static int is_below_root(const char *path) {
    size_t length = strlen(root);
    return strncmp(path, root, length) == 0 || (strlen(path) == length - 1 && strncmp(path, root, length - 1) == 0);
}

// Whether the operation is the one that fails; sets errno.
static int fails(const char *operation, const char *path) {
    if (!counter || !is_below_root(path)) return 0;
    long number = atomic_fetch_add(counter, 1) + 1;
    if (log_file >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", number, operation, path);
        if (length > 0) syscall(SYS_write, log_file, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    }
    if (!kind || fault_at == 0) return 0;
    if (strcmp(kind, "short") == 0) {
        if (number == fault_at && strcmp(operation, "write") == 0) return 2;
        errno = ENOSPC;
        return number == fault_at + 1 && strcmp(operation, "write") == 0;
    }
    if (number != fault_at) return 0;
    if (strcmp(kind, "kill") == 0) {
        kill(getpid(), SIGKILL);
        pause();
    }
    errno = atoi(kind);
    return 1;
}

static const char *absolute(int folder, const char *path, char *buffer) {
    if (path[0] == '/' || folder != AT_FDCWD) return path;
    if (!getcwd(buffer, PATH_MAX)) return path;
    size_t length = strlen(buffer);
    snprintf(buffer + length, PATH_MAX - length, "/%s", path);
    return buffer;
}

static const char *named(int file, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// Opens a file by a call, unless the operation fails.
#define OPENING(name, folder, call) \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    } \
    if (needs_names && (flags & O_TMPFILE) == O_TMPFILE) { \
        errno = EOPNOTSUPP; \
        return -1; \
    } \
    char buffer[PATH_MAX]; \
    const char *operation = flags & (O_WRONLY | O_RDWR) ? "create" : "open"; \
    return fails(operation, absolute(folder, path, buffer)) ? -1 : call

#define OPEN(name) \
    int name(const char *path, int flags, ...) { OPENING(name, AT_FDCWD, real(path, flags, mode)); }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { OPENING(name, folder, real(folder, path, flags, mode)); }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    char buffer[PATH_MAX];
    int fault = counter ? fails("write", named(file, buffer)) : 0;
    if (fault == 1) return -1;
    return real(file, bytes, fault == 2 ? (count + 1) / 2 : count);
}

int fsync(int file) {
    REAL(fsync);
    char buffer[PATH_MAX];
    return counter && fails("sync", named(file, buffer)) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(fdatasync);
    char buffer[PATH_MAX];
    return counter && fails("sync", named(file, buffer)) ? -1 : real(file);
}

int ftruncate(int file, off_t size) {
    REAL(ftruncate);
    char buffer[PATH_MAX];
    return counter && fails("truncate", named(file, buffer)) ? -1 : real(file, size);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    char buffer[PATH_MAX];
    return fails("rename", absolute(AT_FDCWD, to, buffer)) ? -1 : real(from, to);
}

int linkat(int from_folder, const char *from, int folder, const char *to, int flags) {
    REAL(linkat);
    char buffer[PATH_MAX];
    return fails("link", absolute(folder, to, buffer)) ? -1 : real(from_folder, from, folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    char buffer[PATH_MAX];
    return fails("mkdir", absolute(AT_FDCWD, path, buffer)) ? -1 : real(path, mode);
}

int unlink(const char *path) {
    REAL(unlink);
    char buffer[PATH_MAX];
    return fails("unlink", absolute(AT_FDCWD, path, buffer)) ? -1 : real(path);
}
