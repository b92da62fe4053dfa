#include "CKernels.h"
#include "lanes.h"

enum { BLOCK = 1024 };

INLINE ptrdiff_t rows_of_block(ptrdiff_t classes) { return classes >= BLOCK ? 1 : BLOCK / classes; }

#define REAL float
#define BLOCK_OF_ROWS block_of_floats
#include "loss.inc"
#undef REAL
#undef BLOCK_OF_ROWS
#define REAL double
#define BLOCK_OF_ROWS block_of_doubles
#include "loss.inc"
