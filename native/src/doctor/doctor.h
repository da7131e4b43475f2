/* SPDX-License-Identifier: Apache-2.0 */
/* The `doctor` subcommand: what this machine and these privileges allow, and the one line that would allow more. */
#ifndef PROFBOUND_DOCTOR_H
#define PROFBOUND_DOCTOR_H

#include <stdbool.h>

/* Prints the checks as text or as JSON (profbound/doctor@1); EXIT_WRITTEN when a backend works, else EXIT_CANNOT_MEASURE. */
int doctor_run(bool json);

#endif
