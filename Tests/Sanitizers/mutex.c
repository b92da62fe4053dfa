// ThreadSanitizer does not see that a thread which waited for a `Mutex` of the Swift library acquires it, because the kernel
// hands the mutex over. Loaded before that library, this file replaces the wait by attempts which it reports to ThreadSanitizer.
#include <sched.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));

// Synchronization._MutexHandle._lockSlow(UInt32): an unlocked mutex holds 0, a locked one the identifier of its thread.
__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) uint32_t *mutex)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) uint32_t *mutex) {
    for (uint32_t unlocked = 0;
         !__atomic_compare_exchange_n(mutex, &unlocked, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); unlocked = 0)
        sched_yield();
    if (__tsan_acquire) __tsan_acquire(mutex);
}
