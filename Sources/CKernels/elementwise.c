#include "CKernels.h"

#include <string.h>

#include "math.inc"
#include "stream.h"

// The elements of a part of a result that bypasses the caches.
enum { STREAMED = 64 };

#define REAL float
#include "elementwise.inc"
#undef REAL
#define REAL double
#include "elementwise.inc"

void ck_stream_end(void) { end_of_stream(); }
