// SPDX-License-Identifier: MIT
/*
 * NUMA nodes, seen by the Linux kernel: what it has been told of each page (get_mempolicy), and
 * where the page is once it is touched (move_pages). On a machine with one node it can only be
 * shown that the kernel is told; tools/vm-check runs this on two.
 */
#ifndef _WIN32
#    include "api/api.h"
#    include "api/large_pool_linux.h"

#    include <errno.h>
#    include <linux/mempolicy.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/syscall.h>
#    include <unistd.h>

#    define BOTH      (MEM_RESERVE | MEM_COMMIT)
#    define SIZE      (16 * GRANULE)
#    define MAX_NODES 1024
#    define NOBODY    (-1) /* no node is wanted */

static HANDLE self(void)
{
    return GetCurrentProcess();
}

/* --- what the kernel says ----------------------------------------------------------- */

/* The node that was asked for at @address, or NOBODY. */
static int wanted_at(const volatile void *address)
{
    unsigned long mask[MAX_NODES / 64] = {0};
    int mode = -1;

    require(syscall(SYS_get_mempolicy, &mode, mask, MAX_NODES + 1, address, MPOL_F_ADDR) == 0,
            "get_mempolicy: %s", strerror(errno));
    if (mode != MPOL_PREFERRED)
        return NOBODY;
    for (int i = 0; i < MAX_NODES; i++) {
        if (mask[i / 64] >> i % 64 & 1)
            return i;
    }
    return NOBODY;
}

/* Where the page is; -errno when it is nowhere. */
static int node_of(const volatile void *address)
{
    const volatile void *page = address;
    int node = -ENOENT;

    require(syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) == 0, "move_pages: %s",
            strerror(errno));
    return node;
}

static bool has_room(int node)
{
    ULONGLONG bytes;

    return GetNumaAvailableMemoryNodeEx((USHORT)node, &bytes) && bytes > 64 * SIZE;
}

/* The nodes that have memory to give, and how many; none where the kernel has no policies. */
static int list_nodes(int *nodes, int room)
{
    ULONG highest;
    int count = 0;

    if (syscall(SYS_get_mempolicy, NULL, NULL, 0, NULL, 0) < 0 && errno == ENOSYS)
        return 0;
    ok_succeeds(GetNumaHighestNodeNumber(&highest));
    for (int i = 0; i <= (int)highest && count < room; i++) {
        if (has_room(i))
            nodes[count++] = i;
    }
    return count;
}

/* The last of the nodes: the one where nobody's memory comes from by chance. */
static int far_node(void)
{
    int nodes[MAX_NODES], count = list_nodes(nodes, MAX_NODES);

    if (count == 0)
        skip("this kernel places no memory");
    return nodes[count - 1];
}

/* Every page is wanted there, and comes from there. */
static void check_pages(volatile char *memory, size_t size, int node)
{
    unsigned elsewhere = 0, otherwise = 0;

    for (size_t i = 0; i < size; i += PAGE) {
        otherwise += wanted_at(memory + i) != node;
        memory[i]++;
        elsewhere += node_of(memory + i) != node;
    }
    ok_eq(otherwise, 0);
    ok_eq(elsewhere, 0);
}

/* --- sections ----------------------------------------------------------------------- */

static HANDLE create(const wchar_t *name, DWORD more, uint64_t size, int node)
{
    HANDLE section = CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | more,
                                            (DWORD)(size >> 32), (DWORD)size, name, (DWORD)node);

    require(section != NULL, "error %u", (unsigned)GetLastError());
    return section;
}

static char *map(HANDLE section, DWORD access, uint64_t offset, SIZE_T size, int node)
{
    char *view = MapViewOfFileExNuma(section, access, (DWORD)(offset >> 32), (DWORD)offset, size,
                                     NULL, (DWORD)node);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    return view;
}

TEST(a_section_keeps_its_node_without_a_view, "7.46 7.43")
{
    int node = far_node();
    HANDLE section = create(NULL, 0, SIZE, node);
    char *view;

    for (unsigned i = 0; i < 3; i++) {
        view = map(section, FILE_MAP_WRITE, i * GRANULE, SIZE - i * GRANULE, NOBODY);
        ok_eq(wanted_at(view), node);
        ok_eq(wanted_at(view + SIZE - i * GRANULE - PAGE), node);
        ok_succeeds(UnmapViewOfFile(view));
    }
    view = map(section, FILE_MAP_WRITE, 0, 0, NOBODY);
    check_pages(view, SIZE, node);
    drop(section, view);
}

