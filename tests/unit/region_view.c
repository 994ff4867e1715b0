// SPDX-License-Identifier: MIT
/*
 * Views and private memory with the statuses of the Nt layer, which the Win32 functions show
 * only in part: the order of the checks, what each costs in system calls, pins, and what is
 * said of memory that others made.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"
#include "lib/memory/region.h"
#include "os/os.h"
#include "unit/allocate.h"

#define PAGE 0x1000u
#define SLOT (uint64_t) NT_GRANULARITY

/* --- helpers ---------------------------------------------------------------------------------- */

static HANDLE create(ULONG protection, uint64_t size, ULONG attributes, ACCESS_MASK access)
{
    struct nt_section_parameters parameters = {
        .size = size, .protection = protection, .attributes = attributes, .access = access};
    HANDLE handle = NULL;

    ok_status(nt_section_create(NULL, &parameters, &handle), STATUS_SUCCESS);
    return handle;
}

static HANDLE read_write_section(uint64_t size)
{
    return create(PAGE_READWRITE, size, SEC_COMMIT, SECTION_ALL_ACCESS);
}

static NTSTATUS map(HANDLE handle, const struct nt_view_request *request, void **ret_base)
{
    size_t size;

    return nt_view_map(handle, request, ret_base, &size);
}

static char *view_of(HANDLE handle, ULONG protect)
{
    struct nt_view_request request = {.protect = protect};
    void *base = NULL;

    ok_status(map(handle, &request, &base), STATUS_SUCCESS);
    return base;
}

static void drop_view(const void *address)
{
    ok_status(nt_view_unmap(address, 0), STATUS_SUCCESS);
}

static NTSTATUS allocate(void **base, size_t size, ULONG type, ULONG protect)
{
    return allocate_memory(base, &size, type, protect);
}

static NTSTATUS commit(const void *base, size_t size, ULONG protect)
{
    void *address = (void *)base;

    return allocate(&address, size, MEM_COMMIT, protect);
}

static char *reserve(size_t size)
{
    void *base = NULL;

    ok_status(allocate(&base, size, MEM_RESERVE, PAGE_NOACCESS), STATUS_SUCCESS);
    return base;
}

static NTSTATUS free_memory(const void *base, size_t size, ULONG type)
{
    void *address = (void *)base;

    return nt_memory_free(&address, &size, type);
}

static NTSTATUS flush(const void *base, size_t size)
{
    void *address = (void *)base;

    return nt_view_flush(&address, &size);
}

#define ok_run(address, state, protect, size)                          \
    do {                                                               \
        MEMORY_BASIC_INFORMATION info_;                                \
        ok_status(nt_memory_query((address), &info_), STATUS_SUCCESS); \
        ok_eq(info_.State, (state));                                   \
        ok_eq(info_.Protect, (protect));                               \
        ok_eq(info_.RegionSize, (size));                               \
    } while (0)

/* --- what it costs ------------------------------------------------------------------ */

static _Atomic unsigned n_calls[NT_OS_CALL_COUNT];

static int count_call(enum nt_os_call call)
{
    n_calls[call]++;
    return 0;
}

TEST(the_life_of_an_unnamed_section_is_six_system_calls, "")
{
    HANDLE handle = read_write_section(SLOT);
    unsigned n_all = 0;

    /* The first one looks for a place for all that follow. */
    drop_view(view_of(handle, PAGE_READWRITE));
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);

    memset((void *)n_calls, 0, sizeof(n_calls));
    nt_os_set_fault(count_call);
    handle = read_write_section(SLOT);
    drop_view(view_of(handle, PAGE_READWRITE));
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    nt_os_set_fault(NULL);

    /* Closing is the sixth: it goes through no hook. */
    for (unsigned i = 0; i < NT_OS_CALL_COUNT; i++)
        n_all += n_calls[i];
    ok_eq(n_all, 5);
    ok_eq(n_calls[NT_OS_MEMFD], 1);
    ok_eq(n_calls[NT_OS_FTRUNCATE], 1);
    ok_eq(n_calls[NT_OS_SEAL], 1);
    ok_eq(n_calls[NT_OS_MMAP], 1);
    ok_eq(n_calls[NT_OS_MUNMAP], 1);
}

