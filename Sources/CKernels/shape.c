#include "CKernels.h"
#include "clones.h"

#include <string.h>

// A cache line of elements, and the two halves of interleaving two lines.
typedef float float_line __attribute__((vector_size(64)));
typedef double double_line __attribute__((vector_size(64)));

#define REAL float
#define LINE float_line
#define LANES 16
#define LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#include "shape.inc"
#undef REAL
#undef LINE
#undef LANES
#undef LOW
#undef HIGH
#define REAL double
#define LINE double_line
#define LANES 8
#define LOW 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH 4, 12, 5, 13, 6, 14, 7, 15
#include "shape.inc"
