// SPDX-License-Identifier: MIT
/*
 * lib/text: text between 16-bit units and the library, at the edges that no program meets.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/text/utf8.h"
#include "lib/text/wide16.h"
#include "util/macro.h"

TEST(sixteen_bit_text_of_every_length, "")
{
    static uint16_t units[2000];

    for (size_t length = 0; length < NT_ARRAY_SIZE(units); length += length < 300 ? 1 : 97) {
        struct nt_wide16 wide;

        for (size_t i = 0; i < length; i++)
            units[i] = (uint16_t)(i + 1);
        units[length] = 0;
        require(nt_wide16_init(&wide, units, SIZE_MAX));
        require(wide.count == length && wide.text[length] == 0);
        require(length == 0 || wide.text[length - 1] == (wchar_t)length);
        ok_eq(wide.heap != NULL, length >= NT_ARRAY_SIZE(wide.storage));
        nt_wide16_deinit(&wide);
    }
}

TEST(no_sixteen_bit_text_stays_none, "")
{
    struct nt_wide16 wide;

    require(nt_wide16_init(&wide, NULL, SIZE_MAX));
    ok_ptr_eq(wide.text, NULL);
    nt_wide16_deinit(&wide);
}

TEST(what_does_not_fit_is_never_half_a_pair, "")
{
    static const wchar_t text[] = {'a', 0x1F600, 'b'};
    static const uint16_t want[] = {'a', 0xD83D, 0xDE00, 'b'};
    static const size_t written[] = {0, 1, 1, 3, 4, 4};
    uint16_t units[8];

    for (size_t room = 0; room < NT_ARRAY_SIZE(written); room++) {
        memset(units, 0x5A, sizeof(units));
        ok_eq(nt_wide16_put(text, 3, units, room), 4);
        ok_mem_eq(units, want, written[room] * sizeof(*units));
        ok_eq(units[written[room]], 0x5A5A);
    }
}

TEST(a_path_fits_with_its_end_or_not_at_all, "")
{
    uint16_t units[4];

    memset(units, 0x5A, sizeof(units));
    ok_eq(nt_wide16_put_path(L"abc", 3, NULL, 100), 4);
    ok_eq(nt_wide16_put_path(L"abc", 3, units, 0), 4);
    ok_eq(nt_wide16_put_path(L"abc", 3, units, 3), 4);
    ok_eq(units[0], 0x5A5A);
    ok_eq(nt_wide16_put_path(L"abc", 3, units, 4), 3);
    ok_mem_eq(units, u"abc", sizeof(u"abc"));
}

static NTSTATUS convert(ULONG size, USHORT length, uint16_t *buffer, OBJECT_ATTRIBUTES *ret)
{
    struct nt_string16 string = {length, length, buffer};
    struct nt_attributes16 attributes = {.Length = size, .ObjectName = &string, .Attributes = 0x42};
    struct nt_wide16_attributes wide;
    NTSTATUS status = nt_wide16_attributes_init(&wide, &attributes);

    *ret = wide.copy;
    if (ret->ObjectName) {
        static UNICODE_STRING kept;

        kept = *ret->ObjectName;
        ret->ObjectName = &kept;
    }
    nt_wide16_attributes_deinit(&wide);
    return status;
}

TEST(wrong_attributes_stay_wrong_in_the_same_way, "11.17 11.31")
{
    static uint16_t text[32767];
    struct nt_wide16_attributes none;
    OBJECT_ATTRIBUTES got;

    for (size_t i = 0; i < NT_ARRAY_SIZE(text); i++)
        text[i] = 'x';
    ok_status(nt_wide16_attributes_init(&none, NULL), STATUS_SUCCESS);
    ok_ptr_eq(none.attributes, NULL);
    nt_wide16_attributes_deinit(&none);
    ok_status(convert(47, 8, text, &got), STATUS_SUCCESS);
    ok_eq(got.Length, 47);
    ok_status(convert(sizeof(got), 8, text, &got), STATUS_SUCCESS);
    ok_eq(got.ObjectName->Length, 16);
    ok_eq(got.Attributes, 0x42);
    ok_status(convert(sizeof(got), 7, text, &got), STATUS_SUCCESS);
    ok_eq(got.ObjectName->Length, 13); /* three characters and a byte too much */
    ok_status(convert(sizeof(got), 8, NULL, &got), STATUS_SUCCESS);
    ok_ptr_eq(got.ObjectName->Buffer, NULL);
    ok_status(convert(sizeof(got), 16383 * 2, text, &got), STATUS_SUCCESS);
    ok_status(convert(sizeof(got), 16384 * 2, text, &got), STATUS_OBJECT_NAME_INVALID);
}

TEST(wide_text_to_utf8_and_back, "")
{
    static const wchar_t pair[] = {0xD83D, 0xDE00, 0}, lone[] = {'x', 0xD83D, 0};
    wchar_t *back = NULL;
    char utf8[8];
    size_t count;

    ok(nt_text_to_utf8(pair, utf8, sizeof(utf8)));
    ok_str_eq(utf8, "\xF0\x9F\x98\x80");
    ok_status(nt_text_from_utf8(utf8, &back, &count), STATUS_SUCCESS);
    ok_eq(count, 1);
    ok_eq(back[0], 0x1F600);
    free(back);
    ok(!nt_text_to_utf8(lone, utf8, sizeof(utf8)));
    ok(!nt_text_to_utf8(L"12345678", utf8, sizeof(utf8)));
    ok(nt_text_to_utf8(L"1234567", utf8, sizeof(utf8)));
    ok(!nt_text_to_utf8((const wchar_t[]){0x110000, 0}, utf8, sizeof(utf8)));
    ok_status(nt_text_from_utf8("\xFF", &back, &count), STATUS_UNMAPPABLE_CHARACTER);
}
