// SPDX-License-Identifier: Apache-2.0
/* The unwinder in user mode: over this program's own stacks, compared with the C library's, and step by step. */
#define _GNU_SOURCE
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"
#include "processes/process_state.h"
#include "unwind/spaces.h"
#include "unwind/unwinder.h"

#define FRAMES 64

/* The steps themselves, as they are within the unwinder. */
static long unwind_read(void *memory, __u64 address, void *to, __u32 bytes)
{
	const struct stack_copy *stack = memory;

	if (!stack || address < stack->address || address - stack->address + bytes > stack->size)
		return -1;
	memcpy(to, stack->bytes + (address - stack->address), bytes);
	return 0;
}

static long unwind_word(void *memory, __u64 address, __u64 *to)
{
	return unwind_read(memory, address, to, sizeof(*to));
}

#include "unwind_step.h"

static struct objects objects;
static struct processes processes;
static struct spaces *spaces;
static struct store *store;

static uint64_t stack_end(void)
{
	pthread_attr_t attributes;
	void *lowest = NULL;
	size_t size = 0;

	CHECK(pthread_getattr_np(pthread_self(), &attributes) == 0 && pthread_attr_getstack(&attributes, &lowest, &size) == 0);
	pthread_attr_destroy(&attributes);
	return (uint64_t)lowest + size;
}

/* Whether the walk from `context` finds the callers that backtrace() finds from `skipped` on, to the outermost. */
static void compare(const ucontext_t *context, int skipped)
{
	const greg_t *from = context->uc_mcontext.gregs;
	const uint64_t registers[UNWIND_REGISTERS] = {
		from[REG_RAX], from[REG_RDX], from[REG_RCX], from[REG_RBX], from[REG_RSI], from[REG_RDI],
		from[REG_RBP], from[REG_RSP], from[REG_R8],  from[REG_R9],  from[REG_R10], from[REG_R11],
		from[REG_R12], from[REG_R13], from[REG_R14], from[REG_R15], from[REG_RIP],
	};
	const struct stack_copy stack = {
		.address = registers[UNWIND_RSP],
		.bytes = (const uint8_t *)registers[UNWIND_RSP],
		.size = stack_end() - registers[UNWIND_RSP],
	};
	uint64_t frames[FRAMES];
	struct stack_walk walk = { .frames = frames, .limit = FRAMES };
	void *expected[FRAMES];
	int count = backtrace(expected, FRAMES);

	unwinder_walk(store, spaces_of(spaces, getpid()), registers, &stack, &walk);
	CHECK_NUMBER(walk.end, UNWIND_COMPLETE);
	CHECK_NUMBER(walk.depth, count - skipped);
	/* The first is in the same function, at another of its calls. */
	for (uint32_t i = 1; i < walk.depth && skipped + (int)i < count; i++)
		CHECK_NUMBER(frames[i] & ~(UNWIND_BY_FRAME_POINTER | UNWIND_INTERRUPTED), (uint64_t)expected[skipped + i]);
	/* A copy that ends too early. */
	unwinder_walk(store, spaces_of(spaces, getpid()), registers,
		      &(struct stack_copy){ .address = stack.address, .bytes = stack.bytes, .size = 16 }, &walk);
	CHECK_NUMBER(walk.end, UNWIND_UNREADABLE);
	walk.limit = 2;
	unwinder_walk(store, spaces_of(spaces, getpid()), registers, &stack, &walk);
	CHECK_NUMBER(walk.end, UNWIND_TRUNCATED);
	CHECK_NUMBER(walk.depth, 2);
}

__attribute__((noinline)) static int from_here(int depth)
{
	static ucontext_t context;
	int result = 0;

	if (depth) {
		result = from_here(depth - 1) + 1;
	} else {
		getcontext(&context);
		compare(&context, 1);
	}
	__asm__ volatile("" ::: "memory");
	return result;
}

static void on_signal(int number)
{
	from_here(2);
}

static void *thread(void *argument)
{
	from_here(4);
	return NULL;
}

