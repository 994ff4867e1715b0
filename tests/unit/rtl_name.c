// SPDX-License-Identifier: MIT
/*
 * rtl/name: the grammar of object names, row by row, and their order.
 */
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/name.h"
#include "util/macro.h"

/* Units of a char16_t literal, without its end. */
#define UNITS(literal)    (const uint16_t *)(literal), NT_ARRAY_SIZE(literal) - 1
#define RELATIVE(literal) UNITS(literal), false
#define ABSOLUTE(literal) UNITS(literal), true

static void gives(const uint16_t *units, size_t count, bool absolute, enum nt_directory_kind kind,
                  uint32_t session, const uint16_t *rest, size_t rest_count)
{
    struct nt_name name = {.session = 0};

    ok_status(nt_name_parse(units, count, absolute, &name), STATUS_SUCCESS);
    ok_eq(name.directory, kind);
    if (kind == NT_DIRECTORY_SESSION || kind == NT_DIRECTORY_SESSION_ROOT)
        ok_eq(name.session, session);
    ok_eq(name.rest_count, rest_count);
    if (name.rest_count == rest_count && rest_count > 0)
        ok_mem_eq(name.rest, rest, rest_count * sizeof(*rest));
    ok(name.rest + name.rest_count == units + count, "the rest is the end of the name");
}

/* @literal is refused with @status, and nothing is written. */
static void refuses(const uint16_t *units, size_t count, bool absolute, NTSTATUS status)
{
    struct nt_name name, before;

    memset(&name, 0x5A, sizeof(name));
    before = name;
    ok_status(nt_name_parse(units, count, absolute, &name), status);
    ok_mem_eq(&name, &before, sizeof(name));
}

