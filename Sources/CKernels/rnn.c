#include "CKernels.h"
#include "math.inc"

#include <string.h>

#define REAL float
#include "rnn.inc"
#undef REAL
#define REAL double
#include "rnn.inc"
