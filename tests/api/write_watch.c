// SPDX-License-Identifier: MIT
/*
 * Write watch: VirtualAlloc with MEM_WRITE_WATCH, GetWriteWatch and ResetWriteWatch.
 */
#include <string.h>

#include "api/file_kit.h"

#define WATCHED (MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH)
#define PAGES   64
#define RESET   WRITE_WATCH_FLAG_RESET

static char *watched(DWORD type, DWORD protect)
{
    char *memory = (char *)VirtualAlloc(NULL, PAGES * PAGE, type, protect);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

static void touch(char *memory, unsigned page)
{
    *(volatile char *)(memory + page * PAGE + 123) += 1;
}

static DWORD protect(char *memory, unsigned n_pages, DWORD protection)
{
    DWORD old = 0;

    ok_succeeds(VirtualProtect(memory, n_pages * PAGE, protection, &old));
    return old;
}

/* GetWriteWatch of @n_pages tells exactly the pages of @want, which ends with -1. */
static void check_pages(const char *file, int line, DWORD flags, char *memory, unsigned n_pages,
                        const int *want)
{
    void *addresses[PAGES];
    ULONG_PTR count = PAGES, n = 0;
    DWORD granularity = 0;

    while (want[n] >= 0)
        n++;
    test_note("line %d of %s", line, file);
    ok_eq(GetWriteWatch(flags, memory, n_pages * PAGE, addresses, &count, &granularity), 0);
    ok_eq(granularity, PAGE);
    ok_eq(count, n);
    for (ULONG_PTR i = 0; i < n && i < count; i++)
        ok_eq((uintptr_t)addresses[i], (uintptr_t)memory + (unsigned)want[i] * PAGE);
}

#define ok_pages(flags, memory, n_pages, ...) \
    check_pages(__FILE__, __LINE__, (flags), (memory), (n_pages), (const int[]){__VA_ARGS__ - 1})
#define NO_PAGES

/* 0 and no error, or ~0 and the error. */
#define ok_watch_fails(expression, error) \
    do {                                  \
        SetLastError(0xdeadbeef);         \
        ok_eq((UINT)(expression), ~0u);   \
        ok_error(error);                  \
    } while (0)

/* --- what is recorded ---------------------------------------------------------------------- */

TEST(written_pages_are_told_in_order, "15.1 15.3 15.4 15.5 15.7 15.11 8.20")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);

    ok_region(memory, .allocation_base = memory, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE,
              .size = PAGES * PAGE);
    ok_pages(0, memory, PAGES, NO_PAGES);
    ok_eq(*(volatile char *)(memory + 7 * PAGE), 0);
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 9);
    touch(memory, 3);
    touch(memory, 4);
    touch(memory, 3);
    ok_pages(0, memory, PAGES, 3, 4, 9, );
    ok_pages(0, memory, PAGES, 3, 4, 9, );
    release(memory);
}

TEST(success_leaves_the_last_error_alone, "15.3")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[1];
    ULONG_PTR count = 1;
    DWORD granularity;

    SetLastError(0x1234);
    ok_eq(GetWriteWatch(0, memory, PAGE, addresses, &count, &granularity), 0);
    ok_eq(ResetWriteWatch(memory, PAGE), 0);
    ok_error(0x1234);
    release(memory);
}

TEST(a_store_over_a_border_is_two_pages, "15.6")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    uint32_t value = 0x12345678;

    memcpy(memory + 6 * PAGE - 2, &value, sizeof(value));
    ok_pages(0, memory, PAGES, 5, 6, );
    release(memory);
}

