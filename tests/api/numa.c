// SPDX-License-Identifier: MIT
/*
 * NUMA nodes: what is said about them, and that every call that takes one takes those that there
 * are and no other. Where the pages really are is in numa_linux.c.
 */
#include "api/api.h"

#define BOTH    (MEM_RESERVE | MEM_COMMIT)
#define NO_NODE 4000 /* no machine has it */

static HANDLE self(void)
{
    return GetCurrentProcess();
}

/* --- what is said ------------------------------------------------------------------- */

/* Wine 8 has these functions and says of all but one that they are not implemented. */
static void need_nodes(void)
{
    ULONGLONG mask;

    if (!GetNumaNodeProcessorMask(0, &mask) && GetLastError() == ERROR_CALL_NOT_IMPLEMENTED)
        skip("this system says nothing about nodes");
}

TEST(every_processor_of_a_node_says_so, "")
{
    ULONG highest = NO_NODE;
    unsigned found = 0;

    need_nodes();
    ok_succeeds(GetNumaHighestNodeNumber(&highest));
    ok(highest < NO_NODE, "%lu", (unsigned long)highest);
    for (USHORT node = 0; node <= highest; node++) {
        GROUP_AFFINITY mask;

        memset(&mask, 0xAA, sizeof(mask));
        if (!GetNumaNodeProcessorMaskEx(node, &mask))
            continue; /* numbers may be missing */
        ok_eq(mask.Reserved[0], 0);
        for (unsigned i = 0; i < 64; i++) {
            PROCESSOR_NUMBER processor = {mask.Group, (BYTE)i, 0};
            USHORT back = 0xAAAA;

            if (!(mask.Mask >> i & 1))
                continue;
            found++;
            ok_succeeds(GetNumaProcessorNodeEx(&processor, &back));
            ok_eq(back, node);
        }
    }
    ok(found != 0, "no node has a processor");
}

TEST(the_old_calls_know_group_0, "")
{
    GROUP_AFFINITY mask = {0};
    ULONGLONG narrow = 0;
    UCHAR node = 0xAA;

    need_nodes();
    ok_succeeds(GetNumaNodeProcessorMaskEx(0, &mask));
    ok_succeeds(GetNumaNodeProcessorMask(0, &narrow));
    ok_eq(narrow, mask.Group == 0 ? mask.Mask : 0);
    for (UCHAR i = 0; i < 64; i++) {
        if (!(narrow >> i & 1))
            continue;
        node = 0xAA;
        ok_succeeds(GetNumaProcessorNode(i, &node));
        ok_eq(node, 0);
    }
}

TEST(a_thread_runs_on_a_processor_of_some_node, "")
{
    PROCESSOR_NUMBER processor;
    USHORT node = 0xAAAA;
    ULONG highest = 0;

    need_nodes();
    memset(&processor, 0xAA, sizeof(processor));
    GetCurrentProcessorNumberEx(&processor);
    ok_eq(processor.Reserved, 0);
    ok(processor.Number < 64);
    ok_succeeds(GetNumaProcessorNodeEx(&processor, &node));
    ok_succeeds(GetNumaHighestNodeNumber(&highest));
    ok(node <= highest);
    ok(GetCurrentProcessorNumber() < 64);
}

TEST(a_node_has_memory, "")
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};
    ULONGLONG bytes = 0, narrow = 0;

    need_nodes();
    ok_succeeds(GlobalMemoryStatusEx(&status));
    ok_succeeds(GetNumaAvailableMemoryNodeEx(0, &bytes));
    ok(bytes != 0 && bytes <= status.ullTotalPhys, "%llu of %llu", (unsigned long long)bytes,
       (unsigned long long)status.ullTotalPhys);
    ok_succeeds(GetNumaAvailableMemoryNode(0, &narrow));
    ok(narrow != 0 && narrow <= status.ullTotalPhys);
}

/* As many masks as there are groups with processors of the node. */
TEST(masks_without_room_are_counted, "")
{
    USHORT count = 0xAAAA, again = 0xAAAA;
    GROUP_AFFINITY masks[128];

    if (test_on_wine())
        win_skip("not there");
    ok_fails(GetNumaNodeProcessorMask2(0, NULL, 0, &count), ERROR_INSUFFICIENT_BUFFER);
    ok(count > 0 && count <= ARRAYSIZE(masks), "%u", count);
    ok_succeeds(GetNumaNodeProcessorMask2(0, masks, ARRAYSIZE(masks), &again));
    ok_eq(again, count);
    ok(masks[0].Mask != 0);
    ok_fails(GetNumaNodeProcessorMask2(0, NULL, 1, &count), ERROR_INVALID_PARAMETER);
    ok_fails(GetNumaNodeProcessorMask2(0, masks, 1, NULL), ERROR_INVALID_PARAMETER);
}

