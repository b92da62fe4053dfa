#include "CKernels.h"
#include "clones.h"

#include <string.h>

#define REAL float
#include "index.inc"
#undef REAL
#define REAL double
#include "index.inc"
