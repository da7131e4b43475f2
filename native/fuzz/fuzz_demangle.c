// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/bounds.h"
#include "symbols/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char name[MAX_NAME_BYTES + 1], out[512];

	if (size > MAX_NAME_BYTES)
		return 0;
	memcpy(name, bytes, size);
	name[size] = '\0';
	demangle(out, sizeof(out), name);
	if (strnlen(out, sizeof(out)) == sizeof(out))
		abort();
	return 0;
}
