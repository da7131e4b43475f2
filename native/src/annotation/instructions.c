// SPDX-License-Identifier: Apache-2.0
#include "annotation/instructions.h"

#include <stdbool.h>
#include <string.h>

/* Longest there is. */
#define MAX_INSTRUCTION 15

enum opcode_map { MAP_ONE_BYTE, MAP_0F, MAP_0F38, MAP_0F3A, MAP_OTHER };

/* AMD's own maps, behind 8f: with an immediate of one byte, without, of four bytes. */
enum xop_map { XOP_8 = 8, XOP_9, XOP_A };

struct decoder {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
	/* Prefixes. */
	bool narrow;
	bool wide;
	bool short_address;
};

static uint8_t next(struct decoder *decoder)
{
	if (decoder->at < decoder->end)
		return *decoder->at++;
	decoder->failed = true;
	return 0;
}

static void skip(struct decoder *decoder, size_t bytes)
{
	if ((size_t)(decoder->end - decoder->at) < bytes)
		decoder->failed = true;
	else
		decoder->at += bytes;
}

static bool is_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0x67 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3 || byte == 0x2e ||
	       byte == 0x36 || byte == 0x3e || byte == 0x26 || byte == 0x64 || byte == 0x65;
}

static void read_prefixes(struct decoder *decoder)
{
	while (decoder->at < decoder->end && is_prefix(*decoder->at)) {
		decoder->narrow |= *decoder->at == 0x66;
		decoder->short_address |= *decoder->at == 0x67;
		decoder->at++;
	}
	if (decoder->at < decoder->end && (*decoder->at & 0xf0) == 0x40)
		decoder->wide = *decoder->at++ & 8;
}

/* Passes the operand's ModRM, SIB and displacement; the value is ModRM. */
static uint8_t read_operand(struct decoder *decoder)
{
	uint8_t modrm = next(decoder), mode = modrm >> 6, rm = modrm & 7, base = rm;

	if (mode == 3)
		return modrm;
	if (rm == 4)
		base = next(decoder) & 7;
	if (mode == 1)
		skip(decoder, 1);
	else if (mode == 2 || base == 5)
		skip(decoder, 4);
	return modrm;
}

/* Of an immediate as wide as the operands, but 32 bits at most. */
static size_t full(const struct decoder *decoder)
{
	return decoder->narrow && !decoder->wide ? 2 : 4;
}

static int32_t read_distance(struct decoder *decoder, size_t bytes)
{
	int32_t distance = 0;

	if ((size_t)(decoder->end - decoder->at) < bytes)
		decoder->failed = true;
	else if (bytes == 1)
		distance = (int8_t)*decoder->at;
	else
		memcpy(&distance, decoder->at, sizeof(distance));
	skip(decoder, bytes);
	return distance;
}

static void read_0f(struct decoder *decoder, uint8_t opcode, bool is_vector, struct instruction *instruction)
{
	if (!is_vector && opcode >= 0x80 && opcode <= 0x8f) {
		instruction->kind = INSTRUCTION_BRANCH;
		instruction->distance = read_distance(decoder, 4);
		return;
	}
	if (opcode == 0x77)
		return;
	if (!is_vector) {
		if (opcode == 0x0b)
			instruction->kind = INSTRUCTION_END;
		if ((opcode >= 0x05 && opcode <= 0x0b) || opcode == 0x0e || (opcode >= 0x30 && opcode <= 0x37) ||
		    (opcode >= 0xa0 && opcode <= 0xa2) || (opcode >= 0xa8 && opcode <= 0xaa) ||
		    (opcode >= 0xc8 && opcode <= 0xcf))
			return;
	}
	read_operand(decoder);
	if ((opcode >= 0x70 && opcode <= 0x73) || opcode == 0xc2 || (opcode >= 0xc4 && opcode <= 0xc6) ||
	    (!is_vector && (opcode == 0xa4 || opcode == 0xac || opcode == 0xba)))
		skip(decoder, 1);
}

