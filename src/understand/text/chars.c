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
	{ 0x00D7, 0x00D7, CHAR_PUNCT }, { 0x00F7, 0x00F7, CHAR_PUNCT }, { 0x0E01, 0x0E3A, CHAR_CJK }, { 0x0E3F, 0x0E3F, CHAR_SIGN }, { 0x0E40, 0x0E4E, CHAR_CJK }, { 0x1100, 0x11FF, CHAR_CJK },
	{ 0x2000, 0x200B, CHAR_SPACE }, { 0x200C, 0x200F, CHAR_EMOJI }, { 0x2010, 0x2025, CHAR_PUNCT }, { 0x2026, 0x2026, CHAR_PAUSE },
	{ 0x2027, 0x2027, CHAR_PUNCT }, { 0x2028, 0x2029, CHAR_NEWLINE }, { 0x202A, 0x202F, CHAR_SPACE }, { 0x2030, 0x205E, CHAR_PUNCT },
	{ 0x205F, 0x206F, CHAR_SPACE }, { 0x2070, 0x209F, CHAR_PUNCT }, { 0x20A0, 0x20CF, CHAR_SIGN }, { 0x20D0, 0x20FF, CHAR_EMOJI },
	{ 0x2100, 0x218F, CHAR_PUNCT }, { 0x2190, 0x2BFF, CHAR_EMOJI }, { 0x2E00, 0x2E7F, CHAR_PUNCT }, { 0x2E80, 0x2FDF, CHAR_CJK },
	{ 0x3000, 0x3000, CHAR_SPACE }, { 0x3001, 0x3001, CHAR_PAUSE }, { 0x3002, 0x3002, CHAR_BREAK }, { 0x3003, 0x3004, CHAR_PUNCT },
	{ 0x3005, 0x3007, CHAR_CJK }, { 0x3008, 0x3020, CHAR_PUNCT }, { 0x3021, 0x3029, CHAR_CJK }, { 0x302A, 0x3030, CHAR_PUNCT },
	{ 0x3031, 0x9FFF, CHAR_CJK }, { 0xA960, 0xA97F, CHAR_CJK }, { 0xAC00, 0xD7FF, CHAR_CJK }, { 0xD800, 0xDFFF, CHAR_EMOJI },
	{ CHAR_PICTURE, CHAR_PICTURE_LAST, CHAR_EMOJI }, { CHAR_PICTURE_LAST + 1, 0xF8FF, CHAR_PUNCT },
	{ 0xF900, 0xFAFF, CHAR_CJK }, { 0xFE00, 0xFE0F, CHAR_EMOJI }, { 0xFE10, 0xFE4F, CHAR_PUNCT },
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

/*
 * The plain letter of an accented one, so that "sabado" is "sábado"; '.' where
 * there is none.  Đ is left alone, since it is a currency's sign.
 */
static const char latin[] =
	"aaaaaa.ceeeeiiii.nooooo.ouuuuy.saaaaaa.ceeeeiiii.nooooo.ouuuuy.y"
	"aaaaaaccccccccdd..eeeeeeeeeegggggggghh..iiiiiiiiii..jjkk.lllllll"
	"lllnnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz."
	"................................oo.............uu..............."
	".............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...."
	"aaaaeeeeiiiioooorrrruuuusstt..hh";
static const char latin_more[] =
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
	"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
	"wwwwwwwwwwxxxxyyzzzzzzhtwy....s.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