/* The process that made the section told the memory of it; this one only opens the name. */
CHILD(node_reader)
{
    HANDLE section = open_section(L_("noded"), FILE_MAP_ALL_ACCESS);
    char *view = map(section, FILE_MAP_WRITE, 0, 0, NOBODY);

    check_pages(view, SIZE, atoi(argv[1]));
    drop(section, view);
    return 0;
}

TEST(another_process_gets_the_sections_node, "7.46")
{
    int node = far_node();
    HANDLE section = create(L_("noded"), 0, SIZE, node);
    char *view = map(section, FILE_MAP_READ, 0, 0, NOBODY), text[16];
    struct test_child child;

    snprintf(text, sizeof(text), "%d", node);
    ok_eq(wanted_at(view), node);
    require(test_child_start(&child, "node_reader", text));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(view[0], 1);
    ok_eq(node_of(view), node);
    drop(section, view);
}

/* Its memory has no byte yet when it is told, and is told beyond its end. */
TEST(a_reserved_section_keeps_its_node, "7.46 6.1")
{
#    ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer may leave too few addresses in one piece");
#    endif
    const uint64_t size = 1ull << 40;
    int node = far_node();

    for (unsigned i = 0; i < 2; i++) {
        HANDLE section = create(i ? L_("reserved") : NULL, SEC_RESERVE, size, node);
        char *view = map(section, FILE_MAP_WRITE, 0, 0, NOBODY);

        ok_ptr_eq(VirtualAlloc(view + size / 2, SIZE, MEM_COMMIT, PAGE_READWRITE), view + size / 2);
        check_pages(view + size / 2, SIZE, node);
        ok_ptr_eq(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READWRITE), view);
        check_pages(view, PAGE, node);
        drop(section, view);
    }
}

/* 7.46: the view comes before the section; and what it says, it says of the memory. */
TEST(a_views_node_is_that_of_its_pages, "7.46 7.43")
{
    int node = far_node();
    HANDLE section = create(NULL, 0, SIZE, NOBODY);
    char *plain = map(section, FILE_MAP_WRITE, 0, 0, NOBODY);
    char *view;

    ok_eq(wanted_at(plain), NOBODY);
    view = map(section, FILE_MAP_WRITE, GRANULE, 2 * GRANULE, node);
    check_pages(view, 2 * GRANULE, node);
    ok_eq(wanted_at(plain), NOBODY);
    ok_eq(wanted_at(plain + GRANULE), node);
    ok_eq(wanted_at(plain + 3 * GRANULE), NOBODY);
    ok_succeeds(UnmapViewOfFile(view));
    ok_eq(wanted_at(plain + GRANULE), node);
    drop(section, plain);
}

static MEM_EXTENDED_PARAMETER wish_for(int node)
{
    MEM_EXTENDED_PARAMETER wish = {.ULong = (DWORD)node};

    wish.Type = MemExtendedParameterNumaNode;
    return wish;
}

static char *map_on_node(HANDLE section, DWORD protect, int node)
{
    MEM_EXTENDED_PARAMETER wish = wish_for(node);
    char *view;

    view = MapViewOfFile3(section, self(), NULL, 0, 0, 0, protect, &wish, 1);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    return view;
}

TEST(what_a_view_copies_is_on_its_node, "7.43 3.47")
{
    int node = far_node();
    HANDLE section = create(NULL, 0, SIZE, NOBODY);
    char *view = map_on_node(section, PAGE_WRITECOPY, node);

    check_pages(view, SIZE, node);
    drop(NULL, view);
    view = map_on_node(section, PAGE_READONLY, node);
    ok_eq(wanted_at(view), node);
    ok_eq(view[0], 0);
    drop(section, view);
}

/* The kernel places the pages of files by itself; the wish is heard and does no harm. */
TEST(a_file_takes_any_node_there_is, "7.43")
{
    int node = far_node();
    char path[512];
    HANDLE file, section;
    char *view;

    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    require(file != INVALID_HANDLE_VALUE);
    section = CreateFileMappingNumaA(file, NULL, PAGE_READWRITE, 0, SIZE, NULL, (DWORD)node);
    require(section != NULL, "error %u", (unsigned)GetLastError());
    view = map(section, FILE_MAP_WRITE, 0, 0, node);
    memset(view, 7, SIZE);
    ok(node_of(view) >= 0);
    drop(NULL, view);
    /* A page that is copied is the process's own. */
    view = map(section, FILE_MAP_COPY, 0, 0, NOBODY);
    check_pages(view, GRANULE, node);
    drop(section, view);
    ok_succeeds(CloseHandle(file));
}

