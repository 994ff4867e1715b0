// SPDX-License-Identifier: MIT
/*
 * Memory that is wanted on a NUMA node, when something fails inside. A kernel that will not hear
 * of nodes is no failure: a node is a wish. Want of memory is one, and leaves nothing.
 */
#include <errno.h>

#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"

#define SIZE 0x40000

static HANDLE section;
static void *memory;

static void close_section(void)
{
    ok_succeeds(CloseHandle(section));
    section = NULL;
}

static void unmap(void)
{
    ok_succeeds(UnmapViewOfFile(memory));
    memory = NULL;
}

static void release(void)
{
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    memory = NULL;
}

/* The connection stands, so that a walk meets what a section needs and not what a broker does. */
static void greet_broker(void)
{
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, A_("first"));
    require(section != NULL);
    close_section();
}

static uint32_t create(DWORD attributes, const char *name)
{
    section = CreateFileMappingNumaA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | attributes, 0,
                                     SIZE, name, 0);
    return fault_result(section != NULL);
}

static uint32_t run_create(void)
{
    return create(0, NULL);
}

static uint32_t run_create_reserve(void)
{
    return create(SEC_RESERVE, NULL);
}

static uint32_t run_create_named(void)
{
    return create(0, A_("noded"));
}

static uint32_t run_create_named_reserve(void)
{
    return create(SEC_RESERVE, A_("reserved"));
}

static uint32_t run_map(void)
{
    memory = MapViewOfFileExNuma(section, FILE_MAP_WRITE, 0, 0, 0, NULL, 0);
    return fault_result(memory != NULL);
}

static uint32_t run_allocate(void)
{
    memory = VirtualAllocExNuma(GetCurrentProcess(), NULL, SIZE, MEM_RESERVE | MEM_COMMIT,
                                PAGE_READWRITE, 0);
    return fault_result(memory != NULL);
}

static void allocate_elsewhere(void)
{
    if (!memory)
        ok_eq(run_allocate(), 0);
    ok_ptr_eq(VirtualAlloc(memory, SIZE, MEM_COMMIT, PAGE_READWRITE), memory);
}

static uint32_t run_decommit(void)
{
    return fault_result(VirtualFree(memory, 0x2000, MEM_DECOMMIT));
}

TEST(a_wish_for_a_node_is_no_reason_to_leave_anything, "7.43 7.46")
{
    /* How messages are lost is library.c's to look at. */
    const uint64_t talk = FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) |
                          FAULT_BIT(CONNECT) | FAULT_BIT(STAT);
    /* Taking the mapping away through which memory is told: nothing could be done about it. */
    const uint64_t ends = FAULT_BIT(MUNMAP);
    const uint64_t wish = FAULT_BIT(MBIND) | FAULT_BIT(MMAP);
    const struct fault_call sections[] = {
        {"CreateFileMappingNuma", NULL, run_create, close_section,
         FAULT_BIT(MEMFD) | FAULT_BIT(SEAL) | wish | FAULT_MEMORY, wish, ends},
        {"CreateFileMappingNuma, SEC_RESERVE", NULL, run_create_reserve, close_section,
         FAULT_BIT(MEMFD) | wish | FAULT_MEMORY, wish, ends},
        {"CreateFileMappingNuma, named", greet_broker, run_create_named, close_section,
         wish | FAULT_MEMORY, wish, talk | ends},
        {"CreateFileMappingNuma, named SEC_RESERVE", greet_broker, run_create_named_reserve,
         close_section, wish | FAULT_MEMORY, wish, talk | ends},
    };
    const struct fault_call map = {"MapViewOfFileExNuma", NULL, run_map, unmap, wish,
                                   FAULT_BIT(MBIND),      0};
    const struct fault_call allocate = {"VirtualAllocExNuma", NULL, run_allocate, release, wish,
                                        FAULT_BIT(MBIND),     0};
    const struct fault_call decommit = {"VirtualFree, MEM_DECOMMIT, of a node",
                                        allocate_elsewhere,
                                        run_decommit,
                                        NULL,
                                        wish,
                                        FAULT_BIT(MBIND),
                                        0};

    for (size_t i = 0; i < ARRAYSIZE(sections); i++)
        fault_walk_call(&sections[i]);
    ok_eq(run_create(), 0);
    fault_walk_call(&map);
    close_section();
    fault_walk_call(&allocate);
    fault_walk_call(&decommit);
    release();
}

/* --- all wishes alike --------------------------------------------------------------------- */

static int mbind_error;

static int fail_mbind(enum nt_os_call call)
{
    return call == NT_OS_MBIND ? mbind_error : 0;
}

/* Whether a failing wish is what @wants_failure says; what was made is put away again. */
static void check(uint32_t (*run)(void), void (*undo)(void), bool wants_failure)
{
    uint32_t result;

    nt_os_set_fault(fail_mbind);
    result = run();
    nt_os_set_fault(NULL);
    if (wants_failure)
        ok(result == ERROR_NOT_ENOUGH_MEMORY || result == ERROR_COMMITMENT_LIMIT, "%u", result);
    else
        ok_eq(result, 0);
    if (result == 0)
        undo();
}

static void check_all(bool wants_failure)
{
    check(run_create, close_section, wants_failure);
    check(run_create_reserve, close_section, wants_failure);
    check(run_create_named, close_section, wants_failure);
    check(run_create_named_reserve, close_section, wants_failure);
    check(run_allocate, release, wants_failure);
    section = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    require(section != NULL);
    check(run_map, unmap, wants_failure);
    close_section();
}

TEST(a_kernel_without_nodes_is_no_failure, "7.43")
{
    static const int errors[] = {ENOSYS, EPERM, EINVAL, EFAULT};

    greet_broker();
    for (size_t i = 0; i < ARRAYSIZE(errors); i++) {
        mbind_error = errors[i];
        check_all(false);
    }
}

TEST(want_of_memory_is_a_failure_even_for_a_wish, "7.59")
{
    greet_broker();
    mbind_error = ENOMEM;
    check_all(true);
}
