/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * User stacks, by the tables that the collector made of the files' unwind information, and by frame pointers where code
 * has none. Needs bpf_loop(): Linux 5.17.
 */
#ifndef PROFBOUND_UNWIND_BPF_H
#define PROFBOUND_UNWIND_BPF_H

#include "unwind_rules.bpf.h"

/* Threads that never see user mode: PF_KTHREAD, PF_IO_WORKER, PF_USER_WORKER of the kernel. */
#define KERNEL_THREAD_FLAGS (0x00200000 | 0x00000010 | 0x00004000)

/* Frames kept of a user stack: --max-depth. */
const volatile __u32 max_depth = MAX_STACK_DEPTH;

/* A function of its own, as the searches are, so that the verifier looks at it once and not for every way to it. */
__noinline int step_walk(struct unwind_walk *walk)
{
	if (!walk)
		return UNWIND_NO_RULE;
	return unwind_step(walk, &walk->rule, walk->has_table, walk->registers, &walk->state);
}

/* Frames that are followed in one turn of a walk. */
#define FOLLOWED_FRAMES 8
/* What follow_frames() returns beside a number of frames: the walk is over. */
#define FOLLOWED_TO_THE_END (-1)

/*
 * Follows frames as long as their rules are remembered and plain, and all of a frame is in the window. Most of all are; any other is
 * left to unwind_turn(), from its beginning.
 */
__noinline int follow_frames(struct unwind_walk *walk)
{
	__u64 rip, rsp, rbp, rbx, remembered, flags = 0, knows_rbx, is_guess;
	struct unwind_state *state;
	__u32 depth, first;

	if (!walk || !walk->state.knows_rbp)
		return 0;
	state = &walk->state;
	rip = state->rip, rsp = state->rsp, rbp = state->rbp, rbx = state->rbx;
	knows_rbx = state->knows_rbx;
	is_guess = state->is_guess;
	remembered = walk->remembered;
	depth = first = walk->depth;
	if (state->is_exact && depth)
		flags = UNWIND_INTERRUPTED;
	for (int i = 0; i < FOLLOWED_FRAMES; i++) {
		__u64 packed = remembered, guessed = PACKED_GUESSED(packed), cfa, next, rbp_at, rbx_at;

		if (depth >= max_depth || !PACKED_IS_PLAIN(packed))
			break;
		cfa = either(PACKED_CFA_REGISTER(packed), rsp, rbp) + PACKED_OFFSET(packed);
		/* A CFA rises; that of a frame pointer by both words that it leads to. */
		if (cfa <= rsp + 15 * guessed)
			break;
		if (!window_has(&walk->window, cfa - 8) && !window_read(&walk->window, false, rsp, cfa - 8))
			break;
		next = window_word(&walk->window, cfa - 8);
		/* What is not saved is read where the return address is, and not used. */
		rbp_at = cfa + 8 * either(PACKED_RBP(packed), PACKED_RBP_SLOT(packed), -1);
		rbx_at = cfa + 8 * either(PACKED_RBX_SAVED(packed), PACKED_RBX_SLOT(packed), -1);
		if (!next || !window_has(&walk->window, rbp_at) || !window_has(&walk->window, rbx_at))
			break;
		walk->record.frames[depth & (MAX_STACK_DEPTH - 1)] = rip | flags | guessed * UNWIND_BY_FRAME_POINTER;
		depth++;
		flags = 0;
		rip = next;
		rsp = cfa;
		rbp = either(PACKED_RBP(packed), window_word(&walk->window, rbp_at), rbp);
		rbx = either(PACKED_RBX_SAVED(packed), window_word(&walk->window, rbx_at), rbx);
		knows_rbx = (knows_rbx | PACKED_RBX_SAVED(packed)) & ~(guessed | PACKED_RBX_LOST(packed));
		is_guess = guessed;
		remembered = seen_answer(&walk->seen, code_key(walk, rip - 1));
	}
	/* Most walks end here. */
	if (PACKED_IS_OUTERMOST(remembered) && depth < max_depth) {
		walk->record.frames[depth & (MAX_STACK_DEPTH - 1)] = rip | flags;
		walk->depth = depth + 1;
		walk->end = UNWIND_COMPLETE;
		return FOLLOWED_TO_THE_END;
	}
	if (depth == first)
		return 0;
	walk->depth = depth;
	walk->remembered = remembered;
	state->rip = rip;
	state->rsp = rsp;
	state->rbp = rbp;
	state->rbx = rbx;
	state->knows_rbx = knows_rbx;
	state->is_guess = is_guess;
	state->is_leaf = state->is_exact = false;
	return depth - first;
}

