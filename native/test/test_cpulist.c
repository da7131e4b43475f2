// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "check.h"
#include "support/cpulist.h"

int main(void)
{
	static const char *const malformed[] = { "",	"-1", "1-", "3-1", "1,", ",1", "1 2", "a", "1;2",
						 "0x1", "99999", "0-99999", "99999999999999999999999", "+1" };
	cpu_set_t set;

	CHECK(cpulist_parse("0-3,8\n", &set));
	CHECK_NUMBER(CPU_COUNT(&set), 5);
	CHECK(CPU_ISSET(3, &set) && CPU_ISSET(8, &set) && !CPU_ISSET(4, &set));
	CHECK(cpulist_parse("2,2,2-2", &set));
	CHECK_NUMBER(CPU_COUNT(&set), 1);
	for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++) {
		if (!CHECK(!cpulist_parse(malformed[i], &set)))
			fprintf(stderr, "  \"%s\"\n", malformed[i]);
	}
	CHECK(cpulist_online(&set) && CPU_COUNT(&set) > 0);
	return check_report("cpulist");
}
