// SPDX-License-Identifier: MIT
/*
 * The Nt layer: counted names and object attributes.
 */
#include "api/api.h"

#include <string.h>

static NTSTATUS create(HANDLE *section, OBJECT_ATTRIBUTES *attributes)
{
    LARGE_INTEGER size = {.QuadPart = PAGE};

    *section = (HANDLE)(ULONG_PTR)0xdeadbeef;
    return NtCreateSection(section, SECTION_ALL_ACCESS, attributes, &size, PAGE_READWRITE,
                           SEC_COMMIT, NULL);
}

static NTSTATUS open(HANDLE *section, OBJECT_ATTRIBUTES *attributes)
{
    *section = (HANDLE)(ULONG_PTR)0xdeadbeef;
    return NtOpenSection(section, SECTION_QUERY, attributes);
}

/* Creating and opening both fail with @want and leave no handle. */
static void check_both(OBJECT_ATTRIBUTES *attributes, NTSTATUS want)
{
    HANDLE section;

    ok_status(create(&section, attributes), want);
    ok_ptr_eq(section, NULL);
    ok_status(open(&section, attributes), want);
    ok_ptr_eq(section, NULL);
}

static OBJECT_ATTRIBUTES named(UNICODE_STRING *string, const wchar_t *path)
{
    RtlInitUnicodeString(string, path);
    return nt_attributes(string, 0);
}

TEST(nt_empty_name_is_no_name, "11.13")
{
    UNICODE_STRING empty = {.Length = 0, .Buffer = NULL};
    OBJECT_ATTRIBUTES attributes = nt_attributes(&empty, 0);
    HANDLE first, second;

    ok_status(create(&first, &attributes), STATUS_SUCCESS);
    ok_status(create(&second, &attributes), STATUS_SUCCESS);
    ok_fails(CompareObjectHandles(first, second), ERROR_NOT_SAME_OBJECT);
    drop(first, NULL);
    drop(second, NULL);

    empty.Buffer = (wchar_t *)L"";
    empty.MaximumLength = sizeof(wchar_t);
    ok_status(create(&first, &attributes), STATUS_SUCCESS);
    drop(first, NULL);
    attributes.ObjectName = NULL;
    ok_status(create(&first, &attributes), STATUS_SUCCESS);
    drop(first, NULL);
}

