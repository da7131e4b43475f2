// SPDX-License-Identifier: Apache-2.0
#include "symbols/go_pclntab.h"

#include <string.h>

#include "support/bounds.h"
#include "symbols/go_module.h"

/* What differs between versions of Go. Offsets that a version does not have are 0. */
struct go_layout {
	uint32_t magic;
	/* Offset of the header's list of offsets. */
	uint8_t parts;
	/* Bytes of an address: absolute ones have 8, ones relative to the text 4. */
	uint8_t address_bytes;
	/* Offset of the start line behind the address of a function's record. */
	uint8_t start_line;
	/* Offset of the id, the flags and the counts behind the address of a function's record. */
	uint8_t id;
	/* Offset of the pointer to functions' data in runtime.moduledata. */
	uint16_t data;
	/* An inlined call: its size, and the offsets of name, caller and start line. */
	uint8_t inlined_bytes;
	uint8_t inlined_name;
	uint8_t inlined_caller;
	uint8_t inlined_start_line;
};

static const struct go_layout layouts[] = {
	/* Go 1.20 */
	{ 0xfffffff1, 32, 4, 32, 36, 320, 16, 4, 8, 12 },
	/* Go 1.18 */
	{ 0xfffffff0, 32, 4, 0, 32, 304, 20, 12, 16, 0 },
	/* Go 1.16; its functions refer to their data by absolute address. */
	{ 0xfffffffa, 24, 8, 0, 32, 0, 20, 12, 16, 0 },
};

/* Of a function's record, behind the address it begins with. */
enum { NAME = 0, DEPTHS = 12, FILES = 16, LINES = 20, VALUE_TABLES = 24, UNIT = 28 };

/* Positions in a function's tables of values and of data. */
enum { INLINE_NUMBERS = 2, INLINE_TREE = 3 };

#define HEADER_BYTES 72
#define OLDEST_MODULE_BYTES 192

static uint64_t read_integer(struct go_bytes from, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;

	if (offset <= from.size && bytes <= from.size - offset)
		memcpy(&value, from.bytes + offset, bytes);
	return value;
}

static uint32_t read_word(struct go_bytes from, uint64_t offset)
{
	return read_integer(from, offset, 4);
}

static struct go_bytes behind(struct go_bytes whole, uint64_t offset)
{
	if (offset > whole.size)
		return (struct go_bytes){ 0 };
	return (struct go_bytes){ whole.bytes + offset, whole.size - offset };
}

/* The text at `offset`; NULL when it does not end. */
static const char *text_at(struct go_bytes from, uint64_t offset)
{
	struct go_bytes text = behind(from, offset);

	return text.size && memchr(text.bytes, 0, text.size) ? (const char *)text.bytes : NULL;
}

/* The parts of a table that begins with `whole`; false when its header is not one. */
static bool read_header(struct go_pclntab *pclntab, struct go_bytes whole)
{
	static const uint8_t form[] = { 0, 0, 1, 8 };
	struct go_bytes *const parts[] = { &pclntab->names, &pclntab->units, &pclntab->files, &pclntab->values,
					   &pclntab->functions };

	*pclntab = (struct go_pclntab){ 0 };
	if (whole.size < HEADER_BYTES || memcmp(whole.bytes + 4, form, sizeof(form)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		if (layouts[i].magic == read_word(whole, 0))
			pclntab->layout = &layouts[i];
	}
	if (!pclntab->layout)
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		*parts[i] = behind(whole, read_integer(whole, pclntab->layout->parts + 8 * i, 8));
		if (!parts[i]->size)
			return false;
	}
	pclntab->function_count = read_integer(whole, 8, 8);
	/* An address and an offset each, and the last one's end. */
	return pclntab->function_count > 0 &&
	       pclntab->function_count < pclntab->functions.size / (2 * pclntab->layout->address_bytes);
}

/* What the program's module says: where its text begins and its functions' data lies. */
static bool read_module(struct go_pclntab *pclntab, const struct go_image *image, uint64_t address)
{
	uint64_t parts[2] = { (uint64_t)(pclntab->names.bytes - image->table.bytes) + address,
			      (uint64_t)(pclntab->units.bytes - image->table.bytes) + address };
	uint64_t module = go_image_find_module(image, address, parts[0], parts[1]);

	if (!module)
		return false;
	pclntab->text = go_image_pointer(image, module + GO_MODULE_TEXT);
	if (pclntab->layout->data)
		go_image_bytes(image, go_image_pointer(image, module + pclntab->layout->data), &pclntab->data);
	return true;
}

bool go_pclntab_open(struct go_pclntab *pclntab, Elf *elf)
{
	struct go_image image;
	uint64_t address;
	size_t candidates = 0;

	*pclntab = (struct go_pclntab){ 0 };
	if (!go_image_open(&image, elf))
		return false;
	while (candidates < MAX_GO_CANDIDATES && go_image_next_table(&image, &address)) {
		if (!read_header(pclntab, image.table))
			continue;
		if (read_module(pclntab, &image, address))
			return true;
		candidates++;
	}
	*pclntab = (struct go_pclntab){ 0 };
	return false;
}

