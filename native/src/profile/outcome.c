// SPDX-License-Identifier: Apache-2.0
#include "profile/outcome.h"

/* How each ending is shown: nothing is missing where both are zero and none. */
static const struct {
	enum incomplete_cause incomplete;
	int marker;
} endings[] = {
	[ENDING_COMPLETE] = { COMPLETE, -1 },
	[ENDING_CHAIN_ENDED] = { INCOMPLETE_FRAME_POINTER_CHAIN, MARKER_CHAIN_ENDED },
	[ENDING_NO_UNWIND_INFORMATION] = { INCOMPLETE_NO_UNWIND_INFORMATION, MARKER_NO_UNWIND_INFORMATION },
	[ENDING_NOT_RISING] = { INCOMPLETE_NOT_RISING, MARKER_NOT_RISING },
	[ENDING_STACK_UNREADABLE] = { INCOMPLETE_STACK_UNREADABLE, MARKER_STACK_UNREADABLE },
	[ENDING_NO_MAPPING] = { INCOMPLETE_NO_MAPPING, MARKER_NO_CALLER_MAPPING },
	[ENDING_NO_TABLES] = { INCOMPLETE_NO_TABLES, MARKER_NO_TABLES },
	[ENDING_TRUNCATED] = { COMPLETE, MARKER_TRUNCATED },
	[ENDING_KERNEL_THREAD] = { COMPLETE, -1 },
	[ENDING_NO_USER_STACK] = { INCOMPLETE_NO_USER_STACK, MARKER_NO_USER_STACK },
	[ENDING_PROCESS_GONE] = { INCOMPLETE_PROCESS_GONE, -1 },
	[ENDING_HIDDEN_KERNEL] = { COMPLETE, -1 },
	[ENDING_EXPLAINED] = { COMPLETE, -1 },
};

static struct outcome ended(struct outcome outcome, enum stack_ending ending)
{
	outcome.incomplete = endings[ending].incomplete;
	outcome.marker = endings[ending].marker;
	return outcome;
}

/*
 * Follows a stack from the leaf to where the thread began, or to the first caller that cannot be one. The C library's
 * first functions may leave anything in the frame pointer: behind them only others of their kind count.
 */
static struct outcome follow(const struct recorder *recorder, const struct stack *stack)
{
	struct outcome outcome = { .depth = stack->depth, .marker = -1 };
	uint32_t leaf = stack->key->kernel_frames, at = leaf;

	while (at < stack->depth) {
		const struct frame *frame = &recorder->named[stack->frames[at]];

		if (at > leaf && !frame->can_be_caller)
			break;
		at++;
		if (frame->is_root && (at - 1 > leaf || at == stack->depth)) {
			while (at < stack->depth && recorder->named[stack->frames[at]].is_root)
				at++;
			outcome.depth = at;
			return outcome;
		}
	}
	outcome.depth = at;
	/* What could not be a caller was found by a frame pointer that was none, whatever came behind it. */
	return at < stack->depth ? ended(outcome, ENDING_CHAIN_ENDED) : ended(outcome, stack->key->ending);
}

static bool ends_in_root(const struct recorder *recorder, const struct stack *stack)
{
	return stack->depth > stack->key->kernel_frames && recorder->named[stack->frames[stack->depth - 1]].is_root;
}

struct outcome outcome_of(const struct recorder *recorder, const struct stack *stack)
{
	struct outcome outcome = { .depth = stack->depth, .marker = -1 };
	enum stack_ending ending = stack->key->ending;

	if (ending > ENDING_COMPLETE && ending <= ENDING_TRUNCATED) {
		/* What tables say is believed as far as they led. */
		if (stack->key->is_guessed)
			return follow(recorder, stack);
		if (ends_in_root(recorder, stack))
			return outcome;
	}
	return ended(outcome, ending);
}
