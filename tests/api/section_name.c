// SPDX-License-Identifier: MIT
/*
 * How long a name lives, and what a second section of the same name is.
 */
#include "api/api.h"

TEST(second_create_keeps_the_first_size, "1.19 3.24")
{
    HANDLE first = new_section(L_("twice"), PAGE_READWRITE, PAGE);
    volatile uint32_t *first_view = map_words(first);
    HANDLE second;
    volatile uint32_t *second_view;

    SetLastError(0xdeadbeef);
    second = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536, L_("twice"));
    ok_error(ERROR_ALREADY_EXISTS);
    require(second != NULL);
    ok_ptr_ne(first, second);
    ok_eq(section_size(second), PAGE);
    ok_fails(MapViewOfFile(second, FILE_MAP_READ, 0, 0, 65536), ERROR_ACCESS_DENIED);

    second_view = map_words(second);
    first_view[3] = 0x600dcafe;
    ok_eq(second_view[3], 0x600dcafe);
    drop(first, first_view);
    drop(second, second_view);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("twice")), ERROR_FILE_NOT_FOUND);
}

TEST(second_create_keeps_the_first_flags, "1.19")
{
    HANDLE first = new_section(L_("flags"), PAGE_READWRITE | SEC_COMMIT | SEC_NOCACHE, PAGE);
    HANDLE second = new_section(L_("flags"), PAGE_READWRITE | SEC_COMMIT, PAGE);

    ok_error(ERROR_ALREADY_EXISTS);
    ok_eq(section_attributes(second), SEC_COMMIT | SEC_NOCACHE);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(rights_of_a_second_create_follow_its_own_protection, "1.20 13.1")
{
    HANDLE first = new_section(L_("rights"), PAGE_EXECUTE_READWRITE, PAGE);
    HANDLE reader = new_section(L_("rights"), PAGE_READONLY, PAGE);
    HANDLE writer = new_section(L_("rights"), PAGE_READWRITE, PAGE);

    ok_rights(reader, SECTION_QUERY | SECTION_MAP_READ);
    ok_rights(writer, SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE);
    drop(first, NULL);
    drop(reader, NULL);
    drop(writer, NULL);
}

TEST(protection_of_the_first_create_still_bounds_the_second, "1.19 1.20 3.13")
{
    HANDLE first = new_section(L_("bound"), PAGE_READONLY, PAGE);
    HANDLE second = new_section(L_("bound"), PAGE_READWRITE, PAGE);

    ok_error(ERROR_ALREADY_EXISTS);
    /* The handle has the right, and the section forbids it; Wine looks at the handle only. */
    todo_wine check_map_fails(second, FILE_MAP_WRITE, ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile(first, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(view_keeps_the_memory_but_not_the_name, "2.6 11.27 3.37 12.6 8.27")
{
    HANDLE section = new_section(L_("view"), PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);

    *view = 0x11223344;
    drop(section, NULL);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("view")), ERROR_FILE_NOT_FOUND);
    ok_eq(*view, 0x11223344);
    *view = 0x55667788;
    ok_eq(*view, 0x55667788);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    drop(NULL, view);
}

TEST(name_of_a_surviving_view_makes_a_new_section, "2.7 11.27 1.18")
{
    HANDLE old = new_section(L_("again"), PAGE_READWRITE, PAGE);
    volatile uint32_t *old_view = map_words(old);
    volatile uint32_t *new_view;
    HANDLE new;

    *old_view = 1;
    drop(old, NULL);
    SetLastError(0xdeadbeef);
    new = new_section(L_("again"), PAGE_READWRITE, 2 * PAGE);
    ok_error(ERROR_SUCCESS);
    ok_eq(section_size(new), 2 * PAGE);
    new_view = map_words(new);
    ok_eq(*new_view, 0);
    *new_view = 2;
    ok_eq(*old_view, 1);
    drop(NULL, old_view);
    drop(new, new_view);
}

TEST(name_lives_until_the_last_handle, "11.27")
{
    HANDLE created = new_section(L_("last"), PAGE_READWRITE, PAGE);
    HANDLE opened = open_section(L_("last"), FILE_MAP_READ);
    HANDLE copy = with_rights(opened, FILE_MAP_READ);
    HANDLE again;

    drop(created, NULL);
    again = open_section(L_("last"), FILE_MAP_READ);
    drop(again, NULL);
    drop(opened, NULL);
    again = open_section(L_("last"), FILE_MAP_READ);
    drop(again, NULL);
    drop(copy, NULL);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("last")), ERROR_FILE_NOT_FOUND);
}

