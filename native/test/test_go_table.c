// SPDX-License-Identifier: Apache-2.0
/* Unwinding Go by its tables: a program is run instruction by instruction, and its whole stack walked from each. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "symbols/call_sites.h"
#include "symbols/go_pclntab.h"
#include "unwind/table.h"

#define STEPS 40000
#define DEEPEST 256
#define SIGFRAME_REGISTERS 40

static char folder[] = "/tmp/profbound-test-XXXXXX";

/* Stays on its first thread and stops itself when it is ready to be followed. */
static const char source[] =
	"package main\n"
	"\n"
	"import (\n"
	"	\"fmt\"\n"
	"	\"os\"\n"
	"	\"runtime\"\n"
	"	\"sort\"\n"
	"	\"strings\"\n"
	"	\"syscall\"\n"
	"	\"time\"\n"
	")\n"
	"\n"
	"func init() { runtime.LockOSThread() }\n"
	"\n"
	"type node struct{ left, right *node }\n"
	"\n"
	"func grow(depth int) *node {\n"
	"	var space [64]int\n"
	"	space[depth%64] = depth\n"
	"	if depth == 0 {\n"
	"		return &node{}\n"
	"	}\n"
	"	return &node{grow(depth - 1), grow(depth - 1 - space[1]*0)}\n"
	"}\n"
	"\n"
	"func main() {\n"
	"	syscall.Kill(os.Getpid(), syscall.SIGSTOP)\n"
	"	for round := 0; ; round++ {\n"
	"		words := strings.Fields(strings.Repeat(\"the quick brown fox \", 3))\n"
	"		sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })\n"
	"		counts := map[string]int{}\n"
	"		for _, word := range words {\n"
	"			counts[word] += len(fmt.Sprint(word, round, time.Now().Unix()))\n"
	"		}\n"
	"		done := make(chan *node)\n"
	"		go func() { done <- grow(5) }()\n"
	"		grow(4)\n"
	"		<-done\n"
	"		syscall.Kill(os.Getpid(), syscall.SIGURG)\n"
	"		func() {\n"
	"			defer func() { recover() }()\n"
	"			var none *node\n"
	"			none.left = nil\n"
	"		}()\n"
	"		runtime.GC()\n"
	"	}\n"
	"}\n";

struct walker {
	struct table table;
	struct go_pclntab pclntab;
	pid_t pid;
	unsigned walks, complete, frames, direct_calls, matching_calls;
	/* Where the code was interrupted that the stack being walked returns to; 0: it was not. And where one was last lost. */
	uint64_t interrupted, lost;
};

static bool read_memory(pid_t pid, uint64_t address, void *to, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)address, size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

struct frame_state {
	uint64_t rip, rsp, rbp;
	/* `rip` is where it stopped, not where it returns to. */
	bool is_exact;
};

/* Where a direct call before a return address leads to; 0 when there is none, NO_CALL when nothing calls there. */
#define NO_CALL UINT64_MAX
static uint64_t call_target(pid_t pid, uint64_t returns_to)
{
	uint8_t code[CALL_SITE_BEFORE + CALL_SITE_BEHIND];
	int32_t distance;

	if (!read_memory(pid, returns_to - CALL_SITE_BEFORE, code, sizeof(code)) || !is_call_site(code))
		return NO_CALL;
	if (code[CALL_SITE_BEFORE - 5] != 0xe8)
		return 0;
	memcpy(&distance, code + CALL_SITE_BEFORE - 4, 4);
	return returns_to + distance;
}

/* Whether a direct call leads to the function its callee's frame is in. Assembly may jump on to another, and is left out. */
static void check_call(struct walker *walker, uint64_t target, uint64_t callee)
{
	struct go_function called, found;
	const char *file;

	if (!target || target == NO_CALL || !go_pclntab_find(&walker->pclntab, target, &called) ||
	    !go_pclntab_find(&walker->pclntab, callee, &found))
		return;
	file = go_file_at(&walker->pclntab, &called, called.start);
	if (!file || strstr(file, ".s"))
		return;
	walker->direct_calls++;
	/* By name: one that can be called in both of Go's conventions has a wrapper of the same name. */
	walker->matching_calls += strcmp(called.name, found.name) == 0;
	if (called.start != found.start && getenv("SHOW_DIFFERENCES"))
		printf("  calls %s, is in %s\n", called.name, found.name);
}

