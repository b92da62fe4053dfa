#define _GNU_SOURCE
#include "CDecoder.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

int cd_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }

int cd_send(int socket, const struct cd_request *request, int file) {
    struct iovec part = {(void *)request, sizeof *request};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (file >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &file, sizeof file);
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    // A request is far smaller than the buffer of a socket, which is empty when a request is sent.
    return sent == (ssize_t)sizeof *request ? 0 : -1;
}

ptrdiff_t cd_receive(int socket, void *target, size_t count, int milliseconds) {
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    if (poll(&ready, 1, milliseconds) <= 0) return -1;
    ssize_t got = recv(socket, target, count, MSG_DONTWAIT);
    if (got < 0) return errno == EINTR || errno == EAGAIN ? -1 : 0;
    return got;
}

double cd_processor_seconds(pid_t process) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}