TEST(of_a_node_that_is_not_there_nothing_is_said, "")
{
    PROCESSOR_NUMBER nobody = {0, 200, 0}, far_away = {500, 0, 0};
    GROUP_AFFINITY mask;
    ULONGLONG value = 0;
    USHORT node = 0;
    UCHAR narrow = 0;

    need_nodes();
    ok_fails(GetNumaNodeProcessorMaskEx(NO_NODE, &mask), ERROR_INVALID_PARAMETER);
    ok_fails(GetNumaAvailableMemoryNodeEx(NO_NODE, &value), ERROR_INVALID_PARAMETER);
    ok_fails(GetNumaNodeProcessorMask(200, &value), ERROR_INVALID_PARAMETER);
    ok_fails(GetNumaAvailableMemoryNode(200, &value), ERROR_INVALID_PARAMETER);
    ok_fails(GetNumaProcessorNode(200, &narrow), ERROR_INVALID_PARAMETER);
    ok_eq(narrow, 0xFF);
    ok_fails(GetNumaProcessorNodeEx(&nobody, &node), ERROR_INVALID_PARAMETER);
    ok_eq(node, 0xFFFF);
    ok_fails(GetNumaProcessorNodeEx(&far_away, &node), ERROR_INVALID_PARAMETER);
}

/* --- where a node may be asked for -------------------------------------------------- */

static HANDLE create(const wchar_t *name, DWORD node)
{
    return CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 2 * GRANULE, name,
                                  node);
}

/* A view is as large and as writable as without a node. */
static void check_view(volatile char *view)
{
    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_eq((uintptr_t)view % GRANULE, 0);
    view[0] = 1;
    view[2 * GRANULE - 1] = 2;
    check_region(__FILE__, __LINE__, view,
                 &(struct region_want){.allocation_base = view,
                                       .size = 2 * GRANULE,
                                       .allocation_protect = PAGE_READWRITE,
                                       .state = MEM_COMMIT,
                                       .protect = PAGE_READWRITE,
                                       .type = MEM_MAPPED});
    ok_succeeds(UnmapViewOfFile((const void *)view));
}

static void check_memory(volatile char *memory, DWORD state)
{
    require(memory != NULL, "error %u", (unsigned)GetLastError());
    check_region(__FILE__, __LINE__, memory,
                 &(struct region_want){.allocation_base = memory,
                                       .size = 2 * GRANULE,
                                       .allocation_protect = PAGE_READWRITE,
                                       .state = state,
                                       .protect = state == MEM_COMMIT ? PAGE_READWRITE : 0,
                                       .type = MEM_PRIVATE});
    ok_succeeds(VirtualFree((void *)memory, 0, MEM_RELEASE));
}

static void check_sections(DWORD node)
{
    HANDLE section = create(NULL, node);

    ok_error(ERROR_SUCCESS);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    check_view(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
    check_view(MapViewOfFileExNuma(section, FILE_MAP_WRITE, 0, 0, 0, NULL, node));
    check_view(MapViewOfFileNuma2(section, self(), 0, NULL, 0, 0, PAGE_READWRITE, node));
    drop(section, NULL);
}

static void check_allocations(DWORD node)
{
    char *reserved;

    check_memory(VirtualAllocExNuma(self(), NULL, 2 * GRANULE, BOTH, PAGE_READWRITE, node),
                 MEM_COMMIT);
    check_memory(VirtualAllocExNuma(self(), NULL, 2 * GRANULE, MEM_RESERVE, PAGE_READWRITE, node),
                 MEM_RESERVE);
    /* Committing what is reserved already has no node of its own. */
    reserved = (char *)VirtualAlloc(NULL, 2 * GRANULE, MEM_RESERVE, PAGE_READWRITE);
    ok_ptr_eq(VirtualAllocExNuma(self(), reserved, 2 * GRANULE, MEM_COMMIT, PAGE_READWRITE, node),
              reserved);
    check_memory(reserved, MEM_COMMIT);
}

TEST(no_preferred_node_is_as_without, "7.45")
{
    check_sections(NUMA_NO_PREFERRED_NODE);
    check_allocations(NUMA_NO_PREFERRED_NODE);
}

TEST(every_node_can_be_asked_for, "7.43 7.46")
{
    ULONG highest = 0;

    ok_succeeds(GetNumaHighestNodeNumber(&highest));
    for (USHORT node = 0; node <= highest; node++) {
        ULONGLONG bytes;

        if (GetNumaAvailableMemoryNodeEx(node, &bytes)) {
            check_sections(node);
            check_allocations(node);
        }
    }
}

TEST(a_node_that_is_not_there_is_refused, "7.44 1.42")
{
    HANDLE section = create(NULL, NUMA_NO_PREFERRED_NODE);

    require(section != NULL);
    /* Wine does not look at the node, nor do its later calls. */
    todo_wine
    {
        ok_fails(create(NULL, NO_NODE), ERROR_INVALID_PARAMETER);
        ok_fails(MapViewOfFileExNuma(section, FILE_MAP_WRITE, 0, 0, 0, NULL, NO_NODE),
                 ERROR_INVALID_PARAMETER);
        ok_fails(MapViewOfFileNuma2(section, self(), 0, NULL, 0, 0, PAGE_READWRITE, NO_NODE),
                 ERROR_INVALID_PARAMETER);
        ok_fails(VirtualAllocExNuma(self(), NULL, GRANULE, BOTH, PAGE_READWRITE, NO_NODE),
                 ERROR_INVALID_PARAMETER);
    }
    drop(section, NULL);
}

/* The name is not taken by what failed, and an old section keeps the node that it has. */
TEST(a_refused_node_leaves_no_name, "7.44 1.19")
{
    HANDLE section = create(L_("node"), NO_NODE);

    todo_wine ok_ptr_eq(section, NULL);
    drop(section, NULL);
    check_open_fails(L_("node"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
    section = create(L_("node"), 0);
    ok_error(ERROR_SUCCESS);
    check_view(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0));
    drop(section, NULL);
}
