// The process that decodes. It has one file at a time, which it received as an open descriptor.
#define _GNU_SOURCE
#include "CDecoder.h"
#include "confinement.h"

#include <errno.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

enum { CONNECTION = 0, MOST_SAMPLES = 1 << 16 };

static struct cd_request opened;
static int file = -1;
static sf_count_t place;
static SNDFILE *handle;
static int channels = 1;
static float samples[MOST_SAMPLES];
static pid_t parent;

// -- The file as libsndfile reads it.

static sf_count_t length_of_file(void *context) {
    (void)context;
    return opened.number;
}

static sf_count_t seek_in_file(sf_count_t offset, int whence, void *context) {
    (void)context;
    sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? place : opened.number, target;
    if (__builtin_add_overflow(base, offset, &target) || target < 0) return -1;
    return place = target;
}

static sf_count_t read_file(void *target, sf_count_t count, void *context) {
    (void)context;
    sf_count_t done = 0;
    if (count > opened.number - place) count = opened.number - place;
    while (done < count) {
        ssize_t got = pread(file, (char *)target + done, (size_t)(count - done), (off_t)(place + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += got;
    }
    for (int i = 0; i < opened.correction_count; i++) {
        sf_count_t at = opened.correction_place + i - place;
        if (at >= 0 && at < done) ((uint8_t *)target)[at] = opened.correction[i];
    }
    place += done;
    return done;
}

static sf_count_t write_file(const void *bytes, sf_count_t count, void *context) {
    (void)bytes, (void)count, (void)context;
    return 0;
}

static sf_count_t place_in_file(void *context) {
    (void)context;
    return place;
}

// -- Requests.

static void close_file(void) {
    if (handle) sf_close(handle);
    if (file >= 0) close(file);
    handle = NULL;
    file = -1;
}

static const char *format_name(int format) {
    SF_FORMAT_INFO info = {.format = format};
    return sf_command(handle, SFC_GET_FORMAT_INFO, &info, sizeof info) == 0 && info.name ? info.name : "";
}

static void open_file(const struct cd_request *request, int received, struct cd_reply *reply) {
    close_file();
    opened = *request;
    file = received;
    place = 0;
    SF_INFO info = {0};
    SF_VIRTUAL_IO operations = {length_of_file, seek_in_file, read_file, write_file, place_in_file};
    handle = sf_open_virtual(&operations, SFM_READ, &info, NULL);
    if (!handle) {
        snprintf(reply->message, sizeof reply->message, "%s", sf_strerror(NULL));
        return;
    }
    channels = info.channels;
    reply->number = 1;
    reply->frames = info.frames;
    reply->rate = info.samplerate;
    reply->channels = info.channels;
    const char *container = format_name(info.format & SF_FORMAT_TYPEMASK);
    const char *encoding = format_name(info.format & SF_FORMAT_SUBMASK);
    snprintf(reply->format, sizeof reply->format, "%s%s%s", container, *container && *encoding ? ", " : "", encoding);
}

static int64_t read_frames(int64_t count) {
    int64_t most = channels > 0 ? MOST_SAMPLES / channels : 0;
    sf_count_t got = most > 0 ? sf_readf_float(handle, samples, count < most ? count : most) : 0;
    return got > 0 ? got : 0;
}

static void answer(const struct cd_request *request, int received, struct cd_reply *reply) {
    if (request->action == CD_OPEN) {
        open_file(request, received, reply);
    } else if (request->action == CD_CLOSE) {
        close_file();
    } else if (handle) {
        if (request->action == CD_SEEK) reply->number = sf_seek(handle, request->number, SEEK_SET);
        if (request->action == CD_READ) reply->number = read_frames(request->number);
        if (sf_error(handle) != 0) snprintf(reply->message, sizeof reply->message, "%s", sf_strerror(handle));
    }
}

// -- The connection.

/// Receives a request and the file that comes with it; returns whether there is another one.
static int receive(struct cd_request *request, int *received) {
    struct iovec part = {request, sizeof *request};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do got = recvmsg(CONNECTION, &message, MSG_WAITALL);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof *request) return 0;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *received = -1;
    if (header && header->cmsg_type == SCM_RIGHTS) memcpy(received, CMSG_DATA(header), sizeof *received);
    return 1;
}

static int send_all(const void *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(CONNECTION, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return 0;
        bytes = (const char *)bytes + sent;
        count -= (size_t)sent;
    }
    return 1;
}

/// A process that waits for a request notices that its parent has ended. One that decodes has to look.
static void check_parent(int signal) {
    (void)signal;
    if (getppid() != parent) _exit(0);
}

static void check_parent_every(int microseconds) {
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void serve(void) {
    struct cd_request request;
    int received;
    while (receive(&request, &received)) {
        struct cd_reply reply = {0};
        check_parent_every(200000);
        answer(&request, received, &reply);
        check_parent_every(0);
        size_t bytes = request.action == CD_READ ? (size_t)reply.number * (size_t)channels * sizeof(float) : 0;
        if (!send_all(&reply, sizeof reply) || !send_all(samples, bytes)) break;
    }
    _exit(0);
}

/// Runs before the program's own `main`. With Glibc, it receives the command line.
__attribute__((constructor)) static void become_decoder(int count, char **words) {
    struct stat status;
    if (count < 1 || strcmp(words[0], CD_PROCESS_NAME) != 0) return;
    if (fstat(CONNECTION, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
    parent = getppid();
    // The program that uses this process decides when it ends, also after Ctrl-C.
    const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (int i = 0; i < 4; i++) signal(ignored[i], SIG_IGN);
    // A crash ends the process. The handlers of Swift's runtime need system calls that are refused here, and would try for ever.
    const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
    for (int i = 0; i < 6; i++) signal(crashes[i], SIG_DFL);
    struct sigaction action = {.sa_handler = check_parent, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
#if defined(__linux__)
    prctl(PR_SET_NAME, CD_PROCESS_NAME);
#endif
    cd_confine();
    serve();
}
