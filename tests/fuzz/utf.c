// SPDX-License-Identifier: MIT
/*
 * Fuzzes the conversions of text. The same bytes are taken for UTF-8, for wide characters and for
 * 16-bit units; what is taken must survive the way back.
 */
#include <errno.h>
#include <stdbool.h>

#include "fuzz/guarded.h"
#include "util/utf.h"

#define MAX_INPUT 16384u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded in, out, back;

/* Exactly the room that is needed, one less, and none. */
static const uint16_t *convert_utf8(const char *text, size_t count)
{
    uint16_t *units = guarded_take(&out, count * sizeof(*units), sizeof(*units));
    size_t told = 0;

    if (count > 0) {
        units = guarded_take(&out, (count - 1) * sizeof(*units), sizeof(*units));
        FUZZ_CHECK(nt_utf8_to_units(text, units, count - 1, &told) == -E2BIG && told == count);
        units = guarded_take(&out, count * sizeof(*units), sizeof(*units));
    }
    FUZZ_CHECK(nt_utf8_to_units(text, units, count, &told) == 0 && told == count);
    return units;
}

static void try_utf8(const uint8_t *data, size_t size)
{
    char *text = guarded_take(&in, size + 1, 1), *again;
    size_t count = 0, length;
    int r;

    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    length = strlen(text);
    r = nt_utf8_to_units(text, NULL, 0, &count);
    FUZZ_CHECK(r == 0 || r == -E2BIG || r == -EILSEQ);
    if (r == -EILSEQ)
        return;
    FUZZ_CHECK((r == 0) == (length == 0) && count <= length);

    const uint16_t *units = convert_utf8(text, count);

    FUZZ_CHECK(nt_units_to_utf8(units, count, NULL, 0) == length);
    again = guarded_take(&back, length + 1, 1);
    FUZZ_CHECK(nt_units_to_utf8(units, count, again, length + 1) == length);
    FUZZ_CHECK(memcmp(again, text, length + 1) == 0);
}

static void try_wide(const uint8_t *data, size_t size)
{
    size_t length = size / sizeof(uint32_t), count = 0, want = 0;
    const uint32_t *text = guarded_copy(&in, data, length * sizeof(uint32_t), sizeof(uint32_t));
    bool beyond = false;
    uint16_t *units;
    int r;

    for (size_t i = 0; i < length; i++) {
        beyond |= text[i] > 0x10FFFF;
        want += text[i] > 0xFFFF ? 2 : 1;
    }
    r = nt_wide_to_units(text, length, NULL, 0, &count);
    FUZZ_CHECK((r == -EILSEQ) == beyond);
    if (beyond)
        return;
    FUZZ_CHECK(count == want);
    units = guarded_take(&out, count * sizeof(*units), sizeof(*units));
    FUZZ_CHECK(nt_wide_to_units(text, length, units, count, &count) == 0 && count == want);
    for (size_t i = 0, at = 0; i < length; i++) {
        if (text[i] <= 0xFFFF) {
            FUZZ_CHECK(units[at] == text[i]);
            at++;
        } else {
            FUZZ_CHECK(0x10000 + ((uint32_t)(units[at] & 0x3FF) << 10) + (units[at + 1] & 0x3FF) ==
                       text[i]);
            at += 2;
        }
    }
}

/* Wide characters of any units give these units again. */
static void try_units_to_wide(const uint8_t *data, size_t size)
{
    size_t count = size / sizeof(uint16_t), told = 0, n = 0;
    const uint16_t *units = guarded_copy(&in, data, count * sizeof(uint16_t), sizeof(uint16_t));
    uint32_t *text;
    uint16_t *again;

    FUZZ_CHECK(nt_units_to_wide(units, count, NULL, 0, &n) == (count ? -E2BIG : 0) && n <= count);
    text = guarded_take(&out, n * sizeof(*text), sizeof(*text));
    FUZZ_CHECK(nt_units_to_wide(units, count, text, n, &told) == 0 && told == n);
    again = guarded_take(&back, count * sizeof(*again), sizeof(*again));
    FUZZ_CHECK(nt_wide_to_units(text, n, again, count, &told) == 0 && told == count);
    FUZZ_CHECK(count == 0 || memcmp(again, units, count * sizeof(*units)) == 0);
}

static bool is_well_formed(const uint16_t *units, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (units[i] == 0)
            return false;
        if (units[i] >= 0xDC00 && units[i] <= 0xDFFF)
            return false;
        if (units[i] >= 0xD800 && units[i] <= 0xDBFF &&
            (++i == count || units[i] < 0xDC00 || units[i] > 0xDFFF))
            return false;
    }
    return true;
}

/* Whatever the units are, what is printed is well-formed, however short the room. */
static void try_units(const uint8_t *data, size_t size)
{
    size_t count = size / sizeof(uint16_t), length, told = 0;
    const uint16_t *units = guarded_copy(&in, data, count * sizeof(uint16_t), sizeof(uint16_t));
    char *text;

    length = nt_units_to_utf8(units, count, NULL, 0);
    FUZZ_CHECK(length <= 3 * count);
    for (size_t room = length + 1; room > 0; room = room / 2) {
        text = guarded_take(&back, room, 1);
        memset(text, 0x5A, room);
        FUZZ_CHECK(nt_units_to_utf8(units, count, text, room) == length);
        FUZZ_CHECK(memchr(text, '\0', room) != NULL);
        FUZZ_CHECK(nt_utf8_to_units(text, NULL, 0, &told) != -EILSEQ);
    }
    if (!is_well_formed(units, count))
        return;
    text = guarded_take(&back, length + 1, 1);
    nt_units_to_utf8(units, count, text, length + 1);
    FUZZ_CHECK(memcmp(convert_utf8(text, count), units, count * sizeof(*units)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT)
        return 0;
    try_utf8(data, size);
    try_wide(data, size);
    try_units(data, size);
    try_units_to_wide(data, size);
    return 0;
}
