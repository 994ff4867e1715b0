// SPDX-License-Identifier: MIT
/*
 * util/utf: strict UTF-8 and native wide text to 16-bit units, and back for a person to read.
 * Each conversion is done with every amount of room from none to more than enough, in a buffer
 * with a guard behind it, so that the sizes it tells and the bytes it leaves alone are seen too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"
#include "util/macro.h"
#include "util/utf.h"

#define GUARD          0xA55Au
#define MAX_ROOM       40u

/* Units of a char16_t literal, without its end. */
#define UNITS(literal) (const uint16_t *)(literal), NT_ARRAY_SIZE(literal) - 1

struct outcome {
    uint16_t units[MAX_ROOM + 8];
    size_t count;
    int r;
};

static bool guard_is_whole(const struct outcome *o, size_t room)
{
    for (size_t i = room; i < NT_ARRAY_SIZE(o->units); i++) {
        if (o->units[i] != GUARD)
            return false;
    }
    return true;
}

static void fill_guard(struct outcome *o)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(o->units); i++)
        o->units[i] = GUARD;
    o->count = SIZE_MAX;
}

static void check_outcome(const struct outcome *o, size_t room, const uint16_t *want, size_t n)
{
    ok_eq((int64_t)o->r, room < n ? (int64_t)-E2BIG : 0);
    ok_eq(o->count, n);
    ok_mem_eq(o->units, want, (room < n ? room : n) * sizeof(*want));
    ok(guard_is_whole(o, room), "room for %zu of %zu", room, n);
}

static void utf8_gives(const char *text, const uint16_t *want, size_t n)
{
    struct outcome o;

    require(n < MAX_ROOM);
    for (size_t room = 0; room <= n + 2; room++) {
        fill_guard(&o);
        o.r = nt_utf8_to_units(text, room ? o.units : NULL, room, &o.count);
        check_outcome(&o, room, want, n);
    }
}

static void wide_gives(const uint32_t *text, size_t length, const uint16_t *want, size_t n)
{
    struct outcome o;

    require(n < MAX_ROOM);
    for (size_t room = 0; room <= n + 2; room++) {
        fill_guard(&o);
        o.r = nt_wide_to_units(text, length, room ? o.units : NULL, room, &o.count);
        check_outcome(&o, room, want, n);
    }
}

TEST(utf8_becomes_units, "11.1 11.20")
{
    utf8_gives("", UNITS(u""));
    utf8_gives("a", UNITS(u"a"));
    utf8_gives("Local\\frame", UNITS(u"Local\\frame"));
    utf8_gives("\x01\x7f", UNITS(u"\x01\x7f"));
    utf8_gives("\xc2\x80", UNITS(u"\x80"));
    utf8_gives("\xdf\xbf", UNITS(u"\x7ff"));
    utf8_gives("\xe0\xa0\x80", UNITS(u"\x800"));
    utf8_gives("\xed\x9f\xbf", UNITS(u"\xd7ff"));
    utf8_gives("\xee\x80\x80", UNITS(u"\xe000"));
    utf8_gives("\xef\xbf\xbf", UNITS(u"\xffff"));
    utf8_gives("\xf0\x90\x80\x80", UNITS(u"\xd800\xdc00"));
    utf8_gives("\xf4\x8f\xbf\xbf", UNITS(u"\xdbff\xdfff"));
    utf8_gives("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", UNITS(u"a\u00e4\u20ac\U0001F600z"));
}

static const char *const malformed[] = {
    "\x80",                     /* a continuation without a beginning */
    "\xbf",                     /* the last of them */
    "\xc0\x80",                 /* NUL in two bytes */
    "\xc1\xbf",                 /* U+7F in two */
    "\xe0\x80\x80",             /* NUL in three */
    "\xe0\x9f\xbf",             /* U+7FF in three */
    "\xf0\x80\x80\x80",         /* NUL in four */
    "\xf0\x8f\xbf\xbf",         /* U+FFFF in four */
    "\xc2",                     /* cut off */
    "\xe2\x82",                 /* cut off */
    "\xe2",                     /* cut off */
    "\xf0\x9f\x98",             /* cut off */
    "\xc2\x41",                 /* a letter where a continuation belongs */
    "\xe2\x41\x82",             /* the same */
    "\xe2\x82\x41",             /* the same */
    "\xf0\x9f\x98\x41",         /* the same */
    "\xc2\xc2\x80",             /* a beginning where a continuation belongs */
    "\xed\xa0\x80",             /* U+D800 */
    "\xed\xbf\xbf",             /* U+DFFF */
    "\xed\xa0\xbd\xed\xb8\x80", /* U+1F600 as two surrogates */
    "\xf4\x90\x80\x80",         /* U+110000 */
    "\xf5\x80\x80\x80",         /* beyond every plane */
    "\xf8\x88\x80\x80\x80",     /* five bytes */
    "\xfc\x84\x80\x80\x80\x80", /* six */
    "\xfe",                     /* never a byte of UTF-8 */
    "\xff",                     /* never a byte of UTF-8 */
};

