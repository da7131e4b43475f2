// SPDX-License-Identifier: Apache-2.0
/* Go programs: what their own runtime says of addresses is what we read from the file, stripped or not. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "symbolizer.h"
#include "symbols/go_lines.h"

static char folder[] = "/tmp/profbound-test-XXXXXX";

/*
 * Prints for every few bytes of its own code: distance from main.main, innermost function, its start line, the executed
 * line and its file. The runtime keeps the start line of a frame to itself, but reflection reads it.
 */
static const char source[] =
	"package main\n"
	"\n"
	"import (\n"
	"	\"bufio\"\n"
	"	\"fmt\"\n"
	"	\"os\"\n"
	"	\"reflect\"\n"
	"	\"runtime\"\n"
	"	\"sort\"\n"
	"	\"strings\"\n"
	")\n"
	"\n"
	"type shape interface{ area() float64 }\n"
	"type square struct{ side float64 }\n"
	"\n"
	"func (s square) area() float64 { return multiply(s.side, s.side) }\n"
	"\n"
	"func multiply(a, b float64) float64 { return a * b }\n"
	"\n"
	"func apply[T any](values []T, f func(T) T) []T {\n"
	"	var out []T\n"
	"	for _, value := range values {\n"
	"		out = append(out, f(value))\n"
	"	}\n"
	"	return out\n"
	"}\n"
	"\n"
	"func work() int {\n"
	"	words := apply(strings.Fields(\"the quick brown fox\"), strings.ToUpper)\n"
	"	sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })\n"
	"	total := 0.0\n"
	"	for _, each := range apply([]shape{square{1}, square{2}}, func(s shape) shape { return s }) {\n"
	"		total += each.area()\n"
	"	}\n"
	"	return int(total) + len(words)\n"
	"}\n"
	"\n"
	"func main() {\n"
	"	work()\n"
	"	out := bufio.NewWriter(os.Stdout)\n"
	"	defer out.Flush()\n"
	"	base := reflect.ValueOf(main).Pointer()\n"
	"	first, last := base, base\n"
	"	for runtime.FuncForPC(first-29) != nil {\n"
	"		first -= 29\n"
	"	}\n"
	"	for runtime.FuncForPC(last+29) != nil {\n"
	"		last += 29\n"
	"	}\n"
	"	for pc := first; pc < last; pc += 29 {\n"
	"		frame, _ := runtime.CallersFrames([]uintptr{pc + 1}).Next()\n"
	"		start := reflect.ValueOf(frame).FieldByName(\"startLine\").Int()\n"
	"		fmt.Fprintf(out, \"%d %d %d |=%s|=%s|\\n\", int64(pc-base), start, frame.Line, frame.Function, frame.File)\n"
	"	}\n"
	"}\n";

static bool run(const char *command)
{
	char whole[2048];

	snprintf(whole, sizeof(whole), "cd %s && %s", folder, command);
	return CHECK(system(whole) == 0);
}