/* --- private memory ----------------------------------------------------------------- */

static char *allocate(DWORD type, int node)
{
    char *memory = VirtualAllocExNuma(self(), NULL, SIZE, type, PAGE_READWRITE, (DWORD)node);

    require(memory != NULL, "error %u", (unsigned)GetLastError());
    return memory;
}

TEST(private_memory_comes_from_its_node, "7.43")
{
    int node = far_node();
    char *memory = allocate(BOTH, node), *plain = allocate(BOTH, NOBODY);

    check_pages(memory, SIZE, node);
    ok_eq(wanted_at(plain), NOBODY);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(plain, 0, MEM_RELEASE));
}

/* The node belongs to what is reserved: it is there for whatever is committed later, and again. */
TEST(a_reservation_keeps_its_node, "7.43 7.29")
{
    int node = far_node();
    char *memory = allocate(MEM_RESERVE, node);
    DWORD old;

    ok_ptr_eq(VirtualAlloc(memory, SIZE / 2, MEM_COMMIT, PAGE_READWRITE), memory);
    check_pages(memory, SIZE / 2, node);
    ok_succeeds(VirtualProtect(memory, 4 * PAGE, PAGE_READONLY, &old));
    ok_succeeds(VirtualProtect(memory, 4 * PAGE, PAGE_READWRITE, &old));
    ok_succeeds(VirtualFree(memory + PAGE, 2 * PAGE, MEM_DECOMMIT));
    ok_ptr_eq(VirtualAlloc(memory, SIZE, MEM_COMMIT, PAGE_READWRITE), memory);
    check_pages(memory, SIZE, node);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    /* Who comes after it there has no wish. */
    memory = allocate(BOTH, NOBODY);
    ok_eq(wanted_at(memory), NOBODY);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

/* --- placeholders ------------------------------------------------------------------- */

/* What takes the place of a placeholder has a node of its own, and takes it away with it. */
TEST(what_replaces_a_placeholder_has_its_own_node, "7.43 7.46 5.61")
{
    int node = far_node();
    MEM_EXTENDED_PARAMETER wish = wish_for(node);
    HANDLE section = create(NULL, 0, SIZE, NOBODY);
    char *place = VirtualAlloc2(NULL, NULL, 2 * SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);

    require(place != NULL, "error %u", (unsigned)GetLastError());
    ok_succeeds(VirtualFree(place, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_ptr_eq(
        VirtualAlloc2(NULL, place, SIZE, BOTH | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, &wish, 1),
        place);
    ok_ptr_eq(MapViewOfFile3(section, NULL, place + SIZE, 0, SIZE, MEM_REPLACE_PLACEHOLDER,
                             PAGE_READWRITE, &wish, 1),
              place + SIZE);
    check_pages(place, 2 * SIZE, node);
    ok_succeeds(VirtualFree(place, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    ok_ptr_eq(
        VirtualAlloc2(NULL, place, SIZE, BOTH | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0),
        place);
    ok_eq(wanted_at(place), NOBODY);
    ok_succeeds(VirtualFree(place, 0, MEM_RELEASE));
    drop(section, place + SIZE);
}

/* A node that is not there leaves the placeholder as it is. */
TEST(a_bad_node_leaves_the_placeholder, "7.44 5.56")
{
    MEM_EXTENDED_PARAMETER wish = wish_for(4000);
    HANDLE section = create(NULL, 0, SIZE, NOBODY);
    char *place = VirtualAlloc2(NULL, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                PAGE_NOACCESS, NULL, 0);

    require(place != NULL, "error %u", (unsigned)GetLastError());
    ok_fails(
        VirtualAlloc2(NULL, place, SIZE, BOTH | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, &wish, 1),
        ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile3(section, NULL, place, 0, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                            &wish, 1),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc2(NULL, NULL, SIZE, BOTH, PAGE_READWRITE, &wish, 1),
             ERROR_INVALID_PARAMETER);
    ok_ptr_eq(MapViewOfFile3(section, NULL, place, 0, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                             NULL, 0),
              place);
    drop(section, place);
}

/* --- two nodes and more ------------------------------------------------------------- */

/* Pages land where they were asked to be, on every node, whatever processor touches them. */
TEST(pages_land_on_every_node_that_is_asked, "7.43 7.46")
{
    int nodes[MAX_NODES], count = list_nodes(nodes, MAX_NODES);

    if (count < 2)
        skip("one node");
    for (int i = 0; i < count; i++) {
        HANDLE section = create(NULL, 0, SIZE, nodes[(i + 1) % count]);
        char *memory = allocate(BOTH, nodes[i]);
        /* The view's own node comes before the section's. */
        char *front = map(section, FILE_MAP_WRITE, 0, SIZE / 2, nodes[i]);
        char *back = map(section, FILE_MAP_WRITE, SIZE / 2, 0, NOBODY);

        check_pages(memory, SIZE, nodes[i]);
        check_pages(front, SIZE / 2, nodes[i]);
        check_pages(back, SIZE / 2, nodes[(i + 1) % count]);
        ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
        drop(NULL, front);
        drop(section, back);
    }
}

/* Large pages are there before anybody touches them: they are taken from the node at once. */
TEST(large_pages_come_from_the_node_that_is_asked, "7.43 7.46 7.55")
{
    SIZE_T size = GetLargePageMinimum();
    int nodes[MAX_NODES], count = list_nodes(nodes, MAX_NODES);

    if (count < 2)
        skip("one node");
    large_pool_begin(4 * (unsigned)count);
    ok(large_pool_allow(true));
    for (int i = 0; i < count; i++) {
        HANDLE section = create(NULL, SEC_COMMIT | SEC_LARGE_PAGES, size, nodes[i]);
        HANDLE named = create(L_("large"), SEC_COMMIT | SEC_LARGE_PAGES, size, nodes[i]);
        char *view = map(section, FILE_MAP_WRITE, 0, 0, NOBODY);
        char *other = map(named, FILE_MAP_READ, 0, 0, NOBODY);
        char *memory = VirtualAllocExNuma(self(), NULL, size, BOTH | MEM_LARGE_PAGES,
                                          PAGE_READWRITE, (DWORD)nodes[i]);
        volatile char value = other[0];

        require(memory != NULL, "error %u", (unsigned)GetLastError());
        (void)value;
        ok_eq(view[0]++, 0);
        ok_eq(memory[0]++, 0);
        ok_eq(node_of(view), nodes[i]);
        ok_eq(node_of(other), nodes[i]);
        ok_eq(node_of(memory), nodes[i]);
        ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
        drop(section, view);
        drop(named, other);
    }
    large_pool_end();
}

/* What is there already stays where it is. */
TEST(a_later_wish_moves_nothing, "7.43")
{
    int nodes[MAX_NODES], count = list_nodes(nodes, MAX_NODES);
    HANDLE section;
    char *view;

    if (count < 2)
        skip("one node");
    section = create(NULL, 0, SIZE, nodes[0]);
    view = map(section, FILE_MAP_WRITE, 0, GRANULE, NOBODY);
    check_pages(view, GRANULE, nodes[0]);
    drop(NULL, view);
    view = map(section, FILE_MAP_WRITE, 0, 0, nodes[1]);
    ok_eq(wanted_at(view), nodes[1]);
    view[0]++;
    ok_eq(node_of(view), nodes[0]);
    check_pages(view + GRANULE, SIZE - GRANULE, nodes[1]);
    drop(section, view);
}

/* A process that allocates everything at once (NTSHM_COMMIT=strict) has been told before. */
CHILD(strict_node)
{
    int node = atoi(argv[1]);

    for (unsigned i = 0; i < 2; i++) {
        HANDLE section = create(i ? L_("strict") : NULL, 0, SIZE, node);
        volatile char *view = map(section, FILE_MAP_READ, 0, 0, NOBODY);
        char value = view[SIZE - PAGE];

        ok_eq(value, 0);
        ok_eq(node_of(view + SIZE - PAGE), node);
        drop(section, view);
    }
    return 0;
}

TEST(strict_commit_allocates_on_the_node, "7.46")
{
    struct test_child child;
    char text[16];

    snprintf(text, sizeof(text), "%d", far_node());
    ok_eq(setenv("NTSHM_COMMIT", "strict", 1), 0);
    require(test_child_start(&child, "strict_node", text));
    ok_eq(test_child_wait(&child, 20000), 0);
}

#endif
