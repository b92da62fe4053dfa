#include "CKernels.h"
#include "math.inc"

#define REAL float
#include "elementwise.inc"
#undef REAL
#define REAL double
#include "elementwise.inc"