/* Goes to the caller; false when the rule cannot say, or what it says is no caller. */
static bool go_up(struct walker *walker, const struct unwind_rule *rule, struct frame_state *state)
{
	struct frame_state caller = { .rbp = state->rbp };
	uint64_t cfa;

	if (rule->cfa == UNWIND_CFA_SIGNAL) {
		/* struct rt_sigframe behind its return address: ucontext's registers. */
		uint64_t registers[23];

		if (!read_memory(walker->pid, state->rsp + SIGFRAME_REGISTERS, registers, sizeof(registers)))
			return false;
		*state = (struct frame_state){ registers[16], registers[15], registers[10], true };
		walker->interrupted = state->rip;
		return true;
	}
	if (rule->cfa == UNWIND_CFA_OTHER_STACK) {
		cfa = state->rbp + rule->offset;
		if (!read_memory(walker->pid, state->rbp, &caller.rbp, 8))
			return false;
	} else if (rule->cfa == UNWIND_CFA_REGISTER || rule->cfa == UNWIND_CFA_INTERRUPTED) {
		cfa = state->rsp + rule->offset;
		if (rule->rbp == UNWIND_AT_CFA && !read_memory(walker->pid, cfa + 8 * rule->rbp_slot, &caller.rbp, 8))
			return false;
	} else {
		return false;
	}
	if (!read_memory(walker->pid, cfa - 8, &caller.rip, 8))
		return false;
	caller.rsp = cfa;
	caller.is_exact = rule->cfa == UNWIND_CFA_INTERRUPTED;
	/* What was interrupted stays there for all of the handler's steps, and would be counted for each. */
	if (!caller.is_exact && !walker->interrupted)
		check_call(walker, call_target(walker->pid, caller.rip), state->rip - !state->is_exact);
	*state = caller;
	return true;
}

/* The vDSO is not in the table: it begins with a file's magic number, less than 8 pages before its code. */
static bool is_in_vdso(const struct walker *walker, uint64_t address)
{
	struct go_function function;
	char magic[4];

	if (go_pclntab_find(&walker->pclntab, address, &function))
		return false;
	for (uint64_t page = address & ~0xfffULL; page > (address & ~0xfffULL) - 0x8000; page -= 0x1000) {
		if (read_memory(walker->pid, page, magic, sizeof(magic)) && memcmp(magic, "\x7f" "ELF", 4) == 0)
			return true;
	}
	return false;
}

static const char *name_at(const struct walker *walker, uint64_t address)
{
	struct go_function function;

	return go_pclntab_find(&walker->pclntab, address, &function) ? function.name : "?";
}

/* Walks up to where nothing called, and counts whether it got there. What a signal interrupted in the vDSO does not count. */
static void walk(struct walker *walker, const struct user_regs_struct *registers)
{
	struct frame_state state = { registers->rip, registers->rsp, registers->rbp, true };

	walker->interrupted = 0;
	for (unsigned depth = 0; depth < DEEPEST; depth++) {
		const struct unwind_rule *rule = table_find(&walker->table, state.rip - !state.is_exact);
		uint64_t at = state.rip;

		if (state.is_exact && is_in_vdso(walker, at))
			return;
		walker->frames++;
		if (rule && rule->cfa == UNWIND_CFA_OUTERMOST) {
			walker->walks++;
			walker->complete++;
			return;
		}
		if (!rule || !go_up(walker, rule, &state)) {
			if (getenv("SHOW_DIFFERENCES"))
				printf("  lost in %s at %" PRIx64 ", frame %u, rule %d, leaf %s\n", name_at(walker, at - 1), at, depth,
				       rule ? rule->cfa : -1, name_at(walker, registers->rip));
			break;
		}
	}
	if (walker->interrupted && walker->interrupted == walker->lost)
		return;
	walker->lost = walker->interrupted;
	walker->walks++;
}