TEST(asking_about_own_memory_costs_no_system_call, "8.6")
{
    HANDLE handle = read_write_section(SLOT);
    char *view = view_of(handle, PAGE_READWRITE);

    memset((void *)n_calls, 0, sizeof(n_calls));
    nt_os_set_fault(count_call);
    ok_run(view + PAGE, MEM_COMMIT, PAGE_READWRITE, SLOT - PAGE);
    nt_os_set_fault(NULL);
    ok_eq(n_calls[NT_OS_PROCMAP], 0);
    drop_view(view);
    nt_handle_close(handle);
}

static int refuse_mmap(enum nt_os_call call)
{
    return call == NT_OS_MMAP ? ENOMEM : 0;
}

TEST(a_view_without_memory_fails_cleanly, "7.59")
{
    HANDLE handle = read_write_section(SLOT);
    struct nt_view_request request = {.protect = PAGE_READWRITE};
    void *base = (void *)1;

    nt_os_set_fault(refuse_mmap);
    ok_status(map(handle, &request, &base), STATUS_NO_MEMORY);
    nt_os_set_fault(NULL);
    ok_ptr_eq(base, (void *)1);
    drop_view(view_of(handle, PAGE_READWRITE));
    nt_handle_close(handle);
}

/* --- the order of checks ------------------------------------------------------------ */