TEST(nt_odd_length_is_an_invalid_name, "11.17")
{
    UNICODE_STRING path = nt_path(L_("odd"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);

    path.Length--;
    check_both(&attributes, STATUS_OBJECT_NAME_INVALID);
    path.Length = 1;
    check_both(&attributes, STATUS_OBJECT_NAME_INVALID);
}

TEST(nt_name_of_65534_bytes_is_too_long, "11.16")
{
    static wchar_t text[32768];
    UNICODE_STRING path = nt_path(L_("long"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);

    for (unsigned i = 0; i < ARRAYSIZE(text); i++)
        text[i] = 'x';
    memcpy(text, path.Buffer, path.Length);
    path = (UNICODE_STRING){.Length = 65534, .MaximumLength = 65534, .Buffer = text};
    check_both(&attributes, STATUS_OBJECT_NAME_INVALID);
}

TEST(nt_longest_name_is_accepted, "11.16")
{
    static wchar_t text[32768];
    UNICODE_STRING path = nt_path(L_("longest"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE section, opened;

    for (unsigned i = 0; i < ARRAYSIZE(text); i++)
        text[i] = 'x';
    memcpy(text, path.Buffer, path.Length);
    path = (UNICODE_STRING){.Length = 65532, .MaximumLength = 65532, .Buffer = text};
    ok_status(create(&section, &attributes), STATUS_SUCCESS);
    ok_status(open(&opened, &attributes), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(section, opened));
    drop(opened, NULL);
    /* One character less is another name. */
    path.Length -= sizeof(wchar_t);
    ok_status(open(&opened, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    drop(section, NULL);
}

TEST(nt_nul_is_a_character, "11.19")
{
    wchar_t text[200];
    UNICODE_STRING path = nt_path(L_("nul"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);
    HANDLE plain, with_nul, opened;

    memcpy(text, path.Buffer, path.Length);
    text[path.Length / sizeof(wchar_t)] = 0;
    text[path.Length / sizeof(wchar_t) + 1] = 'x';
    path.Buffer = text;
    ok_status(create(&plain, &attributes), STATUS_SUCCESS);
    path.Length += sizeof(wchar_t);
    ok_status(create(&with_nul, &attributes), STATUS_SUCCESS);
    ok_fails(CompareObjectHandles(plain, with_nul), ERROR_NOT_SAME_OBJECT);
    ok_status(open(&opened, &attributes), STATUS_SUCCESS);
    ok_succeeds(CompareObjectHandles(with_nul, opened));
    drop(opened, NULL);
    path.Length += sizeof(wchar_t);
    ok_status(open(&opened, &attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    drop(plain, NULL);
    drop(with_nul, NULL);
}

TEST(nt_attributes_have_their_length, "11.31 11.32")
{
    static const ULONG lengths[] = {0, 1, sizeof(OBJECT_ATTRIBUTES) - 1,
                                    sizeof(OBJECT_ATTRIBUTES) + 1, 0xffffffff};
    UNICODE_STRING path = nt_path(L_("length"));
    OBJECT_ATTRIBUTES attributes = nt_attributes(&path, 0);

    for (unsigned i = 0; i < ARRAYSIZE(lengths); i++) {
        attributes.Length = lengths[i];
        check_both(&attributes, STATUS_INVALID_PARAMETER);
    }
}

TEST(nt_open_wants_attributes, "11.31 11.32")
{
    HANDLE section;

    ok_status(open(&section, NULL), STATUS_INVALID_PARAMETER);
    ok_ptr_eq(section, NULL);
}

TEST(nt_paths_begin_at_the_root, "11.10 11.9 11.12 11.11")
{
    static const struct {
        const wchar_t *path;
        NTSTATUS status;
    } rows[] = {
        {L"ntshm-relative", STATUS_OBJECT_PATH_SYNTAX_BAD},
        {L"BaseNamedObjects\\x", STATUS_OBJECT_PATH_SYNTAX_BAD},
        {L"\\ntshm-nowhere\\x", STATUS_OBJECT_PATH_NOT_FOUND},
        {L"\\BaseNamedObjects\\ntshm-nowhere\\x", STATUS_OBJECT_PATH_NOT_FOUND},
        {L"\\BaseNamedObjects\\\\x", STATUS_OBJECT_NAME_INVALID},
        {L"\\BaseNamedObjects\\ntshm-nowhere\\", STATUS_OBJECT_PATH_NOT_FOUND},
        {L"\\basenamedobjects\\x", STATUS_OBJECT_PATH_NOT_FOUND},
    };

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        UNICODE_STRING string;
        OBJECT_ATTRIBUTES attributes = named(&string, rows[i].path);
        HANDLE section;
        NTSTATUS status = create(&section, &attributes);

        ok(status == rows[i].status, "create %ls: 0x%08x", rows[i].path, (unsigned)status);
        status = open(&section, &attributes);
        ok(status == rows[i].status, "open %ls: 0x%08x", rows[i].path, (unsigned)status);
        ok_ptr_eq(section, NULL);
    }
}

TEST(nt_directory_is_no_section, "11.15 2.4")
{
    UNICODE_STRING string;
    OBJECT_ATTRIBUTES attributes = named(&string, L"\\BaseNamedObjects");
    HANDLE section;

    ok_status(open(&section, &attributes), STATUS_OBJECT_TYPE_MISMATCH);
    ok_ptr_eq(section, NULL);
}

TEST(nt_handle_is_inherited_when_asked, "12.24")
{
    OBJECT_ATTRIBUTES attributes = nt_attributes(NULL, OBJ_INHERIT);
    HANDLE section;
    DWORD flags = 0xdeadbeef;

    ok_status(create(&section, &attributes), STATUS_SUCCESS);
    ok_succeeds(GetHandleInformation(section, &flags));
    ok_eq(flags, HANDLE_FLAG_INHERIT);
    drop(section, NULL);
}

TEST(strings_are_counted_in_bytes, "")
{
    UNICODE_STRING string;

    RtlInitUnicodeString(&string, L"four");
    ok_eq(string.Length, 4 * sizeof(wchar_t));
    ok_eq(string.MaximumLength, 5 * sizeof(wchar_t));
    RtlInitUnicodeString(&string, NULL);
    ok_eq(string.Length, 0);
    ok_eq(string.MaximumLength, 0);
    ok_ptr_eq(string.Buffer, NULL);
}