/* Runs the program up to where it stops itself. */
static pid_t start(const char *program)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(program, program, NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) && WSTOPSIG(status) != SIGSTOP)
		ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
	CHECK(WIFSTOPPED(status));
	return pid;
}

static void follow(struct walker *walker)
{
	int status, signal_number = 0;

	for (unsigned step = 0; step < STEPS; step++) {
		struct user_regs_struct registers;

		if (ptrace(PTRACE_SINGLESTEP, walker->pid, 0, signal_number) ||
		    waitpid(walker->pid, &status, __WALL) != walker->pid || !WIFSTOPPED(status)) {
			CHECK(!"the program ended");
			return;
		}
		signal_number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		/* Every instruction of a stretch, and of every stretch a part. */
		if (step % 16384 >= 8192 && step % 7)
			continue;
		ptrace(PTRACE_GETREGS, walker->pid, 0, &registers);
		walk(walker, &registers);
	}
}

/* It looks as if called from where no call is: the rule of the byte before may be another. */
static void check_preemption(const struct walker *walker)
{
	for (size_t i = 0; i < walker->pclntab.function_count; i++) {
		struct go_function function;

		if (!go_pclntab_function(&walker->pclntab, i, &function) || strcmp(function.name, "runtime.asyncPreempt") != 0)
			continue;
		CHECK(table_find(&walker->table, function.start)->cfa == UNWIND_CFA_INTERRUPTED);
		CHECK(table_find(&walker->table, function.start + 16)->cfa == UNWIND_CFA_INTERRUPTED);
		return;
	}
	CHECK(!"the program can be preempted");
}

static void walks_whole_stacks(const char *name, const char *options)
{
	struct walker walker = { 0 };
	char command[1024], program[256];
	Elf *elf;
	int fd;

	snprintf(command, sizeof(command), "cd %s && GOFLAGS= GOTOOLCHAIN=local CGO_ENABLED=0 go build %s -o %s .", folder,
		 options, name);
	if (!CHECK(system(command) == 0))
		return;
	snprintf(program, sizeof(program), "%s/%s", folder, name);
	fd = open(program, O_RDONLY);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	CHECK(table_read(&walker.table, elf));
	CHECK(go_pclntab_open(&walker.pclntab, elf));
	check_preemption(&walker);
	walker.pid = start(program);
	follow(&walker);
	kill(walker.pid, SIGKILL);
	waitpid(walker.pid, NULL, __WALL);
	printf("  %-10s %zu rows; %u stacks of %.1f frames, complete %.3f %%; of %u direct calls %.3f %% lead to their callee\n", name,
	       walker.table.count, walker.walks, (double)walker.frames / walker.walks,
	       100.0 * walker.complete / walker.walks, walker.direct_calls,
	       100.0 * walker.matching_calls / walker.direct_calls);
	CHECK(walker.walks > 10000);
	CHECK(1000ULL * walker.complete >= 999ULL * walker.walks);
	CHECK(walker.direct_calls > walker.walks && 1000ULL * walker.matching_calls >= 999ULL * walker.direct_calls);
	table_free(&walker.table);
	elf_end(elf);
	close(fd);
}

static void write_text(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

int main(void)
{
	char command[64];

	CHECK(mkdtemp(folder) != NULL);
	write_text("main.go", source);
	write_text("go.mod", "module sample\n\ngo 1.18\n");
	setenv("GOMAXPROCS", "2", 1);
	/* Its .debug_frame knows of one stack only. */
	walks_whole_stacks("plain", "");
	walks_whole_stacks("stripped", "-ldflags='-s -w'");
	snprintf(command, sizeof(command), "rm -r %s", folder);
	CHECK(system(command) == 0);
	return check_report("go_table");
}
