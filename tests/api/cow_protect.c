// SPDX-License-Identifier: MIT
/*
 * Copy-on-write by a change of protection: views that become copies and shared memory again, page
 * by page. Wine 8 only re-protects such views: what is written to them reaches the section.
 */
#include "api/api.h"

#include <string.h>

#define WORDS_IN_PAGE (PAGE / sizeof(uint32_t))

static DWORD protect(volatile uint32_t *view, unsigned page, unsigned pages, DWORD protection)
{
    DWORD old = 0xdeadbeef;

    ok_succeeds(
        VirtualProtect((void *)(view + page * WORDS_IN_PAGE), pages * PAGE, protection, &old));
    return old;
}

static void check_run(volatile uint32_t *view, unsigned page, DWORD first, DWORD now,
                      unsigned pages)
{
    ok_region(view + page * WORDS_IN_PAGE, .allocation_base = view, .allocation_protect = first,
              .state = MEM_COMMIT, .protect = now, .type = MEM_MAPPED, .size = pages * PAGE);
}

static volatile uint32_t *map(HANDLE section, DWORD access)
{
    void *view = MapViewOfFile(section, access, 0, 0, 0);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    return (volatile uint32_t *)view;
}

TEST(read_only_view_becomes_a_copy, "9.11 10.1 10.2 9.12")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map(section, FILE_MAP_READ);
    DWORD old;

    shared[0] = 1;
    ok_eq(view[0], 1);
    ok_eq(protect(view, 0, 2, PAGE_WRITECOPY), PAGE_READONLY);
    view[0] = 2;
    todo_wine ok_eq(shared[0], 1);
    shared[WORDS_IN_PAGE] = 3; /* 10.5: what was not written goes on to follow the section */
    ok_eq(view[WORDS_IN_PAGE], 3);
    todo_wine check_run(view, 0, PAGE_READONLY, PAGE_READWRITE, 1);
    check_run(view, 2, PAGE_READONLY, PAGE_READONLY, 2);
    ok_fails(VirtualProtect((void *)view, PAGE, PAGE_READWRITE, &old), ERROR_INVALID_PARAMETER);
    drop(NULL, view);
    drop(section, shared);
}

TEST(copied_page_cannot_be_copied_again, "9.19 10.3 9.1")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *view = map(section, FILE_MAP_COPY);

    view[0] = 1;
    todo_wine ok_eq(protect(view, 0, 1, PAGE_READONLY), PAGE_READWRITE);
    check_run(view, 0, PAGE_WRITECOPY, PAGE_READONLY, 1);
    ok_eq(protect(view, 0, 2, PAGE_WRITECOPY), PAGE_READONLY);
    todo_wine check_run(view, 0, PAGE_WRITECOPY, PAGE_READWRITE, 1);
    check_run(view, 1, PAGE_WRITECOPY, PAGE_WRITECOPY, 1);
    ok_eq(view[0], 1);
    drop(section, view);
}

TEST(shared_view_becomes_a_copy, "9.16 10.1 10.5 6.8")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    view[0] = view[WORDS_IN_PAGE] = 1;
    ok_eq(protect(view, 0, 3, PAGE_WRITECOPY), PAGE_READWRITE);
    check_run(view, 0, PAGE_READWRITE, PAGE_WRITECOPY, 3);
    view[0] = 2;
    todo_wine ok_eq(shared[0], 1);
    shared[0] = 3;
    todo_wine ok_eq(view[0], 2);
    shared[WORDS_IN_PAGE] = 4;
    ok_eq(view[WORDS_IN_PAGE], 4);
    view[3 * WORDS_IN_PAGE] = 5; /* the last page is as it was */
    ok_eq(shared[3 * WORDS_IN_PAGE], 5);
    check_run(view, 3, PAGE_READWRITE, PAGE_READWRITE, 1);
    drop(NULL, view);
    drop(section, shared);
}

TEST(pages_that_were_not_written_are_shared_again, "10.15 9.16")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    ok_eq(protect(view, 0, 4, PAGE_WRITECOPY), PAGE_READWRITE);
    view[WORDS_IN_PAGE] = 1;
    protect(view, 0, 4, PAGE_READWRITE);
    check_run(view, 0, PAGE_READWRITE, PAGE_READWRITE, 4);
    view[0] = 10;
    ok_eq(shared[0], 10);
    view[WORDS_IN_PAGE] = 11;
    todo_wine ok_eq(shared[WORDS_IN_PAGE], 0);
    view[2 * WORDS_IN_PAGE] = 12;
    ok_eq(shared[2 * WORDS_IN_PAGE], 12);
    /* And once more, with a copied page among them. */
    protect(view, 0, 4, PAGE_WRITECOPY);
    view[3 * WORDS_IN_PAGE] = 13;
    todo_wine ok_eq(shared[3 * WORDS_IN_PAGE], 0);
    drop(NULL, view);
    drop(section, shared);
}

