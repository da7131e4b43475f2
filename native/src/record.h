/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_RECORD_H
#define PROFBOUND_RECORD_H

#include "options.h"

/* Makes one capture from beginning to end; returns the exit code. */
int record_run(const struct options *options);

#endif
