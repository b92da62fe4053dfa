#ifndef CONFINEMENT_H
#define CONFINEMENT_H

/// Takes from this process what decoding does not need: opening and creating files, the network, other processes, code
/// that is created at run time, and more than 2 GB of memory. The open files stay usable.
void cd_confine(void);

#endif
