// SPDX-License-Identifier: Apache-2.0
/* Rules that are kept in a word are read from it as they were, and nearly all of a real file's fit. */
#include <fcntl.h>
#include <unistd.h>

#include "check.h"
#include "symbols/elf_image.h"
#include "unwind/table.h"
#include "unwind_packed.h"

static bool survives(const struct unwind_rule *rule)
{
	struct unwind_rule back = { .addend = 1 };

	unpack_rule(packed_rule(rule), &back);
	return memcmp(&back, rule, sizeof(back)) == 0;
}

static void keeps_every_value(void)
{
	for (unsigned cfa = 0; cfa <= UNWIND_CFA_UNSUPPORTED; cfa++) {
		for (unsigned number = 0; number < UNWIND_REGISTERS; number++) {
			for (unsigned saved = 0; saved <= UNWIND_LOST; saved++) {
				struct unwind_rule rule = { .cfa = cfa, .cfa_register = number, .rbp = saved, .rbx = UNWIND_LOST - saved,
							    .offset = 24, .rbp_slot = -2, .rbx_slot = -3 };

				CHECK(survives(&rule));
			}
		}
	}
}

static void keeps_what_fits(void)
{
	static const struct unwind_rule ends[] = { { .offset = -0x4000 }, { .offset = 0x3fff }, { .rbp_slot = -128 },
						   { .rbp_slot = 127 },   { .rbx_slot = -128 }, { .rbx_slot = 127 } };
	static const struct unwind_rule beyond[] = { { .offset = -0x4001 }, { .offset = 0x4000 }, { .rbp_slot = -129 },
						     { .rbp_slot = 128 },   { .rbx_slot = -129 }, { .rbx_slot = 128 },
						     { .addend = 1 },	    { .addend = -1 },	  { .offset = 1 << 30 } };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		CHECK(survives(&ends[i]));
	for (size_t i = 0; i < sizeof(beyond) / sizeof(*beyond); i++)
		CHECK_NUMBER(packed_rule(&beyond[i]), 0);
}

static void fits_real_files(void)
{
	struct elf_image image;
	struct table table;
	size_t fitting = 0;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (!CHECK(elf_image_open(&image, fd) && table_read(&table, image.elf) && table.count > 1000))
		return;
	for (size_t i = 0; i < table.count; i++) {
		bool fits = packed_rule(&table.rows[i].rule) != 0;

		fitting += fits;
		if (fits)
			CHECK(survives(&table.rows[i].rule));
	}
	CHECK(fitting * 100 > table.count * 99);
	table_free(&table);
	elf_image_close(&image);
	close(fd);
}

int main(void)
{
	keeps_every_value();
	keeps_what_fits();
	fits_real_files();
	return check_report("packed");
}
