// A library for LD_PRELOAD in place of libsndfile's sf_open_virtual, which acts on the last five bytes of a file: "spins"
// never returns, "crash" ends the process, and "stray" ends it if it can do anything other than decode.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static int can_stray(void) {
    return open("/etc/passwd", O_RDONLY) >= 0 || open("/tmp", O_TMPFILE | O_WRONLY, 0600) >= 0 ||
           socket(AF_INET, SOCK_STREAM, 0) >= 0 || fork() >= 0 ||
           mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
           execl("/bin/true", "true", NULL) == 0;
}

SNDFILE *sf_open_virtual(SF_VIRTUAL_IO *file, int mode, SF_INFO *info, void *context) {
    static SNDFILE *(*real)(SF_VIRTUAL_IO *, int, SF_INFO *, void *);
    if (!real) real = (SNDFILE * (*)(SF_VIRTUAL_IO *, int, SF_INFO *, void *)) dlsym(RTLD_NEXT, "sf_open_virtual");
    char word[6] = "";
    if (mode == SFM_READ) {
        file->seek(-5, SEEK_END, context);
        file->read(word, 5, context);
        file->seek(0, SEEK_SET, context);
    }
    static volatile int forever = 1;
    if (strcmp(word, "spins") == 0)
        while (forever) {}
    if (strcmp(word, "crash") == 0 || (strcmp(word, "stray") == 0 && can_stray())) __builtin_trap();
    return real(file, mode, info, context);
}