static void is_refused(const char *text)
{
    struct outcome o;

    for (size_t room = 0; room <= 16; room += 4) {
        fill_guard(&o);
        o.r = nt_utf8_to_units(text, room ? o.units : NULL, room, &o.count);
        ok_eq((int64_t)o.r, (int64_t)-EILSEQ);
        ok(guard_is_whole(&o, room), "room for %zu", room);
    }
}

TEST(malformed_utf8_is_refused, "")
{
    char text[32];

    for (size_t i = 0; i < NT_ARRAY_SIZE(malformed); i++) {
        test_note("entry %zu", i);
        is_refused(malformed[i]);
        snprintf(text, sizeof(text), "abc%s", malformed[i]);
        is_refused(text);
        snprintf(text, sizeof(text), "%sz", malformed[i]);
        is_refused(text);
    }
}

/* How a point is written, by the definition: independent of the code under test. */
static size_t encode(uint32_t point, unsigned char *out)
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    out[length] = 0;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (unsigned char)(0x80 | (point & 0x3F));
    out[0] = (unsigned char)(lead[length] | point);
    return length;
}

TEST(every_code_point_survives, "")
{
    uint32_t n_wrong = 0, n_right = 0;

    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        unsigned char text[5];
        char back[5];
        uint16_t units[2];
        size_t length, count;

        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        length = encode(point, text);
        if (nt_utf8_to_units((const char *)text, units, 2, &count) != 0 ||
            count != (point > 0xFFFF ? 2 : 1) ||
            nt_units_to_utf8(units, count, back, sizeof(back)) != length ||
            memcmp(back, text, length + 1) != 0)
            n_wrong++;
        else
            n_right++;
    }
    ok_eq(n_wrong, 0);
    ok_eq(n_right, 0x10FFFF - 0x800);
}

static uint32_t count_valid(unsigned char first, unsigned char last, size_t length,
                            uint32_t (*tail_of)(uint32_t i, unsigned char *tail), uint32_t n_tails)
{
    unsigned char text[5] = {0};
    uint16_t units[2];
    uint32_t n = 0;
    size_t count;

    for (unsigned lead = first; lead <= last; lead++) {
        for (uint32_t i = 0; i < n_tails; i++) {
            text[0] = (unsigned char)lead;
            tail_of(i, text + 1);
            text[length] = 0;
            n += nt_utf8_to_units((const char *)text, units, 2, &count) == 0 &&
                 count == (length == 4 ? 2u : 1u);
        }
    }
    return n;
}

static uint32_t any_byte(uint32_t i, unsigned char *tail)
{
    tail[0] = (unsigned char)(i + 1);
    return i;
}

static uint32_t any_two_bytes(uint32_t i, unsigned char *tail)
{
    tail[0] = (unsigned char)(i % 255 + 1);
    tail[1] = (unsigned char)(i / 255 + 1);
    return i;
}

static uint32_t three_continuations(uint32_t i, unsigned char *tail)
{
    tail[0] = (unsigned char)(0x80 | (i & 0x3F));
    tail[1] = (unsigned char)(0x80 | (i >> 6 & 0x3F));
    tail[2] = (unsigned char)(0x80 | (i >> 12 & 0x3F));
    return i;
}

/* Of all byte sequences of a length exactly as many are taken as there are characters of it. */
TEST(no_other_sequence_is_taken, "")
{
    ok_eq(count_valid(0x80, 0xFF, 2, any_byte, 255), 0x800 - 0x80);
    ok_eq(count_valid(0xE0, 0xEF, 3, any_two_bytes, 255 * 255), 0x10000 - 0x800 - 0x800);
    ok_eq(count_valid(0xF0, 0xFF, 4, three_continuations, 1u << 18), 0x100000);
}

TEST(wide_text_becomes_units, "11.1")
{
    static const uint32_t plain[] = {'a', 0xE4, 0x20AC, 0xFFFF, 0};
    static const uint32_t pairs[] = {0x10000, 0x1F600, 0x10FFFF, 0};
    static const uint32_t empty[] = {0};

    wide_gives(plain, SIZE_MAX, UNITS(u"a\u00e4\u20ac\xffff"));
    wide_gives(plain, 4, UNITS(u"a\u00e4\u20ac\xffff"));
    wide_gives(plain, 2, UNITS(u"a\u00e4"));
    wide_gives(pairs, SIZE_MAX, UNITS(u"\xd800\xdc00\xd83d\xde00\xdbff\xdfff"));
    wide_gives(empty, SIZE_MAX, UNITS(u""));
    wide_gives(plain, 0, UNITS(u""));
}

TEST(lone_surrogates_are_units_like_others, "11.1")
{
    static const uint32_t lone[] = {0xD800, 'x', 0xDFFF, 0xDC00, 0xD800, 0};

    wide_gives(lone, SIZE_MAX, UNITS(u"\xd800x\xdfff\xdc00\xd800"));
}

TEST(counted_wide_text_may_hold_nuls, "11.19")
{
    static const uint32_t text[] = {'a', 0, 'b', 0};

    wide_gives(text, 4, UNITS(u"a\0b\0"));
    wide_gives(text, SIZE_MAX, UNITS(u"a"));
}

