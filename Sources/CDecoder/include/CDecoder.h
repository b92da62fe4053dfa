// Decoding of audio files by libsndfile in a separate process: the process, and the functions to talk to it.
#ifndef CDECODER_H
#define CDECODER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The first word of the command line that makes any program with this module a decoder. Its standard input is then one
/// end of `cd_pair`. It never returns to the program.
#define CD_PROCESS_NAME "prosody-decoder"

enum { CD_OPEN = 1, CD_SEEK, CD_READ, CD_CLOSE };

/// A request for the process.
struct cd_request {
    int32_t action;
    int32_t correction_count;
    /// CD_OPEN: the size of the file in bytes. CD_SEEK: a frame. CD_READ: the maximum number of frames.
    int64_t number;
    /// CD_OPEN: where in the file other bytes replace those of the file.
    int64_t correction_place;
    uint8_t correction[8];
};

/// The reply to a request.
struct cd_reply {
    /// CD_OPEN: 1, or 0 if libsndfile rejects the file. CD_SEEK: the frame, or -1. CD_READ: the number of frames, whose
    /// interleaved samples follow as floats.
    int64_t number;
    /// CD_OPEN: what the header says.
    int64_t frames;
    int32_t rate, channels;
    char format[160];
    /// The error of libsndfile; empty if there is none.
    char message[256];
};

/// Creates two connected sockets. Returns 0, or -1 with `errno`.
int cd_pair(int ends[2]);
/// Sends a request, with an open file unless `file` is -1. Returns 0, or -1 with `errno`.
int cd_send(int socket, const struct cd_request *request, int file);
/// Receives up to `count` bytes. Returns their number, 0 if the other end is closed, or -1 if none arrive in time.
ptrdiff_t cd_receive(int socket, void *target, size_t count, int milliseconds);
/// Returns the processor time of a process in seconds; 0 if it has ended.
double cd_processor_seconds(pid_t process);

#endif
