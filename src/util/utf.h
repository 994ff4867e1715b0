/* SPDX-License-Identifier: MIT */
/*
 * Text as the name space needs it: names are sequences of 16-bit units, compared as bits.
 * Applications bring UTF-8 (the A functions) or native 32-bit wide characters (the W
 * functions). Lone surrogates are legal in wide text and in names, never in UTF-8.
 */
#ifndef NT_UTIL_UTF_H
#define NT_UTIL_UTF_H

#include <stddef.h>
#include <stdint.h>

/**
 * nt_utf8_to_units() - strict UTF-8 to 16-bit units
 * @text:      NUL-terminated UTF-8
 * @units:     room for the result, may be NULL when @max_units is 0
 * @max_units: room in @units
 * @ret_count: number of units that the whole text takes, also when they did not fit
 *
 * Return: 0; -EILSEQ for malformed text (overlong forms, surrogates, above U+10FFFF);
 * -E2BIG when the text takes more than @max_units.
 */
int nt_utf8_to_units(const char *text, uint16_t *units, size_t max_units, size_t *ret_count);

/**
 * nt_wide_to_units() - native 32-bit wide characters to 16-bit units
 * @text:      the characters
 * @length:    how many, SIZE_MAX for NUL-terminated
 *
 * A character above U+FFFF becomes a surrogate pair; a lone surrogate stays itself.
 *
 * Return: 0; -EILSEQ for a character above U+10FFFF; -E2BIG as above.
 */
int nt_wide_to_units(const uint32_t *text, size_t length, uint16_t *units, size_t max_units,
                     size_t *ret_count);

/**
 * nt_units_to_wide() - 16-bit units to native 32-bit wide characters
 * @units:  the text
 * @length: how many units, SIZE_MAX for NUL-terminated
 *
 * A surrogate pair becomes the character that it stands for, a lone surrogate stays itself, so
 * that nt_wide_to_units() gives the same units again.
 *
 * Return: 0; -E2BIG when the text takes more than @max_text characters.
 */
int nt_units_to_wide(const uint16_t *units, size_t length, uint32_t *text, size_t max_text,
                     size_t *ret_count);

/**
 * nt_units_to_utf8() - for a person to read: lone surrogates become U+FFFD
 * @text: always NUL-terminated when @size is not 0; cut at a character boundary
 *
 * Return: the bytes that the whole text takes, without the NUL.
 */
size_t nt_units_to_utf8(const uint16_t *units, size_t count, char *text, size_t size);

#endif