TEST(wide_characters_above_unicode_are_refused, "")
{
    static const uint32_t beyond[] = {0x110000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

    for (size_t i = 0; i < NT_ARRAY_SIZE(beyond); i++) {
        uint32_t text[] = {'a', beyond[i], 'b', 0};
        struct outcome o;

        for (size_t room = 0; room <= 8; room++) {
            fill_guard(&o);
            o.r = nt_wide_to_units(text, SIZE_MAX, o.units, room, &o.count);
            ok_eq((int64_t)o.r, (int64_t)-EILSEQ);
            ok(guard_is_whole(&o, room));
        }
    }
}

static void prints(const uint16_t *units, size_t count, const char *want)
{
    size_t length = strlen(want);

    ok_eq(nt_units_to_utf8(units, count, NULL, 0), length);
    for (size_t size = 1; size <= length + 2; size++) {
        char text[64];
        size_t fits = size - 1 < length ? size - 1 : length;

        memset(text, 0x5A, sizeof(text));
        ok_eq(nt_units_to_utf8(units, count, text, size), length);
        /* Cut where a character begins. */
        while (fits > 0 && fits < length && ((unsigned char)want[fits] & 0xC0) == 0x80)
            fits--;
        ok_eq(strnlen(text, sizeof(text)), fits);
        ok_mem_eq(text, want, fits);
        ok_eq(text[size], 0x5A);
    }
}

TEST(units_are_printed_as_utf8, "")
{
    prints(UNITS(u""), "");
    prints(UNITS(u"frame"), "frame");
    prints(UNITS(u"a\u00e4\u20ac\U0001F600z"), "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z");
    prints(UNITS(u"\xdbff\xdfff"), "\xf4\x8f\xbf\xbf");
}

TEST(lone_surrogates_are_printed_as_replacement, "")
{
    prints(UNITS(u"\xd800"), "\xef\xbf\xbd");
    prints(UNITS(u"\xdc00"), "\xef\xbf\xbd");
    prints(UNITS(u"\xdc00\xd800"), "\xef\xbf\xbd\xef\xbf\xbd");
    prints(UNITS(u"\xd800\xd800\xdc00"), "\xef\xbf\xbd\xf0\x90\x80\x80");
    prints(UNITS(u"a\xd83dz"), "a\xef\xbf\xbdz");
}

TEST(a_cut_text_ends_at_its_first_lost_character, "")
{
    char text[4];

    /* Two bytes do not hold the euro sign; the letter behind it must not move up. */
    ok_eq(nt_units_to_utf8(UNITS(u"a\u20acb"), text, 3), 5);
    ok_str_eq(text, "a");
}

/* Units to wide characters with every amount of room, and back again to the same units. */
static void units_give(const uint16_t *units, size_t n_units, const uint32_t *want, size_t n)
{
    uint32_t text[MAX_ROOM + 8];
    uint16_t back[MAX_ROOM];
    size_t count;

    require(n < MAX_ROOM && n_units < MAX_ROOM);
    for (size_t room = 0; room <= n + 2; room++) {
        memset(text, 0xA5, sizeof(text));
        ok_eq((int64_t)nt_units_to_wide(units, n_units, room ? text : NULL, room, &count),
              room < n ? (int64_t)-E2BIG : 0);
        ok_eq(count, n);
        ok_mem_eq(text, want, (room < n ? room : n) * sizeof(*want));
        ok_eq(text[room < n ? room : n], 0xA5A5A5A5u);
    }
    ok_eq((int64_t)nt_wide_to_units(want, n, back, MAX_ROOM, &count), 0);
    ok_eq(count, n_units);
    ok_mem_eq(back, units, n_units * sizeof(*units));
}

#define WIDE(...) (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / 4

TEST(units_become_wide_characters_and_the_same_units_again, "11.1")
{
    static const uint16_t lone[] = {0xD83D, 'x', 0xDE00, 0xDE00, 0xD83D, 0xD83D, 0xDE00, 0xD83D};
    static const uint16_t nul[] = {'a', 0, 0xD800, 0, 'b'};

    units_give(UNITS(u""), (const uint32_t[]){0}, 0);
    units_give(UNITS(u"az"), WIDE('a', 'z'));
    units_give(UNITS(u"\U0001F600"), WIDE(0x1F600));
    units_give(UNITS(u"\xdbff\xdfff!"), WIDE(0x10FFFF, '!'));
    units_give(lone, NT_ARRAY_SIZE(lone),
               WIDE(0xD83D, 'x', 0xDE00, 0xDE00, 0xD83D, 0x1F600, 0xD83D));
    units_give(nul, NT_ARRAY_SIZE(nul), WIDE('a', 0, 0xD800, 0, 'b'));
}

TEST(a_nul_ends_units, "")
{
    static const uint16_t cut[] = {'a', 0xD83D, 0, 0xDE00, 'x'};
    uint32_t text[4];
    size_t count;

    ok_eq((int64_t)nt_units_to_wide(cut, SIZE_MAX, text, 4, &count), 0);
    ok_eq(count, 2);
    ok_eq(text[1], 0xD83D);
}
