// SPDX-License-Identifier: MIT
/*
 * Handles: values, flags, closing, comparing. Duplicating is in duplicate.c.
 */
#include "api/api.h"

static HANDLE new_event(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

static DWORD flags_of(HANDLE handle)
{
    DWORD flags = 0xdeadbeef;

    ok_succeeds(GetHandleInformation(handle, &flags));
    return flags;
}

TEST(handle_flags_change_one_by_one, "12.1 12.29")
{
    const DWORD inherit = HANDLE_FLAG_INHERIT, protect = HANDLE_FLAG_PROTECT_FROM_CLOSE;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    ok_eq(flags_of(section), 0);
    ok_succeeds(SetHandleInformation(section, inherit, inherit));
    ok_eq(flags_of(section), inherit);
    ok_succeeds(SetHandleInformation(section, protect, protect));
    ok_eq(flags_of(section), inherit | protect);
    /* What the mask leaves out stays, whatever the flags say. */
    ok_succeeds(SetHandleInformation(section, protect, inherit));
    ok_eq(flags_of(section), inherit);
    ok_succeeds(SetHandleInformation(section, inherit, protect));
    ok_eq(flags_of(section), 0);
    ok_succeeds(SetHandleInformation(section, 0, inherit | protect));
    ok_eq(flags_of(section), 0);
    ok_succeeds(SetHandleInformation(section, inherit | protect, inherit | protect));
    ok_eq(flags_of(section), inherit | protect);
    ok_succeeds(SetHandleInformation(section, inherit | protect, 0));
    drop(section, NULL);
}

TEST(unknown_handle_flags_are_refused, "12.2")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    /* Wine takes no notice of them. */
    todo_wine ok_fails(SetHandleInformation(section, 4, 4), ERROR_INVALID_PARAMETER);
    todo_wine ok_fails(SetHandleInformation(section, HANDLE_FLAG_INHERIT | 0x100, 0),
                       ERROR_INVALID_PARAMETER);
    todo_wine ok_fails(SetHandleInformation(section, ~0u, 0), ERROR_INVALID_PARAMETER);
    ok_eq(flags_of(section), 0);
    drop(section, NULL);
}

TEST(flags_of_what_is_not_open, "12.4")
{
    HANDLE closed = new_section(NULL, PAGE_READWRITE, PAGE);
    DWORD flags = 0xdeadbeef;

    drop(closed, NULL);
    ok_fails(GetHandleInformation(closed, &flags), ERROR_INVALID_HANDLE);
    ok_fails(SetHandleInformation(closed, HANDLE_FLAG_INHERIT, 0), ERROR_INVALID_HANDLE);
    ok_fails(GetHandleInformation(NULL, &flags), ERROR_INVALID_HANDLE);
    ok_eq(flags, 0xdeadbeef);
}

TEST(protected_handle_is_not_closed, "12.3")
{
    const DWORD protect = HANDLE_FLAG_PROTECT_FROM_CLOSE;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    ok_succeeds(SetHandleInformation(section, protect, protect));
    ok_fails(CloseHandle(section), ERROR_INVALID_HANDLE);
    ok_eq(flags_of(section), protect);
    ok_eq(section_size(section), PAGE);
    ok_succeeds(SetHandleInformation(section, protect, 0));
    drop(section, NULL);
}

TEST(closing_what_is_not_open_fails, "12.4")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    ok_succeeds(CloseHandle(section));
    ok_fails(CloseHandle(section), ERROR_INVALID_HANDLE);
    ok_fails(CloseHandle(NULL), ERROR_INVALID_HANDLE);
    ok_fails(CloseHandle((HANDLE)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
    ok_status(NtClose(section), STATUS_INVALID_HANDLE);
}

TEST(pseudo_handle_may_be_closed, "12.5")
{
    ok_succeeds(CloseHandle(GetCurrentProcess()));
    ok_succeeds(CloseHandle(GetCurrentProcess()));
    ok_ptr_eq(GetCurrentProcess(), (HANDLE)(LONG_PTR)-1);
}

TEST(handles_are_multiples_of_four, "12.23")
{
    HANDLE handles[50];

    for (unsigned i = 0; i < ARRAYSIZE(handles); i++) {
        handles[i] = i % 2 ? new_event() : new_section(NULL, PAGE_READWRITE, PAGE);
        ok_eq((ULONG_PTR)handles[i] % 4, 0);
        ok_ne((ULONG_PTR)handles[i], 0);
        ok((ULONG_PTR)handles[i] <= 0x7fffffff, "%p", handles[i]);
    }
    for (unsigned i = 0; i < ARRAYSIZE(handles); i++)
        drop(handles[i], NULL);
}

TEST(low_two_bits_of_a_handle_are_ignored, "12.23")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    for (ULONG_PTR bits = 1; bits < 4; bits++) {
        HANDLE tagged = (HANDLE)((ULONG_PTR)section | bits);
        void *view = MapViewOfFile(tagged, FILE_MAP_READ, 0, 0, 0);

        ok(view != NULL, "%u", (unsigned)bits);
        ok_succeeds(CompareObjectHandles(section, tagged));
        drop(NULL, view);
    }
    ok_succeeds(CloseHandle((HANDLE)((ULONG_PTR)section | 3)));
    ok_fails(CloseHandle(section), ERROR_INVALID_HANDLE);
}

