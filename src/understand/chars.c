/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "chars.h"

const uint8_t char_class_ascii[128] = {
	[0 ... 8] = CHAR_PUNCT, ['\t'] = CHAR_SPACE, ['\n'] = CHAR_NEWLINE, [11 ... 12] = CHAR_SPACE, ['\r'] = CHAR_SPACE,
	[14 ... 31] = CHAR_PUNCT, [' '] = CHAR_SPACE, ['!'] = CHAR_BREAK, ['"' ... '#'] = CHAR_PUNCT, ['$'] = CHAR_SIGN,
	['%' ... '+'] = CHAR_PUNCT, [','] = CHAR_PAUSE, ['-' ... '/'] = CHAR_PUNCT, ['0' ... '9'] = CHAR_DIGIT,
	[':'] = CHAR_PAUSE, [';'] = CHAR_BREAK, ['<' ... '>'] = CHAR_PUNCT, ['?'] = CHAR_BREAK, ['@'] = CHAR_PUNCT,
	['A' ... 'Z'] = CHAR_LETTER, ['[' ... '`'] = CHAR_PUNCT, ['a' ... 'z'] = CHAR_LETTER, ['{'] = CHAR_PUNCT,
	['|'] = CHAR_PAUSE, ['}' ... 126] = CHAR_PUNCT, [127] = CHAR_PUNCT,
};

struct range {
	uint16_t        first, last;
	enum char_class class;
};

/* In order; what no row has is a letter. */
static const struct range ranges[] = {
	{ 0x0080, 0x009F, CHAR_PUNCT }, { 0x00A0, 0x00A0, CHAR_SPACE }, { 0x00A1, 0x00A1, CHAR_PUNCT }, { 0x00A2, 0x00A5, CHAR_SIGN },
	{ 0x00A6, 0x00A9, CHAR_PUNCT }, { 0x00AB, 0x00B4, CHAR_PUNCT }, { 0x00B6, 0x00B9, CHAR_PUNCT }, { 0x00BB, 0x00BF, CHAR_PUNCT },
	{ 0x00D7, 0x00D7, CHAR_PUNCT }, { 0x00F7, 0x00F7, CHAR_PUNCT }, { 0x0E3F, 0x0E3F, CHAR_SIGN }, { 0x1100, 0x11FF, CHAR_CJK },
	{ 0x2000, 0x200B, CHAR_SPACE }, { 0x200C, 0x200F, CHAR_EMOJI }, { 0x2010, 0x2025, CHAR_PUNCT }, { 0x2026, 0x2026, CHAR_PAUSE },
	{ 0x2027, 0x2027, CHAR_PUNCT }, { 0x2028, 0x2029, CHAR_NEWLINE }, { 0x202A, 0x202F, CHAR_SPACE }, { 0x2030, 0x205E, CHAR_PUNCT },
	{ 0x205F, 0x206F, CHAR_SPACE }, { 0x2070, 0x209F, CHAR_PUNCT }, { 0x20A0, 0x20CF, CHAR_SIGN }, { 0x20D0, 0x20FF, CHAR_EMOJI },
	{ 0x2100, 0x218F, CHAR_PUNCT }, { 0x2190, 0x2BFF, CHAR_EMOJI }, { 0x2E00, 0x2E7F, CHAR_PUNCT }, { 0x2E80, 0x2FDF, CHAR_CJK },
	{ 0x3000, 0x3000, CHAR_SPACE }, { 0x3001, 0x3001, CHAR_PAUSE }, { 0x3002, 0x3002, CHAR_BREAK }, { 0x3003, 0x3004, CHAR_PUNCT },
	{ 0x3005, 0x3007, CHAR_CJK }, { 0x3008, 0x3020, CHAR_PUNCT }, { 0x3021, 0x3029, CHAR_CJK }, { 0x302A, 0x3030, CHAR_PUNCT },
	{ 0x3031, 0x9FFF, CHAR_CJK }, { 0xA960, 0xA97F, CHAR_CJK }, { 0xAC00, 0xD7FF, CHAR_CJK }, { 0xD800, 0xDFFF, CHAR_EMOJI },
	{ 0xE000, 0xF8FF, CHAR_PUNCT }, { 0xF900, 0xFAFF, CHAR_CJK }, { 0xFE00, 0xFE0F, CHAR_EMOJI }, { 0xFE10, 0xFE4F, CHAR_PUNCT },
	{ 0xFEFF, 0xFEFF, CHAR_SPACE }, { 0xFF0C, 0xFF0C, CHAR_PAUSE }, { 0xFF61, 0xFF65, CHAR_PAUSE }, { 0xFF66, 0xFFDF, CHAR_CJK },
	{ 0xFFE0, 0xFFE6, CHAR_SIGN }, { 0xFFE7, 0xFFFF, CHAR_EMOJI },
};

enum char_class
char_class_other(uint16_t c)
{
	size_t low = 0, high = sizeof ranges / sizeof ranges[0];

	if (c >= 0x3031 && c <= 0x9FFF)
		return CHAR_CJK;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return ranges[middle].class;
	}
	return CHAR_LETTER;
}

/* Marks that mean the same as an ASCII one. */
static uint16_t
fold_mark(uint16_t c)
{
	switch (c) {
	case 0x2018: case 0x2019: return '\'';
	case 0x201C: case 0x201D: return '"';
	case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2212: return '-';
	case 0x00D7: case 0x2715: case 0x2716: return 0x00D7;
	case 0xFFE5: return 0x00A5;
	case 0xFFE1: return 0x00A3;
	case 0x00A0: case 0x3000: return ' ';
	default: return c;
	}
}

static uint16_t
fold(uint32_t c)
{
	if (c > 0xFFFF)
		return c >= 0x20000 && c <= 0x3FFFF ? CHAR_RARE_HAN : 0xFFFD;
	if (c >= 0x3040 && c <= 0xFEFF)
		return (uint16_t)c;
	if (c >= 0xFF01 && c <= 0xFF5E && c != CHAR_WIDE_COMMA)
		c -= 0xFEE0;
	if (c >= 'A' && c <= 'Z')
		return (uint16_t)(c + 0x20);
	if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		return (uint16_t)(c + 0x20);
	if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131 && c != 0x138)
		return (uint16_t)(c >= 0x139 && c <= 0x148 ? c + (c & 1) : c | 1);
	return fold_mark((uint16_t)c);
}

/* One character of valid UTF-8; returns its length. */
static size_t
decode(const unsigned char *p, size_t left, uint32_t *c)
{
	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	if (p[0] < 0xE0 && left >= 2) {
		*c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		return 2;
	}
	if (p[0] < 0xF0 && left >= 3) {
		*c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		return 3;
	}
	*c = left >= 4 ? (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu) : 0xFFFD;
	return left >= 4 ? 4 : left;
}

void
chars_read(struct chars *chars, struct slice text)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	size_t count = 0, at = 0, size = text.len < UNDERSTAND_TEXT_MAX ? text.len : UNDERSTAND_TEXT_MAX;

	while (at < size) {
		uint32_t c;

		chars->offset[count] = (uint16_t)at;
		at += decode(bytes + at, size - at, &c);
		chars->folded[count++] = fold(c);
	}
	chars->text = text.ptr;
	chars->count = count;
	chars->folded[count] = 0;
	chars->offset[count] = (uint16_t)at;
}
