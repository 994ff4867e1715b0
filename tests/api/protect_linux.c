// SPDX-License-Identifier: MIT
/*
 * What protection means on Linux: execution that the system refuses, futexes and signals through
 * views that are mapped privately, views that cannot be taken away, guard pages and system calls.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <errno.h>
#    include <linux/futex.h>
#    include <string.h>
#    include <sys/prctl.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    ifndef PR_SET_MDWE
#        define PR_SET_MDWE              65
#        define PR_MDWE_REFUSE_EXEC_GAIN 1
#    endif

TEST(execution_that_the_system_refuses, "1.60 9.15")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    void *view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_EXECUTE, 0, 0, 0);
    DWORD old = 0xdeadbeef;

    require(view != NULL);
    ok_succeeds(VirtualProtect(view, PAGE, PAGE_READWRITE, &old));
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0) {
        drop(section, view);
        skip("no PR_SET_MDWE");
    }
    ok_fails(VirtualProtect(view, PAGE, PAGE_EXECUTE_READ, &old), ERROR_ACCESS_DENIED);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_EXECUTE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    *(volatile char *)view = 1;
    ok_fails(MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_EXECUTE, 0, 0, 0),
             ERROR_ACCESS_DENIED);
    ok_fails(VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE),
             ERROR_ACCESS_DENIED);
    drop(section, view);
}

static long futex(const volatile uint32_t *word, int operation, uint32_t value)
{
    struct timespec limit = {.tv_sec = 10};

    return syscall(SYS_futex, word, operation, value, operation == FUTEX_WAIT ? &limit : NULL, NULL,
                   0);
}

struct waiter {
    const volatile uint32_t *word;
    long result;
};

static void wait_there(void *argument)
{
    struct waiter *waiter = argument;

    do
        waiter->result = futex(waiter->word, FUTEX_WAIT, 0);
    while (waiter->result < 0 && errno == EINTR);
}

TEST(futexes_meet_through_read_only_views, "3.33 9.11")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *words = map_words(section);
    volatile uint32_t *read = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    volatile uint32_t *other = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    struct waiter waiter = {.word = read, .result = -1};
    struct test_thread thread;

    require(read && other);
    test_thread_start(&thread, wait_there, &waiter);
    ok(test_until(futex(words, FUTEX_WAKE, 1) == 1, SOON));
    test_thread_join(&thread);
    ok_eq(waiter.result, 0);
    waiter.word = words;
    test_thread_start(&thread, wait_there, &waiter);
    ok(test_until(futex(other, FUTEX_WAKE, 1) == 1, SOON));
    test_thread_join(&thread);
    ok_eq(waiter.result, 0);
    drop(NULL, other);
    drop(NULL, read);
    drop(section, words);
}

/* 1.50: such a view goes with its process only. */
CHILD(no_change)
{
    LARGE_INTEGER size = {.QuadPart = PAGE}, offset = {.QuadPart = 0};
    HANDLE section = NULL;
    SIZE_T view_size = 0;
    PVOID view = NULL;
    DWORD old;

    ok_status(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE,
                              SEC_COMMIT | SEC_NO_CHANGE, NULL),
              STATUS_SUCCESS);
    ok_status(NtMapViewOfSection(section, GetCurrentProcess(), &view, 0, 0, &offset, &view_size,
                                 ViewUnmap, 0, PAGE_READWRITE),
              STATUS_SUCCESS);
    ok_fails(VirtualProtect(view, PAGE, PAGE_READONLY, &old), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualProtect(view, PAGE, PAGE_READWRITE | PAGE_GUARD, &old),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READONLY), ERROR_INVALID_PARAMETER);
    ok_ptr_eq(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READWRITE), view);
    ok_fails(UnmapViewOfFile(view), ERROR_INVALID_PARAMETER);
    *(volatile char *)view = 1;

    /* Nor does it become the placeholder again that it has replaced (5.30). */
    view = VirtualAlloc2(NULL, NULL, PAGE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                         NULL, 0);
    require(view != NULL);
    ok_ptr_eq(MapViewOfFile3(section, NULL, view, 0, PAGE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                             NULL, 0),
              view);
    ok_fails(UnmapViewOfFileEx(view, MEM_PRESERVE_PLACEHOLDER), ERROR_INVALID_PARAMETER);
    *(volatile char *)view = 1;
    ok_succeeds(CloseHandle(section));
    return 0;
}

TEST(view_that_must_not_change_does_not, "9.28 1.50")
{
    struct test_child child;

    require(test_child_start(&child, "no_change"));
    ok_eq(test_child_wait(&child, SOON), 0);
}

TEST(guard_page_refuses_system_calls, "8.17 9.25")
{
    char *memory = VirtualAlloc(NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
    DWORD old;

    require(memory != NULL);
    ok(!can_read(memory));
    /* A system call does not take the guard away. */
    ok_succeeds(VirtualProtect(memory, PAGE, PAGE_READWRITE, &old));
    ok_eq(old, PAGE_READWRITE | PAGE_GUARD);
    ok(can_write(memory));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(memory_of_others_is_not_protected, "9.3")
{
    static char page[3 * PAGE];
    void *aligned = (void *)(((uintptr_t)page + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
    DWORD old;

    ok_fails(VirtualProtect(aligned, PAGE, PAGE_READONLY, &old), ERROR_INVALID_ADDRESS);
    *(volatile char *)aligned = 1;
}
#else
typedef int nothing_here;
#endif