TEST(lowest_free_handle_comes_first, "12.22")
{
    HANDLE first = new_event();
    HANDLE second = new_event();
    HANDLE third = new_event();
    HANDLE again;

    drop(third, NULL);
    drop(first, NULL);
    again = new_event();
    ok_ptr_eq(again, first);
    drop(again, NULL);
    drop(second, NULL);
    again = new_event();
    ok_ptr_eq(again, first);
    drop(again, NULL);
}

TEST(a_handle_is_of_its_object_only, "12.30")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE copy = with_rights(section, SECTION_QUERY);
    HANDLE other = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE event = new_event();

    ok_succeeds(CompareObjectHandles(section, section));
    ok_succeeds(CompareObjectHandles(section, copy));
    ok_fails(CompareObjectHandles(section, other), ERROR_NOT_SAME_OBJECT);
    ok_fails(CompareObjectHandles(section, event), ERROR_NOT_SAME_OBJECT);
    ok_succeeds(CompareObjectHandles(GetCurrentProcess(), GetCurrentProcess()));
    drop(copy, NULL);
    ok_fails(CompareObjectHandles(section, copy), ERROR_INVALID_HANDLE);
    ok_fails(CompareObjectHandles(NULL, section), ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(other, NULL);
    drop(event, NULL);
}

TEST(named_handles_compare_by_object, "12.30 1.19")
{
    HANDLE created = CreateEventW(NULL, TRUE, FALSE, L_("event"));
    HANDLE opened = OpenEventW(SYNCHRONIZE, FALSE, L_("event"));
    HANDLE again = CreateEventW(NULL, FALSE, TRUE, L_("event"));
    HANDLE other = CreateEventW(NULL, TRUE, FALSE, L_("other"));

    ok_succeeds(CompareObjectHandles(created, opened));
    ok_succeeds(CompareObjectHandles(opened, again));
    ok_fails(CompareObjectHandles(created, other), ERROR_NOT_SAME_OBJECT);
    drop(created, NULL);
    drop(opened, NULL);
    drop(again, NULL);
    drop(other, NULL);
}

TEST(sections_cannot_be_waited_for, "12.32")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    LARGE_INTEGER section_bytes = {.QuadPart = PAGE};
    HANDLE synchronized = NULL;

    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(section, 0), WAIT_FAILED);
    /* Wine looks at the right to wait first. */
    todo_wine ok_error(ERROR_INVALID_HANDLE);
    /* Not even with the right to. */
    ok_status(NtCreateSection(&synchronized, SECTION_ALL_ACCESS | SYNCHRONIZE, NULL, &section_bytes,
                              PAGE_READWRITE, SEC_COMMIT, NULL),
              STATUS_SUCCESS);
    SetLastError(0xdeadbeef);
    ok_eq(WaitForSingleObject(synchronized, 0), WAIT_FAILED);
    ok_error(ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(synchronized, NULL);
}

TEST(handles_of_another_type_are_invalid, "12.33 3.36")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE event = new_event();
    SECTION_BASIC_INFORMATION information;

    ok_fails(SetEvent(section), ERROR_INVALID_HANDLE);
    ok_fails(ResetEvent(section), ERROR_INVALID_HANDLE);
    ok_fails(PulseEvent(section), ERROR_INVALID_HANDLE);
    ok_status(NtSetEvent(section, NULL), STATUS_OBJECT_TYPE_MISMATCH);
    ok_status(
        NtQuerySection(event, SectionBasicInformation, &information, sizeof(information), NULL),
        STATUS_OBJECT_TYPE_MISMATCH);
    check_map_fails(event, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(event, NULL);
}

TEST(thousands_of_handles, "12.22 12.23")
{
    enum { COUNT = 3000 };
    static HANDLE handles[COUNT];
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);

    for (unsigned i = 0; i < COUNT; i++)
        handles[i] = with_rights(section, SECTION_QUERY);
    for (unsigned i = 0; i < COUNT; i += 97)
        ok_eq(section_size(handles[i]), PAGE);
    for (unsigned i = 0; i < COUNT; i++)
        if (!CloseHandle(handles[i]))
            ok(false, "handle %u: error %u", i, (unsigned)GetLastError());
    drop(section, NULL);
}

/* --- the last error --------------------------------------------------------------------------- */

static void set_other_error(void *arg)
{
    HANDLE *handle = arg;

    ok_eq(GetLastError(), 0);
    SetLastError(777);
    CloseHandle(*handle);
    ok_error(ERROR_INVALID_HANDLE);
}

TEST(last_error_is_the_threads_own, "")
{
    HANDLE nothing = NULL;
    struct test_thread thread;

    SetLastError(4711);
    test_thread_start(&thread, set_other_error, &nothing);
    test_thread_join(&thread);
    ok_error(4711);
}
