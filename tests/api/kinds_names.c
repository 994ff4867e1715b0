// SPDX-License-Identifier: MIT
/*
 * Names of every kind of object: one space for all, each name of one kind, as long as a handle is
 * open anywhere.
 */
#include "api/kinds_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_other_kind(const struct kind *other, const wchar_t *name)
{
    HANDLE handle;

    SetLastError(0xdeadbeef);
    handle = other->create(NULL, name);
    ok(!handle && GetLastError() == ERROR_INVALID_HANDLE, "create %s: error %u", other->text,
       (unsigned)GetLastError());
    drop(handle, NULL);
    SetLastError(0xdeadbeef);
    handle = other->open(MAXIMUM_ALLOWED, FALSE, name);
    ok(!handle && GetLastError() == ERROR_INVALID_HANDLE, "open %s: error %u", other->text,
       (unsigned)GetLastError());
    drop(handle, NULL);
}

TEST(a_name_is_of_one_kind, "11.21 11.22 11.30")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE handle = new_kind(&kinds[i], NULL, L_("one-kind"));

        ok_error(ERROR_SUCCESS);
        test_note("%s", kinds[i].text);
        for (unsigned j = 0; j < N_KINDS; j++) {
            if (j != i)
                check_other_kind(&kinds[j], L_("one-kind"));
        }
        /* What was tried has changed nothing. */
        ok_wstr_eq(type_of(handle), kinds[i].type);
        drop(handle, NULL);
        ok_fails(kinds[i].open(MAXIMUM_ALLOWED, FALSE, L_("one-kind")), ERROR_FILE_NOT_FOUND);
    }
}

TEST(a_second_create_of_any_kind_opens_the_first, "11.23 1.19 12.30")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE first = new_kind(&kinds[i], NULL, L_("twice")), second, third, other;

        second = new_kind(&kinds[i], NULL, L_("twice"));
        ok_error(ERROR_ALREADY_EXISTS);
        third = kinds[i].open(READ_CONTROL, FALSE, L_("twice"));
        ok(third != NULL, "%s: error %u", kinds[i].text, (unsigned)GetLastError());
        other = new_kind(&kinds[i], NULL, NULL);
        ok_error(ERROR_SUCCESS);
        ok_succeeds(CompareObjectHandles(first, second));
        ok_succeeds(CompareObjectHandles(first, third));
        ok_fails(CompareObjectHandles(first, other), ERROR_NOT_SAME_OBJECT);
        ok_eq(granted_of(third), READ_CONTROL);
        drop(first, NULL);
        drop(second, NULL);
        drop(third, NULL);
        drop(other, NULL);
    }
}

TEST(names_of_two_kinds_may_differ_in_case_alone, "11.26 11.1")
{
    static const wchar_t *const endings[N_KINDS] = {L"abc", L"Abc", L"aBc", L"abC", L"ABc", L"ABC"};
    HANDLE handles[N_KINDS];
    wchar_t name[200];

    for (unsigned i = 0; i < N_KINDS; i++) {
        swprintf(name, ARRAYSIZE(name), L"%ls%ls", L_("case-"), endings[i]);
        handles[i] = new_kind(&kinds[i], NULL, name);
        ok_error(ERROR_SUCCESS);
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        ok_wstr_eq(type_of(handles[i]), kinds[i].type);
        drop(handles[i], NULL);
    }
}

TEST(a_name_of_any_kind_goes_with_its_last_handle, "11.27")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE first = new_kind(&kinds[i], NULL, L_("last")), second;

        second = kinds[i].open(MAXIMUM_ALLOWED, FALSE, L_("last"));
        ok(second != NULL, "%s: error %u", kinds[i].text, (unsigned)GetLastError());
        drop(first, NULL);
        first = kinds[i].open(READ_CONTROL, FALSE, L_("last"));
        ok_succeeds(first);
        drop(first, NULL);
        drop(second, NULL);
        ok_fails(kinds[i].open(MAXIMUM_ALLOWED, FALSE, L_("last")), ERROR_FILE_NOT_FOUND);
        /* Of another kind now. */
        first = new_kind(&kinds[(i + 1) % N_KINDS], NULL, L_("last"));
        ok_error(ERROR_SUCCESS);
        drop(first, NULL);
    }
}

static const wchar_t *numbered(const wchar_t *text, unsigned i)
{
    static wchar_t name[200];

    swprintf(name, ARRAYSIZE(name), L"%ls-%u", test_name(text), i);
    return name;
}

CHILD(kinds_creator)
{
    char line[16];

    for (unsigned i = 0; i < N_KINDS; i++) {
        new_kind(&kinds[i], NULL, numbered(L"kept", i));
        new_kind(&kinds[i], NULL, numbered(L"lost", i));
    }
    test_say("made");
    test_hear(line, sizeof(line), 20000);
    return 0;
}