TEST(failed_create_leaves_no_name, "1.51")
{
    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0, L_("never")),
             ERROR_INVALID_PARAMETER);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("never")), ERROR_FILE_NOT_FOUND);
}

TEST(handles_and_views_end_in_any_order, "4.15 12.6")
{
    HANDLE section = new_section(L_("order"), PAGE_READWRITE, PAGE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);

    drop(NULL, one);
    drop(section, NULL);
    *two = 5;
    drop(NULL, two);

    section = new_section(L_("order"), PAGE_READWRITE, PAGE);
    ok_error(ERROR_SUCCESS);
    one = map_words(section);
    ok_eq(*one, 0);
    drop(NULL, one);
    drop(section, NULL);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("order")), ERROR_FILE_NOT_FOUND);
}

TEST(create_on_the_name_of_an_event_fails, "11.21 2.5")
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, L_("event"));

    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, L_("event")),
             ERROR_INVALID_HANDLE);
    ok_fails(CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE, A_("event")),
             ERROR_INVALID_HANDLE);
    ok_fails(
        CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, PAGE, L_("event")),
        ERROR_INVALID_HANDLE);
    /* The event is none the worse for it. */
    ok_succeeds(SetEvent(event));
    ok_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    drop(event, NULL);
}

TEST(event_on_the_name_of_a_section_fails, "11.22")
{
    HANDLE section = new_section(L_("section"), PAGE_READWRITE, PAGE);

    ok_fails(CreateEventW(NULL, FALSE, FALSE, L_("section")), ERROR_INVALID_HANDLE);
    ok_fails(CreateEventA(NULL, FALSE, FALSE, A_("section")), ERROR_INVALID_HANDLE);
    ok_fails(CreateEventExW(NULL, L_("section"), 0, EVENT_ALL_ACCESS), ERROR_INVALID_HANDLE);
    drop(section, NULL);

    /* Once the section is gone the name is free for any type. */
    section = CreateEventW(NULL, FALSE, FALSE, L_("section"));
    ok(section != NULL);
    ok_error(ERROR_SUCCESS);
    drop(section, NULL);
}

TEST(types_with_names_of_different_case_do_not_meet, "11.26")
{
    HANDLE section = new_section(L_("mixed"), PAGE_READWRITE, PAGE);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, L_("Mixed"));

    ok(event != NULL);
    ok_error(ERROR_SUCCESS);
    drop(section, NULL);
    drop(event, NULL);
}

TEST(many_names_at_once, "11.27")
{
    enum { COUNT = 300 };
    HANDLE sections[COUNT];
    wchar_t name[200];

    for (unsigned i = 0; i < COUNT; i++) {
        swprintf(name, ARRAYSIZE(name), L"%ls-%u", L_("many"), i);
        sections[i] = new_section(name, PAGE_READWRITE, PAGE * (i + 1));
        ok_error(ERROR_SUCCESS);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        HANDLE opened;

        swprintf(name, ARRAYSIZE(name), L"%ls-%u", L_("many"), i);
        opened = open_section(name, SECTION_QUERY | SECTION_MAP_READ);
        ok_eq(section_size(opened), PAGE * (i + 1));
        drop(opened, NULL);
        drop(sections[i], NULL);
        ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, name), ERROR_FILE_NOT_FOUND);
    }
}
