/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of call frame information comes to as a rule that the kernel's side can follow. */
#ifndef PROFBOUND_FRAME_RULE_H
#define PROFBOUND_FRAME_RULE_H

#include "unwind/frame_program.h"

/* `is_signal`: the CIE says that the kernel made the frame. */
struct unwind_rule frame_rule(const struct frame_line *line, bool is_signal);

#endif