/* A turn of the walk: frames that are plain and remembered, and the next that is not. Returns 1 when the walk is over. */
static long unwind_turn(__u32 index, struct unwind_walk **of)
{
	struct unwind_walk *walk = *of;
	struct unwind_state *state = &walk->state;
	int followed = follow_frames(walk);
	__u64 frame;
	__u32 depth;

	if (followed == FOLLOWED_FRAMES)
		return 0;
	if (followed == FOLLOWED_TO_THE_END)
		return 1;
	depth = walk->depth;
	frame = state->rip | (state->is_exact && depth ? UNWIND_INTERRUPTED : 0);
	if (depth >= max_depth || depth >= MAX_STACK_DEPTH) {
		walk->end = UNWIND_TRUNCATED;
		return 1;
	}
	walk->end = find_rule(walk);
	if (walk->end != UNWIND_GOES_ON)
		return 1;
	if (unwind_is_guessed(&walk->rule))
		frame |= UNWIND_BY_FRAME_POINTER;
	/* Told again: the verifier forgets the bounds of what is kept on the stack. */
	barrier_var(depth);
	walk->record.frames[depth & (MAX_STACK_DEPTH - 1)] = frame;
	walk->depth = depth + 1;
	walk->end = step_walk(walk);
	if (walk->end != UNWIND_GOES_ON)
		return 1;
	walk->remembered = remembered_rule(walk);
	return 0;
}

/* Walks from walk->registers. */
static __noinline int unwind_walk_up(struct task_struct *task, struct unwind_walk *walk)
{
	__u64 begin = walk_clock();

	walk->depth = 0;
	walk->end = UNWIND_NO_SPACE;
	if (know_space(task->tgid, &walk->space)) {
		unwind_begin(&walk->state, walk->registers);
		window_forget(&walk->window);
		seen_begin(&walk->seen);
		walk->remembered = remembered_rule(walk);
		bpf_loop(MAX_STACK_DEPTH + 1, unwind_turn, &walk, 0);
	}
	/* The leaf is where it is, whatever is known of it. */
	if (walk->depth == 0) {
		walk->record.frames[0] = walk->registers[UNWIND_RIP];
		walk->depth = 1;
	}
	walk->record.user_depth = walk->depth;
	walk->record.end = walk->end;
	if (time_stacks)
		__sync_fetch_and_add(&totals.user_walk_nanoseconds, walk_clock() - begin);
	return walk->end;
}

#define COPY_REGISTERS(walk, from)                                                                                             \
	do {                                                                                                                   \
		__u64 *to = (walk)->registers;                                                                                 \
		to[UNWIND_RAX] = (from)->ax, to[UNWIND_RDX] = (from)->dx, to[UNWIND_RCX] = (from)->cx;                         \
		to[UNWIND_RBX] = (from)->bx, to[UNWIND_RSI] = (from)->si, to[UNWIND_RDI] = (from)->di;                         \
		to[UNWIND_RBP] = (from)->bp, to[UNWIND_RSP] = (from)->sp, to[8] = (from)->r8, to[9] = (from)->r9;              \
		to[10] = (from)->r10, to[11] = (from)->r11, to[12] = (from)->r12, to[13] = (from)->r13;                        \
		to[14] = (from)->r14, to[15] = (from)->r15, to[UNWIND_RIP] = (from)->ip;                                       \
	} while (0)

/*
 * Fills walk->record's frames, user_depth and end with the user stack of `task`, which must be current, as it was when
 * it entered the kernel. Returns enum unwind_end.
 */
static __always_inline int unwind_task(struct task_struct *task, struct unwind_walk *walk)
{
	struct pt_regs *registers;

	walk->record.user_depth = 0;
	walk->record.end = UNWIND_NO_USER;
	if (task->flags & KERNEL_THREAD_FLAGS)
		return UNWIND_NO_USER;
	registers = (struct pt_regs *)bpf_task_pt_regs(task);
	COPY_REGISTERS(walk, registers);
	return unwind_walk_up(task, walk);
}

/* The same for a task that a perf event interrupted, in user mode or in the kernel. */
static __always_inline int unwind_event(struct bpf_perf_event_data *context, struct task_struct *task,
					struct unwind_walk *walk)
{
	/* Privilege level 3: the event's registers are the user's own. */
	if ((context->regs.cs & 3) != 3)
		return unwind_task(task, walk);
	COPY_REGISTERS(walk, &context->regs);
	return unwind_walk_up(task, walk);
}

#endif
