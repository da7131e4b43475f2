/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor reads of /proc and /sys. */
#ifndef PROFBOUND_DOCTOR_FILES_H
#define PROFBOUND_DOCTOR_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* The first line of a file without its newline; false when it cannot be read. */
bool doctor_read_line(const char *path, char *line, size_t size);

/* A number of /proc/self/status, such as "Seccomp"; -1 when there is none. */
int doctor_status_number(const char *name);

/* Whether a file of /proc/self/ns leads to the namespace the machine started with, whose inode the kernel's ABI fixes. */
bool doctor_is_initial_namespace(const char *path, unsigned long inode);

#endif