static uint64_t function_start(const struct go_pclntab *pclntab, size_t number)
{
	unsigned bytes = pclntab->layout->address_bytes;
	uint64_t address = read_integer(pclntab->functions, number * 2 * bytes, bytes);

	return bytes == 8 ? address : pclntab->text + address;
}

bool go_pclntab_function(const struct go_pclntab *pclntab, size_t number, struct go_function *function)
{
	const struct go_layout *layout = pclntab->layout;
	uint64_t entry = (2 * number + 1) * layout->address_bytes;
	struct go_bytes record = behind(pclntab->functions, read_integer(pclntab->functions, entry, layout->address_bytes));
	struct go_bytes fields = behind(record, layout->address_bytes), tables;
	uint32_t value_tables = read_word(fields, VALUE_TABLES);
	uint8_t data_tables = read_integer(fields, layout->id + 3, 1);

	if (number >= pclntab->function_count || fields.size < layout->id + 4u)
		return false;
	*function = (struct go_function){
		.start = function_start(pclntab, number),
		.end = function_start(pclntab, number + 1),
		.name = text_at(pclntab->names, read_word(fields, NAME)),
		.start_line = layout->start_line ? read_word(fields, layout->start_line) : 0,
		.flags = read_integer(fields, layout->id + 1, 1),
		.depths = read_word(fields, DEPTHS),
		.file_numbers = read_word(fields, FILES),
		.lines = read_word(fields, LINES),
		.unit = read_word(fields, UNIT),
		.inline_tree = GO_NO_DATA,
	};
	tables = behind(fields, layout->id + 4);
	if (value_tables > INLINE_NUMBERS)
		function->inline_numbers = read_word(tables, 4 * INLINE_NUMBERS);
	if (layout->data && data_tables > INLINE_TREE)
		function->inline_tree = read_word(tables, 4 * ((uint64_t)value_tables + INLINE_TREE));
	return function->name && function->start < function->end;
}

bool go_pclntab_find(const struct go_pclntab *pclntab, uint64_t address, struct go_function *function)
{
	size_t low = 0, high = pclntab->function_count;

	/* The last that begins at or before the address. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (function_start(pclntab, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && go_pclntab_function(pclntab, low - 1, function) && function->start <= address &&
	       address < function->end;
}

/* Little endian, seven bits a byte. */
static uint32_t next_varint(struct go_bytes *rest)
{
	uint32_t value = 0;

	for (unsigned shift = 0; rest->size > 0 && shift < 35; shift += 7) {
		uint8_t byte = *rest->bytes;

		*rest = behind(*rest, 1);
		value |= (uint32_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	*rest = (struct go_bytes){ 0 };
	return 0;
}

void go_values_begin(struct go_values *values, const struct go_pclntab *pclntab, const struct go_function *function,
		     uint32_t table)
{
	*values = (struct go_values){
		.rest = table ? behind(pclntab->values, table) : (struct go_bytes){ 0 },
		.start = function->start,
		.end = function->start,
		.limit = function->end,
		.value = -1,
	};
}

bool go_values_next(struct go_values *values)
{
	bool is_first = values->end == values->start;
	uint32_t change = next_varint(&values->rest), bytes;

	/* No change ends the table, except at its beginning. */
	if (!values->rest.size || (change == 0 && !is_first) || values->end >= values->limit ||
	    values->count++ == MAX_GO_VALUES)
		return false;
	bytes = next_varint(&values->rest);
	if (bytes == 0)
		return false;
	values->value += (int32_t)(change & 1 ? ~(change >> 1) : change >> 1);
	values->start = values->end;
	values->end += bytes;
	return true;
}

int32_t go_value_at(const struct go_pclntab *pclntab, const struct go_function *function, uint32_t table,
		    uint64_t address)
{
	struct go_values values;

	go_values_begin(&values, pclntab, function, table);
	while (go_values_next(&values)) {
		if (address < values.end)
			return values.value;
	}
	return -1;
}

const char *go_file_at(const struct go_pclntab *pclntab, const struct go_function *function, uint64_t address)
{
	int32_t number = go_value_at(pclntab, function, function->file_numbers, address);

	if (number < 0)
		return NULL;
	return text_at(pclntab->files, read_word(pclntab->units, 4 * ((uint64_t)function->unit + number)));
}

bool go_inlined_call(const struct go_pclntab *pclntab, const struct go_function *function, int32_t number,
		     struct go_inlined *call)
{
	const struct go_layout *layout = pclntab->layout;
	struct go_bytes record = { 0 };

	if (number >= 0 && function->inline_tree != GO_NO_DATA)
		record = behind(pclntab->data, function->inline_tree + (uint64_t)number * layout->inlined_bytes);
	if (record.size < layout->inlined_bytes)
		return false;
	*call = (struct go_inlined){
		.name = text_at(pclntab->names, read_word(record, layout->inlined_name)),
		.start_line = layout->inlined_start_line ? read_word(record, layout->inlined_start_line) : 0,
		.call = function->start + read_word(record, layout->inlined_caller),
	};
	return call->name && *call->name && call->call < function->end;
}
