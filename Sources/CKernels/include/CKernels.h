// Loops over contiguous arrays, for Float and Double under the same names.
//
// Every function is computed by the calling thread in a fixed order. Only the thread pool in threads.c uses other
// threads. Sizes are element counts. Outputs may alias inputs if a comment says "in place".
#ifndef CKERNELS_H
#define CKERNELS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define CK_MAX_THREADS 64

// -- runtime.c: memory, recording state of a thread, the machine

void *ck_allocate(ptrdiff_t bytes);
void ck_release(void *pointer);
/// Returns the free memory of the allocator to the system.
void ck_release_unused(void);
/// Unmaps the physical memory of the code and constants of the program and its libraries, most of which only the start needed. The
/// system maps those that are used again from its page cache. Breakpoints of a debugger in them are lost.
void ck_release_code(void);
/// The number of nested requests on this thread not to record.
int ck_recording_pauses(void);
void ck_pause_recording(int change);
/// The number of cores available to this process.
int ck_usable_cores(void);

/// Starts a program that is killed after a number of seconds of processor time (0 for no limit) and, if `follows_thread`,
/// when the calling thread ends, however it ends. It inherits the three files as its standard input, output and error, and
/// no others. Returns its process id, or a negative error number.
int ck_start_program(const char *program, char *const *words, char *const *environment, const int files[3],
                     long seconds, int follows_thread);
/// Creates a file in memory without a name. Returns its descriptor, or a negative error number.
int ck_memory_file(const char *label);

/// The instruction sets that the kernels are compiled for, from level 0 on: "baseline", "avx2" and "avx512". The
/// environment variable AUTOGRAD_ISA selects one at program start; the default is the widest that the processor
/// supports. A value that is unknown or not supported ends the program with an error.
const char *ck_instruction_set(int level);
int ck_current_level(void);
int ck_best_level(void);
/// Selects a level up to the best one. For tests: no kernel may be running.
void ck_use_level(int level);

// -- sha256.c

/// Updates the state of a SHA-256 digest with blocks of 64 bytes.
void ck_sha256_blocks(uint32_t state[8], const uint8_t *bytes, ptrdiff_t count);
/// Returns the digest after the remaining bytes of `total`.
void ck_sha256_finish(uint32_t state[8], const uint8_t *rest, ptrdiff_t total, uint8_t digest[32]);

// -- threads.c

/// Calls body(context, i) for each i below chunks, on up to `threads` threads, and returns when all are done.
void ck_parallel_run(ptrdiff_t threads, ptrdiff_t chunks, void (*body)(void *context, ptrdiff_t chunk), void *context);

/// The number of nested requests of this thread to do all chunks itself.
void ck_work_alone(int change);

// -- search.c

/// Returns the index of the first value that is not above `limit`, or n if there is none. NaN is not above it.
ptrdiff_t ck_find_not_above(const float *x, ptrdiff_t n, float limit);

// -- random.c: Philox 4x32-10

/// Blocks `counter`... of four 32-bit words each.
void ck_philox(uint64_t key, uint64_t counter, ptrdiff_t blocks, uint32_t *words);
/// Derives a key from two keys.
uint64_t ck_philox_mix(uint64_t key, uint64_t with);

// -- elementwise.c

/// Ends a sequence of calls of ck_stream.
void ck_stream_end(void);

// -- peak.c

/// The number of multiply-adds per step of ck_peak_multiply_adds.
ptrdiff_t ck_peak_lanes(void);
/// Computes steps of multiply-adds in registers, as many as the processor can at once.
float ck_peak_multiply_adds(ptrdiff_t steps);

// -- norm.c

/// Merges the moments (mean and sum of squared deviations) of `more` rows into those of `rows` rows.
void ck_merge_moments(
    double *mean, double *deviation, ptrdiff_t rows, const double *mean2, const double *deviation2, ptrdiff_t more,
    ptrdiff_t width);

/// The number of columns of a packed matrix is rounded up to a multiple of this.
#define CK_PANEL 16

/// A sliding window along one axis: output i reads the inputs i * stride + tap * dilation - before.
typedef struct {
    ptrdiff_t size, kernel, stride, dilation, before, outputs;
} ck_axis_window;

/// The columns of a panel of 8-bit weights, and the channels of a row of activations that share a scale.
#define CK_INT8_PANEL 16
#define CK_INT8_BLOCK 128

/// Quantized activations: the value of q is scale * (q - zero).
typedef struct {
    float scale;
    int32_t zero;
} ck_int8_scale;

#include "frames.h"
#include "spectral.h"
#include "trees.h"

#define CK __attribute__((overloadable))

#define REAL float
#include "kernels.inc"
#undef REAL
#define REAL double
#include "kernels.inc"
#undef REAL

// Audio is float regardless of the element type of tensors.
#include "sound-level.inc"
#include "sound-resample.inc"
#include "sound-vocoder.inc"

#endif
