// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_rule.h"

#include <dwarf.h>

#define WORD 8

/* Where the interrupted stack pointer is in the kernel's struct rt_sigframe, behind its return address. */
#define SIGNAL_RSP 160

/* DW_OP_bregN: a register + offset. */
static bool read_base(struct byte_reader *reader, uint64_t *number, int64_t *offset)
{
	uint8_t operation = read_byte(reader);

	if (operation == DW_OP_bregx)
		*number = read_uleb128(reader);
	else if (operation >= DW_OP_breg0 && operation <= DW_OP_breg31)
		*number = operation - DW_OP_breg0;
	else
		return false;
	*offset = read_sleb128(reader);
	return !reader->failed;
}

static struct byte_reader expression_reader(const struct frame_expression *expression)
{
	/* Without bytes there is no pointer that could be added to. */
	return (struct byte_reader){
		.at = expression->bytes,
		.end = expression->size ? expression->bytes + expression->size : expression->bytes,
	};
}

/* Fills in register and offset; false when the kernel's side has no such register, or no such offset. */
static bool set_base(struct unwind_rule *rule, uint64_t number, int64_t offset)
{
	rule->cfa_register = number;
	rule->offset = offset;
	return number <= UNWIND_R15 && rule->offset == offset;
}

/* *(register + offset), or that + addend. */
static bool dereference(struct byte_reader reader, struct unwind_rule *rule)
{
	uint64_t number, addend = 0;
	int64_t offset;

	if (!read_base(&reader, &number, &offset) || read_byte(&reader) != DW_OP_deref)
		return false;
	if (bytes_left(&reader)) {
		if (read_byte(&reader) != DW_OP_plus_uconst)
			return false;
		addend = read_uleb128(&reader);
	}
	rule->cfa = UNWIND_CFA_DEREFERENCE;
	rule->addend = addend;
	return !reader.failed && !bytes_left(&reader) && addend <= INT32_MAX && set_base(rule, number, offset);
}

/* rsp + 8 + (((rip & 15) >= N) << 3): what linkers write for a lazy PLT, N being 10 or, with endbr64, 11. */
static bool lazy_plt(struct byte_reader reader, struct unwind_rule *rule)
{
	static const uint8_t behind[] = { DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus };
	uint64_t stack, code;
	int64_t offset, code_offset;
	const uint8_t *operations;
	uint8_t threshold;

	if (!read_base(&reader, &stack, &offset) || stack != UNWIND_RSP || !read_base(&reader, &code, &code_offset) ||
	    code != UNWIND_RIP || code_offset != 0)
		return false;
	if (read_byte(&reader) != DW_OP_lit15 || read_byte(&reader) != DW_OP_and)
		return false;
	threshold = read_byte(&reader);
	if (threshold < DW_OP_lit0 || threshold > DW_OP_lit15)
		return false;
	operations = read_bytes(&reader, sizeof(behind));
	rule->cfa = UNWIND_CFA_PLT;
	rule->addend = threshold - DW_OP_lit0;
	return operations && memcmp(operations, behind, sizeof(behind)) == 0 && !bytes_left(&reader) &&
	       set_base(rule, stack, offset);
}

static bool set_cfa(struct unwind_rule *rule, const struct frame_line *line)
{
	struct byte_reader reader = expression_reader(&line->cfa);

	if (!line->cfa.size) {
		rule->cfa = UNWIND_CFA_REGISTER;
		return set_base(rule, line->cfa_register, line->cfa_offset);
	}
	return dereference(reader, rule) || lazy_plt(reader, rule);
}

static enum unwind_saved saved_at(enum unwind_saved how, int64_t offset, __s16 *slot)
{
	if (offset % WORD || offset / WORD < INT16_MIN || offset / WORD > INT16_MAX)
		return UNWIND_LOST;
	*slot = offset / WORD;
	return how;
}

static enum unwind_saved saved_register(const struct frame_register *described, __s16 *slot)
{
	struct byte_reader reader = expression_reader(&described->expression);
	uint64_t number;
	int64_t offset;

	switch (described->place) {
	case FRAME_SAME: return UNWIND_SAME;
	case FRAME_AT_OFFSET: return saved_at(UNWIND_AT_CFA, described->offset, slot);
	case FRAME_AT_EXPRESSION:
		if (!read_base(&reader, &number, &offset) || number != UNWIND_RBP || bytes_left(&reader))
			return UNWIND_LOST;
		return saved_at(UNWIND_AT_RBP, offset, slot);
	default: return UNWIND_LOST;
	}
}

static bool is_signal_frame(const struct unwind_rule *rule)
{
	return rule->cfa == UNWIND_CFA_DEREFERENCE && rule->cfa_register == UNWIND_RSP && rule->offset == SIGNAL_RSP &&
	       rule->addend == 0;
}

struct unwind_rule frame_rule(const struct frame_line *line, bool is_signal)
{
	const struct frame_register *address = &line->columns[FRAME_RETURN_ADDRESS];
	struct unwind_rule rule = { 0 };

	if (address->place == FRAME_UNDEFINED)
		return (struct unwind_rule){ .cfa = UNWIND_CFA_OUTERMOST };
	if (!set_cfa(&rule, line))
		return (struct unwind_rule){ .cfa = UNWIND_CFA_UNSUPPORTED };
	if (is_signal && is_signal_frame(&rule))
		return (struct unwind_rule){ .cfa = UNWIND_CFA_SIGNAL };
	if (address->place != FRAME_AT_OFFSET || address->offset != -WORD)
		return (struct unwind_rule){ .cfa = UNWIND_CFA_UNSUPPORTED };
	rule.rbp = saved_register(&line->columns[FRAME_RBP], &rule.rbp_slot);
	rule.rbx = saved_register(&line->columns[FRAME_RBX], &rule.rbx_slot);
	return rule;
}
