/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `profbound-collect annotate FILE`: what a compiler's profile must say of addresses. Addresses, as linked, come in
 * hexadecimal, one a line; out comes one JSON object:
 *
 *     build_id   of the file, lower-case hexadecimal; empty when it has none
 *     symbols    those with an address in them: name, address, size, binding (global, weak, local, label) and ordinal, a
 *                local's number among the locals of its name, in order of addresses; blocks [address, bytes,
 *                instructions], as far as its code can be read; locations [address, and for each function that runs
 *                there, innermost first, its index in functions, line, discriminator]: of every address that was asked
 *                for, and of those at which a row of the line table begins
 *     functions  name as the linker would know it, start_line of the definition, 0 when unknown, file
 *
 * A symbol's `astray` are those addresses that were asked for and lie in the middle of an instruction.
 *
 * `annotate FILE --all` asks for all functions, and gives instead of blocks and astray what they call: calls [address,
 * target or 0 where a pointer says it, 1 where it does not return here, else 0].
 */
#ifndef PROFBOUND_ANNOTATION_H
#define PROFBOUND_ANNOTATION_H

#include <stdbool.h>

/* `is_whole`: of all functions. Returns the exit code. */
int annotation_run(const char *path, bool is_whole);

#endif
