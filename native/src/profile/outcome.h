/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a stack is believed, and what is missing of it. */
#ifndef PROFBOUND_OUTCOME_H
#define PROFBOUND_OUTCOME_H

#include "profile/recorder_state.h"

/* What is kept of a stack. */
struct outcome {
	/* Frames from the leaf on; what is behind them is not believed. */
	uint32_t depth;
	/* The frame that is put behind them, an enum marker, or none: -1. */
	int marker;
	enum incomplete_cause incomplete;
};

/* Of a recorder that is resolved. */
struct outcome outcome_of(const struct recorder *recorder, const struct stack *stack);

#endif
