// A thread pool that processes the numbered chunks of one job at a time.
//
// `claims` holds the job's number (upper half) and its next unclaimed chunk (lower half). A chunk is claimed by
// compare-and-swap on the whole word, so a thread that wakes late can never take a chunk of a job other than the
// one whose body it has read. The caller works too, and waits only for chunks that other threads have started.
#include "CKernels.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef void (*body_t)(void *, ptrdiff_t);

static struct {
    pthread_mutex_t running;  // held by the thread that runs a job
    pthread_mutex_t sleep;
    pthread_cond_t wake;
    _Atomic(uint64_t) claims;
    _Atomic(ptrdiff_t) chunks, helpers, done;
    _Atomic(body_t) body;
    _Atomic(void *) context;
    atomic_int sleeping;
    int started;
} pool = {.running = PTHREAD_MUTEX_INITIALIZER, .sleep = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local int inside = 0;

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// How long an idle thread spins before it sleeps, because jobs often follow each other closely. Measured in time: a pause
// takes 3 cycles on some processors and 140 on others.
static const int64_t spin_nanoseconds = 100000;

// Processes chunks of the job numbered in `word` until none is left.
static void work(uint64_t word) {
    const uint64_t job = word >> 32;
    while ((word >> 32) == job) {
        ptrdiff_t chunk = (ptrdiff_t)(word & 0xffffffffu);
        ptrdiff_t chunks = atomic_load_explicit(&pool.chunks, memory_order_acquire);
        body_t body = atomic_load_explicit(&pool.body, memory_order_acquire);
        void *context = atomic_load_explicit(&pool.context, memory_order_acquire);
        if (chunk >= chunks) return;
        if (!atomic_compare_exchange_weak_explicit(
                &pool.claims, &word, word + 1, memory_order_acq_rel, memory_order_acquire))
            continue;
        body(context, chunk);
        atomic_fetch_add_explicit(&pool.done, 1, memory_order_acq_rel);
        word = atomic_load_explicit(&pool.claims, memory_order_acquire);
    }
}

static int has_work(uint64_t word, uint64_t seen, ptrdiff_t number) {
    return (word >> 32) != seen && number <= atomic_load_explicit(&pool.helpers, memory_order_relaxed) &&
           (ptrdiff_t)(word & 0xffffffffu) < atomic_load_explicit(&pool.chunks, memory_order_relaxed);
}

static void *worker(void *argument) {
    const ptrdiff_t number = (ptrdiff_t)argument;
    uint64_t seen = 0;
    inside = 1;
    for (;;) {
        uint64_t word = atomic_load_explicit(&pool.claims, memory_order_acquire);
        const int64_t end = nanoseconds() + spin_nanoseconds;
        for (unsigned i = 1; !has_work(word, seen, number) && (i % 64 != 0 || nanoseconds() < end); i++) {
            relax();
            word = atomic_load_explicit(&pool.claims, memory_order_acquire);
        }
        if (!has_work(word, seen, number)) {
            pthread_mutex_lock(&pool.sleep);
            atomic_fetch_add(&pool.sleeping, 1);
            while (!has_work(word = atomic_load(&pool.claims), seen, number))
                pthread_cond_wait(&pool.wake, &pool.sleep);
            atomic_fetch_sub(&pool.sleeping, 1);
            pthread_mutex_unlock(&pool.sleep);
        }
        seen = word >> 32;
        work(word);
    }
    return NULL;
}

static void start_workers(int wanted) {
    while (pool.started < wanted) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, 4 << 20);
        int failed = pthread_create(&thread, &attributes, worker, (void *)(ptrdiff_t)(pool.started + 1));
        pthread_attr_destroy(&attributes);
        if (failed) return;  // fewer threads compute the same result
        pool.started++;
    }
}

void ck_work_alone(int change) { inside += change; }

void ck_parallel_run(ptrdiff_t threads, ptrdiff_t chunks, body_t body, void *context) {
    if (threads > CK_MAX_THREADS) threads = CK_MAX_THREADS;
    // Another thread's job is running, or this is a nested call: run the same chunks sequentially.
    if (threads < 2 || chunks < 2 || inside || pthread_mutex_trylock(&pool.running) != 0) {
        for (ptrdiff_t i = 0; i < chunks; i++) body(context, i);
        return;
    }
    inside = 1;
    start_workers((int)threads - 1);
    ptrdiff_t helpers = threads - 1 < chunks - 1 ? threads - 1 : chunks - 1;
    // No chunk can be claimed while the job's description changes.
    uint64_t job = (((atomic_load(&pool.claims) >> 32) + 1) & 0xffffffffu) << 32;
    atomic_store(&pool.claims, job | 0xffffffffu);
    atomic_store_explicit(&pool.chunks, chunks, memory_order_release);
    atomic_store_explicit(&pool.helpers, helpers, memory_order_release);
    atomic_store_explicit(&pool.body, body, memory_order_release);
    atomic_store_explicit(&pool.context, context, memory_order_release);
    atomic_store_explicit(&pool.done, 0, memory_order_release);
    atomic_store(&pool.claims, job);
    if (atomic_load(&pool.sleeping) > 0) {
        pthread_mutex_lock(&pool.sleep);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.sleep);
    }
    work(job);
    for (int spins = 0; atomic_load_explicit(&pool.done, memory_order_acquire) < chunks; spins++) {
        if (spins < 2000) relax();
        else sched_yield();
    }
    inside = 0;
    pthread_mutex_unlock(&pool.running);
}
