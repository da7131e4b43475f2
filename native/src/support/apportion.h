/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a whole number without losing any of it. */
#ifndef PROFBOUND_APPORTION_H
#define PROFBOUND_APPORTION_H

#include <stddef.h>
#include <stdint.h>

/*
 * Splits `total` in proportion to `weights`, which are not negative and not all zero; the shares add up to exactly
 * `total`, and each is less than 1 from its quota (largest remainders, the first of equals first).
 */
void apportion(uint64_t total, const double *weights, size_t count, uint64_t *shares);

#endif
