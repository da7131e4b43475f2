/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_ROOTS_H
#define PROFBOUND_ROOTS_H

#include <stdbool.h>

/* Whether threads begin in the function of that name (as the linker knows it): a stack that ends in it is complete. */
bool is_root_function(const char *system_name);

#endif
