/* SPDX-License-Identifier: Apache-2.0 */
/* The names of threads, as records and /proc tell them. */
#ifndef PROFBOUND_COMMS_H
#define PROFBOUND_COMMS_H

#include <stddef.h>
#include <sys/types.h>

/* TASK_COMM_LEN of the kernel's ABI, NUL included. */
#define COMM_BYTES 16

struct comms;

struct comms *comms_new(void);
void comms_free(struct comms *comms);

/* The thread has this name from here on; longer names are cut. */
void comms_set(struct comms *comms, pid_t tid, const char *name);

/* A new thread has the name of the one that made it, until it says otherwise. */
void comms_inherit(struct comms *comms, pid_t tid, pid_t parent_tid);

/* The thread has ended; its id may be used again. */
void comms_remove(struct comms *comms, pid_t tid);

/* The name of a thread; reads /proc the first time, and is "" when that knows none. Valid until the next call. */
const char *comms_get(struct comms *comms, pid_t pid, pid_t tid);

#endif
