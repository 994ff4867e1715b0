// SPDX-License-Identifier: MIT
/*
 * DuplicateHandle: the rights, the flags and the value of the copy, and what becomes of the source.
 */
#include "api/api.h"

#define ALL_RIGHTS (SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE)

static HANDLE duplicate(HANDLE source, DWORD access, BOOL inherit, DWORD options)
{
    HANDLE self = GetCurrentProcess(), copy = NULL;

    require(DuplicateHandle(self, source, self, &copy, access, inherit, options), "error %u",
            (unsigned)GetLastError());
    return copy;
}

static DWORD flags_of(HANDLE handle)
{
    DWORD flags = 0xdeadbeef;

    ok_succeeds(GetHandleInformation(handle, &flags));
    return flags;
}

static bool is_open(HANDLE handle)
{
    DWORD flags;

    return GetHandleInformation(handle, &flags);
}

TEST(same_access_ignores_the_access_given, "12.7")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE reader = with_rights(section, SECTION_MAP_READ);
    HANDLE copy = duplicate(reader, SECTION_ALL_ACCESS, FALSE, DUPLICATE_SAME_ACCESS);
    HANDLE junk = duplicate(reader, 0xffffffff, FALSE, DUPLICATE_SAME_ACCESS);

    ok_rights(copy, SECTION_MAP_READ);
    ok_rights(junk, SECTION_MAP_READ);
    drop(copy, NULL);
    drop(junk, NULL);
    drop(reader, NULL);
    drop(section, NULL);
}

TEST(copy_has_just_the_rights_asked_for, "12.8 12.13 13.3")
{
    static const struct {
        DWORD access, rights;
    } rows[] = {
        {SECTION_QUERY, SECTION_QUERY},
        {SECTION_MAP_READ, SECTION_MAP_READ},
        {SECTION_MAP_WRITE, SECTION_MAP_WRITE},
        {SECTION_MAP_READ | SECTION_MAP_EXECUTE, SECTION_MAP_READ | SECTION_MAP_EXECUTE},
        {GENERIC_READ, SECTION_QUERY | SECTION_MAP_READ},
        {GENERIC_WRITE, SECTION_MAP_WRITE},
        {GENERIC_WRITE | GENERIC_EXECUTE, SECTION_MAP_WRITE | SECTION_MAP_EXECUTE},
        {GENERIC_ALL, ALL_RIGHTS},
        {READ_CONTROL, 0},
    };
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        HANDLE copy = duplicate(section, rows[i].access, FALSE, 0);
        DWORD got = rights_of(copy);

        ok(got == rows[i].rights, "0x%08x gave 0x%x, expected 0x%x", (unsigned)rows[i].access,
           (unsigned)got, (unsigned)rows[i].rights);
        drop(copy, NULL);
    }
    drop(section, NULL);
}

TEST(copy_without_rights_can_be_made, "12.9 3.8")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE none = duplicate(section, 0, FALSE, 0);

    ok_rights(none, 0);
    ok_succeeds(CompareObjectHandles(section, none));
    drop(none, NULL);
    drop(section, NULL);
}

TEST(copy_may_have_more_rights_than_its_source, "12.10")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE none = duplicate(section, 0, FALSE, 0);
    HANDLE all;

    drop(section, NULL);
    all = duplicate(none, GENERIC_ALL, FALSE, 0);
    ok_rights(all, ALL_RIGHTS);
    drop(none, NULL);
    drop(all, NULL);
}

TEST(copy_of_an_event_may_have_more_rights, "12.10")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE waiter = duplicate(event, SYNCHRONIZE, FALSE, 0);
    HANDLE setter = duplicate(waiter, EVENT_MODIFY_STATE, FALSE, 0);

    ok_fails(SetEvent(waiter), ERROR_ACCESS_DENIED);
    ok_succeeds(SetEvent(setter));
    ok_eq(WaitForSingleObject(waiter, 0), WAIT_OBJECT_0);
    drop(event, NULL);
    drop(waiter, NULL);
    drop(setter, NULL);
}

/* Wine grants any bits; on Windows the copy is NULL then. */
static void check_undefined_rights(HANDLE source)
{
    HANDLE self = GetCurrentProcess(), copy = (HANDLE)(ULONG_PTR)0xdeadbeef;

    todo_wine
    {
        ok_status(NtDuplicateObject(self, source, self, &copy, ~0u, 0, 0), STATUS_ACCESS_DENIED);
        ok_ptr_eq(copy, NULL);
    }
    todo_wine ok_fails(DuplicateHandle(self, source, self, &copy, ~0u, FALSE, 0),
                       ERROR_ACCESS_DENIED);
}

TEST(undefined_rights_are_denied, "12.14")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    check_undefined_rights(section);
    check_undefined_rights(event);
    drop(section, NULL);
    drop(event, NULL);
}

