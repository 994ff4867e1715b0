// SPDX-License-Identifier: MIT
/*
 * Placeholders from inside: what each step costs, that the kernel always agrees with the map, and
 * what is left when a step fails.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/test.h"
#include "lib/fault/fault.h"
#include "lib/object/object.h"
#include "unit/placeholder_kit.h"

/* --- one mapping -------------------------------------------------------------------- */

TEST(split_or_not_it_is_one_mapping, "5.1 5.5 5.37 5.38 5.39 5.47 8.21")
{
    uint64_t base = kit_reserve(64 * PAGE), end = base + 64 * PAGE;

    kit_is_placeholder(base, 64 * PAGE);
    ok_eq(kit_mappings(base, end), 1);
    kit_count();
    ok_status(kit_split(base, 8 * PAGE), STATUS_SUCCESS);             /* head */
    ok_status(kit_split(end - 3 * PAGE, 3 * PAGE), STATUS_SUCCESS);   /* tail */
    ok_status(kit_split(base + 20 * PAGE, 5 * PAGE), STATUS_SUCCESS); /* middle */
    ok_eq(kit_stop(), 0);
    kit_is_placeholder(base, 8 * PAGE);
    kit_is_placeholder(base + 8 * PAGE, 12 * PAGE);
    kit_is_placeholder(base + 20 * PAGE, 5 * PAGE);
    kit_is_placeholder(base + 25 * PAGE, 36 * PAGE);
    kit_is_placeholder(end - 3 * PAGE, 3 * PAGE);
    ok_eq(kit_mappings(base, end), 1);
    kit_check_map();

    kit_count();
    ok_status(kit_join(base + 8 * PAGE, 53 * PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base, 64 * PAGE), STATUS_SUCCESS);
    ok_eq(kit_stop(), 0);
    kit_is_placeholder(base, 64 * PAGE);
    ok_eq(kit_mappings(base, end), 1);
    kit_check_map();
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
}

