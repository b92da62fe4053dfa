// Nontemporal stores for results that are too large for the caches. A regular store would first read what it
// overwrites.
#ifndef CK_STREAM_H
#define CK_STREAM_H

#include <stdint.h>

#include "clones.h"

/// Makes nontemporal stores visible to other threads before later stores.
INLINE void end_of_stream(void) {
#if defined(__x86_64__)
    __builtin_ia32_sfence();
#endif
}

#endif
