/* SPDX-License-Identifier: Apache-2.0 */
/* What LLVM's symbolizer says of addresses, to compare our own answers with. */
#ifndef PROFBOUND_SYMBOLIZER_H
#define PROFBOUND_SYMBOLIZER_H

#include <stdlib.h>

#include "check.h"
#include "symbols/object_symbols.h"

struct agreement {
	unsigned addresses;
	/* Of those, the ones in inlined code. */
	unsigned inlined;
	/* Same functions, from the innermost to the outermost. */
	unsigned functions;
	/* And the same line in each. */
	unsigned lines;
	/* And where each is defined. */
	unsigned starts;
	/* And what tells apart code of that line. */
	unsigned discriminators;
	unsigned shown;
};

struct expected_line {
	char name[4096];
	unsigned start;
	unsigned line;
	unsigned discriminator;
};

struct expected_lines {
	struct expected_line entries[MAX_INLINED + 1];
	uint32_t count;
};

/* Reads the lines of one address, up to the empty line behind them. */
static inline bool read_expected(FILE *file, struct expected_lines *lines)
{
	char text[8192];

	lines->count = 0;
	while (fgets(text, sizeof(text), file) && text[0] != '\n') {
		struct expected_line *last = lines->count ? &lines->entries[lines->count - 1] : NULL;

		if (text[0] != ' ') {
			last = &lines->entries[lines->count++];
			*last = (struct expected_line){ 0 };
			snprintf(last->name, sizeof(last->name), "%.*s", (int)strcspn(text, "\n"), text);
		} else if (last) {
			sscanf(text, "  Function start line: %u", &last->start);
			sscanf(text, "  Line: %u", &last->line);
			sscanf(text, "  Discriminator: %u", &last->discriminator);
		}
	}
	return lines->count > 0;
}

static inline void show(struct agreement *agreement, uint64_t address, const struct source_lines *ours,
			const struct expected_lines *expected)
{
	if (agreement->shown++ >= 3 || !getenv("SHOW_DIFFERENCES"))
		return;
	printf("  %" PRIx64 "\n", address);
	for (uint32_t i = 0; i < ours->count; i++)
		printf("    ours     %s:%u:%u.%u\n", ours->entries[i].linkage_name, ours->entries[i].start_line,
		       ours->entries[i].line, ours->entries[i].discriminator);
	for (uint32_t i = 0; i < expected->count; i++)
		printf("    expected %s:%u:%u.%u\n", expected->entries[i].name, expected->entries[i].start,
		       expected->entries[i].line, expected->entries[i].discriminator);
}

/* Both name the function that has the code by the symbol table, where clones have names that DWARF does not know. */
static inline void compare(struct agreement *agreement, uint64_t address, const struct source_lines *ours,
			   const char *symbol, const struct expected_lines *expected)
{
	bool functions = ours->count == expected->count, lines = functions, starts = functions, discriminators = functions;

	for (uint32_t i = 0; functions && i < ours->count; i++) {
		const char *name = ours->entries[i].linkage_name;

		functions = name && strcmp(name, expected->entries[i].name) == 0;
		if (!functions && i + 1 == ours->count)
			functions = strcmp(symbol, expected->entries[i].name) == 0;
		lines &= ours->entries[i].line == expected->entries[i].line;
		starts &= ours->entries[i].start_line == expected->entries[i].start;
		discriminators &= ours->entries[i].discriminator == expected->entries[i].discriminator;
	}
	agreement->addresses++;
	agreement->inlined += expected->count > 1;
	agreement->functions += functions;
	agreement->lines += functions && lines;
	agreement->starts += functions && starts;
	agreement->discriminators += functions && discriminators;
	if (!functions || !lines || !starts || !discriminators)
		show(agreement, address, ours, expected);
}

/* Compares what both say of `count` addresses of a program. */
static inline struct agreement agreement_with_llvm(struct object_symbols *symbols, const char *program,
						   const uint64_t *addresses, size_t count)
{
	char list[] = "/tmp/profbound-test-XXXXXX", command[1024];
	struct agreement agreement = { 0 };
	static struct expected_lines expected;
	static struct source_lines ours;
	FILE *file = fdopen(mkstemp(list), "w");

	for (size_t i = 0; i < count; i++)
		fprintf(file, "0x%" PRIx64 "\n", addresses[i]);
	fclose(file);
	snprintf(command, sizeof(command), "llvm-symbolizer-19 --inlines --no-demangle --verbose --obj=%s <%s", program, list);
	file = popen(command, "r");
	if (!CHECK(file))
		return agreement;
	for (size_t i = 0; i < count && read_expected(file, &expected); i++) {
		const struct symbol *symbol = symbols_find(&symbols->symbols, addresses[i]);

		if (!object_symbols_lines(symbols, symbol ? symbol->start : addresses[i], addresses[i], &ours))
			ours.count = 0;
		compare(&agreement, addresses[i], &ours, symbol ? symbol->name : "", &expected);
	}
	CHECK(pclose(file) == 0);
	remove(list);
	return agreement;
}

#endif