TEST(copies_survive_other_protections, "9.16 10.15 9.20")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    protect(view, 0, 2, PAGE_WRITECOPY);
    view[0] = 1;
    protect(view, 0, 2, PAGE_NOACCESS);
    ok(!can_read(view));
    protect(view, 0, 2, PAGE_READONLY);
    ok_eq(view[0], 1);
    todo_wine ok_eq(shared[0], 0);
    shared[WORDS_IN_PAGE] = 2;
    ok_eq(view[WORDS_IN_PAGE], 2);
    ok(!can_write(view));
    drop(NULL, view);
    drop(section, shared);
}

TEST(commit_makes_copies_too, "6.8 6.9")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    ok_ptr_eq(VirtualAlloc((void *)view, PAGE, MEM_COMMIT, PAGE_WRITECOPY), (void *)view);
    view[0] = 1;
    view[WORDS_IN_PAGE] = 2;
    todo_wine ok_eq(shared[0], 0);
    ok_eq(shared[WORDS_IN_PAGE], 2);
    drop(NULL, view);
    drop(section, shared);
}

TEST(view_becomes_a_copy_when_no_handle_is_left, "9.16 3.37")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    shared[0] = 1;
    drop(section, NULL);
    protect(view, 0, 2, PAGE_WRITECOPY);
    ok_eq(view[0], 1);
    view[0] = 2;
    todo_wine ok_eq(shared[0], 1);
    drop(NULL, view);
    drop(NULL, shared);
}

TEST(handle_may_close_while_pages_are_apart, "10.15 3.37")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);

    protect(view, 0, 2, PAGE_WRITECOPY);
    view[0] = 1;
    drop(section, NULL);
    protect(view, 0, 2, PAGE_READWRITE);
    view[WORDS_IN_PAGE] = 2;
    ok_eq(shared[WORDS_IN_PAGE], 2);
    todo_wine ok_eq(shared[0], 0);
    drop(NULL, view);
    drop(NULL, shared);
}

TEST(copies_can_be_dropped, "10.16")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map(section, FILE_MAP_COPY);
    DWORD old;

    shared[0] = shared[WORDS_IN_PAGE] = 1;
    view[0] = view[WORDS_IN_PAGE] = 2;
    /* Wine ignores the bit. */
    ok_succeeds(VirtualProtect((void *)view, PAGE, PAGE_WRITECOPY | PAGE_REVERT_TO_FILE_MAP, &old));
    todo_wine ok_eq(view[0], 1);
    ok_eq(view[WORDS_IN_PAGE], 2);
    todo_wine check_run(view, 0, PAGE_WRITECOPY, PAGE_WRITECOPY, 1);
    todo_wine check_run(view, 1, PAGE_WRITECOPY, PAGE_READWRITE, 1);
    shared[0] = 3;
    todo_wine ok_eq(view[0], 3);
    drop(NULL, view);
    drop(section, shared);
}

TEST(shared_view_can_drop_its_copies, "10.16 10.15")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *shared = map_words(section), *view = map_words(section);
    DWORD old;

    shared[0] = 1;
    protect(view, 0, 2, PAGE_WRITECOPY);
    view[0] = 2;
    ok_succeeds(
        VirtualProtect((void *)view, 2 * PAGE, PAGE_READWRITE | PAGE_REVERT_TO_FILE_MAP, &old));
    todo_wine ok_eq(view[0], 1);
    view[0] = 4;
    ok_eq(shared[0], 4);
    drop(NULL, view);
    drop(section, shared);
}

TEST(code_that_becomes_a_copy, "9.16 9.15 10.3")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    volatile uint32_t *shared = map(section, FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_EXECUTE);
    volatile uint32_t *view = map(section, FILE_MAP_READ | FILE_MAP_EXECUTE);

    ok_eq(protect(view, 0, 1, PAGE_EXECUTE_WRITECOPY), PAGE_EXECUTE_READ);
    view[0] = 1;
    todo_wine ok_eq(shared[0], 0);
    todo_wine check_run(view, 0, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, 1);
    drop(NULL, view);
    drop(section, shared);
}