static void walks_own_stacks(void)
{
	pthread_t other;

	from_here(3);
	/* Through the frame that the kernel made for the handler. */
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	CHECK(pthread_create(&other, NULL, thread, NULL) == 0);
	pthread_join(other, NULL);
}

static uint32_t fills;
static int64_t assigned;

static void fill(void *context, uint32_t number, const struct unwind_space *space)
{
	fills++;
}

static void assign(void *context, pid_t pid, int64_t number)
{
	assigned = number;
}

/* One space for processes that have the same mappings, and none for one that has ended. */
static void shares_spaces(void)
{
	const struct mappings mappings = processes_get(&processes, getpid())->mappings;
	struct process_change change = { .pid = 0x7fff0001, .generation = 2, .mappings = &mappings };
	int64_t first = assigned;

	CHECK_NUMBER(fills, 1);
	spaces_change(spaces, &change);
	CHECK_NUMBER(fills, 1);
	CHECK_NUMBER(assigned, first);
	change.mappings = NULL;
	spaces_change(spaces, &change);
	CHECK(assigned == -1);
	CHECK(!spaces_of(spaces, change.pid));
	CHECK(spaces_of(spaces, getpid()) != NULL);
}

/* Words of a stack that begins at this address. */
#define STACK 0x7000
static const uint64_t words[] = { 0x10, 0x20, 0x7028, 0x40, 0x50, 0x60, 0x70, 0x80 };

static int step(const struct unwind_rule *rule, bool has_table, uint64_t *registers, struct unwind_state *state)
{
	const struct stack_copy stack = { .address = STACK, .bytes = (const uint8_t *)words, .size = sizeof(words) };

	registers[UNWIND_RSP] = STACK;
	unwind_begin(state, (const __u64 *)registers);
	return unwind_step((void *)&stack, rule, has_table, (const __u64 *)registers, state);
}

static void steps(void)
{
	struct unwind_rule rule = { .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = 24 };
	uint64_t registers[UNWIND_REGISTERS] = { [UNWIND_RBP] = 7, [UNWIND_RBX] = 8, [UNWIND_RIP] = 0x40100b, [10] = STACK };
	struct unwind_state state;

	rule.rbp = rule.rbx = UNWIND_AT_CFA;
	rule.rbp_slot = -2;
	rule.rbx_slot = -3;
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rip, 0x7028);
	CHECK_NUMBER(state.rsp, STACK + 24);
	CHECK_NUMBER(state.rbp, 0x20);
	CHECK_NUMBER(state.rbx, 0x10);
	/* A register that only the leaf still has. */
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_DEREFERENCE, .cfa_register = 10, .offset = 16, .addend = 8 };
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rsp, 0x7030);
	CHECK_NUMBER(state.rip, 0x60);
	state.is_leaf = false;
	CHECK(unwind_step(NULL, &rule, true, (const __u64 *)registers, &state) == UNWIND_NO_RULE);
	/* The eleventh byte of an entry is behind its push. */
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_PLT, .offset = 8, .addend = 11, .rbp = UNWIND_LOST };
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rsp, STACK + 16);
	CHECK(!state.knows_rbp);
	registers[UNWIND_RIP] = 0x40100a;
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rsp, STACK + 8);
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP };
	CHECK(step(&rule, true, registers, &state) == UNWIND_NOT_RISING);
	/* What was interrupted is where it is, not before where it returns to. */
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_INTERRUPTED, .cfa_register = UNWIND_RSP, .offset = 8 };
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK(unwind_code(&state) == state.rip);
	rule.cfa = UNWIND_CFA_REGISTER;
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK(unwind_code(&state) == state.rip - 1);
	/* Another stack may lie below, but not time and again. */
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_OTHER_STACK, .cfa_register = UNWIND_RBP, .offset = 16, .rbp = UNWIND_AT_CFA,
				     .rbp_slot = -2 };
	registers[UNWIND_RBP] = STACK + 8;
	for (uint32_t falls = 0; falls <= UNWIND_FALLS; falls++) {
		const struct stack_copy stack = { .address = STACK, .bytes = (const uint8_t *)words, .size = sizeof(words) };

		unwind_begin(&state, (const __u64 *)registers);
		state.rsp = STACK + 0x1000;
		state.falls = falls;
		CHECK(unwind_step((void *)&stack, &rule, true, (const __u64 *)registers, &state) ==
		      (falls < UNWIND_FALLS ? UNWIND_GOES_ON : UNWIND_NOT_RISING));
		if (falls == 0) {
			CHECK_NUMBER(state.rip, 0x7028);
			CHECK_NUMBER(state.rsp, STACK + 24);
			CHECK(!state.is_guess);
		}
	}
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.falls, 0);
	/* Frame pointers, and what a zero one means in files with and without tables. */
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_FRAME_POINTER };
	registers[UNWIND_RBP] = STACK + 8;
	CHECK(step(&rule, true, registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rip, 0x7028);
	CHECK_NUMBER(state.rsp, STACK + 24);
	CHECK(state.is_guess);
	registers[UNWIND_RBP] = 0;
	CHECK(step(&rule, true, registers, &state) == UNWIND_CHAIN_ENDED);
	state.is_leaf = false;
	CHECK(unwind_step(NULL, &rule, false, (const __u64 *)registers, &state) == UNWIND_CHAIN_ENDED);
	CHECK(unwind_step(NULL, &rule, true, (const __u64 *)registers, &state) == UNWIND_COMPLETE);
}

