// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "symbols/kallsyms.h"

static int file_of(const char *text)
{
	char path[] = "/tmp/profbound-test-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	unlink(path);
	return fd;
}

int main(void)
{
	static const char text[] = "ffffffff81000000 T _stext\n"
				   "ffffffff81000000 t early\n"
				   "ffffffff81000100 D data\n"
				   "ffffffffc0001000 t of_module\t[module]\n"
				   "ffffffff81000200 W weak\n"
				   "FFFFFFFF81000300 T upper\n"
				   "no address T x\n"
				   "ffffffff81000400 T \n"
				   "ffffffff81000500\n"
				   "\n"
				   "ffffffff81000600 t last";
	static const char hidden[] = "0000000000000000 T _stext\n0000000000000000 t x\n";
	struct symbols symbols = { 0 }, none = { 0 };
	int fd = file_of(text), other = file_of(hidden);

	CHECK(kallsyms_read(&symbols, fd));
	CHECK_NUMBER(symbols.count, 5);
	CHECK_TEXT(symbols_find(&symbols, 0xffffffff81000050)->name, "early");
	CHECK_TEXT(symbols_find(&symbols, 0xffffffff81000250)->name, "weak");
	CHECK_TEXT(symbols_find(&symbols, 0xffffffff81000300)->name, "upper");
	CHECK_TEXT(symbols_find(&symbols, 0xffffffff81000600)->name, "last");
	CHECK_TEXT(symbols_find(&symbols, 0xffffffffc0001000)->name, "of_module");
	/* As often as wanted. */
	CHECK(kallsyms_read(&none, fd));
	symbols_free(&none);
	CHECK(!kallsyms_read(&none, other));
	CHECK_NUMBER(none.count, 0);
	symbols_free(&none);
	symbols_free(&symbols);
	close(fd);
	close(other);
	return check_report("kallsyms");
}
