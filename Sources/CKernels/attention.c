#include "CKernels.h"
#include "math.inc"

#include <string.h>

enum { LANES = 16 };

#define REAL float
#include "attention.inc"
#undef REAL
#define REAL double
#include "attention.inc"