/* CPython's trampolines have no frame pointer; what is like one, but in a file with tables or a leaf, is none. */
static void steps_out_of_trampolines(void)
{
	/* The last word is code: add $8,%rsp; ret. */
	static const uint64_t memory[] = { 0x10, 0x401234, 0x30, 0x40, 0xccccccc308c48348 };
	const struct stack_copy stack = { .address = STACK, .bytes = (const uint8_t *)memory, .size = sizeof(memory) };
	const uint64_t registers[UNWIND_REGISTERS] = { [UNWIND_RBP] = STACK + 16, [UNWIND_RBX] = 8, [UNWIND_RSP] = STACK,
						       [UNWIND_RIP] = STACK + 32 };
	struct unwind_rule rule = { 0 };
	struct unwind_state state;

	unwind_begin(&state, (const __u64 *)registers);
	CHECK_NUMBER(unwind_without_rule((void *)&stack, &state, false), UNWIND_CFA_FRAME_POINTER);
	state.is_leaf = state.is_exact = false;
	CHECK_NUMBER(unwind_without_rule((void *)&stack, &state, true), UNWIND_CFA_FRAME_POINTER);
	rule.cfa = unwind_without_rule((void *)&stack, &state, false);
	CHECK_NUMBER(rule.cfa, UNWIND_CFA_TRAMPOLINE);
	CHECK(unwind_step((void *)&stack, &rule, false, (const __u64 *)registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rip, 0x401234);
	CHECK_NUMBER(state.rsp, STACK + 16);
	CHECK_NUMBER(state.rbp, STACK + 16);
	CHECK(state.knows_rbx && !state.is_guess);
	unwind_begin(&state, (const __u64 *)registers);
	rule.cfa = UNWIND_CFA_FRAME_POINTER;
	CHECK(unwind_step((void *)&stack, &rule, false, (const __u64 *)registers, &state) == UNWIND_GOES_ON);
	CHECK_NUMBER(state.rip, 0x40);
}

int main(void)
{
	const struct spaces_output output = { .fill = fill, .assign = assign };

	objects_initialise(&objects);
	processes.objects = &objects;
	store = store_new_private();
	spaces = spaces_new(&objects, NULL, store, &output);
	processes_on_change(&processes, spaces_change, spaces);
	processes_adopt(&processes, getpid());
	processes_publish(&processes);
	walks_own_stacks();
	shares_spaces();
	steps();
	steps_out_of_trampolines();
	processes_on_change(&processes, NULL, NULL);
	spaces_free(spaces);
	store_free(store);
	processes_free(&processes);
	objects_free(&objects);
	return check_report("unwinder");
}