static void read_one_byte(struct decoder *decoder, uint8_t opcode, struct instruction *instruction)
{
	uint8_t modrm;

	switch (opcode) {
	case 0x00 ... 0x3f:
		if ((opcode & 7) < 4)
			read_operand(decoder);
		else if ((opcode & 7) < 6)
			skip(decoder, opcode & 1 ? full(decoder) : 1);
		else
			decoder->failed = true;
		break;
	case 0x63: case 0x84 ... 0x8f: case 0xd0 ... 0xd3: case 0xd8 ... 0xdf: case 0xfe:
		read_operand(decoder);
		break;
	case 0x69: case 0x81: case 0xc7:
		read_operand(decoder);
		skip(decoder, full(decoder));
		break;
	case 0x6b: case 0x80: case 0x83: case 0xc0: case 0xc1: case 0xc6:
		read_operand(decoder);
		skip(decoder, 1);
		break;
	case 0x68: case 0xa9:
		skip(decoder, full(decoder));
		break;
	case 0x6a: case 0xa8: case 0xb0 ... 0xb7: case 0xcd: case 0xe4 ... 0xe7:
		skip(decoder, 1);
		break;
	case 0xb8 ... 0xbf:
		skip(decoder, decoder->wide ? 8 : full(decoder));
		break;
	case 0xa0 ... 0xa3:
		skip(decoder, decoder->short_address ? 4 : 8);
		break;
	case 0x70 ... 0x7f: case 0xe0 ... 0xe3:
		instruction->kind = INSTRUCTION_BRANCH;
		instruction->distance = read_distance(decoder, 1);
		break;
	case 0xe8:
		instruction->is_call = true;
		instruction->distance = read_distance(decoder, 4);
		break;
	case 0xe9: case 0xeb:
		instruction->kind = INSTRUCTION_JUMP;
		instruction->distance = read_distance(decoder, opcode == 0xe9 ? 4 : 1);
		break;
	case 0xc2: case 0xca:
		instruction->kind = INSTRUCTION_END;
		skip(decoder, 2);
		break;
	case 0xc3: case 0xcb: case 0xcc: case 0xcf: case 0xf4:
		instruction->kind = INSTRUCTION_END;
		break;
	case 0xc8:
		skip(decoder, 3);
		break;
	case 0xf6: case 0xf7:
		modrm = read_operand(decoder);
		if ((modrm >> 3 & 7) < 2)
			skip(decoder, opcode & 1 ? full(decoder) : 1);
		break;
	case 0xff:
		modrm = read_operand(decoder) >> 3 & 7;
		instruction->is_call = modrm == 2 || modrm == 3;
		instruction->is_indirect = modrm >= 2 && modrm <= 5;
		if (modrm == 4 || modrm == 5)
			instruction->kind = INSTRUCTION_END;
		break;
	case 0x60 ... 0x62: case 0x82: case 0x9a: case 0xc4: case 0xc5: case 0xd4 ... 0xd6: case 0xea:
		decoder->failed = true;
		break;
	default:
		/* Without operands. */
		break;
	}
}

static void read_mapped(struct decoder *decoder, enum opcode_map map, bool is_vector, struct instruction *instruction)
{
	uint8_t opcode = next(decoder);

	if (map == MAP_0F) {
		read_0f(decoder, opcode, is_vector, instruction);
		return;
	}
	read_operand(decoder);
	if (map == MAP_0F3A)
		skip(decoder, 1);
}

/* Shares its first byte with pop, whose next one has no such bits. */
static bool read_xop(struct decoder *decoder, uint8_t opcode)
{
	uint8_t map;

	if (opcode != 0x8f || decoder->at == decoder->end || (*decoder->at & 0x1f) < XOP_8)
		return false;
	map = next(decoder) & 0x1f;
	skip(decoder, 2);
	read_operand(decoder);
	skip(decoder, map == XOP_8 ? 1 : map == XOP_A ? 4 : 0);
	return true;
}

/* Instructions of vectors have prefixes that name the opcode's map. */
static bool read_vector(struct decoder *decoder, uint8_t opcode, struct instruction *instruction)
{
	uint8_t map = MAP_0F;

	if (opcode == 0xc4)
		map = next(decoder) & 0x1f;
	else if (opcode == 0x62)
		map = next(decoder) & 7;
	else if (opcode != 0xc5)
		return false;
	skip(decoder, opcode == 0x62 ? 2 : 1);
	read_mapped(decoder, map <= MAP_0F3A ? (enum opcode_map)map : MAP_OTHER, true, instruction);
	return true;
}

struct instruction instruction_read(const uint8_t *code, size_t size)
{
	struct decoder decoder = { .at = code, .end = code + (size < MAX_INSTRUCTION ? size : MAX_INSTRUCTION) };
	struct instruction instruction = { 0 };
	uint8_t opcode;

	read_prefixes(&decoder);
	opcode = next(&decoder);
	if (opcode == 0x0f) {
		uint8_t second = decoder.at < decoder.end ? *decoder.at : 0;

		if (second == 0x38 || second == 0x3a)
			decoder.at++;
		read_mapped(&decoder, second == 0x38 ? MAP_0F38 : second == 0x3a ? MAP_0F3A : MAP_0F, false, &instruction);
	} else if (!read_xop(&decoder, opcode) && !read_vector(&decoder, opcode, &instruction)) {
		read_one_byte(&decoder, opcode, &instruction);
	}
	if (!decoder.failed)
		instruction.length = decoder.at - code;
	return instruction;
}
