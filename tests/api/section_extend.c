// SPDX-License-Identifier: MIT
/*
 * NtExtendSection: a section of a writable file grows, and its file with it.
 */
#include "api/section_kit.h"

#ifdef _WIN32
NTSTATUS NTAPI NtExtendSection(HANDLE section, PLARGE_INTEGER size);
#endif

static HANDLE growing_section(HANDLE file, ULONG protect)
{
    HANDLE section = NULL;
    NTSTATUS status =
        NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, NULL, protect, SEC_COMMIT, file);

    require(status == STATUS_SUCCESS, "0x%08x", (unsigned)status);
    return section;
}

static NTSTATUS extend(HANDLE section, LONGLONG size, LONGLONG *ret_size)
{
    LARGE_INTEGER value = {.QuadPart = size};
    NTSTATUS status = NtExtendSection(section, &value);

    *ret_size = value.QuadPart;
    return status;
}

TEST(writable_file_section_grows_with_its_file, "1.33 1.39")
{
    HANDLE file = new_file("grows", READ_WRITE, 0x1000);
    HANDLE section = growing_section(file, PAGE_READWRITE);
    volatile uint32_t *view;
    LONGLONG size;

    todo_wine
    {
        ok_status(extend(section, 0x23456, &size), STATUS_SUCCESS);
        ok_eq(size, 0x23456);
        ok_eq(section_size(section), 0x23456);
        ok_eq(length_of("grows"), 0x23456);
        view = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0x20000, 0x3456);
        if (ok(view != NULL, "error %u", (unsigned)GetLastError())) {
            view[0] = 1;
            drop(NULL, view);
        }
    }
    drop(section, NULL);
    drop(file, NULL);
}

TEST(section_never_gets_smaller, "16.1")
{
    HANDLE file = new_file("stays", READ_WRITE, 0x3000);
    HANDLE section = growing_section(file, PAGE_READWRITE);
    LONGLONG size;

    todo_wine
    {
        ok_status(extend(section, 0x1000, &size), STATUS_SUCCESS);
        ok_eq(size, 0x3000);
        ok_status(extend(section, 0, &size), STATUS_SUCCESS);
        ok_eq(size, 0x3000);
    }
    ok_eq(length_of("stays"), 0x3000);
    drop(section, NULL);
    drop(file, NULL);
}

TEST(what_cannot_grow, "1.36")
{
    HANDLE file = new_file("fixed", READ_WRITE, 0x1000);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    LARGE_INTEGER page = {.QuadPart = 0x1000};
    HANDLE section, blind;
    LONGLONG size;

    section = growing_section(file, PAGE_READWRITE);
    blind = with_rights(section, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_QUERY);
    todo_wine
    {
        ok_status(extend(blind, 0x2000, &size), STATUS_ACCESS_DENIED);
        ok_status(extend(event, 0x2000, &size), STATUS_OBJECT_TYPE_MISMATCH);
        ok_status(extend(NULL, 0x2000, &size), STATUS_INVALID_HANDLE);
    }
    drop(blind, NULL);
    drop(section, NULL);
    section = growing_section(file, PAGE_READONLY);
    todo_wine ok_status(extend(section, 0x2000, &size), STATUS_SECTION_NOT_EXTENDED);
    drop(section, NULL);
    require(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &page, PAGE_READWRITE, SEC_COMMIT,
                            NULL) == STATUS_SUCCESS);
    todo_wine ok_status(extend(section, 0x2000, &size), STATUS_SECTION_NOT_EXTENDED);
    drop(section, NULL);
    ok_eq(length_of("fixed"), 0x1000);
    drop(event, NULL);
    drop(file, NULL);
}

TEST(creators_handle_cannot_extend, "13.1")
{
    HANDLE file = new_file("creator", READ_WRITE, 0x1000);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    LONGLONG size;

    todo_wine ok_status(extend(section, 0x2000, &size), STATUS_ACCESS_DENIED);
    drop(section, NULL);
    drop(file, NULL);
}

/* Opens the section, makes it larger, and goes. */
CHILD(grower)
{
    HANDLE section = open_section(L_("shared"), SECTION_EXTEND_SIZE | SECTION_QUERY);
    LONGLONG size;

    (void)argc, (void)argv;
    ok_status(extend(section, 0x30001, &size), STATUS_SUCCESS);
    ok_eq(section_size(section), 0x30001);
    drop(section, NULL);
    return 0;
}

TEST(every_process_sees_that_a_named_section_grew, "1.39")
{
    HANDLE file = new_file("shared", READ_WRITE, 0x10000);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, L_("shared"));
    struct test_child child;
    HANDLE again;
    void *view;

    require(test_child_start(&child, "grower", NULL));
    todo_wine
    {
        ok_eq(test_child_wait(&child, SOON), 0);
        ok_eq(section_size(section), 0x30001);
        ok_eq(length_of("shared"), 0x30001);
        view = MapViewOfFile(section, FILE_MAP_READ, 0, 0x20000, 0x10001);
        ok_succeeds(view);
        drop(NULL, view);
    }
    again = open_section(L_("shared"), SECTION_QUERY | SECTION_MAP_READ);
    todo_wine ok_eq(section_size(again), 0x30001);
    drop(again, NULL);
    drop(section, NULL);
    drop(file, NULL);
}
