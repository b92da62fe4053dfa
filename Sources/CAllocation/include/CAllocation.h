// Out of memory with an error message, for a program; a library must not decide this for the programs that use it.
#ifndef CALLOCATION_H
#define CALLOCATION_H

/// From now on, a failed malloc, calloc or realloc ends the program with an error message and status 71. Swift's runtime would
/// end it with a signal. Callers that handle failures use posix_memalign.
void ca_report_failures(void);

#endif