TEST(each_check_of_a_map_comes_in_its_turn, "17.3 17.5 3.18 3.19 3.22 3.23 3.24 3.25 3.38 3.40")
{
    HANDLE handle = create(PAGE_READONLY, 2 * SLOT, SEC_COMMIT, SECTION_MAP_READ);
    HANDLE wide = create(PAGE_READONLY, 2 * SLOT, SEC_COMMIT, SECTION_ALL_ACCESS);
    char *occupied = view_of(handle, PAGE_READONLY);
    struct nt_view_request request = {
        .base = occupied + 42,
        .offset = 0x800,
        .size = 5 * SLOT,
        .allocation_type = MEM_COMMIT,
        .protect = PAGE_READWRITE | PAGE_READONLY,
        .process_status = STATUS_INVALID_HANDLE,
    };
    void *base;

    /* Each line repairs what the one above found; all that is left is still wrong. */
    ok_status(map(NULL, &request, &base), STATUS_INVALID_PARAMETER_9);
    request.allocation_type = 0;
    ok_status(map(NULL, &request, &base), STATUS_INVALID_PAGE_PROTECTION);
    request.protect = PAGE_READWRITE;
    ok_status(map(NULL, &request, &base), STATUS_MAPPED_ALIGNMENT);
    request.offset = SLOT;
    ok_status(map(NULL, &request, &base), STATUS_MAPPED_ALIGNMENT);
    request.base = occupied;
    ok_status(map(NULL, &request, &base), STATUS_INVALID_HANDLE);
    request.process_status = STATUS_SUCCESS;
    ok_status(map(NULL, &request, &base), STATUS_INVALID_HANDLE);
    ok_status(map(handle, &request, &base), STATUS_ACCESS_DENIED);
    ok_status(map(wide, &request, &base), STATUS_SECTION_PROTECTION);
    request.protect = PAGE_READONLY;
    ok_status(map(wide, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.size = SLOT + 1;
    ok_status(map(wide, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.size = SLOT;
    ok_status(map(wide, &request, &base), STATUS_CONFLICTING_ADDRESSES);
    drop_view(occupied);
    ok_status(map(wide, &request, &base), STATUS_SUCCESS);
    ok_ptr_eq(base, occupied);
    drop_view(base);
    nt_handle_close(handle);
    nt_handle_close(wide);
}

TEST(offsets_and_sizes_do_not_wrap, "3.24 3.25 3.26 3.27")
{
    HANDLE handle = read_write_section(2 * SLOT);
    struct nt_view_request request = {.protect = PAGE_READONLY, .offset = 0 - SLOT};
    size_t size = 0;
    void *base;

    ok_status(map(handle, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.offset = SLOT;
    request.size = SIZE_MAX;
    ok_status(map(handle, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.offset = 2 * SLOT;
    request.size = 0;
    ok_status(map(handle, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.offset = SLOT;
    ok_status(nt_view_map(handle, &request, &base, &size), STATUS_SUCCESS);
    ok_eq(size, SLOT);
    drop_view(base);
    request.size = 1;
    ok_status(nt_view_map(handle, &request, &base, &size), STATUS_SUCCESS);
    ok_eq(size, PAGE);
    ok_run(base, MEM_COMMIT, PAGE_READONLY, PAGE);
    drop_view(base);
    request.base = (void *)(NT_USER_END - SLOT);
    request.offset = 0;
    request.size = 2 * SLOT;
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER_4);
    request.base = (void *)NT_USER_END;
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER_3);
    nt_handle_close(handle);
}

TEST(what_replaces_needs_a_placeholder, "5.15 5.17 5.21 5.22 5.26 5.27 7.44 7.53")
{
    HANDLE handle = read_write_section(2 * SLOT);
    struct nt_view_request request = {
        .protect = PAGE_READWRITE, .offset = 1, .allocation_type = MEM_REPLACE_PLACEHOLDER};
    void *base;

    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER);
    request.base = (void *)(1000 * SLOT);
    ok_status(map(handle, &request, &base), STATUS_MAPPED_ALIGNMENT);
    request.offset = PAGE;
    request.size = 3 * SLOT;
    ok_status(map(handle, &request, &base), STATUS_INVALID_VIEW_SIZE);
    request.size = SLOT;
    ok_status(map(handle, &request, &base), STATUS_CONFLICTING_ADDRESSES);
    request.highest = 0x7FFFFFFF;
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER);
    request.allocation_type |= MEM_RESERVE;
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER_9);

    request = (struct nt_view_request){.protect = PAGE_READWRITE, .on_node = true, .node = 4000};
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER);
    request =
        (struct nt_view_request){.protect = PAGE_READWRITE, .allocation_type = MEM_LARGE_PAGES};
    ok_status(map(handle, &request, &base), STATUS_INVALID_PARAMETER);
    nt_handle_close(handle);
}

/* --- kinds of views ----------------------------------------------------------------- */

TEST(rights_of_the_handle_bound_the_view, "3.9 3.10 3.11 3.8 2.21")
{
    static const struct {
        ULONG protect;
        ACCESS_MASK needed;
    } rows[] = {
        {PAGE_NOACCESS, SECTION_MAP_READ},
        {PAGE_READONLY, SECTION_MAP_READ},
        {PAGE_WRITECOPY, SECTION_MAP_READ},
        {PAGE_READWRITE, SECTION_MAP_WRITE},
        {PAGE_EXECUTE, SECTION_MAP_EXECUTE},
        {PAGE_EXECUTE_READ, SECTION_MAP_EXECUTE | SECTION_MAP_READ},
        {PAGE_EXECUTE_WRITECOPY, SECTION_MAP_EXECUTE | SECTION_MAP_READ},
        {PAGE_EXECUTE_READWRITE, SECTION_MAP_EXECUTE | SECTION_MAP_WRITE},
    };
    HANDLE all = create(PAGE_EXECUTE_READWRITE, SLOT, SEC_COMMIT, SECTION_ALL_ACCESS);

    for (ACCESS_MASK access = 0; access < 0x10; access++) {
        HANDLE handle = NULL;

        ok_status(nt_handle_duplicate(all, access, 0, 0, &handle), STATUS_SUCCESS);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct nt_view_request request = {.protect = rows[i].protect};
            bool allowed = (access & rows[i].needed) == rows[i].needed;
            void *base;

            if (ok_status(map(handle, &request, &base),
                          allowed ? STATUS_SUCCESS : STATUS_ACCESS_DENIED) &&
                allowed) {
                ok_run(base, MEM_COMMIT, rows[i].protect, SLOT);
                drop_view(base);
            }
        }
        nt_handle_close(handle);
    }
    nt_handle_close(all);
}

TEST(a_copying_view_keeps_its_writes, "10.1 10.7 3.16")
{
    HANDLE handle = read_write_section(SLOT);
    char *shared = view_of(handle, PAGE_READWRITE);
    char *copy = view_of(handle, PAGE_WRITECOPY);
    char *twin = view_of(handle, PAGE_READONLY);

    shared[0] = 1;
    ok_eq(copy[0], 1);
    copy[0] = 2;
    ok_eq(shared[0], 1);
    ok_eq(twin[0], 1);
    ok_eq(copy[0], 2);
    shared[PAGE] = 3;
    ok_eq(twin[PAGE], 3);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
    shared[0] = 4; /* 3.37 */
    ok_eq(twin[0], 4);
    drop_view(shared);
    drop_view(copy);
    drop_view(twin + 0x7000);
}

TEST(a_written_page_of_a_copying_view_is_its_own, "8.9 8.10 10.2 10.3 10.4")
{
    HANDLE handle = create(PAGE_EXECUTE_READWRITE, SLOT, SEC_COMMIT, SECTION_ALL_ACCESS);
    char *copy = view_of(handle, PAGE_WRITECOPY);
    char *code = view_of(handle, PAGE_EXECUTE_WRITECOPY);
    MEMORY_BASIC_INFORMATION info;

    ok_run(copy, MEM_COMMIT, PAGE_WRITECOPY, SLOT);
    ok_eq(*(volatile char *)(copy + PAGE), 0); /* reading copies nothing */
    ok_run(copy, MEM_COMMIT, PAGE_WRITECOPY, SLOT);
    copy[0] = 1;
    copy[5 * PAGE] = copy[6 * PAGE + 1] = 1;
    ok_run(copy + 100, MEM_COMMIT, PAGE_READWRITE, PAGE);
    ok_run(copy + PAGE, MEM_COMMIT, PAGE_WRITECOPY, 4 * PAGE);
    ok_run(copy + 3 * PAGE, MEM_COMMIT, PAGE_WRITECOPY, 2 * PAGE);
    ok_run(copy + 5 * PAGE, MEM_COMMIT, PAGE_READWRITE, 2 * PAGE);
    ok_run(copy + 7 * PAGE, MEM_COMMIT, PAGE_WRITECOPY, SLOT - 7 * PAGE);
    ok_status(nt_memory_query(copy, &info), STATUS_SUCCESS);
    ok_eq(info.Type, MEM_MAPPED);
    ok_eq(info.AllocationProtect, PAGE_WRITECOPY);

    code[PAGE] = 1;
    ok_run(code, MEM_COMMIT, PAGE_EXECUTE_WRITECOPY, PAGE);
    ok_run(code + PAGE, MEM_COMMIT, PAGE_EXECUTE_READWRITE, PAGE);
    drop_view(copy);
    drop_view(code);
    nt_handle_close(handle);
}

TEST(the_cache_attribute_belongs_to_the_section, "8.12 8.13 6.18")
{
    HANDLE nocache = create(PAGE_READWRITE, SLOT, SEC_COMMIT | SEC_NOCACHE, SECTION_ALL_ACCESS);
    HANDLE combine =
        create(PAGE_READWRITE, SLOT, SEC_COMMIT | SEC_WRITECOMBINE, SECTION_ALL_ACCESS);
    char *first = view_of(nocache, PAGE_READWRITE);
    char *second = view_of(combine, PAGE_READONLY);
    char *third = view_of(nocache, PAGE_READWRITE | PAGE_WRITECOMBINE);

    ok_run(first, MEM_COMMIT, PAGE_READWRITE | PAGE_NOCACHE, SLOT);
    ok_run(second, MEM_COMMIT, PAGE_READONLY | PAGE_WRITECOMBINE, SLOT);
    ok_run(third, MEM_COMMIT, PAGE_READWRITE | PAGE_NOCACHE, SLOT);
    ok_status(commit(first, PAGE, PAGE_READONLY), STATUS_SUCCESS);
    ok_run(first, MEM_COMMIT, PAGE_READONLY | PAGE_NOCACHE, PAGE);
    drop_view(first);
    drop_view(second);
    drop_view(third);
    nt_handle_close(nocache);
    nt_handle_close(combine);
}

TEST(committing_a_committed_view_protects_it, "6.7 6.8 6.9 6.17 4.8")
{
    HANDLE handle = read_write_section(SLOT);
    char *view = view_of(handle, PAGE_READWRITE);
    char *copy = view_of(handle, PAGE_WRITECOPY);

    view[PAGE] = 5;
    ok_status(commit(view + PAGE + 12, 8, PAGE_READONLY), STATUS_SUCCESS);
    ok_run(view, MEM_COMMIT, PAGE_READWRITE, PAGE);
    ok_run(view + PAGE, MEM_COMMIT, PAGE_READONLY, PAGE);
    ok_run(view + 2 * PAGE, MEM_COMMIT, PAGE_READWRITE, SLOT - 2 * PAGE);
    ok_eq(view[PAGE], 5);
    ok_status(commit(view, SLOT, PAGE_READWRITE), STATUS_SUCCESS);
    ok_run(view, MEM_COMMIT, PAGE_READWRITE, SLOT);
    view[PAGE] = 6;

    ok_status(commit(view, PAGE, PAGE_EXECUTE_READ), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(commit(copy, PAGE, PAGE_READWRITE), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(commit(view, SLOT + 1, PAGE_READONLY), STATUS_CONFLICTING_ADDRESSES);
    ok_status(commit(copy, PAGE, PAGE_READONLY), STATUS_SUCCESS);
    ok_status(commit(copy, PAGE, PAGE_WRITECOPY), STATUS_SUCCESS);
    copy[0] = 9;
    ok_eq(view[0], 0);
    ok_status(free_memory(view, PAGE, MEM_DECOMMIT), STATUS_UNABLE_TO_DELETE_SECTION);
    ok_status(free_memory(view, 0, MEM_RELEASE), STATUS_UNABLE_TO_DELETE_SECTION);
    ok_run(view, MEM_COMMIT, PAGE_READWRITE, SLOT);
    drop_view(view);
    drop_view(copy);
    nt_handle_close(handle);
}

TEST(flushing_looks_at_the_range_only, "16.18 16.20 16.21 16.22 16.23")
{
    HANDLE handle = read_write_section(SLOT);
    char *view = view_of(handle, PAGE_READWRITE);
    char *memory = reserve(SLOT);

    ok_status(flush(view, 0), STATUS_NOT_MAPPED_DATA);
    ok_status(flush(view + 100, SLOT - 100), STATUS_NOT_MAPPED_DATA);
    ok_status(flush(view + 100, SLOT - 99), STATUS_INVALID_PARAMETER);
    ok_status(flush(view + 100, SIZE_MAX), STATUS_INVALID_PARAMETER);
    ok_status(flush(memory, 0), STATUS_NOT_MAPPED_VIEW);
    drop_view(view);
    ok_status(flush(view, 0), STATUS_NOT_MAPPED_VIEW);
    ok_status(free_memory(memory, 0, MEM_RELEASE), STATUS_SUCCESS);
    nt_handle_close(handle);
}

/* --- private memory ----------------------------------------------------------------- */

TEST(commit_and_decommit_by_pages, "7.4 7.7 7.10 7.29 7.31 7.32 8.2 8.3 8.4")
{
    char *base = reserve(0xFFFC);

    ok_run(base, MEM_RESERVE, 0, SLOT);
    ok_status(commit(base + 0x1FFF, 2, PAGE_READWRITE), STATUS_SUCCESS);
    ok_run(base, MEM_RESERVE, 0, PAGE);
    ok_run(base + PAGE, MEM_COMMIT, PAGE_READWRITE, 2 * PAGE);
    ok_run(base + 3 * PAGE, MEM_RESERVE, 0, SLOT - 3 * PAGE);
    memset(base + PAGE, 0x55, 2 * PAGE);
    ok_status(commit(base + PAGE, 2 * PAGE, PAGE_READONLY), STATUS_SUCCESS);
    ok_eq(base[PAGE], 0x55);
    ok_status(commit(base + PAGE, 2 * PAGE, PAGE_EXECUTE), STATUS_SUCCESS);
    ok_run(base + PAGE, MEM_COMMIT, PAGE_EXECUTE, 2 * PAGE);
    ok_status(free_memory(base + 0x1FFF, 2, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_run(base, MEM_RESERVE, 0, SLOT);
    ok_status(free_memory(base, 0, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_status(commit(base, SLOT, PAGE_READWRITE), STATUS_SUCCESS);
    ok_eq(base[PAGE], 0);
    ok_eq(base[2 * PAGE], 0);
    ok_status(commit(base, SLOT + 1, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* How many pages of [@base, @base + @size) are in memory. */
static size_t n_resident(const char *base, size_t size)
{
    unsigned char pages[64];
    size_t count = 0;

    require(size / PAGE <= sizeof(pages));
    require(mincore((void *)base, size, pages) == 0);
    for (size_t i = 0; i < size / PAGE; i++)
        count += pages[i] & 1;
    return count;
}

TEST(decommit_gives_the_memory_back, "7.29 7.32")
{
    char *base = reserve(16 * PAGE);

    ok_status(commit(base, 16 * PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    memset(base, 1, 16 * PAGE);
    ok_eq(n_resident(base, 16 * PAGE), 16);
    ok_status(free_memory(base + 4 * PAGE, 8 * PAGE, MEM_DECOMMIT), STATUS_SUCCESS);
    ok_eq(n_resident(base, 16 * PAGE), 8);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(what_cannot_be_freed, "7.20 7.22 7.23 7.24 7.25 7.27 7.28 7.30 7.33 17.7 5.36 5.41 5.48 5.50")
{
    char *base = reserve(4 * SLOT);
    void *address = base + PAGE;
    size_t size = 0;

    ok_status(free_memory(base, 0, 0), STATUS_INVALID_PARAMETER_4);
    ok_status(free_memory(base, 0, MEM_FREE), STATUS_INVALID_PARAMETER_4);
    ok_status(free_memory(base, 0, MEM_RELEASE | MEM_DECOMMIT), STATUS_INVALID_PARAMETER_4);
    ok_status(free_memory(base, 0, MEM_COALESCE_PLACEHOLDERS), STATUS_INVALID_PARAMETER_4);
    ok_status(free_memory(base, 0, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER),
              STATUS_INVALID_PARAMETER_3);
    ok_status(free_memory(base, SLOT, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(free_memory(base, SLOT, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(free_memory(base, 4 * SLOT + 1, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(free_memory(base + PAGE, SIZE_MAX, MEM_DECOMMIT), STATUS_UNABLE_TO_FREE_VM);
    ok_status(nt_memory_free(&address, &size, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);
    ok_ptr_eq(address, base + PAGE);
    ok_eq(size, 0);
    ok_status(free_memory(base + PAGE, 0, MEM_DECOMMIT), STATUS_FREE_VM_NOT_AT_BASE);
    ok_status(free_memory(base + 0xFFF, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(free_memory(base, PAGE, MEM_DECOMMIT), STATUS_MEMORY_NOT_ALLOCATED);
    ok_status(free_memory(&base, 0, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
}

TEST(what_cannot_be_allocated, "7.1 7.4 7.5 7.8 7.14 7.15 7.16 7.17 7.47 5.3 5.4")
{
    static const struct {
        ULONG type, protect;
        NTSTATUS status;
    } rows[] = {
        {0, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_TOP_DOWN, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_RESERVE | 0x40000000, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, STATUS_INVALID_PARAMETER},
        {MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, STATUS_INVALID_PARAMETER},
        {MEM_RESET | MEM_COMMIT, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE, STATUS_INVALID_PARAMETER_5},
        {MEM_RESERVE | MEM_PHYSICAL, PAGE_READONLY, STATUS_INVALID_PARAMETER_5},
        {MEM_RESERVE, 0, STATUS_INVALID_PAGE_PROTECTION},
        {MEM_RESERVE, PAGE_WRITECOPY, STATUS_INVALID_PAGE_PROTECTION},
        {MEM_COMMIT, PAGE_EXECUTE_WRITECOPY, STATUS_INVALID_PAGE_PROTECTION},
        {MEM_RESERVE, PAGE_READONLY | PAGE_READWRITE, STATUS_INVALID_PAGE_PROTECTION},
        {MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE, STATUS_PRIVILEGE_NOT_HELD},
        {MEM_RESET, PAGE_READWRITE, STATUS_CONFLICTING_ADDRESSES},
    };
    char *small = reserve(PAGE);
    void *base = NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ok_status(allocate(&base, PAGE, rows[i].type, rows[i].protect), rows[i].status);
    ok_status(allocate(&base, 0, MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    ok_status(allocate(&base, SIZE_MAX, MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_4);
    ok_ptr_eq(base, NULL);

    base = small + PAGE; /* rounds down to what is there already */
    ok_status(allocate(&base, PAGE, MEM_RESERVE, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_ptr_eq(base, small + PAGE);
    base = small + SLOT + PAGE + 1;
    ok_status(allocate(&base, PAGE, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_ptr_eq(base, small + SLOT);
    ok_run(base, MEM_RESERVE, 0, 3 * PAGE);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    base = small + SLOT;
    ok_status(allocate(&base, PAGE, MEM_COMMIT, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    base = (void *)PAGE;
    ok_status(allocate(&base, PAGE, MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_2);
    ok_status(free_memory(small, 0, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(caching_is_settled_at_allocation, "8.18 8.19")
{
    void *base = NULL;

    ok_status(allocate(&base, SLOT, MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN,
                       PAGE_READWRITE | PAGE_NOCACHE),
              STATUS_SUCCESS);
    ok_run(base, MEM_COMMIT, PAGE_READWRITE | PAGE_NOCACHE, SLOT);
    ok_status(commit(base, PAGE, PAGE_READONLY), STATUS_SUCCESS);
    ok_run(base, MEM_COMMIT, PAGE_READONLY | PAGE_NOCACHE, PAGE);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    base = reserve(SLOT);
    ok_status(commit(base, PAGE, PAGE_READONLY | PAGE_NOCACHE), STATUS_SUCCESS);
    ok_run(base, MEM_COMMIT, PAGE_READONLY, PAGE);
    ok_status(free_memory(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* --- pins --------------------------------------------------------------------------- */

TEST(a_pinned_region_stays, "")
{
    HANDLE handle = read_write_section(SLOT);
    char *view = view_of(handle, PAGE_READWRITE);
    char *memory = reserve(2 * SLOT);
    struct ntshm_region region;

    ok_status(nt_region_pin(view + 0x1234, &region), STATUS_SUCCESS);
    ok_ptr_eq(region.base, view);
    ok_eq(region.size, SLOT);
    ok_eq(region.type, MEM_MAPPED);
    ok_eq(region.protect, PAGE_READWRITE);
    ok_eq(region.allocation_protect, PAGE_READWRITE);
    ok_eq(region.pins, 1);
    ok_status(nt_region_pin(view, NULL), STATUS_SUCCESS);
    ok_status(nt_view_unmap(view, 0), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(nt_region_unpin(view), STATUS_SUCCESS);
    ok_status(nt_view_unmap(view, 0), STATUS_INVALID_PAGE_PROTECTION);
    view[1] = 1;
    ok_status(nt_region_unpin(view + SLOT - 1), STATUS_SUCCESS);
    ok_status(nt_region_unpin(view), STATUS_CONFLICTING_ADDRESSES);
    drop_view(view);
    ok_status(nt_region_pin(view, &region), STATUS_CONFLICTING_ADDRESSES);

    ok_status(commit(memory, PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_status(nt_region_pin(memory, &region), STATUS_SUCCESS);
    ok_eq(region.type, MEM_PRIVATE);
    ok_eq(region.protect, 0);
    ok_status(free_memory(memory, 0, MEM_RELEASE), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(free_memory(memory, PAGE, MEM_DECOMMIT), STATUS_INVALID_PAGE_PROTECTION);
    ok_status(commit(memory, 2 * PAGE, PAGE_READWRITE), STATUS_SUCCESS);
    ok_status(commit(memory, 3 * PAGE, PAGE_READONLY), STATUS_INVALID_PAGE_PROTECTION);
    ok_run(memory, MEM_COMMIT, PAGE_READWRITE, 2 * PAGE);
    ok_status(commit(memory + 2 * PAGE, PAGE, PAGE_READONLY), STATUS_SUCCESS);
    ok_status(nt_region_unpin(memory), STATUS_SUCCESS);
    ok_status(free_memory(memory, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(nt_region_pin(&region, NULL), STATUS_CONFLICTING_ADDRESSES);
    nt_handle_close(handle);
}

/* --- memory that others made -------------------------------------------------------- */

static void ok_foreign(const void *address, const void *base, ULONG state, ULONG protect,
                       ULONG type)
{
    MEMORY_BASIC_INFORMATION info;

    ok_status(nt_memory_query(address, &info), STATUS_SUCCESS);
    ok_ptr_eq(info.BaseAddress, (void *)((uint64_t)address & ~0xFFFull));
    ok_ptr_eq(info.AllocationBase, base);
    ok_eq(info.State, state);
    ok_eq(info.Protect, protect);
    ok_eq(info.Type, type);
}

TEST(memory_of_others_is_told_truthfully, "8.1 8.22 8.23")
{
    char *area = mmap(NULL, 16 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = memfd_create("foreign", MFD_CLOEXEC);
    static const char text[] = "part of an image";
    MEMORY_BASIC_INFORMATION code, data;

    require(area != MAP_FAILED && fd >= 0 && ftruncate(fd, 4 * PAGE) == 0);
    munmap(area, PAGE);
    munmap(area + 4 * PAGE, PAGE);
    munmap(area + 6 * PAGE, PAGE);
    munmap(area + 8 * PAGE, 8 * PAGE);
    mprotect(area + 5 * PAGE, PAGE, PROT_READ | PROT_WRITE);
    mmap(area + 7 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
    mmap(area + 9 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, PAGE);

    ok_foreign(area, NULL, MEM_FREE, PAGE_NOACCESS, 0);
    ok_run(area, MEM_FREE, PAGE_NOACCESS, PAGE);
    ok_foreign(area + PAGE + 5, area + PAGE, MEM_RESERVE, 0, MEM_PRIVATE);
    ok_run(area + 2 * PAGE, MEM_RESERVE, 0, 2 * PAGE);
    ok_foreign(area + 5 * PAGE, area + 5 * PAGE, MEM_COMMIT, PAGE_READWRITE, MEM_PRIVATE);
    ok_foreign(area + 7 * PAGE, area + 7 * PAGE, MEM_COMMIT, PAGE_READONLY, MEM_MAPPED);
    ok_foreign(area + 9 * PAGE, area + 9 * PAGE, MEM_COMMIT, PAGE_WRITECOPY, MEM_MAPPED);

    /* Code and constants of one program have one allocation base, which is how modules are found.
     */
    ok_status(nt_memory_query((void *)ok_foreign, &code), STATUS_SUCCESS);
    ok_status(nt_memory_query(text, &data), STATUS_SUCCESS);
    ok_eq(code.Type, MEM_IMAGE);
    ok_eq(code.Protect, PAGE_EXECUTE_READ);
    ok_eq(code.AllocationProtect, PAGE_EXECUTE_WRITECOPY);
    ok_eq(data.Type, MEM_IMAGE);
    ok_ptr_eq(data.AllocationBase, code.AllocationBase);
    ok_mem_eq(code.AllocationBase, "\177ELF", 4);
    munmap(area, 10 * PAGE);
    close(fd);
}

TEST(free_space_ends_at_the_next_allocation, "8.1 8.22 8.24 8.25")
{
    char *first = reserve(SLOT), *second = reserve(SLOT), *third = reserve(SLOT);
    MEMORY_BASIC_INFORMATION info;

    ok_ptr_eq(second, first + SLOT);
    ok_ptr_eq(third, second + SLOT);
    ok_run(first, MEM_RESERVE, 0, SLOT); /* the neighbours are not merged */
    ok_status(free_memory(second, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_run(second, MEM_FREE, PAGE_NOACCESS, SLOT);
    ok_run(second + 3 * PAGE, MEM_FREE, PAGE_NOACCESS, SLOT - 3 * PAGE);
    ok_status(free_memory(first, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(free_memory(third, 0, MEM_RELEASE), STATUS_SUCCESS);

    ok_status(nt_memory_query((void *)16, &info), STATUS_SUCCESS);
    ok_eq(info.State, MEM_FREE);
    ok_status(nt_memory_query((void *)NT_USER_END, &info), STATUS_INVALID_PARAMETER);
    ok_status(nt_memory_query((void *)-1, &info), STATUS_INVALID_PARAMETER);
}
