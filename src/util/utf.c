// SPDX-License-Identifier: MIT
/*
 * UTF-8 and native wide text to 16-bit units and back. Decoding is
 * table-free and strict; nothing is ever written past the room that the caller named.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/utf.h"

#define SURROGATE_FIRST 0xD800u
#define SURROGATE_LOW   0xDC00u
#define SURROGATE_LAST  0xDFFFu
#define UNICODE_LAST    0x10FFFFu
#define REPLACEMENT     0xFFFDu

static bool is_surrogate(uint32_t point)
{
    return point >= SURROGATE_FIRST && point <= SURROGATE_LAST;
}

/* Adds @point as one or two units; counts on when there is no room. */
static void put_units(uint32_t point, uint16_t *units, size_t max_units, size_t *count)
{
    uint16_t pair[2] = {(uint16_t)point, 0};
    size_t n = 1;

    if (point > 0xFFFF) {
        pair[0] = (uint16_t)(SURROGATE_FIRST + ((point - 0x10000) >> 10));
        pair[1] = (uint16_t)(SURROGATE_LOW + ((point - 0x10000) & 0x3FF));
        n = 2;
    }
    for (size_t i = 0; i < n; i++, (*count)++) {
        if (*count < max_units)
            units[*count] = pair[i];
    }
}

/* Decodes one character at @text; returns its length in bytes, 0 when malformed. */
static size_t decode_utf8(const unsigned char *text, uint32_t *ret_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point = text[0];
    size_t length;

    if (point < 0x80) {
        *ret_point = point;
        return 1;
    }
    if (point >= 0xC2 && point <= 0xDF) {
        length = 2;
        point &= 0x1F;
    } else if (point >= 0xE0 && point <= 0xEF) {
        length = 3;
        point &= 0x0F;
    } else if (point >= 0xF0 && point <= 0xF4) {
        length = 4;
        point &= 0x07;
    } else {
        return 0;
    }

    /* A NUL ends the loop as any other byte that does not continue a character. */
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3Fu);
    }
    if (point < smallest[length] || point > UNICODE_LAST || is_surrogate(point))
        return 0;
    *ret_point = point;
    return length;
}

int nt_utf8_to_units(const char *text, uint16_t *units, size_t max_units, size_t *ret_count)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t count = 0;

    while (*at) {
        uint32_t point;
        size_t length = decode_utf8(at, &point);

        if (length == 0)
            return -EILSEQ;
        put_units(point, units, max_units, &count);
        at += length;
    }
    *ret_count = count;
    return count > max_units ? -E2BIG : 0;
}

int nt_wide_to_units(const uint32_t *text, size_t length, uint16_t *units, size_t max_units,
                     size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; length == SIZE_MAX ? text[i] != 0 : i < length; i++) {
        if (text[i] > UNICODE_LAST)
            return -EILSEQ;
        put_units(text[i], units, max_units, &count);
    }
    *ret_count = count;
    return count > max_units ? -E2BIG : 0;
}

static bool is_pair(uint32_t high, uint32_t low)
{
    return high >= SURROGATE_FIRST && high < SURROGATE_LOW && low >= SURROGATE_LOW &&
           low <= SURROGATE_LAST;
}

static uint32_t pair_point(uint32_t high, uint32_t low)
{
    return 0x10000 + ((high - SURROGATE_FIRST) << 10) + (low - SURROGATE_LOW);
}

int nt_units_to_wide(const uint16_t *units, size_t length, uint32_t *text, size_t max_text,
                     size_t *ret_count)
{
    bool terminated = length == SIZE_MAX;
    size_t count = 0;

    for (size_t i = 0; terminated ? units[i] != 0 : i < length; i++, count++) {
        uint32_t point = units[i];

        /* The NUL that ends the text is no low surrogate, so it is never passed. */
        if ((terminated || i + 1 < length) && is_pair(point, units[i + 1]))
            point = pair_point(point, units[++i]);
        if (count < max_text)
            text[count] = point;
    }
    *ret_count = count;
    return count > max_text ? -E2BIG : 0;
}

static size_t encode_utf8(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

size_t nt_units_to_utf8(const uint16_t *units, size_t count, char *text, size_t size)
{
    size_t total = 0, written = 0;
    bool full = false;

    for (size_t i = 0; i < count; i++) {
        uint32_t point = units[i];
        char bytes[4];
        size_t length;

        if (i + 1 < count && is_pair(point, units[i + 1])) {
            point = pair_point(point, units[++i]);
        } else if (is_surrogate(point)) {
            point = REPLACEMENT;
        }

        length = encode_utf8(point, bytes);
        if (!full && written + length < size) {
            memcpy(text + written, bytes, length);
            written += length;
        } else {
            full = true;
        }
        total += length;
    }
    if (size)
        text[written] = '\0';
    return total;
}