TEST(only_what_was_told_is_reset, "15.8")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[2] = {NULL, NULL};
    ULONG_PTR count = 1;
    DWORD granularity;

    touch(memory, 2);
    touch(memory, 5);
    touch(memory, 6);
    ok_eq(GetWriteWatch(RESET, memory, PAGES * PAGE, addresses, &count, &granularity), 0);
    ok_eq(count, 1);
    ok_ptr_eq(addresses[0], memory + 2 * PAGE);
    ok_ptr_eq(addresses[1], NULL);
    ok_pages(0, memory, PAGES, 5, 6, );
    count = 1;
    ok_eq(GetWriteWatch(RESET, memory, PAGES * PAGE, addresses, &count, &granularity), 0);
    ok_eq(count, 1);
    ok_ptr_eq(addresses[0], memory + 5 * PAGE);
    ok_pages(RESET, memory, PAGES, 6, );
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 5);
    ok_pages(RESET, memory, PAGES, 5, );
    release(memory);
}

TEST(a_range_is_reset, "15.9")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);

    for (unsigned i = 0; i < 8; i++)
        touch(memory, i);
    ok_eq(ResetWriteWatch(memory, PAGE), 0);
    ok_pages(0, memory, PAGES, 1, 2, 3, 4, 5, 6, 7, );
    /* Two bytes on either side of a border touch both pages. */
    ok_eq(ResetWriteWatch(memory + 3 * PAGE - 1, 2), 0);
    ok_pages(0, memory, PAGES, 1, 4, 5, 6, 7, );
    ok_eq(ResetWriteWatch(memory, PAGES * PAGE), 0);
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 2);
    ok_pages(0, memory, PAGES, 2, );
    release(memory);
}

TEST(a_part_is_looked_at, "15.10")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[4];
    ULONG_PTR count = 4;
    DWORD granularity;

    touch(memory, 1);
    touch(memory, 5);
    touch(memory, 9);
    ok_pages(0, memory, 1, NO_PAGES);
    ok_pages(0, memory, 2, 1, );
    ok_pages(RESET, memory, 6, 1, 5, );
    ok_pages(0, memory, PAGES, 9, );
    /* From the middle of one page to the middle of another: both, whole. */
    touch(memory, 8);
    ok_eq(GetWriteWatch(0, memory + 8 * PAGE + 5, PAGE, addresses, &count, &granularity), 0);
    ok_eq(count, 2);
    ok_ptr_eq(addresses[0], memory + 8 * PAGE);
    ok_ptr_eq(addresses[1], memory + 9 * PAGE);
    release(memory);
}

TEST(every_page_is_told, "15.5 15.11")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[PAGES];
    ULONG_PTR count = PAGES;
    DWORD granularity;

    memset(memory, 1, PAGES * PAGE);
    ok_eq(GetWriteWatch(RESET, memory, PAGES * PAGE, addresses, &count, &granularity), 0);
    ok_eq(count, PAGES);
    for (unsigned i = 0; i < PAGES; i++)
        ok_ptr_eq(addresses[i], memory + i * PAGE);
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
}

/* --- what changes the pages ---------------------------------------------------------------- */

TEST(protection_changes_nothing_that_is_recorded, "15.12 15.25")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);

    touch(memory, 3);
    ok_eq(protect(memory, PAGES, PAGE_READONLY), PAGE_READWRITE);
    ok_pages(0, memory, PAGES, 3, );
    ok_eq(protect(memory, PAGES, PAGE_READWRITE), PAGE_READONLY);
    ok_pages(0, memory, PAGES, 3, );
    touch(memory, 4);
    ok_pages(RESET, memory, PAGES, 3, 4, );
    ok_eq(protect(memory, PAGES, PAGE_NOACCESS), PAGE_READWRITE);
    ok_eq(protect(memory, PAGES, PAGE_EXECUTE_READWRITE), PAGE_NOACCESS);
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 4);
    ok_pages(RESET, memory, PAGES, 4, );
    release(memory);
}

TEST(a_page_out_of_reach_is_told, "15.13")
{
    char *memory = watched(MEM_RESERVE | MEM_WRITE_WATCH, PAGE_NOACCESS);

    ok_pages(0, memory, PAGES, NO_PAGES);
    ok_ptr_eq(VirtualAlloc(memory, 8 * PAGE, MEM_COMMIT, PAGE_NOACCESS), memory);
    ok_pages(0, memory, PAGES, NO_PAGES);
    ok_eq(protect(memory, 8, PAGE_READWRITE), PAGE_NOACCESS);
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 2);
    ok_eq(protect(memory, 8, PAGE_NOACCESS), PAGE_READWRITE);
    ok_pages(0, memory, PAGES, 2, );
    ok_pages(RESET, memory, PAGES, 2, );
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
}