/* In order: 0 drops the character, a mark that is written above or below the one before it. */
static const struct {
	uint16_t first, last, to;
	bool     is_range;         /* to is for the first one, and so on */
} folds[] = {
	{ 0x02BC, 0x02BC, '\'', false }, { 0x0300, 0x036F, 0, false }, { 0x0386, 0x0386, 0x03B1, false }, { 0x0388, 0x0388, 0x03B5, false },
	{ 0x0389, 0x0389, 0x03B7, false }, { 0x038A, 0x038A, 0x03B9, false }, { 0x038C, 0x038C, 0x03BF, false },
	{ 0x038E, 0x038E, 0x03C5, false }, { 0x038F, 0x038F, 0x03C9, false }, { 0x0391, 0x03A9, 0x03B1, true },
	{ 0x03AC, 0x03AC, 0x03B1, false }, { 0x03AD, 0x03AD, 0x03B5, false }, { 0x03AE, 0x03AE, 0x03B7, false },
	{ 0x03AF, 0x03AF, 0x03B9, false }, { 0x03C2, 0x03C2, 0x03C3, false }, { 0x03CC, 0x03CC, 0x03BF, false },
	{ 0x03CD, 0x03CD, 0x03C5, false }, { 0x03CE, 0x03CE, 0x03C9, false }, { 0x0401, 0x0401, 0x0435, false },
	{ 0x0400, 0x040F, 0x0450, true }, { 0x0410, 0x042F, 0x0430, true }, { 0x0451, 0x0451, 0x0435, false },
	{ 0x0591, 0x05BD, 0, false }, { 0x05BF, 0x05C7, 0, false }, { 0x05BE, 0x05BE, '-', false }, { 0x05F3, 0x05F3, '\'', false },
	{ 0x05F4, 0x05F4, '"', false }, { 0x060C, 0x060C, ',', false }, { 0x061B, 0x061B, ';', false }, { 0x061F, 0x061F, '?', false },
	{ 0x0622, 0x0623, 0x0627, false }, { 0x0625, 0x0625, 0x0627, false }, { 0x0629, 0x0629, 0x0647, false },
	{ 0x0640, 0x0640, 0, false }, { 0x0649, 0x0649, 0x064A, false }, { 0x064B, 0x0652, 0, false }, { 0x0660, 0x0669, '0', true },
	{ 0x066B, 0x066B, '.', false }, { 0x066C, 0x066C, ',', false }, { 0x06A9, 0x06A9, 0x0643, false }, { 0x06CC, 0x06CC, 0x064A, false },
	{ 0x06F0, 0x06F9, '0', true }, { 0x0901, 0x0901, 0x0902, false }, { 0x093C, 0x093C, 0, false }, { 0x0964, 0x0964, 0x3002, false },
	{ 0x0966, 0x096F, '0', true }, { 0x09E6, 0x09EF, '0', true }, { 0x0BE6, 0x0BEF, '0', true }, { 0x0E50, 0x0E59, '0', true },
	{ 0x17E0, 0x17E9, '0', true },
};

static uint16_t
fold_other(uint16_t c)
{
	for (size_t i = 0; i < sizeof folds / sizeof folds[0]; i++)
		if (c >= folds[i].first && c <= folds[i].last)
			return (uint16_t)(folds[i].to + (folds[i].is_range ? c - folds[i].first : 0));
	return c;
}

/* 0 is a character to drop. */
static uint16_t
fold(uint32_t c)
{
	char plain;

	if (c >= 0x1F300 && c <= 0x1FAFF)
		return (uint16_t)(CHAR_PICTURE + (c - 0x1F300));
	if (c > 0xFFFF)
		return c >= 0x20000 && c <= 0x3FFFF ? CHAR_RARE_HAN : CHAR_STAND_IN;
	if (c >= 0x3040 && c <= 0xFEFF)
		return (uint16_t)c;
	if (c >= 0xFF01 && c <= 0xFF5E && c != CHAR_WIDE_COMMA)
		c -= 0xFEE0;
	if (c >= 'A' && c <= 'Z')
		return (uint16_t)(c + 0x20);
	if (c < 0xC0 || c >= 0x1F00)
		return fold_mark((uint16_t)c);
	if (c >= 0x220 && c < 0x1E00)
		return fold_other((uint16_t)c);
	plain = c < 0x220 ? latin[c - 0xC0] : latin_more[c - 0x1E00];
	if (plain != '.')
		return (uint16_t)plain;
	return c == 0xC6 || c == 0xD0 || c == 0xDE ? (uint16_t)(c + 0x20) : c == 0x110 || c == 0x152 ? (uint16_t)(c + 1) : (uint16_t)c;
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

size_t
chars_fold(struct slice text, uint16_t *folded, size_t max)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	size_t count = 0;

	for (size_t at = 0; at < text.len;) {
		uint32_t c;
		uint16_t plain;

		at += decode(bytes + at, text.len - at, &c);
		plain = c == 0 ? 1 : fold(c);
		if (plain == 0 && count > 0)
			continue;
		if (count == max)
			return 0;
		folded[count++] = plain;
	}
	return count;
}

void
chars_read(struct chars *chars, struct slice text)
{
	const unsigned char *bytes = (const unsigned char *)text.ptr;
	size_t count = 0, at = 0, size = text.len < UNDERSTAND_TEXT_MAX ? text.len : UNDERSTAND_TEXT_MAX;

	while (at < size) {
		uint32_t c;
		uint16_t folded;

		chars->offset[count] = (uint16_t)at;
		at += decode(bytes + at, size - at, &c);
		folded = c == 0 ? 1 : fold(c);
		if (folded == 0 && count > 0)
			continue;
		chars->folded[count++] = folded;
	}
	chars->text = text.ptr;
	chars->language = 0;
	chars->count = count;
	memset(chars->folded + count, 0, CHARS_AHEAD * sizeof chars->folded[0]);
	chars->offset[count] = (uint16_t)at;
}
