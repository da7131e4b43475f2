// SPDX-License-Identifier: Apache-2.0
/* Lines and inlined calls of programs in C, C++ and Go, as several compilers and linkers leave them. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "symbolizer.h"

#define MAX_ADDRESSES 20000

static char folder[] = "/tmp/profbound-test-XXXXXX";

static const char c_source[] =
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"static inline int twice(int x) { return x * 2 + (x >> 3); }\n"
	"static inline int both(int x, int y)\n"
	"{\n"
	"	int sum = twice(x);\n"
	"	for (int i = 0; i < y; i++)\n"
	"		sum += twice(sum ^ i);\n"
	"	return sum;\n"
	"}\n"
	"__attribute__((noinline)) int work(int x)\n"
	"{\n"
	"	if (x > 100)\n"
	"		abort();\n"
	"	return both(x, 7) - both(x + 1, x);\n"
	"}\n"
	"static int compare(const void *a, const void *b) { return work(*(const int *)a) - work(*(const int *)b); }\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"	int values[] = { argc, 3, 1, 2 };\n"
	"	qsort(values, 4, sizeof(int), compare);\n"
	"	printf(\"%d %d\\n\", values[0], both(argc, 3));\n"
	"	return 0;\n"
	"}\n";

static const char cxx_source[] =
	"#include <algorithm>\n"
	"#include <map>\n"
	"#include <iostream>\n"
	"#include <string>\n"
	"#include <vector>\n"
	"namespace shapes {\n"
	"template <typename T> struct box {\n"
	"	std::vector<T> items;\n"
	"	box &add(T item) { items.push_back(std::move(item)); return *this; }\n"
	"	template <typename F> auto map(F f) const { box<decltype(f(items[0]))> out; for (auto &i : items) out.add(f(i)); return out; }\n"
	"};\n"
	"}\n"
	"int main(int argc, char **argv)\n"
	"{\n"
	"	shapes::box<std::string> words;\n"
	"	for (int i = 0; i < argc + 9; i++)\n"
	"		words.add(std::to_string(i * 7919 % 31));\n"
	"	auto sizes = words.map([](const std::string &w) { return w.size() * 3; });\n"
	"	std::sort(words.items.begin(), words.items.end(), [](auto &a, auto &b) { return a.back() < b.back(); });\n"
	"	std::map<std::string, size_t> counts;\n"
	"	for (auto &w : words.items)\n"
	"		counts[w] += sizes.items.size();\n"
	"	for (auto &[word, count] : counts)\n"
	"		std::cout << word << count << '\\n';\n"
	"	return 0;\n"
	"}\n";

static void write_text(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static bool run(const char *command)
{
	char whole[2048];

	snprintf(whole, sizeof(whole), "cd %s && %s", folder, command);
	return CHECK(system(whole) == 0);
}

static struct object_symbols load(const char *program)
{
	struct object object = { .kind = OBJECT_FILE, .path = (char *)program, .fd = open(program, O_RDONLY) };
	struct object_symbols symbols;

	object_symbols_load(&symbols, &object, NULL);
	CHECK(symbols.is_readable);
	return symbols;
}

static bool is_described(struct object_symbols *symbols, uint64_t address)
{
	struct unit *unit = dwarf_units_find(&symbols->units, address);

	return unit && dwarf_unit_function(unit, address);
}

/* Every few bytes of every function that DWARF knows, spread over the program. */
static size_t pick_addresses(struct object_symbols *symbols, uint64_t *addresses)
{
	uint64_t bytes = 0, at = 0, step;
	size_t count = 0;

	for (size_t i = 0; i < symbols->symbols.count; i++) {
		if (is_described(symbols, symbols->symbols.entries[i].start))
			bytes += symbols->symbols.entries[i].size;
	}
	step = bytes / MAX_ADDRESSES + 1;
	for (size_t i = 0; i < symbols->symbols.count; i++) {
		const struct symbol *symbol = &symbols->symbols.entries[i];

		if (symbol->rank == SYMBOL_LABEL || strstr(symbol->name, "@plt") || symbol->start + symbol->size <= at)
			continue;
		for (at = at > symbol->start ? at : symbol->start; at < symbol->start + symbol->size; at += step) {
			if (count < MAX_ADDRESSES && is_described(symbols, at))
				addresses[count++] = at;
		}
	}
	return count;
}

/* Compares with LLVM; all but `missed` in a thousand addresses must agree. */
static void agrees(const char *name, const char *command, unsigned missed)
{
	static uint64_t addresses[MAX_ADDRESSES];
	struct object_symbols symbols;
	struct agreement agreement;
	char program[256];
	size_t count;

	if (!run(command))
		return;
	snprintf(program, sizeof(program), "%s/%s", folder, name);
	symbols = load(program);
	count = pick_addresses(&symbols, addresses);
	agreement = agreement_with_llvm(&symbols, program, addresses, count);
	printf("  %-16s %5u addresses, %5u inlined: functions %.2f %%, lines %.2f %%, definitions %.2f %%, "
	       "discriminators %.2f %%\n", name,
	       agreement.addresses, agreement.inlined, 100.0 * agreement.functions / agreement.addresses,
	       100.0 * agreement.lines / agreement.addresses, 100.0 * agreement.starts / agreement.addresses,
	       100.0 * agreement.discriminators / agreement.addresses);
	CHECK(agreement.addresses > 0 && agreement.inlined > 0);
	CHECK_NUMBER(agreement.addresses, count);
	CHECK(1000 * (agreement.addresses - agreement.functions) <= missed * agreement.addresses);
	CHECK(1000 * (agreement.addresses - agreement.lines) <= missed * agreement.addresses);
	CHECK(1000 * (agreement.addresses - agreement.starts) <= missed * agreement.addresses);
	CHECK(1000 * (agreement.addresses - agreement.discriminators) <= missed * agreement.addresses);
	object_symbols_free(&symbols);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	write_text("c.c", c_source);
	write_text("x.cc", cxx_source);
	agrees("gcc-5", "gcc -g -gdwarf-5 -O2 -o gcc-5 c.c", 0);
	agrees("gcc-4", "gcc -g -gdwarf-4 -O2 -o gcc-4 c.c", 0);
	agrees("gcc-3", "gcc -g -gdwarf-4 -O3 -fno-omit-frame-pointer -static -o gcc-3 c.c", 0);
	agrees("clang-5", "clang-19 -g -O2 -o clang-5 c.c", 0);
	agrees("clang-4", "clang-19 -g -gdwarf-4 -O2 -o clang-4 c.c", 0);
	agrees("lto", "gcc -g -O2 -flto -o lto c.c", 0);
	agrees("g++", "g++ -g -O2 -o g++ x.cc", 0);
	agrees("g++-O3", "g++ -g -O3 -o g++-O3 x.cc", 0);
	agrees("clang++", "clang++-19 -g -O2 -o clang++ x.cc", 0);
	agrees("profiled", "clang++-19 -gline-tables-only -fdebug-info-for-profiling -O3 -o profiled x.cc", 0);
	run("rm -r ../$(basename $PWD)");
	return check_report("lines");
}
