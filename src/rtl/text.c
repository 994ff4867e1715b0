// SPDX-License-Identifier: MIT
/*
 * Text of any width; see text.h.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "rtl/text.h"

static bool is_surrogate(uint32_t point)
{
    return (point & ~0x7FFu) == 0xD800;
}

size_t nt_text_length(const void *units, unsigned width, size_t most)
{
    size_t length = 0;

    while (length < most && nt_text_unit(units, width, length))
        length++;
    return length;
}

/* --- reading ------------------------------------------------------------------------ */

static size_t next_utf8(const unsigned char *text, size_t left, uint32_t *ret_point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point = text[0];
    size_t length = point >= 0xF0 ? 4 : point >= 0xE0 ? 3 : 2;

    *ret_point = NT_TEXT_REPLACEMENT;
    if (point < 0x80) {
        *ret_point = point;
        return 1;
    }
    if (point < 0xC2 || point > 0xF4 || length > left)
        return 1;
    point &= 0x7Fu >> length;
    /* A NUL ends the loop as any other byte that does not continue a character. */
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 1;
        point = point << 6 | (text[i] & 0x3Fu);
    }
    if (point < smallest[length] || point > 0x10FFFF || is_surrogate(point))
        return 1;
    *ret_point = point;
    return length;
}

size_t nt_text_next(const void *units, unsigned width, size_t at, size_t end, uint32_t *ret_point)
{
    uint32_t point, low;

    if (width == 1)
        return next_utf8((const unsigned char *)units + at, end - at, ret_point);
    point = nt_text_unit(units, width, at);
    *ret_point = point;
    if (width == 4 && point > 0x10FFFF)
        *ret_point = NT_TEXT_REPLACEMENT;
    if (width == 4 || (point & ~0x3FFu) != 0xD800 || at + 1 >= end)
        return 1;
    low = nt_text_unit(units, width, at + 1);
    if ((low & ~0x3FFu) != 0xDC00)
        return 1;
    *ret_point = 0x10000 + ((point & 0x3FF) << 10) + (low & 0x3FF);
    return 2;
}

/* --- writing ------------------------------------------------------------------------ */

static size_t encode_utf8(uint32_t point, uint32_t *units)
{
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

    for (size_t i = length; i-- > 1; point >>= 6)
        units[i] = 0x80 | (point & 0x3F);
    units[0] = lead[length] | point;
    return length;
}

size_t nt_text_encode(uint32_t point, unsigned width, uint32_t *ret_units)
{
    if (point > 0x10FFFF || (width == 1 && is_surrogate(point)))
        point = NT_TEXT_REPLACEMENT;
    if (width == 1)
        return encode_utf8(point, ret_units);
    if (width == 2 && point > 0xFFFF) {
        ret_units[0] = 0xD800 + ((point - 0x10000) >> 10);
        ret_units[1] = 0xDC00 + ((point - 0x10000) & 0x3FF);
        return 2;
    }
    ret_units[0] = point;
    return 1;
}

void nt_text_put(struct nt_text_out *out, uint32_t unit)
{
    if (out->count < out->room)
        nt_text_set(out->units, out->width, out->count, unit);
    out->count++;
}

void nt_text_put_ascii(struct nt_text_out *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nt_text_put(out, (unsigned char)text[i]);
}

void nt_text_fill(struct nt_text_out *out, uint32_t unit, size_t count)
{
    size_t free_units = out->count < out->room ? out->room - out->count : 0;
    size_t written = count < free_units ? count : free_units;

    for (size_t i = 0; i < written; i++)
        nt_text_set(out->units, out->width, out->count + i, unit);
    out->count += count;
}

static size_t put_same_width(struct nt_text_out *out, const void *units, size_t end, size_t most)
{
    size_t at = 0;

    for (; at < end && at < most; at++) {
        uint32_t unit = nt_text_unit(units, out->width, at);

        if (end == SIZE_MAX && unit == 0)
            break;
        nt_text_put(out, unit);
    }
    return at;
}

size_t nt_text_put_text(struct nt_text_out *out, const void *units, unsigned width, size_t end,
                        size_t most)
{
    size_t added = 0, at = 0;

    if (width == out->width)
        return put_same_width(out, units, end, most);
    while (at < end && added < most) {
        uint32_t point, encoded[4];
        size_t taken = nt_text_next(units, width, at, end, &point), count;

        if (end == SIZE_MAX && point == 0)
            break;
        count = nt_text_encode(point, out->width, encoded);
        if (count > most - added)
            break;
        for (size_t i = 0; i < count; i++)
            nt_text_put(out, encoded[i]);
        added += count;
        at += taken;
    }
    return added;
}

size_t nt_text_convert(const void *units, unsigned width, size_t end, void *to, unsigned to_width,
                       size_t room)
{
    struct nt_text_out out = {.units = to, .room = room, .width = to_width};

    return nt_text_put_text(&out, units, width, end, SIZE_MAX);
}

void *nt_text_new(const void *units, unsigned width, size_t end, unsigned to_width,
                  size_t *ret_count)
{
    size_t count = nt_text_convert(units, width, end, NULL, to_width, 0);
    void *text = calloc(count + 1, to_width);

    if (!text)
        return NULL;
    nt_text_convert(units, width, end, text, to_width, count);
    if (ret_count)
        *ret_count = count;
    return text;
}

bool nt_text_is_valid(const void *units, unsigned width, size_t end)
{
    size_t at = 0;

    while (at < end) {
        uint32_t first = nt_text_unit(units, width, at), point;
        size_t taken;

        if (end == SIZE_MAX && first == 0)
            break;
        taken = nt_text_next(units, width, at, end, &point);
        if (is_surrogate(point))
            return false;
        if (point == NT_TEXT_REPLACEMENT && first != (width == 1 ? 0xEF : NT_TEXT_REPLACEMENT))
            return false;
        /* One byte: not U+FFFD itself, but its beginning. */
        if (point == NT_TEXT_REPLACEMENT && width == 1 && taken == 1)
            return false;
        at += taken;
    }
    return true;
}

uint32_t nt_text_fold(uint32_t point)
{
    if (point < 0x80)
        return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
    return (uint32_t)towlower((wint_t)point);
}