static void write_text(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static struct object_symbols load(const char *program)
{
	struct object object = { .kind = OBJECT_FILE, .path = (char *)program, .fd = open(program, O_RDONLY) };
	struct object_symbols symbols;

	object_symbols_load(&symbols, &object, NULL);
	CHECK(symbols.is_readable);
	return symbols;
}

static uint64_t find_main(const struct go_pclntab *pclntab)
{
	for (size_t i = 0; i < pclntab->function_count; i++) {
		struct go_function function;

		if (go_pclntab_function(pclntab, i, &function) && strcmp(function.name, "main.main") == 0)
			return function.start;
	}
	return 0;
}

struct go_answer {
	int64_t distance;
	unsigned start_line;
	unsigned line;
	/* Behind an equals sign, because either can be empty. */
	char name[2048];
	char file[2048];
};

/* The runtime prints type arguments as [...]. */
static void shorten(char *out, size_t size, const char *name)
{
	const char *open = strchr(name, '['), *close = strrchr(name, ']');

	if (open && close && close > open)
		snprintf(out, size, "%.*s[...]%s", (int)(open - name), name, close + 1);
	else
		snprintf(out, size, "%s", name);
}

static bool is_same(const struct source_line *ours, const struct go_answer *theirs)
{
	char name[2048];
	bool same;

	shorten(name, sizeof(name), ours->name);
	/* The runtime takes the first of all names, which begins at offset 0, for none. */
	same = (strcmp(name, theirs->name + 1) == 0 || !theirs->name[1]) && ours->line == theirs->line &&
	       ours->start_line == theirs->start_line;

	if (!same && getenv("SHOW_DIFFERENCES"))
		printf("  %s:%u:%u (%s) is %s:%u:%u (%s)\n", ours->name, ours->start_line, ours->line, ours->file,
		       theirs->name, theirs->start_line, theirs->line, theirs->file);
	return same;
}

static bool is_last_byte(const struct go_pclntab *pclntab, uint64_t address)
{
	struct go_function function;

	return go_pclntab_find(pclntab, address, &function) && function.end == address + 1;
}

/* Asks the program itself. */
static void agrees_with_runtime(const char *name, const char *options)
{
	char command[1024], program[256];
	struct object_symbols symbols;
	struct source_lines lines;
	struct go_answer answer;
	unsigned addresses = 0, same = 0, same_file = 0, inlined = 0, padding = 0;
	uint64_t base;
	FILE *pipe;

	snprintf(command, sizeof(command), "GOFLAGS= GOTOOLCHAIN=local go build %s -o %s .", options, name);
	if (!run(command))
		return;
	snprintf(program, sizeof(program), "%s/%s", folder, name);
	symbols = load(program);
	base = find_main(&symbols.go);
	CHECK(base != 0);
	pipe = popen(program, "r");
	while (fscanf(pipe, "%" SCNd64 " %u %u |%2047[^|]|%2047[^|]|", &answer.distance, &answer.start_line, &answer.line,
		      answer.name, answer.file) == 5) {
		CHECK(object_symbols_lines(&symbols, 0, base + answer.distance, &lines));
		/*
		 * Between functions nothing is executed; behind the last byte of one, where a call that never returns would
		 * return to, the runtime takes the next for what is asked.
		 */
		if (lines.entries[0].line == 0 || is_last_byte(&symbols.go, base + answer.distance)) {
			padding++;
			continue;
		}
		addresses++;
		inlined += lines.count > 1;
		same += is_same(&lines.entries[0], &answer);
		/* A package's initialiser consists of many files; ours is the function's, not the line's. */
		same_file += lines.entries[0].file && strcmp(lines.entries[0].file, answer.file + 1) == 0;
	}
	CHECK(pclose(pipe) == 0);
	printf("  %-16s %5u addresses, %5u inlined: functions and lines %.3f %%, files %.2f %% as its own runtime says\n",
	       name, addresses, inlined, 100.0 * same / addresses, 100.0 * same_file / addresses);
	CHECK(addresses > 10000 && inlined > 1000);
	CHECK_NUMBER(same, addresses);
	CHECK(100 * same_file > 99 * addresses);
	CHECK(padding < addresses / 5);
	object_symbols_free(&symbols);
}

/* The callers of what was inlined, by the DWARF of the same program. */
static void agrees_with_llvm(const char *name)
{
	static uint64_t addresses[20000];
	struct agreement agreement;
	struct object_symbols symbols;
	struct go_function function;
	char program[256];
	size_t count = 0;

	snprintf(program, sizeof(program), "%s/%s", folder, name);
	symbols = load(program);
	for (size_t i = 0; i < symbols.go.function_count; i++) {
		if (!go_pclntab_function(&symbols.go, i, &function))
			continue;
		for (uint64_t at = function.start; at < function.end && count < 20000; at += 97)
			addresses[count++] = at;
	}
	agreement = agreement_with_llvm(&symbols, program, addresses, count);
	printf("  %-16s %5u addresses, %5u inlined: functions %.2f %%, lines %.2f %%, definitions %.2f %% as DWARF says\n",
	       name, agreement.addresses, agreement.inlined, 100.0 * agreement.functions / agreement.addresses,
	       100.0 * agreement.lines / agreement.addresses, 100.0 * agreement.starts / agreement.addresses);
	CHECK_NUMBER(agreement.addresses, count);
	/* DWARF leaves out what the compiler generated, and names instances of generic functions otherwise. */
	CHECK(100 * agreement.functions >= 99 * count && 100 * agreement.lines >= 97 * count);
	object_symbols_free(&symbols);
}

int main(void)
{
	CHECK(mkdtemp(folder) != NULL);
	write_text("main.go", source);
	write_text("go.mod", "module sample\n\ngo 1.18\n");
	agrees_with_runtime("plain", "");
	agrees_with_runtime("stripped", "-ldflags='-s -w'");
	agrees_with_runtime("pie", "-buildmode=pie");
	agrees_with_runtime("pie-stripped", "-buildmode=pie -ldflags='-s -w'");
	agrees_with_runtime("external", "-ldflags='-s -w -linkmode=external'");
	agrees_with_runtime("external-pie", "-buildmode=pie -ldflags='-s -w -linkmode=external'");
	agrees_with_llvm("plain");
	run("rm -r ../$(basename $PWD)");
	return check_report("go");
}
