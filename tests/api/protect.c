// SPDX-License-Identifier: MIT
/*
 * VirtualProtect on private memory and on views of the page file: what is admitted, what it does
 * to reads and writes, and what is said of the old protection.
 */
#include "api/api.h"

#include <string.h>

#define BOTH (MEM_RESERVE | MEM_COMMIT)

static const DWORD all_protections[] = {
    PAGE_NOACCESS, PAGE_READONLY,     PAGE_READWRITE,         PAGE_WRITECOPY,
    PAGE_EXECUTE,  PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY,
};

/* The old protection; the case goes on when it fails. */
static DWORD protect(volatile const void *address, SIZE_T size, DWORD protection)
{
    DWORD old = 0xdeadbeef;

    ok_succeeds(VirtualProtect((void *)address, size, protection, &old));
    return old;
}

static void check_refused(volatile const void *address, SIZE_T size, DWORD protection, DWORD error)
{
    DWORD old = 0xdeadbeef;

    ok_fails(VirtualProtect((void *)address, size, protection, &old), error);
}

static char *allocate(SIZE_T size, DWORD protection)
{
    char *memory = (char *)VirtualAlloc(NULL, size, BOTH, protection);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

static void release(void *memory)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

static void ok_private(const void *address, const void *base, DWORD first, DWORD now, SIZE_T size)
{
    ok_region(address, .allocation_base = base, .allocation_protect = first, .state = MEM_COMMIT,
              .protect = now, .type = MEM_PRIVATE, .size = size);
}

static void ok_mapped(const volatile void *address, const volatile void *base, DWORD first,
                      DWORD now, SIZE_T size)
{
    ok_region(address, .allocation_base = base, .allocation_protect = first, .state = MEM_COMMIT,
              .protect = now, .type = MEM_MAPPED, .size = size);
}

/* --- private memory ----------------------------------------------------------------- */

TEST(protection_of_private_memory_can_be_any, "9.1 9.6 9.7 8.5")
{
    for (unsigned i = 0; i < ARRAYSIZE(all_protections); i++) {
        DWORD first = all_protections[i];
        char *memory;
        DWORD now = first;

        if (first == PAGE_WRITECOPY || first == PAGE_EXECUTE_WRITECOPY)
            continue;
        memory = allocate(2 * PAGE, first);
        for (unsigned k = 0; k < ARRAYSIZE(all_protections); k++) {
            DWORD next = all_protections[k];

            if (next == PAGE_WRITECOPY || next == PAGE_EXECUTE_WRITECOPY) {
                check_refused(memory, 2 * PAGE, next, ERROR_INVALID_PARAMETER);
                continue;
            }
            ok_eq(protect(memory, 2 * PAGE, next), now);
            ok_private(memory, memory, first, next, 2 * PAGE);
            now = next;
        }
        release(memory);
    }
}

TEST(protection_is_what_the_machine_enforces, "9.1 9.7 9.25")
{
    char *memory = allocate(PAGE, PAGE_READWRITE);

    memory[0] = 1;
    ok_eq(protect(memory, PAGE, PAGE_READONLY), PAGE_READWRITE);
    ok(can_read(memory));
    ok(!can_write(memory));
    ok_eq(protect(memory, PAGE, PAGE_NOACCESS), PAGE_READONLY);
    ok(!can_read(memory));
    ok_eq(protect(memory, PAGE, PAGE_READWRITE), PAGE_NOACCESS);
    ok_eq(memory[0], 1);
    ok(can_write(memory));
    release(memory);
}

TEST(range_is_expanded_to_whole_pages, "9.21 9.1")
{
    char *memory = allocate(4 * PAGE, PAGE_READWRITE);

    ok_eq(protect(memory + 2 * PAGE - 1, 2, PAGE_READONLY), PAGE_READWRITE);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    ok_private(memory + PAGE, memory, PAGE_READWRITE, PAGE_READONLY, 2 * PAGE);
    ok_private(memory + 3 * PAGE, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    /* The old protection is the first page's. */
    ok_eq(protect(memory, 4 * PAGE, PAGE_NOACCESS), PAGE_READWRITE);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_NOACCESS, 4 * PAGE);
    release(memory);
}

TEST(place_for_the_old_protection_comes_first, "9.2 9.24 9.27 17.6")
{
    char *memory = allocate(PAGE, PAGE_READWRITE);
    PVOID base = memory;
    SIZE_T size = PAGE;

    ok_fails(VirtualProtect(memory, PAGE, PAGE_READONLY, NULL), ERROR_NOACCESS);
    ok_fails(VirtualProtect(memory, PAGE, 0, NULL), ERROR_NOACCESS);
    ok_fails(VirtualProtect(NULL, PAGE, PAGE_READONLY, NULL), ERROR_NOACCESS);
    ok(!VirtualProtectFromApp(memory, PAGE, PAGE_READONLY, NULL));
    ok_status(NtProtectVirtualMemory(GetCurrentProcess(), &base, &size, PAGE_READONLY, NULL),
              STATUS_ACCESS_VIOLATION);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    release(memory);
}

/* Wine: a range that leaves its allocation is a wrong parameter. */
TEST(reserved_or_free_pages_cannot_be_protected, "9.3 17.6")
{
    char *memory = (char *)VirtualAlloc(NULL, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
    void *free_memory = free_place(GRANULE);

    require(memory != NULL);
    check_refused(memory, PAGE, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    require(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
    check_refused(memory, 2 * PAGE, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    todo_wine check_refused(free_memory, PAGE, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    /* The value is looked at before the range. */
    check_refused(free_memory, PAGE, 0, ERROR_INVALID_PARAMETER);
    release(memory);
}

TEST(range_stays_in_one_allocation, "9.4")
{
    char *memory = (char *)free_place(2 * GRANULE);
    char *first = (char *)VirtualAlloc(memory, GRANULE, BOTH, PAGE_READWRITE);
    char *second = (char *)VirtualAlloc(memory + GRANULE, GRANULE, BOTH, PAGE_READWRITE);

    require(first == memory && second == memory + GRANULE);
    todo_wine check_refused(first, 2 * GRANULE, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    todo_wine check_refused(first + GRANULE - 1, 2, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    ok_private(first, first, PAGE_READWRITE, PAGE_READWRITE, GRANULE);
    ok_private(second, second, PAGE_READWRITE, PAGE_READWRITE, GRANULE);
    release(first);
    release(second);
}

TEST(protection_is_one_constant, "9.5 9.8 9.9")
{
    static const DWORD wrong[] = {
        0,
        PAGE_READONLY | PAGE_READWRITE,
        PAGE_EXECUTE | PAGE_READWRITE,
        PAGE_NOACCESS | PAGE_READONLY,
        PAGE_GUARD,
        PAGE_NOCACHE,
    };
    /* Wine looks at the base constant only. */
    static const DWORD wrong_modifiers[] = {
        PAGE_GUARD | PAGE_NOACCESS,
        PAGE_NOCACHE | PAGE_NOACCESS,
        PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE,
        PAGE_READWRITE | 0x800,
    };
    char *memory = allocate(PAGE, PAGE_READWRITE);

    for (unsigned i = 0; i < ARRAYSIZE(wrong); i++)
        check_refused(memory, PAGE, wrong[i], ERROR_INVALID_PARAMETER);
    for (unsigned i = 0; i < ARRAYSIZE(wrong_modifiers); i++)
        todo_wine check_refused(memory, PAGE, wrong_modifiers[i], ERROR_INVALID_PARAMETER);
    protect(memory, PAGE, PAGE_READWRITE);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    release(memory);
}

TEST(caching_was_settled_when_memory_was_allocated, "8.18 8.19")
{
    char *cached = allocate(PAGE, PAGE_READWRITE);
    char *uncached = allocate(PAGE, PAGE_READWRITE | PAGE_NOCACHE);

    ok_eq(protect(cached, PAGE, PAGE_READONLY | PAGE_NOCACHE), PAGE_READWRITE);
    ok_private(cached, cached, PAGE_READWRITE, PAGE_READONLY, PAGE);
    ok_private(uncached, uncached, PAGE_READWRITE | PAGE_NOCACHE, PAGE_READWRITE | PAGE_NOCACHE,
               PAGE);
    ok_eq(protect(uncached, PAGE, PAGE_READONLY), PAGE_READWRITE | PAGE_NOCACHE);
    ok_private(uncached, uncached, PAGE_READWRITE | PAGE_NOCACHE, PAGE_READONLY | PAGE_NOCACHE,
               PAGE);
    release(cached);
    release(uncached);
}

/* --- the other functions ------------------------------------------------------------ */

TEST(from_app_tells_of_a_range_that_is_too_long, "9.22 9.23")
{
    char *memory = allocate(GRANULE, PAGE_READWRITE);
    ULONG old = 0;

    ok_succeeds(VirtualProtectFromApp(memory, PAGE, PAGE_EXECUTE_READWRITE, &old));
    ok_eq(old, PAGE_READWRITE);
    old = 0xdeadbeef;
    ok(!VirtualProtectFromApp(memory, 0x10000000, PAGE_READONLY, &old));
    todo_wine ok_eq(old, PAGE_NOACCESS);
    release(memory);
}

TEST(process_handle_is_looked_at, "3.31 7.57")
{
    HANDLE self = GetCurrentProcess();
    char *memory = (char *)VirtualAllocEx(self, NULL, PAGE, BOTH, PAGE_READWRITE);
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    require(memory != NULL);
    ok_fails(VirtualAllocEx(NULL, NULL, PAGE, BOTH, PAGE_READWRITE), ERROR_INVALID_HANDLE);
    ok_succeeds(VirtualProtectEx(self, memory, PAGE, PAGE_READONLY, &old));
    ok_eq(old, PAGE_READWRITE);
    ok_fails(VirtualProtectEx(NULL, memory, PAGE, PAGE_READONLY, &old), ERROR_INVALID_HANDLE);
    ok_eq(VirtualQueryEx(self, memory, &info, sizeof(info)), sizeof(info));
    ok_eq(info.Protect, PAGE_READONLY);
    ok_fails(VirtualQueryEx(NULL, memory, &info, sizeof(info)), ERROR_INVALID_HANDLE);
    ok_fails(VirtualFreeEx(NULL, memory, 0, MEM_RELEASE), ERROR_INVALID_HANDLE);
    ok_succeeds(VirtualFreeEx(self, memory, 0, MEM_RELEASE));
}

/* --- views of the page file --------------------------------------------------------- */

/* The set of 9.10: what may be done with pages of this protection. */
static unsigned capabilities(DWORD protection)
{
    switch (protection) {
    case PAGE_NOACCESS:
        return 0;
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
        return 1;
    case PAGE_READWRITE:
        return 3;
    case PAGE_EXECUTE_READWRITE:
        return 7;
    default:
        return 5;
    }
}

static void *map_as(HANDLE section, DWORD protection)
{
    LARGE_INTEGER offset = {.QuadPart = 0};
    PVOID base = NULL;
    SIZE_T size = 0;

    ok_status(NtMapViewOfSection(section, GetCurrentProcess(), &base, 0, 0, &offset, &size,
                                 ViewUnmap, 0, protection),
              STATUS_SUCCESS);
    return base;
}

static void check_change(void *view, DWORD first, DWORD next)
{
    ok_eq(protect(view, PAGE, next), first);
    ok_mapped(view, view, first, next, PAGE);
}

TEST(view_bounds_what_its_pages_may_become, "9.10 9.11 9.12 9.13 9.14 9.15 9.16 8.5")
{
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    for (unsigned i = 0; i < ARRAYSIZE(all_protections); i++) {
        for (unsigned k = 0; k < ARRAYSIZE(all_protections); k++) {
            DWORD first = all_protections[i], next = all_protections[k];
            bool allowed = !(capabilities(next) & ~capabilities(first));
            void *view = map_as(section, first);
            /* Wine's PAGE_EXECUTE does not read. */
            bool wrong = test_on_wine() && first == PAGE_EXECUTE && next != PAGE_EXECUTE &&
                         next != PAGE_NOACCESS;

            require(view != NULL);
            if (allowed) {
                todo_if(wrong) check_change(view, first, next);
            } else {
                check_refused(view, PAGE, next, ERROR_INVALID_PARAMETER);
                ok_mapped(view, view, first, first, PAGE);
            }
            ok_succeeds(UnmapViewOfFile(view));
        }
    }
    drop(section, NULL);
}

TEST(execute_alone_is_for_views_and_not_for_sections, "1.3 1.2")
{
    HANDLE section;
    void *view;

    ok_fails(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE, 0, PAGE, NULL),
             ERROR_INVALID_PARAMETER);
    section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);
    view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);
    require(view != NULL);
    check_change(view, PAGE_EXECUTE_READ, PAGE_EXECUTE);
    check_refused(view, PAGE, PAGE_EXECUTE_READWRITE, ERROR_INVALID_PARAMETER);
    ok_mapped(view, view, PAGE_EXECUTE_READ, PAGE_EXECUTE, PAGE);
    ok_eq(protect(view, PAGE, PAGE_EXECUTE_READ), PAGE_EXECUTE);
    drop(NULL, view);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL);
    check_refused(view, PAGE, PAGE_EXECUTE, ERROR_INVALID_PARAMETER);
    drop(section, view);
}

TEST(protection_of_one_view_is_its_own, "9.20 9.1")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *one = map_words(section), *other = map_words(section);

    ok_eq(protect(one, PAGE, PAGE_READONLY), PAGE_READWRITE);
    ok(!can_write(one));
    ok(can_write(other));
    *other = 7;
    ok_eq(*one, 7);
    ok_mapped(one, one, PAGE_READWRITE, PAGE_READONLY, PAGE);
    ok_mapped(other, other, PAGE_READWRITE, PAGE_READWRITE, 2 * PAGE);
    ok_eq(protect(one, 2 * PAGE, PAGE_READWRITE), PAGE_READONLY);
    *one = 8;
    ok_eq(*other, 8);
    drop(NULL, one);
    drop(section, other);
}

TEST(end_of_a_view_bounds_the_range, "9.4 9.3")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    volatile uint32_t *view = map_words(section);

    todo_wine check_refused(view, PAGE + 1, PAGE_READONLY, ERROR_INVALID_ADDRESS);
    ok_mapped(view, view, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    drop(section, view);
}

TEST(nt_layer_tells_whole_pages, "9.1 9.21 7.33")
{
    char *memory = allocate(4 * PAGE, PAGE_READWRITE);
    PVOID base = memory + PAGE + 1;
    SIZE_T size = PAGE;
    ULONG old = 0;

    ok_status(NtProtectVirtualMemory(GetCurrentProcess(), &base, &size, PAGE_READONLY, &old),
              STATUS_SUCCESS);
    ok_ptr_eq(base, memory + PAGE);
    ok_eq(size, 2 * PAGE);
    ok_eq(old, PAGE_READWRITE);
    base = memory + 3;
    size = 5 * PAGE;
    todo_wine ok_status(
        NtProtectVirtualMemory(GetCurrentProcess(), &base, &size, PAGE_READONLY, &old),
        STATUS_CONFLICTING_ADDRESSES);
    ok_ptr_eq(base, memory + 3);
    ok_eq(size, 5 * PAGE);
    release(memory);
}

/* --- guard pages -------------------------------------------------------------------- */

TEST(guard_page_is_told_until_it_is_touched, "8.17 9.25")
{
    char *memory = allocate(4 * PAGE, PAGE_READWRITE);

    ok_eq(protect(memory + PAGE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD), PAGE_READWRITE);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, PAGE);
    ok_private(memory + PAGE, memory, PAGE_READWRITE, PAGE_READWRITE | PAGE_GUARD, 2 * PAGE);
    ok_eq(protect(memory + PAGE, PAGE, PAGE_READONLY | PAGE_GUARD), PAGE_READWRITE | PAGE_GUARD);
    ok_eq(protect(memory + PAGE, 2 * PAGE, PAGE_READWRITE), PAGE_READONLY | PAGE_GUARD);
    ok_private(memory, memory, PAGE_READWRITE, PAGE_READWRITE, 4 * PAGE);
    memory[PAGE] = memory[2 * PAGE] = 1;
    release(memory);
}

TEST(memory_may_be_guarded_from_the_start, "8.17")
{
    char *memory = allocate(2 * PAGE, PAGE_READWRITE | PAGE_GUARD);

    ok_private(memory, memory, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE | PAGE_GUARD, 2 * PAGE);
    ok_eq(protect(memory, PAGE, PAGE_READWRITE), PAGE_READWRITE | PAGE_GUARD);
    memory[0] = 1;
    ok_private(memory, memory, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE, PAGE);
    ok_private(memory + PAGE, memory, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE | PAGE_GUARD,
               PAGE);
    /* Without access none is left, and none comes back with it. */
    ok_succeeds(VirtualFree(memory, 2 * PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE), memory);
    memory[PAGE] = 1;
    release(memory);
}

TEST(pages_of_a_view_can_be_guarded, "8.17 9.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * PAGE);
    volatile uint32_t *view = map_words(section), *other = map_words(section);

    ok_eq(protect(view, PAGE, PAGE_READWRITE | PAGE_GUARD), PAGE_READWRITE);
    ok_mapped(view, view, PAGE_READWRITE, PAGE_READWRITE | PAGE_GUARD, PAGE);
    *other = 1;
    ok_eq(protect(view, PAGE, PAGE_READWRITE), PAGE_READWRITE | PAGE_GUARD);
    ok_eq(*view, 1);
    drop(NULL, other);
    drop(section, view);
}
