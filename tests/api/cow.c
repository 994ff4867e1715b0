// SPDX-License-Identifier: MIT
/*
 * Copy-on-write views: who sees a write, and who does not.
 */
#include "api/api.h"

#include <string.h>

#define WORDS_IN_PAGE (PAGE / sizeof(uint32_t))

static volatile uint32_t *map_copy(HANDLE section)
{
    void *view = MapViewOfFile(section, FILE_MAP_COPY, 0, 0, 0);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    return (volatile uint32_t *)view;
}

TEST(write_to_a_copy_stays_in_it, "10.1 10.7 3.16")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section);
    volatile uint32_t *copy = map_copy(section);
    volatile uint32_t *other = map_copy(section);

    *shared = 1;
    ok_eq(*copy, 1);
    *copy = 2;
    ok_eq(*copy, 2);
    ok_eq(*shared, 1);
    ok_eq(*other, 1);
    *shared = 3;
    ok_eq(*copy, 2);
    ok_eq(*other, 3);
    drop(NULL, shared);
    drop(NULL, copy);
    drop(section, other);
}

TEST(one_page_is_copied_at_a_time, "10.2 10.5")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 3 * PAGE);
    volatile uint32_t *shared = map_words(section);
    volatile uint32_t *copy = map_copy(section);

    for (unsigned i = 0; i < 3 * WORDS_IN_PAGE; i++)
        shared[i] = i;
    copy[WORDS_IN_PAGE] = 4711;
    for (unsigned i = 0; i < 3 * WORDS_IN_PAGE; i++)
        shared[i] = ~i;
    /* The page that was written stopped following; its neighbours did not. */
    ok_eq(copy[WORDS_IN_PAGE - 1], ~(uint32_t)(WORDS_IN_PAGE - 1));
    ok_eq(copy[WORDS_IN_PAGE], 4711);
    ok_eq(copy[WORDS_IN_PAGE + 1], WORDS_IN_PAGE + 1);
    ok_eq(copy[2 * WORDS_IN_PAGE - 1], 2 * WORDS_IN_PAGE - 1);
    ok_eq(copy[2 * WORDS_IN_PAGE], ~(uint32_t)(2 * WORDS_IN_PAGE));
    drop(NULL, shared);
    drop(section, copy);
}

TEST(copied_page_is_still_mapped_memory, "10.4 8.9")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *copy = map_copy(section);
    MEMORY_BASIC_INFORMATION info;

    ok_region(copy, .allocation_base = copy, .allocation_protect = PAGE_WRITECOPY,
              .state = MEM_COMMIT, .protect = PAGE_WRITECOPY, .type = MEM_MAPPED, .size = PAGE);
    *copy = 1;
    ok_eq(VirtualQuery((const void *)copy, &info, sizeof(info)), sizeof(info));
    ok_eq(info.Type, MEM_MAPPED);
    ok_eq(info.AllocationProtect, PAGE_WRITECOPY);
    ok_ptr_eq(info.AllocationBase, copy);
    drop(section, copy);
}

/* The protection that VirtualQuery tells of a page, and how many pages are alike from there. */
static void check_run(volatile uint32_t *view, unsigned page, DWORD protect, unsigned pages)
{
    ok_region(view + page * WORDS_IN_PAGE, .allocation_base = view,
              .allocation_protect = PAGE_WRITECOPY, .state = MEM_COMMIT, .protect = protect,
              .type = MEM_MAPPED, .size = pages * PAGE);
}

TEST(written_page_can_be_told_from_the_others, "8.10 10.2 10.3 10.4")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *copy = map_copy(section);

    /* Reading copies nothing. */
    ok_eq(copy[0] | copy[WORDS_IN_PAGE], 0);
    check_run(copy, 0, PAGE_WRITECOPY, 4);
    copy[WORDS_IN_PAGE] = 1;
    /* Wine tells nothing of it where no file is behind the section. */
    todo_wine check_run(copy, 0, PAGE_WRITECOPY, 1);
    todo_wine check_run(copy, 1, PAGE_READWRITE, 1);
    check_run(copy, 2, PAGE_WRITECOPY, 2);
    drop(section, copy);
}

TEST(written_page_of_code_stays_executable, "10.3 8.10")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    volatile uint32_t *copy =
        (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_COPY | FILE_MAP_EXECUTE, 0, 0, 0);

    require(copy != NULL);
    *copy = 1;
    todo_wine ok_region(copy, .allocation_base = copy, .allocation_protect = PAGE_EXECUTE_WRITECOPY,
                        .state = MEM_COMMIT, .protect = PAGE_EXECUTE_READWRITE, .type = MEM_MAPPED,
                        .size = PAGE);
    drop(section, copy);
}

TEST(copy_with_write_is_shared, "10.8 3.3")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *shared = map_words(section);
    volatile uint32_t *view =
        (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_COPY | FILE_MAP_WRITE, 0, 0, 0);

    require(view != NULL);
    *view = 23;
    ok_eq(*shared, 23);
    drop(NULL, view);
    drop(section, shared);
}

TEST(unmapping_loses_the_copies, "10.10")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *shared = map_words(section);
    volatile uint32_t *copy = map_copy(section);

    *shared = 5;
    *copy = 6;
    drop(NULL, copy);
    ok_eq(*shared, 5);
    copy = map_copy(section);
    ok_eq(*copy, 5);
    drop(NULL, copy);
    drop(section, shared);
}

TEST(copy_of_a_read_only_section_can_be_written, "10.11 3.15")
{
    static const DWORD protections[] = {PAGE_READONLY, PAGE_WRITECOPY};

    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        HANDLE section = new_section(NULL, protections[i], PAGE);
        volatile uint32_t *read =
            (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
        volatile uint32_t *copy = map_copy(section);

        require(read != NULL);
        *copy = 7;
        ok_eq(*copy, 7);
        ok_eq(*read, 0);
        ok(!can_write(read));
        drop(NULL, read);
        drop(section, copy);
    }
}

TEST(handle_for_reading_is_enough_for_a_copy, "3.9 10.7")
{
    HANDLE section = new_section(L_("copy"), PAGE_READWRITE, PAGE);
    HANDLE reader = open_section(L_("copy"), FILE_MAP_READ);
    volatile uint32_t *shared = map_words(section);
    volatile uint32_t *copy = map_copy(reader);

    *copy = 8;
    ok_eq(*shared, 0);
    *shared = 9;
    ok_eq(*copy, 8);
    drop(reader, copy);
    drop(section, shared);
}

CHILD(copier)
{
    HANDLE section = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("family"));
    volatile uint32_t *copy = map_copy(section);
    char line[16];

    ok_eq(copy[0], 100);
    copy[0] = 200;
    test_say("written");
    ok(test_hear(line, sizeof(line), SOON));
    ok_eq(copy[0], 200);
    ok_eq(copy[WORDS_IN_PAGE], 300);
    drop(section, copy);
    return 0;
}

TEST(copies_of_two_processes_are_apart, "10.7 10.5")
{
    HANDLE section = new_section(L_("family"), PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section);
    struct test_child child;

    shared[0] = 100;
    require(test_child_start(&child, "copier"));
    test_child_expect(&child, "written", SOON);
    ok_eq(shared[0], 100);
    shared[0] = 101;
    shared[WORDS_IN_PAGE] = 300;
    test_child_write_line(&child, "look");
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(section, shared);
}