TEST(pages_are_committed_one_after_the_other, "15.13 15.25")
{
    char *memory = watched(MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);

    ok_ptr_eq(VirtualAlloc(memory + 4 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), memory + 4 * PAGE);
    touch(memory, 4);
    /* Committing what is committed already leaves its record. */
    ok_ptr_eq(VirtualAlloc(memory, 16 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_pages(0, memory, PAGES, 4, );
    touch(memory, 0);
    touch(memory, 15);
    ok_pages(RESET, memory, PAGES, 0, 4, 15, );
    ok_ptr_eq(VirtualAlloc(memory, 16 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
}

TEST(decommitted_pages_stay_told, "15.14 15.25")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);

    touch(memory, 2);
    touch(memory, 3);
    touch(memory, 8);
    ok_succeeds(VirtualFree(memory + 3 * PAGE, 3 * PAGE, MEM_DECOMMIT));
    ok_pages(0, memory, PAGES, 2, 3, 8, );
    ok_succeeds(VirtualFree(memory, PAGES * PAGE, MEM_DECOMMIT));
    ok_pages(0, memory, PAGES, 2, 3, 8, );
    ok_ptr_eq(VirtualAlloc(memory, PAGES * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    ok_eq(memory[3 * PAGE + 123], 0);
    ok_pages(0, memory, PAGES, 2, 3, 8, );
    touch(memory, 5);
    ok_pages(RESET, memory, PAGES, 2, 3, 5, 8, );
    ok_pages(0, memory, PAGES, NO_PAGES);
    touch(memory, 3);
    ok_pages(RESET, memory, PAGES, 3, );
    release(memory);
}

TEST(a_reset_forgets_decommitted_pages_too, "15.9 15.14")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);

    touch(memory, 2);
    touch(memory, 8);
    ok_succeeds(VirtualFree(memory, PAGES * PAGE, MEM_DECOMMIT));
    ok_eq(ResetWriteWatch(memory, 3 * PAGE), 0);
    ok_pages(0, memory, PAGES, 8, );
    release(memory);
}

/* --- guard pages --------------------------------------------------------------------------- */

static unsigned n_guards;

static LONG CALLBACK count_guards(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != (DWORD)STATUS_GUARD_PAGE_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    n_guards++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(a_guard_fires_before_the_write_counts, "15.18")
{
    char *memory = watched(WATCHED, PAGE_READWRITE | PAGE_GUARD);
    void *handler = AddVectoredExceptionHandler(TRUE, count_guards);

    require(handler != NULL);
    ok_pages(0, memory, PAGES, NO_PAGES);
    ok_eq(n_guards, 0);
    *(volatile char *)(memory + 2 * PAGE) = 1;
    ok_eq(n_guards, 1);
    ok_pages(0, memory, PAGES, 2, );
    ok_eq(*(volatile char *)(memory + 3 * PAGE), 0);
    ok_eq(n_guards, 2);
    ok_pages(0, memory, PAGES, 2, );
    protect(memory, 8, PAGE_READWRITE | PAGE_GUARD);
    ok_pages(RESET, memory, PAGES, 2, );
    ok_pages(0, memory, PAGES, NO_PAGES);
    *(volatile char *)(memory + 3 * PAGE) = 1;
    ok_eq(n_guards, 3);
    ok_pages(0, memory, PAGES, 3, );
    ok_eq(RemoveVectoredExceptionHandler(handler), 1);
    release(memory);
}

/* --- files --------------------------------------------------------------------------------- */

TEST(a_read_counts_for_the_whole_buffer, "15.15")
{
    HANDLE file = file_must_open(file_make(in_dir("data"), 5000), READ, SHARE_READ);
    char *memory = watched(WATCHED, PAGE_READWRITE);
    DWORD n = 0;

    ok_succeeds(ReadFile(file, memory + 2 * PAGE, 1000, &n, NULL));
    ok_eq(n, 1000);
    ok_pages(RESET, memory, PAGES, 2, );
    /* 4,000 bytes are left, and four pages were given. */
    ok_succeeds(ReadFile(file, memory + 4 * PAGE, 4 * PAGE, &n, NULL));
    ok_eq(n, 4000);
    ok_pages(RESET, memory, PAGES, 4, 5, 6, 7, );
    /* Nothing is left. */
    ok_succeeds(ReadFile(file, memory + 6 * PAGE + 100, 2 * PAGE, &n, NULL));
    ok_eq(n, 0);
    ok_pages(RESET, memory, PAGES, 6, 7, 8, );
    ok_pages(0, memory, PAGES, NO_PAGES);
    /* Nothing was asked for. */
    ok_succeeds(ReadFile(file, memory, 0, &n, NULL));
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
    ok_succeeds(CloseHandle(file));
}

TEST(a_write_from_the_buffer_does_not_count, "15.15")
{
    HANDLE file = CreateFileA(in_dir("out"), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    char *memory = watched(WATCHED, PAGE_READWRITE);
    DWORD n = 0;

    require(file != INVALID_HANDLE_VALUE);
    ok_succeeds(WriteFile(file, memory, 3 * PAGE, &n, NULL));
    ok_eq(n, 3 * PAGE);
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
    ok_succeeds(CloseHandle(file));
}

TEST(a_read_that_cannot_begin_counts_for_nothing, "15.17")
{
    HANDLE file = file_must_open(file_make(in_dir("data"), 5000), READ, SHARE_READ);
    char *memory = watched(WATCHED, PAGE_READWRITE);
    DWORD n = 0;

    ok_succeeds(CloseHandle(file));
    ok_fails(ReadFile((HANDLE)(uintptr_t)0xdead0, memory, 2 * PAGE, &n, NULL),
             ERROR_INVALID_HANDLE);
    ok_pages(0, memory, PAGES, NO_PAGES);
    release(memory);
}

TEST(a_buffer_may_reach_over_the_end, "15.15")
{
    HANDLE file = file_must_open(file_make(in_dir("data"), 100), READ, SHARE_READ);
    char *plain = (char *)VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    char *memory = watched(WATCHED, PAGE_READWRITE);
    DWORD n = 0;

    require(plain != NULL);
    ok_succeeds(ReadFile(file, plain, PAGE, &n, NULL));
    ok_eq(n, 100);
    ok_pages(0, memory, PAGES, NO_PAGES);
    ok_succeeds(ReadFile(file, memory + (PAGES - 1) * PAGE, PAGE, &n, NULL));
    ok_eq(n, 0);
    ok_pages(0, memory, PAGES, PAGES - 1, );
    release(memory);
    release(plain);
    ok_succeeds(CloseHandle(file));
}

/* --- errors -------------------------------------------------------------------------------- */

TEST(only_a_reservation_can_be_watched, "15.2 7.15")
{
    ok_fails(VirtualAlloc(NULL, PAGE, MEM_WRITE_WATCH, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    /* This Wine commits. */
    todo_wine ok_fails(VirtualAlloc(NULL, PAGE, MEM_WRITE_WATCH | MEM_COMMIT, PAGE_READWRITE),
                       ERROR_INVALID_PARAMETER);
}

TEST(every_pointer_is_needed, "15.19 15.20 15.21")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[4];
    ULONG_PTR count = 4;
    DWORD granularity;

    touch(memory, 1);
    ok_watch_fails(GetWriteWatch(RESET, memory, PAGE, addresses, NULL, &granularity),
                   ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(RESET, memory, PAGE, addresses, &count, NULL), ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(RESET, memory, PAGES * PAGE, NULL, &count, &granularity),
                   ERROR_NOACCESS);
    count = 0;
    ok_watch_fails(GetWriteWatch(RESET, memory, PAGE, NULL, &count, &granularity),
                   ERROR_INVALID_PARAMETER);
    ok_watch_fails(GetWriteWatch(RESET, memory, PAGE, addresses, &count, &granularity),
                   ERROR_INVALID_PARAMETER);
    ok_pages(0, memory, PAGES, 1, );
    release(memory);
}

/* Of two faults the first in this order is told: the pointers, the numbers, the array, the region.
 */
TEST(watch_tells_the_first_of_two_faults, "17.8")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    void *addresses[4];
    ULONG_PTR count = 4, none = 0;
    DWORD granularity;

    touch(memory, 1);
    ok_watch_fails(GetWriteWatch(2, memory, 0, NULL, NULL, &granularity), ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(2, memory, 0, NULL, &none, NULL), ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(2, memory, PAGE, NULL, &count, &granularity),
                   ERROR_INVALID_PARAMETER);
    ok_watch_fails(GetWriteWatch(0, memory, 0, NULL, &count, &granularity),
                   ERROR_INVALID_PARAMETER);
    ok_watch_fails(GetWriteWatch(0, memory, PAGES * PAGE + 1, NULL, &count, &granularity),
                   ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(0, NULL, PAGE, NULL, &count, &granularity), ERROR_NOACCESS);
    ok_watch_fails(GetWriteWatch(0, NULL, PAGE, addresses, &count, &granularity),
                   ERROR_INVALID_PARAMETER);
    ok_pages(0, memory, PAGES, 1, );
    release(memory);
}

TEST(what_cannot_be_looked_at, "15.22")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    char *plain = (char *)VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    void *addresses[4];
    ULONG_PTR count = 4;
    DWORD granularity;
    static int own;

    require(plain != NULL);
    touch(memory, 1);
#define ok_invalid(flags, base, size)                                                       \
    ok_watch_fails(GetWriteWatch((flags), (base), (size), addresses, &count, &granularity), \
                   ERROR_INVALID_PARAMETER)
    ok_invalid(0xffffffff, memory, PAGE);
    ok_invalid(2, memory, PAGE);
    ok_invalid(RESET, memory, 0);
    ok_invalid(RESET, memory, PAGES * PAGE + 1);
    ok_invalid(RESET, memory + PAGE, PAGES * PAGE);
    ok_invalid(RESET, memory, ~(SIZE_T)0);
    ok_invalid(RESET, NULL, PAGE);
    ok_invalid(RESET, plain, PAGE);
    ok_invalid(RESET, &own, sizeof(own));
    ok_eq(count, 4);
    ok_pages(0, memory, PAGES, 1, );
    release(plain);
    release(memory);
    ok_invalid(RESET, memory, PAGE);
}

TEST(what_cannot_be_reset, "15.23")
{
    char *memory = watched(WATCHED, PAGE_READWRITE);
    char *plain = (char *)VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    static int own;

    require(plain != NULL);
    touch(memory, 1);
    ok_watch_fails(ResetWriteWatch(memory, 0), ERROR_INVALID_PARAMETER);
    ok_watch_fails(ResetWriteWatch(plain, PAGE), ERROR_INVALID_PARAMETER);
    ok_watch_fails(ResetWriteWatch(&own, sizeof(own)), ERROR_INVALID_PARAMETER);
    ok_watch_fails(ResetWriteWatch(NULL, PAGE), ERROR_INVALID_PARAMETER);
    ok_watch_fails(ResetWriteWatch(memory, PAGES * PAGE + 1), ERROR_INVALID_PARAMETER);
    ok_pages(0, memory, PAGES, 1, );
    release(plain);
    release(memory);
}

TEST(views_are_not_watched, "15.24")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);
    void *addresses[4];
    ULONG_PTR count = 4;
    DWORD granularity;

    view[0] = 1;
    ok_invalid(0, (void *)(uintptr_t)view, PAGE);
    ok_watch_fails(ResetWriteWatch((void *)(uintptr_t)view, PAGE), ERROR_INVALID_PARAMETER);
    drop(section, view);
}
