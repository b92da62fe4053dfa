#include "CKernels.h"
#include "math.inc"

#include <string.h>

#define REAL float
#include "reduce.inc"
#undef REAL
#define REAL double
#include "reduce.inc"
