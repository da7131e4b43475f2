// SPDX-License-Identifier: Apache-2.0
#include "unwind/plt_table.h"

#include <gelf.h>
#include <string.h>

#include "symbols/elf_image.h"

#define ENTRY_BYTES 16
/* Of the shortest entry there is. */
#define LEAST_BYTES 8

/* Operations of entries, x86-64. */
static const uint8_t endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
static const uint8_t jump[] = { 0xff, 0x25 };
enum { PUSH = 0x68, GO_ON = 0xe9 };

/* Nothing is pushed yet but the return address; what is pushed then goes to the dynamic linker. */
static const struct unwind_rule called = { .cfa = UNWIND_CFA_REGISTER, .cfa_register = UNWIND_RSP, .offset = 8 };
static const struct unwind_rule gap = { .cfa = UNWIND_CFA_FRAME_POINTER };

/* Where in a lazy entry its push is done; 0 when it is none. It jumps; push $N; jmp .plt; or is endbr64; push $N; jmp .plt. */
static uint8_t pushed_at(const uint8_t *entry)
{
	if (memcmp(entry, jump, sizeof(jump)) == 0 && entry[6] == PUSH && entry[11] == GO_ON)
		return 11;
	if (memcmp(entry, endbr64, sizeof(endbr64)) == 0 && entry[4] == PUSH && entry[9] == GO_ON)
		return 9;
	return 0;
}

/* Entries that lead nowhere else: of functions that are bound at once, or chosen by the CPU (IFUNC), as static programs have. */
static bool is_jump(const uint8_t *entry)
{
	return memcmp(entry, jump, sizeof(jump)) == 0 ||
	       (memcmp(entry, endbr64, sizeof(endbr64)) == 0 && memcmp(entry + sizeof(endbr64), jump, sizeof(jump)) == 0);
}

/* The first entry is what all go on to, with N pushed: push GOT[1]; jmp *GOT[2]. */
static void add_lazy(struct table *table, uint64_t address, uint8_t pushed)
{
	struct unwind_rule rule = called;

	rule.offset = 16;
	table_add(table, address, &rule);
	rule.offset = 24;
	table_add(table, address + 6, &rule);
	rule = (struct unwind_rule){ .cfa = UNWIND_CFA_PLT, .cfa_register = UNWIND_RSP, .offset = 8, .addend = pushed };
	table_add(table, address + ENTRY_BYTES, &rule);
}

static void fill_section(struct table *table, Elf *elf, const char *name, const struct code_range *code, size_t code_count)
{
	struct table rows = { 0 };
	GElf_Shdr header;
	Elf_Scn *section;
	Elf_Data *data;
	uint8_t pushed = 0;

	if (!elf_find_section(elf, name, &section, &header))
		return;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf || data->d_size < LEAST_BYTES || !is_code(header.sh_addr, header.sh_addr + data->d_size, code, code_count))
		return;
	/* A rule of lazy entries tells by the address how far they are. */
	if (data->d_size >= 2 * ENTRY_BYTES && header.sh_addr % ENTRY_BYTES == 0)
		pushed = pushed_at((const uint8_t *)data->d_buf + ENTRY_BYTES);
	if (is_jump(data->d_buf))
		table_add(&rows, header.sh_addr, &called);
	else if (pushed)
		add_lazy(&rows, header.sh_addr, pushed);
	if (rows.count && table_add(&rows, header.sh_addr + data->d_size, &gap))
		table_fill(table, &rows);
	table_free(&rows);
}

void plt_table_fill(struct table *table, Elf *elf, const struct code_range *code, size_t code_count)
{
	static const char *const sections[] = { ".plt", ".plt.sec", ".plt.got", ".iplt" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		fill_section(table, elf, sections[i], code, code_count);
}
