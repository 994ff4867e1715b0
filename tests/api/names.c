// SPDX-License-Identifier: MIT
/*
 * What a name may be, and which directory it stands in.
 */
#include "api/api.h"

#include <string.h>

/* Creating and opening @name both fail with @error. */
static void check_bad_name(const wchar_t *name, DWORD error)
{
    HANDLE made;

    SetLastError(0xdeadbeef);
    made = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name);
    ok(!made && GetLastError() == error, "create '%ls': error %u, expected %u", name,
       (unsigned)GetLastError(), (unsigned)error);
    drop(made, NULL);
    SetLastError(0xdeadbeef);
    made = OpenFileMappingW(FILE_MAP_READ, FALSE, name);
    ok(!made && GetLastError() == error, "open '%ls': error %u, expected %u", name,
       (unsigned)GetLastError(), (unsigned)error);
    drop(made, NULL);
    SetLastError(0xdeadbeef);
    made = CreateEventW(NULL, FALSE, FALSE, name);
    ok(!made && GetLastError() == error, "event '%ls': error %u, expected %u", name,
       (unsigned)GetLastError(), (unsigned)error);
    drop(made, NULL);
}

static bool opens_as(const wchar_t *name, HANDLE object)
{
    HANDLE opened = OpenFileMappingW(FILE_MAP_READ, FALSE, name);
    bool same;

    if (!opened) {
        ok_error(ERROR_FILE_NOT_FOUND);
        return false;
    }
    same = CompareObjectHandles(opened, object);
    drop(opened, NULL);
    return same;
}

TEST(names_are_compared_bit_by_bit, "11.1 2.2")
{
    static const wchar_t *const endings[] = {L"e",      L"E", L"\x00e9", L"e\x0301",
                                             L"\x00c9", L"",  L" ",      L"e "};
    HANDLE sections[ARRAYSIZE(endings)];
    wchar_t name[200];

    for (unsigned i = 0; i < ARRAYSIZE(endings); i++) {
        swprintf(name, ARRAYSIZE(name), L"%ls%ls", L_("bits"), endings[i]);
        sections[i] = new_section(name, PAGE_READWRITE, PAGE);
        ok_error(ERROR_SUCCESS);
    }
    for (unsigned i = 0; i < ARRAYSIZE(endings); i++) {
        swprintf(name, ARRAYSIZE(name), L"%ls%ls", L_("bits"), endings[i]);
        ok(opens_as(name, sections[i]), "'%ls'", endings[i]);
        drop(sections[i], NULL);
    }
}

TEST(plain_and_local_names_are_one, "11.2 11.3")
{
    wchar_t local[200];
    HANDLE plain = new_section(L_("x"), PAGE_READWRITE, PAGE);
    HANDLE again;

    swprintf(local, ARRAYSIZE(local), L"Local\\%ls", L_("x"));
    ok(opens_as(local, plain));
    again = new_section(local, PAGE_READWRITE, PAGE);
    ok_error(ERROR_ALREADY_EXISTS);
    ok_succeeds(CompareObjectHandles(plain, again));
    drop(plain, NULL);
    drop(again, NULL);
}

TEST(local_is_global_in_session_zero_only, "11.4 11.5")
{
    wchar_t global[200];
    HANDLE plain = new_section(L_("x"), PAGE_READWRITE, PAGE);
    HANDLE other;

    swprintf(global, ARRAYSIZE(global), L"Global\\%ls", L_("x"));
    ok_eq(opens_as(global, plain), session_number() == 0);
    other = new_section(global, PAGE_READWRITE, 2 * PAGE);
    ok_error(session_number() == 0 ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    ok_eq(section_size(other), session_number() == 0 ? PAGE : 2 * PAGE);
    ok(opens_as(global, other));
    drop(plain, NULL);
    drop(other, NULL);
}

TEST(global_name_is_found_as_global, "11.4")
{
    HANDLE section = new_section(L_("Global\\machine"), PAGE_READWRITE, PAGE);

    ok(opens_as(L_("Global\\machine"), section));
    drop(section, NULL);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("Global\\machine")), ERROR_FILE_NOT_FOUND);
}

TEST(session_prefix_names_a_session, "11.8")
{
    wchar_t name[200];
    HANDLE plain = new_section(L_("x"), PAGE_READWRITE, PAGE);

    swprintf(name, ARRAYSIZE(name), L"Session\\%u\\%ls", session_number(), L_("x"));
    ok(opens_as(name, plain));
    drop(plain, NULL);

    check_bad_name(L"Session\\123456\\x", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"Session\\x\\y", ERROR_PATH_NOT_FOUND);
}

