// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "target/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "target/privileges.h"

#define ANY_ARGUMENT -1

/* A system call that is allowed; where one argument is looked at, while none of the bits is set in it. */
struct allowance {
	uint32_t number;
	int argument;
	uint32_t forbidden;
};

static const struct allowance with_open_files[] = {
	/* Files that are open. */
	{ SYS_read, ANY_ARGUMENT, 0 },
	{ SYS_pread64, ANY_ARGUMENT, 0 },
	{ SYS_lseek, ANY_ARGUMENT, 0 },
	{ SYS_fstat, ANY_ARGUMENT, 0 },
	{ SYS_newfstatat, ANY_ARGUMENT, 0 },
	{ SYS_fcntl, ANY_ARGUMENT, 0 },
	{ SYS_dup, ANY_ARGUMENT, 0 },
	{ SYS_write, ANY_ARGUMENT, 0 },
	{ SYS_close, ANY_ARGUMENT, 0 },
	/* Memory. */
	{ SYS_brk, ANY_ARGUMENT, 0 },
	{ SYS_mmap, 2, PROT_EXEC },
	{ SYS_mprotect, 2, PROT_EXEC },
	{ SYS_mremap, ANY_ARGUMENT, 0 },
	{ SYS_munmap, ANY_ARGUMENT, 0 },
	{ SYS_madvise, ANY_ARGUMENT, 0 },
	{ SYS_futex, ANY_ARGUMENT, 0 },
	/* How much memory there is: the C library's qsort asks. */
	{ SYS_sysinfo, ANY_ARGUMENT, 0 },
	{ SYS_getrandom, ANY_ARGUMENT, 0 },
	/* The clock where the vDSO has none; handlers return, but no signal can be held off; the end. */
	{ SYS_clock_gettime, ANY_ARGUMENT, 0 },
	{ SYS_rt_sigreturn, ANY_ARGUMENT, 0 },
	{ SYS_restart_syscall, ANY_ARGUMENT, 0 },
	{ SYS_exit, ANY_ARGUMENT, 0 },
	{ SYS_exit_group, ANY_ARGUMENT, 0 },
};

static const struct allowance with_reading[] = {
	{ SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND },
	{ SYS_readlink, ANY_ARGUMENT, 0 },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Instructions of one allowance at most, and of what is around all of them. */
#define ALLOWANCE_INSTRUCTIONS 5
#define OTHER_INSTRUCTIONS 8

struct program {
	struct sock_filter code[ALLOWANCE_INSTRUCTIONS * (COUNT(with_open_files) + COUNT(with_reading)) + OTHER_INSTRUCTIONS];
	unsigned short length;
};

static void add(struct program *program, uint16_t code, uint32_t value, uint8_t when_true, uint8_t when_false)
{
	program->code[program->length++] = (struct sock_filter){ code, when_true, when_false, value };
}

static void add_result(struct program *program, uint32_t result)
{
	add(program, BPF_RET | BPF_K, result, 0, 0);
}

static void add_allowances(struct program *program, const struct allowance *allowances, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct allowance *allowance = &allowances[i];
		bool looks = allowance->argument != ANY_ARGUMENT;

		add(program, BPF_JMP | BPF_JEQ | BPF_K, allowance->number, 0, looks ? 4 : 1);
		if (looks) {
			/* The lower half: flags are 32 bits. */
			add(program, BPF_LD | BPF_W | BPF_ABS,
			    offsetof(struct seccomp_data, args) + allowance->argument * sizeof(uint64_t), 0, 0);
			add(program, BPF_JMP | BPF_JSET | BPF_K, allowance->forbidden, 0, 1);
			add_result(program, SECCOMP_RET_ERRNO | EPERM);
		}
		add_result(program, SECCOMP_RET_ALLOW);
	}
}

static bool filter(enum confinement confinement)
{
	struct program program = { 0 };

	/* Numbers are another architecture's otherwise: 32-bit calls must not pass for 64-bit ones. */
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	add_result(&program, SECCOMP_RET_ERRNO | EPERM);
	add(&program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	add_allowances(&program, with_open_files, COUNT(with_open_files));
	if (confinement == CONFINED_TO_READING)
		add_allowances(&program, with_reading, COUNT(with_reading));
	add_result(&program, SECCOMP_RET_ERRNO | EPERM);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){ program.length, program.code }) == 0;
}

bool confine(enum confinement confinement)
{
	privileges_drop();
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter(confinement);
}
