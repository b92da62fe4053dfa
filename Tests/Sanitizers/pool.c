// Calls the thread pool of CKernels from several threads at once, with numbers of threads and chunks that change, nested
// calls, and pauses in which the workers fall asleep. Each chunk must run exactly once, and each job must have ended when the
// call returns. Built by Scripts/sanitize with ThreadSanitizer.
//
// usage: pool [JOBS]
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CKernels.h"

enum { CALLERS = 4, MOST_CHUNKS = 37, LENGTH = 64 };

struct job {
    uint64_t key;
    ptrdiff_t nested;
    float values[MOST_CHUNKS * LENGTH];
    int runs[MOST_CHUNKS];
};

static int jobs = 2000;

static void fill(float *values, uint64_t key, ptrdiff_t chunk) {
    ck_random_uniform(key, (uint64_t)chunk * LENGTH, 0.0f, 1.0f, values, LENGTH);
}

static void count_one(void *context, ptrdiff_t chunk) { ((int *)context)[chunk]++; }

static void one_chunk(void *context, ptrdiff_t chunk) {
    struct job *job = context;
    fill(job->values + chunk * LENGTH, job->key, chunk);
    job->runs[chunk]++;
    if (chunk != job->nested) return;
    int inner[5] = {0};
    ck_parallel_run(4, 5, count_one, inner);
    for (int i = 0; i < 5; i++)
        if (inner[i] != 1) abort();
}

static void *caller(void *argument) {
    const uint64_t number = (uint64_t)(ptrdiff_t)argument;
    struct job *job = malloc(sizeof *job);
    float expected[LENGTH];
    for (int i = 0; i < jobs; i++) {
        const uint64_t draw = ck_philox_mix(number, (uint64_t)i);
        const ptrdiff_t chunks = (ptrdiff_t)(draw % (MOST_CHUNKS + 1)), threads = (ptrdiff_t)(draw >> 8) % 7;
        memset(job, 0, sizeof *job);
        job->key = draw;
        job->nested = (draw >> 16) % 8 == 0 ? 0 : -1;
        if ((draw >> 20) % 16 == 0) usleep(300);
        const int is_alone = (draw >> 24) % 8 == 0;
        if (is_alone) ck_work_alone(1);
        ck_parallel_run(threads, chunks, one_chunk, job);
        if (is_alone) ck_work_alone(-1);
        for (ptrdiff_t chunk = 0; chunk < MOST_CHUNKS; chunk++) {
            if (chunk < chunks) fill(expected, draw, chunk);
            const float *found = job->values + chunk * LENGTH;
            if (job->runs[chunk] != (chunk < chunks) || (chunk < chunks && memcmp(found, expected, sizeof expected) != 0)) {
                fprintf(stderr, "error: job %d of thread %d, chunk %td of %td with %td threads: ran %d times\n", i, (int)number,
                        chunk, chunks, threads, job->runs[chunk]);
                exit(1);
            }
        }
    }
    free(job);
    return NULL;
}

int main(int count, char **words) {
    if (count > 1) jobs = atoi(words[1]);
    pthread_t threads[CALLERS];
    for (ptrdiff_t i = 0; i < CALLERS; i++)
        if (pthread_create(&threads[i], NULL, caller, (void *)i) != 0) return 2;
    for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    printf("thread pool: %d jobs of %d threads\n", CALLERS * jobs, CALLERS);
    return 0;
}