TEST(replacing_and_putting_back_are_one_mmap_each, "5.6 5.18 5.19 5.20 5.29 5.30 5.34 5.60")
{
    uint64_t base = kit_reserve(16 * PAGE), piece = base + 3 * PAGE;
    HANDLE section = kit_section(16 * PAGE, SEC_COMMIT);

    ok_status(kit_split(piece, 4 * PAGE), STATUS_SUCCESS);
    for (unsigned round = 0; round < 3; round++) {
        kit_count();
        ok_status(kit_map(section, piece, 4 * PAGE, 5 * PAGE), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MMAP), 1);
        ok_status(nt_view_unmap((void *)(piece + PAGE), MEM_PRESERVE_PLACEHOLDER), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MMAP), 2);
        ok_status(kit_replace(piece, 4 * PAGE), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MMAP), 3);
        memset((void *)piece, 1 + (int)round, 4 * PAGE);
        ok_status(kit_split(piece, 4 * PAGE), STATUS_SUCCESS);
        ok_eq(kit_calls(NT_OS_MMAP), 4);
        ok_eq(kit_stop(), 4);
        kit_is_placeholder(piece, 4 * PAGE);
        ok_eq(kit_mappings(base, base + 16 * PAGE), 1);
    }
    ok_status(kit_map(section, piece, 4 * PAGE, 5 * PAGE), STATUS_SUCCESS);
    ok_eq(*(volatile char *)piece, 0);
    *(volatile char *)piece = 42;
    ok_eq(kit_query(piece).Type, MEM_MAPPED);
    ok_eq(kit_query(piece).RegionSize, 4 * PAGE);
    kit_agrees(base, base + 16 * PAGE);
    ok_eq(kit_mappings(base, base + 16 * PAGE), 3);
    ok_status(nt_view_unmap((void *)piece, 0), STATUS_SUCCESS); /* 4.13 */
    ok_eq(kit_query(piece).State, MEM_FREE);
    kit_is_placeholder(base, 3 * PAGE);
    kit_is_placeholder(piece + 4 * PAGE, 9 * PAGE);
    kit_check_map();
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_status(kit_free(piece + 4 * PAGE, 0, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
    nt_handle_close(section);
}

TEST(what_replaces_is_zero_each_time, "5.6 5.7 5.34 5.57")
{
    uint64_t base = kit_reserve(2 * SLOT);

    for (unsigned round = 0; round < 2; round++) {
        ok_status(
            kit_allocate(base, 2 * SLOT, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE),
            STATUS_SUCCESS);
        ok_eq(kit_query(base).State, MEM_RESERVE);
        ok_status(kit_allocate(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
        ok_eq(*(volatile char *)(base + PAGE), 0);
        *(volatile char *)(base + PAGE) = 1;
        kit_agrees(base, base + 2 * SLOT);
        ok_status(kit_split(base, 2 * SLOT), STATUS_SUCCESS);
        kit_is_placeholder(base, 2 * SLOT);
        ok_eq(kit_mappings(base, base + 2 * SLOT), 1);
    }
    ok_status(kit_replace(base, 2 * SLOT), STATUS_SUCCESS);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(kit_query(base).State, MEM_FREE);
    kit_check_map();
}

TEST(reservations_that_touch_become_one, "5.54")
{
    uint64_t base = kit_reserve(4 * SLOT);

    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    for (unsigned i = 0; i < 4; i++)
        ok_status(kit_allocate(base + i * SLOT, SLOT, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                               PAGE_NOACCESS),
                  STATUS_SUCCESS);
    ok_status(kit_join(base, 4 * SLOT), STATUS_SUCCESS);
    kit_is_placeholder(base, 4 * SLOT);
    ok_eq(kit_mappings(base, base + 4 * SLOT), 1);
    kit_check_map();
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* --- refusals ----------------------------------------------------------------------- */

/* [base, 4 pages) is empty, the next 4 too, then 4 of private memory, 4 of a view, 4 empty ones. */
static uint64_t mixed_area(HANDLE section)
{
    uint64_t base = kit_reserve(20 * PAGE);

    for (unsigned i = 0; i < 4; i++)
        ok_status(kit_split(base + 4 * i * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_replace(base + 8 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_map(section, base + 12 * PAGE, 4 * PAGE, 0), STATUS_SUCCESS);
    return base;
}

static void drop_mixed_area(uint64_t base)
{
    ok_status(nt_view_unmap((void *)(base + 12 * PAGE), MEM_PRESERVE_PLACEHOLDER), STATUS_SUCCESS);
    ok_status(kit_split(base + 8 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base, 20 * PAGE), STATUS_SUCCESS);
    ok_eq(kit_mappings(base, base + 20 * PAGE), 1);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
    kit_check_map();
}

TEST(what_does_not_fit_changes_nothing,
     "5.8 5.9 5.12 5.13 5.14 5.28 5.31 5.33 5.36 5.40 5.41 5.45 5.48 5.49 5.50 5.51 5.52 5.55 5.56 "
     "5.59")
{
    const ULONG both = MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER;
    HANDLE section = kit_section(SLOT, SEC_COMMIT);
    uint64_t base = mixed_area(section), area = 20 * PAGE;
    struct kit_picture before = kit_look(base, base + area), after;
    void *address = (void *)base;
    size_t size = PAGE;
    ULONG old;

    kit_count();
    ok_status(kit_allocate(base, 3 * PAGE, both, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base, 5 * PAGE, both, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base, 8 * PAGE, both, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base + PAGE, 3 * PAGE, both, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base + 1, 4 * PAGE - 1, both, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base + 8 * PAGE, 4 * PAGE, both, PAGE_READWRITE),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_map(section, base, 3 * PAGE, 0), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_map(section, base, 8 * PAGE, 0), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_map(section, base, 4 * PAGE - 1, 0), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_map(section, base, 0, 0), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_map(section, base + 12 * PAGE, 4 * PAGE, 0), STATUS_CONFLICTING_ADDRESSES);

    ok_status(kit_allocate(base, PAGE, MEM_COMMIT, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base, PAGE, MEM_RESERVE, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_allocate(base, SLOT, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS),
              STATUS_CONFLICTING_ADDRESSES);
    ok_status(nt_memory_protect(&address, &size, PAGE_READWRITE, &old), STATUS_NOT_COMMITTED);
    ok_status(nt_view_unmap((void *)base, 0), STATUS_NOT_MAPPED_VIEW);
    ok_status(nt_view_unmap((void *)base, MEM_PRESERVE_PLACEHOLDER), STATUS_NOT_MAPPED_VIEW);
    ok_status(nt_region_pin((void *)base, NULL), STATUS_CONFLICTING_ADDRESSES);

    ok_status(kit_split(base, 4 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_split(base, 0), STATUS_INVALID_PARAMETER_3);
    ok_status(kit_split(base, 5 * PAGE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(kit_split(base + 12 * PAGE, 4 * PAGE), STATUS_UNABLE_TO_DELETE_SECTION);
    ok_status(kit_free(base, 8 * PAGE, MEM_RELEASE), STATUS_UNABLE_TO_FREE_VM);
    ok_status(kit_free(base + PAGE, 0, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);

    ok_status(kit_join(base, 4 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base, 7 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base, 9 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base + PAGE, 7 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base, 12 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base + 12 * PAGE, 8 * PAGE), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_join(base, 0), STATUS_INVALID_PARAMETER_3);
    ok_status(kit_join(base, SIZE_MAX), STATUS_CONFLICTING_ADDRESSES);
    ok_status(kit_free(base, 8 * PAGE, MEM_COALESCE_PLACEHOLDERS), STATUS_INVALID_PARAMETER_4);
    ok_status(kit_free(base, 8 * PAGE,
                       MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER),
              STATUS_INVALID_PARAMETER_4);
    ok_status(kit_free(base, 4 * PAGE, MEM_DECOMMIT | MEM_PRESERVE_PLACEHOLDER),
              STATUS_INVALID_PARAMETER_4);
    ok_eq(kit_stop(), 0);

    after = kit_look(base, base + area);
    kit_same(&before, &after);
    drop_mixed_area(base);
    nt_handle_close(section);
}

TEST(wrong_flags_make_no_placeholder, "5.2 5.3 5.4 5.10 5.11 5.17")
{
    static const struct {
        ULONG type, protect;
    } rows[] = {
        {MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_READWRITE},
        {MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_READONLY},
        {MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS},
        {MEM_COMMIT | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS},
        {MEM_RESERVE | MEM_COMMIT | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS},
        {MEM_RESERVE | MEM_RESERVE_PLACEHOLDER | MEM_WRITE_WATCH, PAGE_NOACCESS},
        {MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE},
        {MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE},
        {MEM_RESERVE | MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER, PAGE_NOACCESS},
    };
    uint64_t base = kit_reserve(SLOT);
    struct nt_allocation plain = {
        .size = SLOT, .type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, .protect = PAGE_NOACCESS};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ok_status(kit_allocate(base, SLOT, rows[i].type, rows[i].protect),
                  STATUS_INVALID_PARAMETER);
    ok_status(kit_allocate(0, SLOT, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE),
              STATUS_INVALID_PARAMETER);
    ok_status(nt_memory_allocate(&plain), STATUS_INVALID_PARAMETER);
    kit_is_placeholder(base, SLOT);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* --- when the kernel refuses -------------------------------------------------------- */

static HANDLE walked_section;

static NTSTATUS replace_empty(uint64_t base)
{
    return kit_replace(base, 4 * PAGE);
}

static NTSTATUS replace_by_guards(uint64_t base)
{
    return kit_allocate(base, 4 * PAGE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                        PAGE_READWRITE | PAGE_GUARD);
}

static NTSTATUS map_empty(uint64_t base)
{
    return kit_map(walked_section, base, 4 * PAGE, PAGE);
}

static NTSTATUS put_private_back(uint64_t base)
{
    return kit_split(base + 8 * PAGE, 4 * PAGE);
}

static NTSTATUS put_part_back(uint64_t base)
{
    return kit_split(base + 9 * PAGE, 2 * PAGE);
}

static NTSTATUS put_view_back(uint64_t base)
{
    return nt_view_unmap((void *)(base + 12 * PAGE), MEM_PRESERVE_PLACEHOLDER);
}

static NTSTATUS unmap_view(uint64_t base)
{
    return nt_view_unmap((void *)(base + 12 * PAGE), 0);
}

static NTSTATUS release_part(uint64_t base)
{
    return kit_free(base + 10 * PAGE, PAGE, MEM_RELEASE);
}

static NTSTATUS release_part_of_empty(uint64_t base)
{
    return kit_free(base + PAGE, PAGE, MEM_RELEASE);
}

static NTSTATUS release_private(uint64_t base)
{
    return kit_free(base + 8 * PAGE, 0, MEM_RELEASE);
}

static void walk(NTSTATUS (*operation)(uint64_t base), enum nt_os_call call)
{
    unsigned met = 0;
    bool failed = true;

    for (unsigned n = 0; failed && n < 10; n++) {
        uint64_t base = mixed_area(walked_section), end = base + 20 * PAGE;
        struct kit_picture before = kit_look(base, end), after;
        NTSTATUS status;

        kit_fail(call, n);
        status = operation(base);
        kit_stop();
        failed = kit_failed();
        met += failed;
        if (!NT_SUCCESS(status)) {
            ok(failed, "%#x without a reason", (unsigned)status);
            after = kit_look(base, end);
            kit_same(&before, &after);
            ok_status(operation(base), STATUS_SUCCESS);
        }
        kit_check_map();
        kit_clear(base, end);
        kit_check_map();
    }
    ok(met > 0 || call != NT_OS_MMAP, "the call was never met");
}

TEST(a_refusal_leaves_all_as_it_was, "5.56 7.33")
{
    walked_section = kit_section(SLOT, SEC_COMMIT);
    walk(replace_empty, NT_OS_MMAP);
    walk(map_empty, NT_OS_MMAP);
    walk(put_private_back, NT_OS_MMAP);
    walk(put_part_back, NT_OS_MMAP);
    walk(put_view_back, NT_OS_MMAP);
    walk(unmap_view, NT_OS_MUNMAP);
    walk(release_part, NT_OS_MUNMAP);
    walk(release_part_of_empty, NT_OS_MUNMAP);
    walk(release_private, NT_OS_MUNMAP);
    walk(replace_by_guards, NT_OS_MMAP);
    walk(replace_by_guards, NT_OS_SIGACTION);
    nt_handle_close(walked_section);
}

static NTSTATUS refuse(struct nt_region *region, void *context)
{
    ok(*(volatile char *)region->base == 0);
    (void)context;
    return STATUS_ACCESS_DENIED;
}

static void refuse_late(uint64_t base, bool restoring_fails)
{
    struct nt_region_plan plan = {
        .base = base,
        .size = 4 * PAGE,
        .replaces = true,
        .kind = NT_REGION_PRIVATE,
        .allocation_protect = PAGE_READWRITE,
        .protect = PAGE_READWRITE,
        .kernel_protect = PROT_READ | PROT_WRITE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .fd = -1,
        .finish = refuse,
    };
    uint64_t got = 0;

    if (restoring_fails)
        kit_fail(NT_OS_MMAP, 1);
    ok_status(nt_region_make(&plan, &got), STATUS_ACCESS_DENIED);
    ok_eq(kit_failed(), restoring_fails);
    kit_stop();
    ok_eq(got, 0);
}

/* What was mapped already goes again, with the placeholder's mapping or, at worst, as nothing. */
TEST(a_late_refusal_leaves_the_placeholder, "5.56")
{
    uint64_t base = kit_reserve(12 * PAGE);

    ok_status(kit_split(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    refuse_late(base + 4 * PAGE, false);
    kit_is_placeholder(base + 4 * PAGE, 4 * PAGE);
    kit_agrees(base, base + 12 * PAGE);
    ok_eq(kit_mappings(base, base + 12 * PAGE), 1);

    refuse_late(base + 4 * PAGE, true);
    kit_is_placeholder(base + 4 * PAGE, 4 * PAGE);
    kit_agrees(base, base + 12 * PAGE);
    ok_status(kit_replace(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_eq(*(volatile char *)(base + 4 * PAGE), 0);
    ok_status(kit_split(base + 4 * PAGE, 4 * PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base, 12 * PAGE), STATUS_SUCCESS);
    ok_eq(kit_mappings(base, base + 12 * PAGE), 1);
    ok_status(kit_free(base, 0, MEM_RELEASE), STATUS_SUCCESS);
}

/* --- outside of the arena ----------------------------------------------------------- */

/* Where the fault handler has to be told of each region. */
TEST(pieces_elsewhere_are_known_to_the_fault_handler, "5.37 5.58")
{
    uint64_t base = 0x10000000, end = base + SLOT;
    HANDLE section = kit_section(SLOT, SEC_RESERVE);

    ok_status(kit_allocate(base, SLOT, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS),
              STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + PAGE), NT_FAULT_PLAIN);
    ok_status(kit_split(base + 2 * PAGE, 2 * PAGE), STATUS_SUCCESS);
    ok_status(kit_map(section, base + 2 * PAGE, 2 * PAGE, 0), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + 2 * PAGE), NT_FAULT_PLAIN | NT_FAULT_RESERVE);
    ok_eq(nt_fault_kinds(base + PAGE), NT_FAULT_PLAIN);
    ok_eq(nt_fault_kinds(base + 4 * PAGE), NT_FAULT_PLAIN);
    ok_status(nt_view_unmap((void *)(base + 2 * PAGE), MEM_PRESERVE_PLACEHOLDER), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + 2 * PAGE), NT_FAULT_PLAIN);
    ok_status(kit_free(base + 2 * PAGE, 2 * PAGE, MEM_RELEASE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(base + 2 * PAGE), 0);
    ok_eq(nt_fault_kinds(base + 4 * PAGE), NT_FAULT_PLAIN);
    ok_status(kit_split(base + 8 * PAGE, PAGE), STATUS_SUCCESS);
    ok_status(kit_join(base + 4 * PAGE, 12 * PAGE), STATUS_SUCCESS);
    ok_eq(nt_fault_kinds(end - PAGE), NT_FAULT_PLAIN);
    kit_clear(base, end);
    for (uint64_t at = base; at < end; at += PAGE)
        ok_eq(nt_fault_kinds(at), 0);
    kit_check_map();
    nt_handle_close(section);
}

/* --- fork --------------------------------------------------------------------------- */

static int use_in_child(uint64_t base, HANDLE section)
{
    if (!kit_is_placeholder(base, 4 * PAGE) || !kit_is_placeholder(base + 4 * PAGE, 4 * PAGE))
        return 1;
    if (kit_replace(base, 4 * PAGE) || kit_map(section, base + 4 * PAGE, 4 * PAGE, 0))
        return 2;
    memset((void *)base, 7, 8 * PAGE);
    if (nt_view_unmap((void *)(base + 4 * PAGE), MEM_PRESERVE_PLACEHOLDER) ||
        kit_split(base, 4 * PAGE) || kit_join(base, 8 * PAGE))
        return 3;
    return kit_mappings(base, base + 20 * PAGE) == 4 ? 0 : 4;
}

TEST(a_child_inherits_placeholders, "5.5 5.60")
{
    HANDLE section = kit_section(SLOT, SEC_COMMIT);
    uint64_t base = mixed_area(section);
    int status = -1;
    pid_t child = fork();

    require(child >= 0);
    if (child == 0)
        _exit(use_in_child(base, section));
    while (waitpid(child, &status, 0) < 0)
        continue;
    ok_eq(status, 0);
    kit_is_placeholder(base, 4 * PAGE);
    kit_agrees(base, base + 20 * PAGE);
    drop_mixed_area(base);
    nt_handle_close(section);
}
