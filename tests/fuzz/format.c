// SPDX-License-Identifier: MIT
/*
 * Formats, message definitions and text of any width from anywhere: nothing is read behind the
 * text or written behind the room, what is told fits what is written, and converting agrees with
 * the strict converter of util/utf.h.
 *
 * The first byte chooses the widths and the flags, eight bytes are the values, the rest is the
 * format. Where the format takes strings every value is the address of one, since a wild address
 * is the caller's own fault; where it takes none, values are numbers.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/guarded.h"
#include "rtl/format.h"
#include "rtl/message.h"
#include "rtl/text.h"
#include "util/utf.h"

#define MAX_INPUT 2048u
#define N_VALUES  128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct guarded in, out, string;
static uint64_t values[N_VALUES];

/* Whether the format has a unit that is one of @letters. */
static bool has(const void *text, unsigned width, const char *letters)
{
    for (size_t i = 0; nt_text_unit(text, width, i); i++) {
        uint32_t unit = nt_text_unit(text, width, i);

        if (unit < 0x80 && strchr(letters, (int)unit))
            return true;
    }
    return false;
}

/* A string for either width, right in front of the guard: it must not be read behind its NUL. */
static void choose_values(const void *text, unsigned width, uint64_t seed, bool strings)
{
    static const unsigned char characters[] = "string \xc3\xa4 \xff%s";
    const size_t count = sizeof(characters);
    void *copy = guarded_take(&string, count * 4, 4);

    if (!strings && !has(text, width, "sSZ")) {
        for (size_t i = 0; i < N_VALUES; i++)
            values[i] = seed = seed * UINT64_C(6364136223846793005) + i;
        return;
    }
    for (size_t i = 0; i < count; i++)
        ((uint32_t *)copy)[i] = characters[i];
    for (size_t i = 0; i < N_VALUES; i++)
        values[i] = (uint64_t)(uintptr_t)copy;
}

static int format_to(const struct nt_format *format, void *units, size_t room, size_t *ret_count)
{
    struct nt_format_arguments arguments = {.array = values, .n_array = N_VALUES};
    struct nt_text_out text = {.units = units, .room = room, .width = format->width};
    int r = nt_format(format, &arguments, &text);

    *ret_count = text.count;
    return r;
}

static void try_format(const void *text, unsigned width, unsigned wide, uint64_t seed)
{
    struct nt_format format = {.text = text, .length = SIZE_MAX, .width = width, .wide = wide};
    size_t count, again, room;
    void *units;
    int r;

    if (has(text, width, "Z"))
        return; /* a counted string's own pointer */
    choose_values(text, width, seed, false);
    r = format_to(&format, NULL, 0, &count);
    FUZZ_CHECK(r == 0 || r == -EINVAL || r == -EOVERFLOW || r == -ENOMEM);
    FUZZ_CHECK(r != 0 || count <= INT32_MAX);
    room = count < 4096 ? count : 4096;
    for (; room > 0; room /= 8) {
        units = guarded_take(&out, room * width, width);
        FUZZ_CHECK(format_to(&format, units, room, &again) == r && again == count);
    }
}

static void try_message(const void *text, unsigned width, unsigned wide, uint64_t seed,
                        unsigned flags)
{
    struct nt_message message = {.text = text,
                                 .width = width,
                                 .wide = wide,
                                 .ignore_inserts = flags & 1,
                                 .line = flags & 2   ? 20
                                         : flags & 4 ? NT_MESSAGE_ONE_LINE
                                                     : 0,
                                 .array = values};
    uint32_t *units = NULL;
    size_t count = 0;
    int r;

    if (has(text, width, "Z"))
        return;
    choose_values(text, width, seed, true); /* an insert without a format is a string */
    r = nt_message_format(&message, &units, &count);
    FUZZ_CHECK(r == 0 || r == -EINVAL || r == -EOVERFLOW || r == -ENOMEM);
    FUZZ_CHECK(r == 0 || !units);
    free(units);
}

/* From one width to another and back, with exactly the room that is told. */
static void try_convert(const void *text, unsigned width)
{
    size_t length = nt_text_length(text, width, SIZE_MAX), told;

    for (unsigned to = 1; to <= 4; to *= 2) {
        size_t count = nt_text_convert(text, width, SIZE_MAX, NULL, to, 0);
        void *units = guarded_take(&out, count * to, to);

        FUZZ_CHECK(nt_text_convert(text, width, length, units, to, count) == count);
        if (nt_text_is_valid(text, width, SIZE_MAX))
            FUZZ_CHECK(nt_text_convert(units, to, count, NULL, width, 0) == length);
    }
    if (width == 1)
        FUZZ_CHECK((nt_utf8_to_units(text, NULL, 0, &told) != -EILSEQ) ==
                   nt_text_is_valid(text, 1, SIZE_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned width, wide;
    size_t length;
    uint64_t seed;
    void *text;

    if (size < 9 || size > MAX_INPUT)
        return 0;
    width = 1u << (data[0] & 3) % 3;
    wide = data[0] & 4 ? 2 : 4;
    if (width != 1)
        wide = width;
    memcpy(&seed, data + 1, sizeof(seed));
    length = (size - 9) / width;
    text = guarded_take(&in, (length + 1) * width, width);
    memcpy(text, data + 9, length * width);
    nt_text_set(text, width, length, 0);
    try_format(text, width, wide, seed);
    try_message(text, width, wide, seed, data[0] >> 4);
    try_convert(text, width);
    return 0;
}
