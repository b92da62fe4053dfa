#include "CKernels.h"
#include "math.inc"

#define REAL float
#include "optimizer.inc"
#undef REAL
#define REAL double
#include "optimizer.inc"