TEST(source_must_be_open, "12.15")
{
    HANDLE closed = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE self = GetCurrentProcess(), copy = (HANDLE)(ULONG_PTR)0xdeadbeef;

    drop(closed, NULL);
    ok_status(NtDuplicateObject(self, closed, self, &copy, 0, 0, DUPLICATE_SAME_ACCESS),
              STATUS_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
    copy = (HANDLE)(ULONG_PTR)0xdeadbeef;
    ok_status(NtDuplicateObject(self, NULL, self, &copy, 0, 0, 0), STATUS_INVALID_HANDLE);
    ok_ptr_eq(copy, NULL);
    ok_fails(DuplicateHandle(self, closed, self, &copy, 0, FALSE, 0), ERROR_INVALID_HANDLE);
}

TEST(copy_that_nobody_gets_is_made_all_the_same, "12.16 12.22")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE next = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE self = GetCurrentProcess();

    /* The next handle has this value: so we can find the copy, and close it. */
    drop(next, NULL);
    ok_succeeds(DuplicateHandle(self, section, self, NULL, 0, FALSE, DUPLICATE_SAME_ACCESS));
    ok(is_open(section));
    ok_succeeds(CompareObjectHandles(section, next));
    drop(next, NULL);
    drop(section, NULL);
}

TEST(handle_is_closed_by_duplicating_it_to_nowhere, "12.16")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE self = GetCurrentProcess();

    /* Wine wants a process to copy to. */
    todo_wine
    {
        ok_succeeds(DuplicateHandle(self, section, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE));
        ok(!is_open(section));
    }
}

TEST(copy_in_place_of_its_source_keeps_the_value, "12.19 12.24")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE copy = duplicate(section, 0, TRUE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    ok_ptr_eq(copy, section);
    ok_eq(flags_of(copy), HANDLE_FLAG_INHERIT);
    copy = duplicate(section, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    ok_ptr_eq(copy, section);
    ok_eq(flags_of(copy), 0);
    drop(copy, NULL);
}

TEST(protected_source_stays, "12.20")
{
    const DWORD protect = HANDLE_FLAG_PROTECT_FROM_CLOSE;
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE copy;

    ok_succeeds(SetHandleInformation(section, protect, protect));
    copy = duplicate(section, 0, TRUE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    ok_ptr_ne(copy, section);
    ok_eq(flags_of(section), protect);
    ok_eq(flags_of(copy), HANDLE_FLAG_INHERIT);
    ok_succeeds(SetHandleInformation(section, protect, 0));
    drop(section, NULL);
    drop(copy, NULL);
}

TEST(source_is_closed_even_when_the_copy_fails, "12.21")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE self = GetCurrentProcess(), copy = NULL;

    /* Wine grants any bits. */
    todo_wine
    {
        ok_fails(DuplicateHandle(self, section, self, &copy, ~0u, FALSE, DUPLICATE_CLOSE_SOURCE),
                 ERROR_ACCESS_DENIED);
        ok(!is_open(section));
    }
}

TEST(copy_is_inherited_when_asked, "12.24 12.29")
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof(inherit), .bInheritHandle = TRUE};
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, 0, PAGE, NULL);
    HANDLE plain, heir;

    require(section != NULL);
    plain = duplicate(section, 0, FALSE, DUPLICATE_SAME_ACCESS);
    heir = duplicate(plain, 0, TRUE, DUPLICATE_SAME_ACCESS);
    ok_eq(flags_of(section), HANDLE_FLAG_INHERIT);
    ok_eq(flags_of(plain), 0);
    ok_eq(flags_of(heir), HANDLE_FLAG_INHERIT);
    drop(section, NULL);
    drop(plain, NULL);
    drop(heir, NULL);
}

TEST(copy_keeps_the_object, "12.7 11.27")
{
    HANDLE section = new_section(L_("kept"), PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);
    HANDLE copy = duplicate(section, 0, FALSE, DUPLICATE_SAME_ACCESS);
    volatile uint32_t *other;
    HANDLE opened;

    *view = 31;
    drop(section, view);
    opened = open_section(L_("kept"), FILE_MAP_READ);
    drop(opened, NULL);
    other = map_words(copy);
    ok_eq(*other, 31);
    drop(copy, other);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("kept")), ERROR_FILE_NOT_FOUND);
}

TEST(process_handles_are_looked_at, "")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE self = GetCurrentProcess(), copy = NULL;

    ok_fails(DuplicateHandle(NULL, section, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
             ERROR_INVALID_HANDLE);
    ok_fails(DuplicateHandle(self, section, NULL, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
             ERROR_INVALID_HANDLE);
    ok_fails(DuplicateHandle(event, section, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
             ERROR_INVALID_HANDLE);
    drop(section, NULL);
    drop(event, NULL);
}
