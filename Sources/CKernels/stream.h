// Results that are too large for the caches are written past them: a plain store would first read what it overwrites.
#ifndef CK_STREAM_H
#define CK_STREAM_H

#include <stdint.h>

#include "clones.h"

/// Makes stores past the caches visible to other threads before what is stored after.
INLINE void end_of_stream(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

#endif
