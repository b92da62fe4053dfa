#include "CKernels.h"
#include "math.inc"

enum { LANES = 16, BLOCK = 1024 };

#define REAL float
#include "loss.inc"
#undef REAL
#define REAL double
#include "loss.inc"