TEST(case_of_a_prefix_counts, "11.6 11.7")
{
    check_bad_name(L"local\\x", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"LOCAL\\x", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"GLOBAL\\x", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"global\\x", ERROR_PATH_NOT_FOUND);
}

TEST(backslash_only_stands_behind_a_prefix, "11.9 11.11")
{
    check_bad_name(L"ntshm-foo\\bar", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"ntshm-foo\\", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"Local\\ntshm-foo\\bar", ERROR_PATH_NOT_FOUND);
    check_bad_name(L"Global\\ntshm-foo\\bar", ERROR_PATH_NOT_FOUND);
}

TEST(leading_backslash_is_a_bad_path, "11.10")
{
    check_bad_name(L"\\ntshm-foo", ERROR_BAD_PATHNAME);
    check_bad_name(L"\\ntshm-foo\\", ERROR_BAD_PATHNAME);
    check_bad_name(L"\\", ERROR_BAD_PATHNAME);
}

TEST(doubled_backslash_is_an_invalid_name, "11.12 17.2")
{
    check_bad_name(L"Local\\\\x", ERROR_INVALID_NAME);
    check_bad_name(L"Global\\\\x", ERROR_INVALID_NAME);
}

TEST(empty_name_makes_an_unnamed_section, "11.13")
{
    HANDLE first, second;

    SetLastError(0xdeadbeef);
    first = new_section(L"", PAGE_READWRITE, PAGE);
    ok_error(ERROR_SUCCESS);
    SetLastError(0xdeadbeef);
    second = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, "");
    ok_error(ERROR_SUCCESS);
    ok_fails(CompareObjectHandles(first, second), ERROR_NOT_SAME_OBJECT);
    drop(first, NULL);
    drop(second, NULL);

    first = CreateEventW(NULL, FALSE, FALSE, L"");
    second = CreateEventW(NULL, FALSE, FALSE, L"");
    ok_error(ERROR_SUCCESS);
    ok_fails(CompareObjectHandles(first, second), ERROR_NOT_SAME_OBJECT);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(names_of_the_directories_are_taken, "11.15")
{
    check_bad_name(L"Global", ERROR_INVALID_HANDLE);
    check_bad_name(L"Local", ERROR_INVALID_HANDLE);
}

/* A name of that many 16-bit units, most of them halves of characters beyond the first plane. */
static void fill_name(wchar_t *name, const wchar_t *start, size_t units)
{
    size_t at = wcslen(start);

    wcscpy(name, start);
    units -= at;
    if (units % 2) {
        name[at++] = 'x';
        units--;
    }
    for (; units; units -= 2) {
        if (sizeof(wchar_t) == 2) {
            name[at++] = (wchar_t)0xd83d;
            name[at++] = (wchar_t)0xde00;
        } else {
            name[at++] = (wchar_t)0x1f600;
        }
    }
    name[at] = 0;
}

TEST(longest_name_has_32766_units, "11.16 11.18")
{
    static const size_t lengths[] = {255, 256, 260, 261, 1000, 4096, 32766};
    static wchar_t name[32800];

    for (unsigned i = 0; i < ARRAYSIZE(lengths); i++) {
        HANDLE section;

        fill_name(name, L_("long"), lengths[i]);
        section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, name);
        if (!ok(section != NULL, "%u units: error %u", (unsigned)lengths[i],
                (unsigned)GetLastError()))
            continue;
        ok(opens_as(name, section), "%u units", (unsigned)lengths[i]);
        drop(section, NULL);
    }
}

TEST(names_that_differ_only_at_their_end_are_two, "11.16 11.1")
{
    static wchar_t name[32800];
    HANDLE first, second;

    fill_name(name, L_("ends"), 32765);
    first = new_section(name, PAGE_READWRITE, PAGE);
    wcscat(name, L"x");
    second = new_section(name, PAGE_READWRITE, PAGE);
    ok_error(ERROR_SUCCESS);
    ok_fails(CompareObjectHandles(first, second), ERROR_NOT_SAME_OBJECT);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(all_but_the_backslash_is_an_ordinary_character, "11.20")
{
    static const wchar_t *const endings[] = {
        L"/",      L"a/b/../c",     L"..",     L": *?<>|\"", L" ", L"\n\t\x01",
        L"\x20ac", L"\x4e2d\x6587", L"\xfffd", L"%s%n",      L"'", L"Local/x",
    };

    for (unsigned i = 0; i < ARRAYSIZE(endings); i++) {
        wchar_t name[200];
        HANDLE section;

        swprintf(name, ARRAYSIZE(name), L"%ls%ls", L_("punctuation"), endings[i]);
        section = new_section(name, PAGE_READWRITE, PAGE);
        ok_error(ERROR_SUCCESS);
        ok(opens_as(name, section), "'%ls'", endings[i]);
        drop(section, NULL);
    }
}
