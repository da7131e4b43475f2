/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROFBOUND_CALL_SITES_H
#define PROFBOUND_CALL_SITES_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes looked at before and behind a return address. */
#define CALL_SITE_BEFORE 7
#define CALL_SITE_BEHIND 9

/*
 * Whether an x86-64 return address can be real: a call instruction ends there, or sigreturn(2) begins there. Code that
 * uses the frame pointer for something else leaves pointers to anything where a return address should be; those into
 * code are mostly pointers to functions, and before a function there is no call.
 *
 * `code` holds CALL_SITE_BEFORE bytes before the address and CALL_SITE_BEHIND bytes from it on.
 */
bool is_call_site(const uint8_t code[CALL_SITE_BEFORE + CALL_SITE_BEHIND]);

#endif
