// SPDX-License-Identifier: Apache-2.0
#include "unwind/table_listing.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/fail.h"
#include "symbols/elf_image.h"
#include "unwind/store.h"

#define CELL 32

static const char *const register_names[] = { "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
					      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };

static void format_cfa(const struct unwind_rule *rule, char cell[CELL])
{
	const char *name = register_names[rule->cfa_register & 15];

	switch ((enum unwind_cfa)rule->cfa) {
	case UNWIND_CFA_REGISTER: snprintf(cell, CELL, "%s%+d", name, rule->offset); break;
	case UNWIND_CFA_DEREFERENCE: snprintf(cell, CELL, "*(%s%+d)%+d", name, rule->offset, rule->addend); break;
	case UNWIND_CFA_PLT: snprintf(cell, CELL, "rsp%+d+(rip&15>=%d)*8", rule->offset, rule->addend); break;
	case UNWIND_CFA_OTHER_STACK: snprintf(cell, CELL, "%s%+d, other", name, rule->offset); break;
	case UNWIND_CFA_INTERRUPTED: snprintf(cell, CELL, "%s%+d, interrupted", name, rule->offset); break;
	case UNWIND_CFA_SIGNAL: snprintf(cell, CELL, "signal"); break;
	case UNWIND_CFA_FRAME_POINTER: snprintf(cell, CELL, "frame-pointer"); break;
	case UNWIND_CFA_TRAMPOLINE: snprintf(cell, CELL, "trampoline"); break;
	case UNWIND_CFA_OUTERMOST: snprintf(cell, CELL, "outermost"); break;
	case UNWIND_CFA_UNSUPPORTED: snprintf(cell, CELL, "unsupported"); break;
	}
}

static void format_saved(enum unwind_saved saved, int slot, char cell[CELL])
{
	switch (saved) {
	case UNWIND_SAME: snprintf(cell, CELL, "u"); break;
	case UNWIND_AT_CFA: snprintf(cell, CELL, "c%+d", 8 * slot); break;
	case UNWIND_AT_RBP: snprintf(cell, CELL, "*(rbp%+d)", 8 * slot); break;
	case UNWIND_LOST: snprintf(cell, CELL, "lost"); break;
	}
}

static void print_row(uint64_t address, const struct unwind_rule *rule)
{
	char cfa[CELL], rbx[CELL] = "-", rbp[CELL] = "-";
	bool has_caller = rule->cfa <= UNWIND_CFA_INTERRUPTED;

	format_cfa(rule, cfa);
	if (has_caller) {
		format_saved(rule->rbx, rule->rbx_slot, rbx);
		format_saved(rule->rbp, rule->rbp_slot, rbp);
	}
	printf("%016" PRIx64 " %-20s %-9s %-9s %s\n", address, cfa, rbx, rbp, has_caller ? "c-8" : "-");
}

static void print_rows(const struct table *table, const struct store *store, const struct store_place *place)
{
	static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };

	printf("%-16s %-20s %-9s %-9s %s\n", "LOC", "CFA", "rbx", "rbp", "ra");
	for (size_t i = 0; i < table->count; i++) {
		const struct table_row *row = &table->rows[i];
		const struct unwind_rule *stored = place ? store_find(store, place, row->address) : &row->rule;

		print_row(row->address, stored ? stored : &gap);
	}
}

static size_t count_unsupported(const struct table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += table->rows[i].rule.cfa == UNWIND_CFA_UNSUPPORTED;
	return count;
}

static void read_file(const char *path, struct table *table)
{
	struct elf_image image;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || !elf_image_open(&image, fd))
		fail(EXIT_USAGE, "unwind-table %s: not an ELF file that can be read", path);
	if (!table_read(table, image.elf))
		fail(EXIT_USAGE, "unwind-table %s: the file has no unwind information for x86-64", path);
	elf_image_close(&image);
	close(fd);
}

int table_listing_run(const char *path, bool from_store)
{
	struct store *store = store_new_private();
	struct store_place place;
	struct table table;
	uint64_t begin = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID), read, packed;

	read_file(path, &table);
	read = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	if (!store_add(store, &table, &place))
		fail(EXIT_CANNOT_MEASURE, "unwind-table %s: the table does not fit", path);
	packed = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	print_rows(&table, store, from_store ? &place : NULL);
	printf("%zu rows, %zu rules, %zu unsupported, %zu malformed, %zu bytes packed, %.2f a row, "
	       "%.1f ms of CPU time to read, %.1f to pack\n",
	       table.count, store_rules(store), count_unsupported(&table), table.malformed, store_bytes(store),
	       (double)store_bytes(store) / table.count, (read - begin) / 1e6, (packed - read) / 1e6);
	table_free(&table);
	store_free(store);
	return EXIT_WRITTEN;
}
