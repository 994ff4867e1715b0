// SPDX-License-Identifier: MIT
/*
 * lib/object/name: a name from the three forms that applications use.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/object/name.h"
#include "util/macro.h"

#define LONGEST 32766u

static void is_name(const struct nt_object_name *name, const uint16_t *units, size_t count)
{
    ok_eq(name->count, count);
    if (name->count == count)
        ok_mem_eq(name->units, units, count * sizeof(*units));
}

TEST(no_name_is_no_name, "11.13 2.3")
{
    struct nt_object_name name;

    ok_status(nt_object_name_from_utf8(&name, NULL, OBJ_INHERIT), STATUS_SUCCESS);
    ok_eq(name.count, 0);
    ok_eq(name.attributes, OBJ_INHERIT);
    ok(!name.absolute);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_wide(&name, NULL, 0), STATUS_SUCCESS);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_attributes(&name, NULL), STATUS_SUCCESS);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_wide(&name, L"", 0), STATUS_SUCCESS);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
}

TEST(text_of_both_widths_gives_one_name, "11.1 11.20")
{
    struct nt_object_name name;

    ok_status(nt_object_name_from_utf8(&name, "Local\\\xe2\x82\xac\xf0\x9f\x98\x80", OBJ_OPENIF),
              STATUS_SUCCESS);
    is_name(&name, (const uint16_t *)u"Local\\\u20ac\U0001F600", 9);
    ok_eq(name.attributes, OBJ_OPENIF);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_wide(&name, L"Local\\\u20ac\U0001F600", 0), STATUS_SUCCESS);
    is_name(&name, (const uint16_t *)u"Local\\\u20ac\U0001F600", 9);
    nt_object_name_deinit(&name);
}

TEST(malformed_utf8_is_told_apart_from_a_bad_wide_name, "")
{
    static const wchar_t beyond[] = {'a', 0x110000, 0};
    struct nt_object_name name;

    ok_status(nt_object_name_from_utf8(&name, "a\xff", 0), STATUS_UNMAPPABLE_CHARACTER);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_wide(&name, beyond, 0), STATUS_OBJECT_NAME_INVALID);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
}

/* Around the room in the structure, and around the limit. */
TEST(names_of_every_length_up_to_the_limit, "11.16 11.18")
{
    static const size_t lengths[] = {1, 259, 260, 271, 272, 273, 1000, LONGEST - 1, LONGEST};
    static wchar_t wide[LONGEST + 2];
    static char text[LONGEST + 2];
    struct nt_object_name name;

    for (size_t i = 0; i < NT_ARRAY_SIZE(lengths); i++) {
        size_t n = lengths[i];

        memset(text, 'n', n);
        text[n] = '\0';
        wmemset(wide, L'n', n);
        wide[n] = L'\0';
        ok_status(nt_object_name_from_utf8(&name, text, 0), STATUS_SUCCESS);
        ok_eq(name.count, n);
        ok(name.units[0] == 'n' && name.units[n - 1] == 'n');
        nt_object_name_deinit(&name);
        ok_status(nt_object_name_from_wide(&name, wide, 0), STATUS_SUCCESS);
        ok_eq(name.count, n);
        ok(name.units[0] == 'n' && name.units[n - 1] == 'n');
        nt_object_name_deinit(&name);
    }
}

TEST(a_name_above_the_limit_is_invalid, "11.16")
{
    static wchar_t wide[LONGEST + 2];
    static char text[LONGEST + 2];
    struct nt_object_name name;

    memset(text, 'n', LONGEST + 1);
    wmemset(wide, L'n', LONGEST + 1);
    ok_status(nt_object_name_from_utf8(&name, text, 0), STATUS_OBJECT_NAME_INVALID);
    nt_object_name_deinit(&name);
    ok_status(nt_object_name_from_wide(&name, wide, 0), STATUS_OBJECT_NAME_INVALID);
    nt_object_name_deinit(&name);
    /* A pair of surrogates counts twice. */
    wide[LONGEST] = L'\0';
    wide[0] = 0x1F600;
    ok_status(nt_object_name_from_wide(&name, wide, 0), STATUS_OBJECT_NAME_INVALID);
    nt_object_name_deinit(&name);
}

static NTSTATUS from_string(struct nt_object_name *name, const wchar_t *text, size_t bytes,
                            OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string)
{
    *string = (UNICODE_STRING){
        .Length = (USHORT)bytes, .MaximumLength = (USHORT)bytes, .Buffer = (PWSTR)(uintptr_t)text};
    *attributes = (OBJECT_ATTRIBUTES){
        .Length = sizeof(*attributes), .ObjectName = string, .Attributes = OBJ_OPENIF};
    return nt_object_name_from_attributes(name, attributes);
}

TEST(object_attributes_bring_an_absolute_name, "11.19 11.23")
{
    static const wchar_t text[] = L"\\BaseNamedObjects\\a\0b";
    OBJECT_ATTRIBUTES attributes;
    struct nt_object_name name;
    UNICODE_STRING string;

    ok_status(from_string(&name, text, 21 * sizeof(wchar_t), &attributes, &string), STATUS_SUCCESS);
    is_name(&name, (const uint16_t *)u"\\BaseNamedObjects\\a\0b", 21);
    ok(name.absolute);
    ok_eq(name.attributes, OBJ_OPENIF);
    nt_object_name_deinit(&name);
    ok_status(from_string(&name, text, 0, &attributes, &string), STATUS_SUCCESS);
    ok_eq(name.count, 0);
    nt_object_name_deinit(&name);
}

TEST(bad_object_attributes_are_refused, "11.17 11.31")
{
    static const wchar_t text[] = L"\\BaseNamedObjects\\x";
    OBJECT_ATTRIBUTES attributes;
    struct nt_object_name name;
    UNICODE_STRING string;

    for (size_t odd = 1; odd < sizeof(wchar_t); odd++) {
        ok_status(from_string(&name, text, sizeof(text) - 4 - odd, &attributes, &string),
                  STATUS_OBJECT_NAME_INVALID);
        nt_object_name_deinit(&name);
    }
    ok_status(from_string(&name, NULL, 8, &attributes, &string), STATUS_ACCESS_VIOLATION);
    nt_object_name_deinit(&name);

    from_string(&name, text, sizeof(text) - 4, &attributes, &string);
    nt_object_name_deinit(&name);
    attributes.Length = 0;
    ok_status(nt_object_name_from_attributes(&name, &attributes), STATUS_INVALID_PARAMETER);
    nt_object_name_deinit(&name);
    attributes.Length = sizeof(attributes) + 4;
    ok_status(nt_object_name_from_attributes(&name, &attributes), STATUS_INVALID_PARAMETER);
    nt_object_name_deinit(&name);
    attributes.Length = sizeof(attributes);
    attributes.RootDirectory = (HANDLE)4;
    ok_status(nt_object_name_from_attributes(&name, &attributes), STATUS_INVALID_HANDLE);
    nt_object_name_deinit(&name);
}