TEST(plain_and_local_names_are_the_sessions, "11.2 11.3")
{
    gives(RELATIVE(u"frame"), NT_DIRECTORY_LOCAL, 0, UNITS(u"frame"));
    gives(RELATIVE(u"Local\\frame"), NT_DIRECTORY_LOCAL, 0, UNITS(u"frame"));
    gives(RELATIVE(u"x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"x"));
}

TEST(global_names_are_the_machines, "11.4")
{
    gives(RELATIVE(u"Global\\frame"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"frame"));
    gives(RELATIVE(u"Global\\Global\\frame"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"frame"));
}

/* The three words stand in every directory of named objects. */
TEST(prefixes_may_follow_each_other, "11.3 11.4 11.8")
{
    gives(RELATIVE(u"Local\\Global\\x"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"x"));
    gives(RELATIVE(u"Local\\Local\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"x"));
    gives(RELATIVE(u"Local\\Session\\7\\x"), NT_DIRECTORY_SESSION, 7, UNITS(u"x"));
    gives(RELATIVE(u"Session\\7\\Global\\x"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"x"));
}

TEST(prefixes_are_case_sensitive, "11.6 11.7")
{
    gives(RELATIVE(u"local\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"local\\x"));
    gives(RELATIVE(u"GLOBAL\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"GLOBAL\\x"));
    gives(RELATIVE(u"session\\1\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"session\\1\\x"));
    gives(RELATIVE(u"Locals\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Locals\\x"));
    gives(RELATIVE(u"Loca\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Loca\\x"));
    /* A unit whose low byte is that letter is another unit. */
    gives(RELATIVE(u"\x014cocal\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"\x014cocal\\x"));
}

/* What is no number is no session, but a name in the directory of the links to them. */
TEST(session_prefix_takes_a_number, "11.8")
{
    gives(RELATIVE(u"Session\\0\\x"), NT_DIRECTORY_SESSION, 0, UNITS(u"x"));
    gives(RELATIVE(u"Session\\1\\x"), NT_DIRECTORY_SESSION, 1, UNITS(u"x"));
    gives(RELATIVE(u"Session\\4294967295\\x"), NT_DIRECTORY_SESSION, UINT32_MAX, UNITS(u"x"));
    gives(RELATIVE(u"Session\\4294967296\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"4294967296\\x"));
    gives(RELATIVE(u"Session\\99999999999999999999\\x"), NT_DIRECTORY_LINKS, 0,
          UNITS(u"99999999999999999999\\x"));
    gives(RELATIVE(u"Session\\-1\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"-1\\x"));
    gives(RELATIVE(u"Session\\+1\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"+1\\x"));
    gives(RELATIVE(u"Session\\ 1\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u" 1\\x"));
    gives(RELATIVE(u"Session\\1a\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"1a\\x"));
    gives(RELATIVE(u"Session\\one\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"one\\x"));
    /* A fullwidth digit is no digit. */
    gives(RELATIVE(u"Session\\\uff11\\x"), NT_DIRECTORY_LINKS, 0, UNITS(u"\uff11\\x"));
    refuses(RELATIVE(u"Session\\\\x"), STATUS_OBJECT_NAME_INVALID);
}

TEST(other_parts_are_left_to_who_knows_them, "11.9 11.11")
{
    gives(RELATIVE(u"foo\\bar"), NT_DIRECTORY_LOCAL, 0, UNITS(u"foo\\bar"));
    gives(RELATIVE(u"foo\\"), NT_DIRECTORY_LOCAL, 0, UNITS(u"foo\\"));
    gives(RELATIVE(u"foo\\\\bar"), NT_DIRECTORY_LOCAL, 0, UNITS(u"foo\\\\bar"));
    gives(RELATIVE(u"Global\\foo\\"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"foo\\"));
    gives(RELATIVE(u"x\\Local\\y"), NT_DIRECTORY_LOCAL, 0, UNITS(u"x\\Local\\y"));
}

static void takes(const uint16_t **units, size_t *count, const uint16_t *want, size_t n, bool last)
{
    const uint16_t *part = NULL;
    size_t part_count = 0;
    bool is_last = !last;

    ok_status(nt_name_take(units, count, &part, &part_count, &is_last), STATUS_SUCCESS);
    ok_eq(part_count, n);
    if (part_count == n)
        ok_mem_eq(part, want, n * sizeof(*want));
    ok_eq(is_last, last);
}

TEST(a_rest_is_taken_part_by_part, "11.9 11.11 11.12")
{
    const uint16_t *units = (const uint16_t *)u"ab\\c\\\\d", *part;
    size_t count = 7, part_count;
    bool last;

    takes(&units, &count, UNITS(u"ab"), false);
    takes(&units, &count, UNITS(u"c"), false);
    ok_status(nt_name_take(&units, &count, &part, &part_count, &last), STATUS_OBJECT_NAME_INVALID);
    units = (const uint16_t *)u"a\\";
    count = 2;
    takes(&units, &count, UNITS(u"a"), false);
    ok_eq(count, 0);
    ok_status(nt_name_take(&units, &count, &part, &part_count, &last), STATUS_OBJECT_NAME_INVALID);
    units = (const uint16_t *)u"end";
    count = 3;
    takes(&units, &count, UNITS(u"end"), true);
    ok_eq(count, 0);
}

TEST(a_relative_name_has_no_leading_backslash, "11.10")
{
    refuses(RELATIVE(u"\\foo"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(RELATIVE(u"\\foo\\"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(RELATIVE(u"\\"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(RELATIVE(u"\\\\"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(RELATIVE(u"\\Local\\x"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(RELATIVE(u"\\BaseNamedObjects\\x"), STATUS_OBJECT_PATH_SYNTAX_BAD);
}

TEST(an_empty_part_is_an_invalid_name, "11.12")
{
    refuses(RELATIVE(u"Local\\\\x"), STATUS_OBJECT_NAME_INVALID);
    refuses(RELATIVE(u"Global\\\\x"), STATUS_OBJECT_NAME_INVALID);
    refuses(RELATIVE(u"Session\\1\\\\x"), STATUS_OBJECT_NAME_INVALID);
    refuses(RELATIVE(u"Local\\"), STATUS_OBJECT_NAME_INVALID);
    refuses(ABSOLUTE(u"\\BaseNamedObjects\\\\x"), STATUS_OBJECT_NAME_INVALID);
    refuses(ABSOLUTE(u"\\BaseNamedObjects\\"), STATUS_OBJECT_NAME_INVALID);
}

TEST(a_name_may_be_a_directory_that_is_always_there, "11.14 11.15 2.4")
{
    gives(NULL, 0, false, NT_DIRECTORY_LOCAL, 0, NULL, 0);
    gives(RELATIVE(u"Global"), NT_DIRECTORY_GLOBAL, 0, NULL, 0);
    gives(RELATIVE(u"Local"), NT_DIRECTORY_LOCAL, 0, NULL, 0);
    gives(RELATIVE(u"Session"), NT_DIRECTORY_LINKS, 0, NULL, 0);
    gives(RELATIVE(u"Session\\1"), NT_DIRECTORY_SESSION, 1, NULL, 0);
    gives(RELATIVE(u"Local\\Global"), NT_DIRECTORY_GLOBAL, 0, NULL, 0);
    gives(ABSOLUTE(u"\\"), NT_DIRECTORY_ROOT, 0, NULL, 0);
    gives(ABSOLUTE(u"\\BaseNamedObjects"), NT_DIRECTORY_GLOBAL, 0, NULL, 0);
    gives(ABSOLUTE(u"\\BaseNamedObjects\\Local"), NT_DIRECTORY_GLOBAL, 0, NULL, 0);
    gives(ABSOLUTE(u"\\Sessions"), NT_DIRECTORY_SESSIONS, 0, NULL, 0);
    gives(ABSOLUTE(u"\\Sessions\\1"), NT_DIRECTORY_SESSION_ROOT, 1, NULL, 0);
    gives(ABSOLUTE(u"\\Sessions\\1\\BaseNamedObjects"), NT_DIRECTORY_SESSION, 1, NULL, 0);
    /* Words that only look like them are names. */
    gives(RELATIVE(u"global"), NT_DIRECTORY_LOCAL, 0, UNITS(u"global"));
    gives(RELATIVE(u"Global2"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Global2"));
}

TEST(absolute_paths_name_their_directory, "11.2 11.4")
{
    gives(ABSOLUTE(u"\\BaseNamedObjects\\x"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"x"));
    gives(ABSOLUTE(u"\\BaseNamedObjects\\Local\\x"), NT_DIRECTORY_GLOBAL, 0, UNITS(u"x"));
    gives(ABSOLUTE(u"\\Sessions\\2\\BaseNamedObjects\\Local\\x"), NT_DIRECTORY_SESSION, 2,
          UNITS(u"x"));
    gives(ABSOLUTE(u"\\BaseNamedObjects\\Session\\3\\x"), NT_DIRECTORY_SESSION, 3, UNITS(u"x"));
    gives(ABSOLUTE(u"\\Sessions\\2\\BaseNamedObjects\\x"), NT_DIRECTORY_SESSION, 2, UNITS(u"x"));
    gives(ABSOLUTE(u"\\Sessions\\2\\BaseNamedObjects\\Global\\x"), NT_DIRECTORY_GLOBAL, 0,
          UNITS(u"x"));
}

TEST(absolute_paths_begin_at_the_root, "11.9 11.10")
{
    refuses(ABSOLUTE(u"BaseNamedObjects\\x"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(ABSOLUTE(u"x"), STATUS_OBJECT_PATH_SYNTAX_BAD);
    refuses(ABSOLUTE(u""), STATUS_OBJECT_PATH_SYNTAX_BAD);
    gives(ABSOLUTE(u"\\x"), NT_DIRECTORY_ROOT, 0, UNITS(u"x"));
    gives(ABSOLUTE(u"\\Device\\x"), NT_DIRECTORY_ROOT, 0, UNITS(u"Device\\x"));
    gives(ABSOLUTE(u"\\basenamedobjects\\x"), NT_DIRECTORY_ROOT, 0, UNITS(u"basenamedobjects\\x"));
    gives(ABSOLUTE(u"\\Sessions\\x\\BaseNamedObjects\\x"), NT_DIRECTORY_SESSIONS, 0,
          UNITS(u"x\\BaseNamedObjects\\x"));
    gives(ABSOLUTE(u"\\Sessions\\1\\Windows\\x"), NT_DIRECTORY_SESSION_ROOT, 1,
          UNITS(u"Windows\\x"));
    refuses(ABSOLUTE(u"\\\\x"), STATUS_OBJECT_NAME_INVALID);
}

/* Each of them as the root of a name. */
TEST(a_name_may_begin_in_any_of_them, "11.2 11.10")
{
    struct nt_name name;

    ok_status(
        nt_name_parse_in(NT_DIRECTORY_ROOT, 0, UNITS(u"Sessions\\4\\BaseNamedObjects\\x"), &name),
        STATUS_SUCCESS);
    ok(name.directory == NT_DIRECTORY_SESSION && name.session == 4 && name.rest_count == 1);
    ok_status(nt_name_parse_in(NT_DIRECTORY_SESSION_ROOT, 4, UNITS(u"BaseNamedObjects"), &name),
              STATUS_SUCCESS);
    ok(name.directory == NT_DIRECTORY_SESSION && name.session == 4 && name.rest_count == 0);
    ok_status(nt_name_parse_in(NT_DIRECTORY_ROOT, 0, UNITS(u"\\x"), &name),
              STATUS_OBJECT_PATH_SYNTAX_BAD);
    for (int kind = 0; kind < NT_DIRECTORY_KINDS; kind++) {
        ok_status(nt_name_parse_in((enum nt_directory_kind)kind, 9, NULL, 0, &name),
                  STATUS_SUCCESS);
        ok(name.directory == (enum nt_directory_kind)kind && name.session == 9);
    }
}

TEST(the_longest_name_has_32766_units, "11.16")
{
    static uint16_t units[NT_NAME_MAX_UNITS + 1];

    for (size_t i = 0; i < NT_ARRAY_SIZE(units); i++)
        units[i] = 'n';
    gives(units, 32766, false, NT_DIRECTORY_LOCAL, 0, units, 32766);
    refuses(units, 32767, false, STATUS_OBJECT_NAME_INVALID);
    refuses(units, 32767, true, STATUS_OBJECT_NAME_INVALID);
    /* The prefix counts. */
    memcpy(units, u"Local\\", 12);
    gives(units, 32766, false, NT_DIRECTORY_LOCAL, 0, units + 6, 32760);
    refuses(units, 32767, false, STATUS_OBJECT_NAME_INVALID);
}

TEST(nuls_are_units_of_a_name, "11.19")
{
    gives(RELATIVE(u"a\0b"), NT_DIRECTORY_LOCAL, 0, UNITS(u"a\0b"));
    gives(RELATIVE(u"a\0"), NT_DIRECTORY_LOCAL, 0, UNITS(u"a\0"));
    gives(RELATIVE(u"\0"), NT_DIRECTORY_LOCAL, 0, UNITS(u"\0"));
    gives(RELATIVE(u"Local\0\\x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Local\0\\x"));
}

TEST(everything_but_a_backslash_is_ordinary, "11.20")
{
    gives(RELATIVE(u"a/b:c d.e*?<>|\""), NT_DIRECTORY_LOCAL, 0, UNITS(u"a/b:c d.e*?<>|\""));
    gives(RELATIVE(u"Global/x"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Global/x"));
    gives(RELATIVE(u"\u00e4\u20ac\U0001F600"), NT_DIRECTORY_LOCAL, 0,
          UNITS(u"\u00e4\u20ac\U0001F600"));
    gives(RELATIVE(u"\xd800"), NT_DIRECTORY_LOCAL, 0, UNITS(u"\xd800"));
    gives(RELATIVE(u"."), NT_DIRECTORY_LOCAL, 0, UNITS(u"."));
    gives(RELATIVE(u".."), NT_DIRECTORY_LOCAL, 0, UNITS(u".."));
    /* U+015C ends in the byte of a backslash. */
    gives(RELATIVE(u"Local\u015cx"), NT_DIRECTORY_LOCAL, 0, UNITS(u"Local\u015cx"));
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* Every pair of a list of different names has one order, and the order is transitive. */
TEST(names_are_ordered_by_their_bits, "11.1 11.26")
{
    static const struct {
        const uint16_t *units;
        size_t count;
    } names[] = {
        {UNITS(u"A")},  {UNITS(u"a")},    {UNITS(u"aa")},    {UNITS(u"ab")},     {UNITS(u"a\0")},
        {UNITS(u"\0")}, {UNITS(u"\xff")}, {UNITS(u"\x100")}, {UNITS(u"\xd800")}, {UNITS(u"\xffff")},
    };
    const size_t n = NT_ARRAY_SIZE(names);
    int order[NT_ARRAY_SIZE(names)][NT_ARRAY_SIZE(names)];

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            order[i][k] = sign(
                nt_name_compare(names[i].units, names[i].count, names[k].units, names[k].count));
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            ok_eq((int64_t)order[i][k], (int64_t)-order[k][i]);
            ok(i == k ? order[i][k] == 0 : order[i][k] != 0, "names %zu and %zu", i, k);
            for (size_t m = 0; m < n; m++) {
                if (order[i][k] < 0 && order[k][m] < 0)
                    ok(order[i][m] < 0, "names %zu, %zu and %zu", i, k, m);
            }
        }
    }
}

/* Parsed, and told again as a path from the root, with every amount of room. */
static void path_is(const uint16_t *units, size_t count, bool absolute, uint32_t session,
                    const uint16_t *want, size_t want_count)
{
    struct nt_name name;
    uint16_t path[64];

    require(want_count < NT_ARRAY_SIZE(path));
    require(nt_name_parse(units, count, absolute, &name) == STATUS_SUCCESS);
    for (size_t room = 0; room <= want_count + 1; room++) {
        memset(path, 0x5A, sizeof(path));
        ok_eq(nt_name_path(&name, session, path, room), want_count);
        ok_mem_eq(path, want, (room < want_count ? room : want_count) * sizeof(*path));
        ok_eq(path[room < want_count ? room : want_count], 0x5A5A);
    }
}

TEST(a_name_has_one_path, "11.2 11.3 11.4 11.5 11.8")
{
    path_is(RELATIVE(u"x"), 7, UNITS(u"\\Sessions\\7\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"Local\\x"), 7, UNITS(u"\\Sessions\\7\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"Local\\x"), 0, UNITS(u"\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"Global\\x"), 7, UNITS(u"\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"Session\\3\\x"), 7, UNITS(u"\\Sessions\\3\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"Session\\0\\x"), 7, UNITS(u"\\BaseNamedObjects\\x"));
    path_is(ABSOLUTE(u"\\BaseNamedObjects\\x"), 7, UNITS(u"\\BaseNamedObjects\\x"));
    path_is(ABSOLUTE(u"\\Sessions\\4294967295\\BaseNamedObjects\\x"), 7,
            UNITS(u"\\Sessions\\4294967295\\BaseNamedObjects\\x"));
    path_is(ABSOLUTE(u"\\BaseNamedObjects\\Local\\x"), 7, UNITS(u"\\BaseNamedObjects\\x"));
    path_is(RELATIVE(u"a\\b"), 7, UNITS(u"\\Sessions\\7\\BaseNamedObjects\\a\\b"));
}

TEST(a_directory_has_one_path_too, "11.2 11.8")
{
    path_is(ABSOLUTE(u"\\"), 7, UNITS(u"\\"));
    path_is(ABSOLUTE(u"\\x"), 7, UNITS(u"\\x"));
    path_is(ABSOLUTE(u"\\Sessions"), 7, UNITS(u"\\Sessions"));
    path_is(ABSOLUTE(u"\\Sessions\\7"), 7, UNITS(u"\\Sessions\\7"));
    path_is(ABSOLUTE(u"\\Sessions\\7\\x"), 7, UNITS(u"\\Sessions\\7\\x"));
    path_is(RELATIVE(u"Local"), 7, UNITS(u"\\Sessions\\7\\BaseNamedObjects"));
    path_is(RELATIVE(u"Session"), 7, UNITS(u"\\BaseNamedObjects\\Session"));
    path_is(RELATIVE(u"Global"), 7, UNITS(u"\\BaseNamedObjects"));
}
