/* SPDX-License-Identifier: MIT */
/*
 * Text of any width. The unit of a text has 1 byte (UTF-8, the A functions), 2 bytes (UTF-16,
 * programs built with -fshort-wchar) or 4 bytes (the native wchar_t), and the code that works on
 * text takes the width as a number instead of being written three times.
 *
 * Nothing here fails: what is malformed reads as U+FFFD, a unit at a time, except that lone
 * surrogates stay what they are in text of 2 and 4 bytes.
 */
#ifndef NT_RTL_TEXT_H
#define NT_RTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_TEXT_REPLACEMENT 0xFFFDu

/* Where text goes: what does not fit is counted and left out. */
struct nt_text_out {
    void *units; /* may be NULL when @room is 0 */
    size_t room; /* in units */
    size_t count;
    unsigned width;
};

/** nt_text_unit() - unit number @at of a text whose units have @width bytes */
static inline uint32_t nt_text_unit(const void *units, unsigned width, size_t at)
{
    if (width == 1)
        return ((const unsigned char *)units)[at];
    if (width == 2)
        return ((const uint16_t *)units)[at];
    return ((const uint32_t *)units)[at];
}

/** nt_text_set() - write one unit */
static inline void nt_text_set(void *units, unsigned width, size_t at, uint32_t unit)
{
    if (width == 1)
        ((unsigned char *)units)[at] = (unsigned char)unit;
    else if (width == 2)
        ((uint16_t *)units)[at] = (uint16_t)unit;
    else
        ((uint32_t *)units)[at] = unit;
}

/** nt_text_length() - units before the NUL, at most @most */
size_t nt_text_length(const void *units, unsigned width, size_t most);

/**
 * nt_text_next() - the character that begins at unit @at
 * @end: units in the text, or SIZE_MAX for a text that ends with NUL; greater than @at
 *
 * Return: the units it takes, never 0. Malformed: one unit, U+FFFD.
 */
size_t nt_text_next(const void *units, unsigned width, size_t at, size_t end, uint32_t *ret_point);

/**
 * nt_text_encode() - a character as units of @width
 * @ret_units: room for 4
 *
 * A character above U+10FFFF, and in UTF-8 a surrogate, is written as U+FFFD.
 * Return: how many units.
 */
size_t nt_text_encode(uint32_t point, unsigned width, uint32_t *ret_units);

/** nt_text_put() - add one unit as it is */
void nt_text_put(struct nt_text_out *out, uint32_t unit);
/** nt_text_put_ascii() - add @count characters of ASCII */
void nt_text_put_ascii(struct nt_text_out *out, const char *text, size_t count);
/** nt_text_fill() - add @count times the same unit, in the time that the room takes */
void nt_text_fill(struct nt_text_out *out, uint32_t unit, size_t count);

/**
 * nt_text_put_text() - add a text, converted when its width is another one
 * @end:  units in the text, or SIZE_MAX for a text that ends with NUL
 * @most: at most so many units are added, and never a part of a converted character
 *
 * Nothing is read behind the character that fills @most. Return: the units added.
 */
size_t nt_text_put_text(struct nt_text_out *out, const void *units, unsigned width, size_t end,
                        size_t most);

/**
 * nt_text_convert() - a text in another width
 * @units, @width, @end: the text; SIZE_MAX: it ends with NUL, which is not converted
 * @to, @to_width, @room: where to; nothing is written behind @room, no NUL is added
 *
 * Return: the units that all of it takes.
 */
size_t nt_text_convert(const void *units, unsigned width, size_t end, void *to, unsigned to_width,
                       size_t room);

/**
 * nt_text_new() - the same into new memory, with a NUL; free() it
 * @ret_count: units without the NUL, or NULL
 *
 * Return: NULL when there is no memory.
 */
void *nt_text_new(const void *units, unsigned width, size_t end, unsigned to_width,
                  size_t *ret_count);

/** nt_text_is_valid() - no character of it is malformed; lone surrogates are */
bool nt_text_is_valid(const void *units, unsigned width, size_t end);

/** nt_text_fold() - a character for comparisons that do not heed case */
uint32_t nt_text_fold(uint32_t point);

#endif
