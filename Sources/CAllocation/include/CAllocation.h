// Error messages for exhausted memory. Only a program may enable them: a library must not end the program that uses it.
#ifndef CALLOCATION_H
#define CALLOCATION_H

/// Makes every later failed malloc, calloc or realloc end the program with an error message and status 71. Without it,
/// Swift's runtime ends the program with a signal. Callers that handle failures use posix_memalign.
void ca_report_failures(void);

#endif