static bool is_gone(const struct kind *kind, const wchar_t *name)
{
    HANDLE handle = kind->open(READ_CONTROL, FALSE, name);

    if (handle)
        CloseHandle(handle);
    return !handle && GetLastError() == ERROR_FILE_NOT_FOUND;
}

TEST(objects_of_a_killed_creator_go_unless_somebody_has_them, "11.28 11.27")
{
    HANDLE kept[N_KINDS];
    struct test_child child;

    require(test_child_start(&child, "kinds_creator"));
    require(test_child_expect(&child, "made", 20000));
    for (unsigned i = 0; i < N_KINDS; i++) {
        kept[i] = kinds[i].open(MAXIMUM_ALLOWED, FALSE, numbered(L"kept", i));
        ok(kept[i] != NULL, "%s: error %u", kinds[i].text, (unsigned)GetLastError());
        ok(!is_gone(&kinds[i], numbered(L"lost", i)));
    }
    test_child_kill(&child);
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE again = kinds[i].create(NULL, numbered(L"kept", i));

        ok_error(ERROR_ALREADY_EXISTS);
        ok_succeeds(CompareObjectHandles(again, kept[i]));
        drop(again, NULL);
        drop(kept[i], NULL);
        ok(test_until(is_gone(&kinds[i], numbered(L"lost", i)), SOON), "%s", kinds[i].text);
        ok(is_gone(&kinds[i], numbered(L"kept", i)), "%s", kinds[i].text);
    }
}

TEST(every_kind_can_be_local_and_global, "11.3 11.4 11.30")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        HANDLE global = new_kind(&kinds[i], NULL, L_("Global\\every")), local, plain;

        ok_error(ERROR_SUCCESS);
        local = new_kind(&kinds[i], NULL, L_("Local\\every"));
        ok_error(session_number() ? ERROR_SUCCESS : ERROR_ALREADY_EXISTS);
        plain = new_kind(&kinds[i], NULL, L_("every"));
        ok_error(ERROR_ALREADY_EXISTS);
        ok_succeeds(CompareObjectHandles(local, plain));
        drop(global, NULL);
        drop(local, NULL);
        drop(plain, NULL);
    }
}

TEST(open_of_any_kind_needs_a_name, "2.3 2.4")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        ok_fails(kinds[i].open(READ_CONTROL, FALSE, NULL), ERROR_INVALID_PARAMETER);
        ok_fails(kinds[i].open(READ_CONTROL, FALSE, L_("nobody-made-it")), ERROR_FILE_NOT_FOUND);
    }
}

/* --- the Nt layer ------------------------------------------------------------------- */

static void check_nt_kind(const struct kind *kind, const struct kind *other)
{
    UNICODE_STRING path = nt_path(L_("nt-kind"));
    OBJECT_ATTRIBUTES plain = nt_attributes(&path, 0), openif = nt_attributes(&path, OBJ_OPENIF);
    HANDLE first = NULL, second = NULL;
    NTSTATUS status;

    ok_status(kind->nt_create(&first, kind->all, &openif), STATUS_SUCCESS);
    ok_status(kind->nt_create(&second, kind->all, &openif), STATUS_OBJECT_NAME_EXISTS);
    ok_succeeds(CompareObjectHandles(first, second));
    drop(second, NULL);
    second = (HANDLE)(LONG_PTR)0xdeadbe0;
    ok_status(kind->nt_create(&second, kind->all, &plain), STATUS_OBJECT_NAME_COLLISION);
    ok_ptr_eq(second, NULL);
    ok_status(kind->nt_open(&second, READ_CONTROL, &plain), STATUS_SUCCESS);
    drop(second, NULL);

    second = (HANDLE)(LONG_PTR)0xdeadbe0;
    ok_status(other->nt_create(&second, other->all, &openif), STATUS_OBJECT_TYPE_MISMATCH);
    ok_ptr_eq(second, NULL);
    status = other->nt_create(&second, other->all, &plain);
    ok(status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_OBJECT_TYPE_MISMATCH,
       "status 0x%x", (unsigned)status);
    ok_status(other->nt_open(&second, READ_CONTROL, &plain), STATUS_OBJECT_TYPE_MISMATCH);
    drop(first, NULL);
    ok_status(kind->nt_open(&second, READ_CONTROL, &plain), STATUS_OBJECT_NAME_NOT_FOUND);
}

TEST(nt_names_are_of_one_kind, "11.23 11.24 11.25 11.32")
{
    for (unsigned i = 0; i < N_KINDS; i++) {
        test_note("%s", kinds[i].text);
        check_nt_kind(&kinds[i], &kinds[(i + 1) % N_KINDS]);
        check_nt_kind(&kinds[i], &kinds[(i + 3) % N_KINDS]);
    }
}
