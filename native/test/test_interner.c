// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "support/interner.h"

int main(void)
{
	struct interner interner = { 0 };
	uint32_t number;
	bool is_new;

	/* Enough to grow several times. */
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t number = interner_add(&interner, &i, sizeof(i), &is_new);

		if (!CHECK(is_new && number == i))
			break;
	}
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t number = interner_add(&interner, &i, sizeof(i), &is_new);

		if (!CHECK(!is_new && number == i))
			break;
	}
	CHECK_NUMBER(interner.count, 5000);
	/* Bytes, not text: a prefix is another entry, and so is nothing. */
	CHECK_NUMBER(interner_add(&interner, "a\0b", 3, NULL), 5000);
	CHECK_NUMBER(interner_add(&interner, "a\0c", 3, NULL), 5001);
	CHECK_NUMBER(interner_add(&interner, "a", 1, NULL), 5002);
	CHECK_NUMBER(interner_add(&interner, "", 0, NULL), 5003);
	CHECK_NUMBER(interner_add(&interner, "a\0b", 3, NULL), 5000);
	CHECK_TEXT(interner.entries[5002].bytes, "a");
	CHECK(interner_find(&interner, "a\0c", 3, &number) && number == 5001);
	CHECK(!interner_find(&interner, "a\0d", 3, &number));
	CHECK_NUMBER(interner.count, 5004);
	interner_free(&interner);
	CHECK(!interner_find(&interner, "a", 1, &number));
	return check_report("interner");
}
