// SPDX-License-Identifier: MIT
/*
 * Memory of large pages with a pool to take it from: sections and allocations have all their pages
 * from the start, keep them, and give them back at once.
 */
#ifndef _WIN32

#    include <errno.h>
#    include <fcntl.h>
#    include <grp.h>
#    include <signal.h>
#    include <stdio.h>
#    include <string.h>
#    include <sys/resource.h>
#    include <sys/wait.h>
#    include <unistd.h>

#    include <windows.h>
#    include <winternl.h>

#    include <ntshm/ntshm.h>

#    include "api/large_pool_linux.h"
#    include "harness/test.h"

#    define LARGE_SECTION (SEC_COMMIT | SEC_LARGE_PAGES)
#    define LARGE_MEMORY  (MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES)
#    define DROP          30000

static SIZE_T large;

static void begin(unsigned pages)
{
    large_pool_begin(pages);
    large = GetLargePageMinimum();
    require(large_pool_allow(true));
}

static HANDLE create(SIZE_T size)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION,
                              (DWORD)(size >> 32), (DWORD)size, NULL);
}

static HANDLE create_named(const wchar_t *name, SIZE_T size)
{
    return CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION,
                              (DWORD)(size >> 32), (DWORD)size, name);
}

static void fill(unsigned char *memory, SIZE_T size, unsigned char value)
{
    for (SIZE_T i = 0; i < size; i += 4096)
        memory[i] = value;
}

static bool is_filled(const unsigned char *memory, SIZE_T size, unsigned char value)
{
    for (SIZE_T i = 0; i < size; i += 4096) {
        if (memory[i] != value)
            return false;
    }
    return true;
}

/* --- sections ------------------------------------------------------------------------------- */

TEST(a_section_takes_its_large_pages_when_it_is_made, "7.48 7.55")
{
    HANDLE section;
    long before;

    begin(3);
    before = large_pool_free();
    section = create(2 * large);
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    ok_error(ERROR_SUCCESS);
    ok_eq(large_pool_free(), before - 2);
    ok_succeeds(CloseHandle(section));
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(a_section_of_large_pages_has_a_multiple_of_them, "7.51")
{
    long before;

    begin(2);
    before = large_pool_free();
    ok_fails(create(large + 0x10000), ERROR_INVALID_PARAMETER);
    ok_fails(create(0x10000), ERROR_INVALID_PARAMETER);
    ok_fails(create(large - 1), ERROR_INVALID_PARAMETER);
    ok_fails(create(0), ERROR_INVALID_PARAMETER);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(a_section_beyond_the_pool_is_not_made, "7.59")
{
    char small[] = "ordinary memory is not concerned";
    HANDLE section;
    long before;

    begin(2);
    before = large_pool_free();
    ok_fails(create((SIZE_T)(before + 1) * large), ERROR_NO_SYSTEM_RESOURCES);
    ok_eq(large_pool_free(), before);
    ok_fails(create_named(L_("too much"), (SIZE_T)(before + 1) * large), ERROR_NO_SYSTEM_RESOURCES);
    ok_eq(large_pool_free(), before);
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("too much")), ERROR_FILE_NOT_FOUND);
    ok_fails(VirtualAlloc(NULL, (SIZE_T)(before + 1) * large, LARGE_MEMORY, PAGE_READWRITE),
             ERROR_NO_SYSTEM_RESOURCES);
    ok_eq(large_pool_free(), before);
    ok_fails(create((SIZE_T)1 << 50), ERROR_NO_SYSTEM_RESOURCES);
    /* All of it can be had. */
    section = create((SIZE_T)before * large);
    ok(section != NULL);
    ok_eq(large_pool_free(), 0);
    ok_succeeds(CloseHandle(section));
    ok_eq(large_pool_free(), before);
    test_note("%s", small);
    large_pool_end();
}

TEST(a_section_keeps_its_pages_as_long_as_a_view, "2.6 7.55")
{
    unsigned char *view;
    HANDLE section;
    long before;

    begin(2);
    before = large_pool_free();
    section = create(2 * large);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(CloseHandle(section));
    ok_eq(large_pool_free(), before - 2);
    ok(is_filled(view, 2 * large, 0));
    fill(view, 2 * large, 7);
    ok(is_filled(view, 2 * large, 7));
    ok_succeeds(UnmapViewOfFile(view + large + 5));
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

static void check_attributes(HANDLE section)
{
    SECTION_BASIC_INFORMATION basic;

    ok_status(NtQuerySection(section, SectionBasicInformation, &basic, sizeof(basic), NULL),
              STATUS_WAIT_0);
    ok_eq(basic.Attributes, LARGE_SECTION);
    ok_eq(basic.Size.QuadPart, large);
}

TEST(every_face_makes_sections_of_large_pages, "7.50")
{
    LARGE_INTEGER size;
    HANDLE section = NULL;
    long before;

    begin(1);
    before = large_pool_free();
    size.QuadPart = (LONGLONG)large;
    ok_status(NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE,
                              LARGE_SECTION, NULL),
              0);
    check_attributes(section);
    ok_succeeds(CloseHandle(section));
    ok_status(NtCreateSectionEx(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE,
                                LARGE_SECTION, NULL, NULL, 0),
              0);
    check_attributes(section);
    ok_succeeds(CloseHandle(section));
    section = CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, FILE_MAP_ALL_ACCESS, PAGE_READWRITE,
                                 LARGE_SECTION, large, NULL, NULL, 0);
    check_attributes(section);
    ok_succeeds(CloseHandle(section));
    section = CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION, 0,
                                     (DWORD)large, NULL, 0);
    check_attributes(section);
    ok_succeeds(CloseHandle(section));
    section = CreateFileMappingFromApp(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | LARGE_SECTION,
                                       large, NULL);
    check_attributes(section);
    ok_succeeds(CloseHandle(section));
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

/* --- with a name ---------------------------------------------------------------------------- */

CHILD(opener)
{
    SIZE_T size = GetLargePageMinimum();
    HANDLE section = OpenFileMappingW(FILE_MAP_WRITE | FILE_MAP_READ, FALSE, L_("shared"));
    HANDLE reader = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("shared"));
    unsigned char *view, *readable;
    char line[32];

    require(section != NULL && reader != NULL, "error %lu", (unsigned long)GetLastError());
    ok_fails(MapViewOfFile(reader, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED);
    view = MapViewOfFile(section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0);
    readable = MapViewOfFile(reader, FILE_MAP_READ, 0, (DWORD)size, size);
    require(view != NULL && readable != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(view[0], 1);
    ok_eq(readable[0], 2);
    view[1] = 3;
    test_say("ready");
    test_hear(line, sizeof(line), DROP);
    ok_succeeds(CloseHandle(section));
    ok_succeeds(CloseHandle(reader));
    test_say("closed");
    test_hear(line, sizeof(line), DROP);
    ok_eq(view[2], 4);
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(UnmapViewOfFile(readable));
    return 0;
}

/* The other process has no privilege in force: it makes nothing. */
TEST(a_section_of_large_pages_is_shared_by_name, "7.55 2.6")
{
    struct test_child child;
    unsigned char *view;
    HANDLE section;
    long before;

    begin(2);
    before = large_pool_free();
    section = create_named(L_("shared"), 2 * large);
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    view[0] = 1;
    view[large] = 2;
    require(test_child_start(&child, "opener"));
    test_child_expect(&child, "ready", DROP);
    ok_eq(view[1], 3);
    ok_eq(large_pool_free(), before - 2);
    test_child_write_line(&child, "close");
    test_child_expect(&child, "closed", DROP);
    view[2] = 4;
    ok_succeeds(CloseHandle(section));
    ok_succeeds(UnmapViewOfFile(view));
    ok_fails(OpenFileMappingW(FILE_MAP_READ, FALSE, L_("shared")), ERROR_FILE_NOT_FOUND);
    ok_eq(large_pool_free(), before - 2); /* the other one's views */
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, DROP), 0);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(a_name_that_is_there_keeps_its_section, "1.19 7.55")
{
    SECTION_BASIC_INFORMATION basic;
    HANDLE section, again;
    long before;

    begin(4);
    before = large_pool_free();
    section = create_named(L_("kept"), large);
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    again = create_named(L_("kept"), 3 * large);
    ok_error(ERROR_ALREADY_EXISTS);
    /* The broker gives back what it was sent, just behind its reply. */
    ok(test_until(large_pool_free() == before - 1, 20000));
    ok_status(NtQuerySection(again, SectionBasicInformation, &basic, sizeof(basic), NULL), 0);
    ok_eq(basic.Size.QuadPart, large);
    ok_succeeds(CloseHandle(again));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(test_until(large_pool_free() == before, 20000)); /* the broker hears of it */
    large_pool_end();
}

TEST(a_section_for_reading_is_shared_by_name, "2.23 7.55")
{
    HANDLE section, reader;
    unsigned char *view;

    begin(1);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY | LARGE_SECTION, 0,
                                 (DWORD)large, L_("readable"));
    require(section != NULL, "error %lu", (unsigned long)GetLastError());
    reader = OpenFileMappingW(FILE_MAP_READ, FALSE, L_("readable"));
    view = MapViewOfFile(reader, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL, "error %lu", (unsigned long)GetLastError());
    ok(is_filled(view, large, 0));
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(reader));
    ok_succeeds(CloseHandle(section));
    large_pool_end();
}

/* --- the privilege -------------------------------------------------------------------------- */

TEST(the_privilege_must_be_enabled, "7.48")
{
    void *memory;

    begin(1);
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    ok(memory != NULL);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    require(large_pool_allow(false));
    ok_fails(VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE), ERROR_PRIVILEGE_NOT_HELD);
    ok_fails(create(large), ERROR_PRIVILEGE_NOT_HELD);
    ok_fails(create_named(L_("none"), large), ERROR_PRIVILEGE_NOT_HELD);
    large_pool_end();
}

/* In a process of its own: users cannot be changed back. */
static void become(uid_t uid, gid_t group, bool is_member)
{
    require(setgroups(is_member ? 1 : 0, &group) == 0);
    require(setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
}

static int try_as_user(bool is_member)
{
    bool held = large_pool_allow(true);
    void *memory = VirtualAlloc(NULL, GetLargePageMinimum(), LARGE_MEMORY, PAGE_READWRITE);

    ok_eq(held, is_member);
    if (is_member) {
        ok(memory != NULL, "error %lu", (unsigned long)GetLastError());
        ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    } else {
        ok_ptr_eq(memory, NULL);
        ok_error(ERROR_PRIVILEGE_NOT_HELD);
        ok_fails(create(GetLargePageMinimum()), ERROR_PRIVILEGE_NOT_HELD);
    }
    return 0;
}

#    define SOME_GROUP 64999

static int stranger(void *arg)
{
    (void)arg;
    become(65533, 0, false);
    return try_as_user(false);
}

static int member(void *arg)
{
    (void)arg;
    become(65533, SOME_GROUP, true);
    return try_as_user(true);
}

/* What was enabled before the rights were given up is in force no more. */
static int dropper(void *arg)
{
    (void)arg;
    ok(large_pool_allow(true));
    become(65533, 0, false);
    ok_fails(VirtualAlloc(NULL, GetLargePageMinimum(), LARGE_MEMORY, PAGE_READWRITE),
             ERROR_PRIVILEGE_NOT_HELD);
    return 0;
}

static void expect(int (*body)(void *arg))
{
    struct test_child child;

    require(test_child_fork(&child, body, NULL));
    ok_eq(test_child_wait(&child, DROP), 0);
}

static void write_group(long group)
{
    FILE *file = fopen("/proc/sys/vm/hugetlb_shm_group", "we");

    require(file != NULL);
    ok(fprintf(file, "%ld", group) > 0);
    ok_eq(fclose(file), 0);
}

static long read_group(void)
{
    FILE *file = fopen("/proc/sys/vm/hugetlb_shm_group", "re");
    long group = -1;

    require(file != NULL);
    ok_eq(fscanf(file, "%ld", &group), 1);
    fclose(file);
    return group;
}

TEST(other_users_have_the_privilege_by_a_group, "7.48")
{
    long old;

    begin(2);
    expect(stranger);
    expect(dropper);
    old = read_group();
    write_group(SOME_GROUP);
    expect(stranger);
    expect(member);
    write_group(old);
    ok_eq(read_group(), old);
    large_pool_end();
}

/* A plain fork's child goes on with what its parent has enabled; a new program does not. */
static int has_it(void *arg)
{
    void *memory = VirtualAlloc(NULL, GetLargePageMinimum(), LARGE_MEMORY, PAGE_READWRITE);

    (void)arg;
    ok(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok(large_pool_allow(false));
    return 0;
}

CHILD(new_program)
{
    ok_fails(VirtualAlloc(NULL, GetLargePageMinimum(), LARGE_MEMORY, PAGE_READWRITE),
             ERROR_PRIVILEGE_NOT_HELD);
    return 0;
}

TEST(a_forked_child_has_the_privilege_too, "7.48")
{
    struct test_child child;
    void *memory;

    begin(1);
    expect(has_it);
    require(test_child_start(&child, "new_program"));
    ok_eq(test_child_wait(&child, DROP), 0);
    /* The child's state is its own. */
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    ok(memory != NULL);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    large_pool_end();
}

/* --- allocations ---------------------------------------------------------------------------- */

static MEMORY_BASIC_INFORMATION query(const void *address)
{
    MEMORY_BASIC_INFORMATION info = {.Protect = 0};

    ok_eq(VirtualQuery(address, &info, sizeof(info)), sizeof(info));
    return info;
}

TEST(an_allocation_takes_its_large_pages_at_once, "7.47 7.55 8.1")
{
    MEMORY_BASIC_INFORMATION info;
    unsigned char *memory;
    long before;

    begin(3);
    before = large_pool_free();
    memory = VirtualAlloc(NULL, 2 * large, LARGE_MEMORY, PAGE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)memory % large, 0);
    ok_eq(large_pool_free(), before - 2);
    ok(is_filled(memory, 2 * large, 0));
    fill(memory, 2 * large, 9);
    info = query(memory + large);
    ok_ptr_eq(info.AllocationBase, memory);
    ok_eq(info.RegionSize, large);
    ok_eq(info.State, MEM_COMMIT);
    ok_eq(info.Type, MEM_PRIVATE);
    ok_eq(info.Protect, PAGE_READWRITE);
    ok_eq(info.AllocationProtect, PAGE_READWRITE);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_eq(large_pool_free(), before);
    ok_eq(query(memory).State, MEM_FREE);
    large_pool_end();
}

TEST(an_allocation_of_large_pages_is_made_of_whole_ones, "7.49 7.55")
{
    unsigned char *memory;
    long before;

    begin(2);
    before = large_pool_free();
    ok_fails(VirtualAlloc(NULL, large + 1, LARGE_MEMORY, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, 0x10000, LARGE_MEMORY, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc((void *)0x40010000ull, large, LARGE_MEMORY, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READONLY), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_NOACCESS), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE | PAGE_GUARD),
             ERROR_INVALID_PARAMETER);
    ok_fails(VirtualAlloc(NULL, large, LARGE_MEMORY | MEM_WRITE_WATCH, PAGE_READWRITE),
             ERROR_INVALID_PARAMETER);
    ok_eq(large_pool_free(), before);
    /* Where it is asked for. */
    memory = VirtualAlloc(NULL, 2 * large, LARGE_MEMORY, PAGE_EXECUTE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_fails(VirtualAlloc(memory, large, LARGE_MEMORY, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_eq(large_pool_free(), before);
    ok_ptr_eq(VirtualAlloc(memory, large, LARGE_MEMORY, PAGE_READWRITE), memory);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    large_pool_end();
}

TEST(large_pages_are_neither_committed_nor_freed_piecewise, "7.55")
{
    unsigned char *memory;
    long before;

    begin(2);
    before = large_pool_free();
    memory = VirtualAlloc(NULL, 2 * large, LARGE_MEMORY, PAGE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    fill(memory, 2 * large, 5);
    ok_fails(VirtualFree(memory, large, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, 0, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(memory, 0x1000, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    /* What is committed can be committed again. */
    ok_ptr_eq(VirtualAlloc(memory + 0x3000, 0x1000, MEM_COMMIT, PAGE_READWRITE), memory + 0x3000);
    ok_fails(VirtualAlloc(memory, 0x1000, MEM_COMMIT, PAGE_READONLY), ERROR_INVALID_PARAMETER);
    /* A hint. */
    ok_ptr_eq(VirtualAlloc(memory, large, MEM_RESET, PAGE_NOACCESS), memory);
    ok(is_filled(memory, 2 * large, 5));
    ok_eq(large_pool_free(), before - 2);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(the_protection_of_large_pages_is_fixed, "9.29")
{
    unsigned char *memory, *view;
    DWORD old = 0xdead;
    HANDLE section;

    begin(2);
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    section = create(large);
    view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(memory != NULL && view != NULL, "error %lu", (unsigned long)GetLastError());
    for (int i = 0; i < 2; i++) {
        unsigned char *at = i ? view : memory;

        ok_fails(VirtualProtect(at, large, PAGE_READONLY, &old), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualProtect(at, 0x1000, PAGE_NOACCESS, &old), ERROR_INVALID_PARAMETER);
        ok_fails(VirtualProtect(at, large, PAGE_READWRITE | PAGE_GUARD, &old),
                 ERROR_INVALID_PARAMETER);
        ok_fails(VirtualProtect(at, large, PAGE_WRITECOPY, &old), ERROR_INVALID_PARAMETER);
        old = 0xdead;
        ok_succeeds(VirtualProtect(at + 0x1000, 0x1000, PAGE_READWRITE, &old));
        ok_eq(old, PAGE_READWRITE);
        at[0x1000] = 1;
        ok_eq(query(at).RegionSize, large);
    }
    ok_succeeds(UnmapViewOfFile(view));
    ok_succeeds(CloseHandle(section));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    large_pool_end();
}

static int write_to(void *arg)
{
    unsigned char *memory = arg;

    ok_eq(memory[0], 1);
    memory[1] = 2;
    return 0;
}

/* The child's write needs no other page, though none is left. */
TEST(a_forked_child_shares_large_pages, "7.55")
{
    struct test_child child;
    unsigned char *memory;
    int taken;

    begin(1);
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY, PAGE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    taken = large_pool_take(0);
    memory[0] = 1;
    require(test_child_fork(&child, write_to, memory));
    ok_eq(test_child_wait(&child, DROP), 0);
    ok_eq(memory[1], 2);
    close(taken);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    large_pool_end();
}

/* --- where and which pages ------------------------------------------------------------------ */

static void *allocate(PVOID base, SIZE_T size, ULONG type, MEM_EXTENDED_PARAMETER *parameter)
{
    return VirtualAlloc2(NULL, base, size, type, PAGE_READWRITE, parameter, parameter ? 1 : 0);
}

static MEM_EXTENDED_PARAMETER attribute(ULONG64 flag)
{
    MEM_EXTENDED_PARAMETER parameter = {.Type = MemExtendedParameterAttributeFlags};

    parameter.ULong64 = flag;
    return parameter;
}

TEST(an_attribute_asks_for_large_pages, "7.47")
{
    MEM_EXTENDED_PARAMETER parameter = attribute(MEM_EXTENDED_PARAMETER_NONPAGED_LARGE);
    unsigned char *memory;
    long before;

    begin(1);
    before = large_pool_free();
    memory = allocate(NULL, large, LARGE_MEMORY, &parameter);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(large_pool_free(), before - 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    memory = allocate(NULL, large, MEM_RESERVE | MEM_COMMIT, &parameter);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq(large_pool_free(), before - 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    ok_fails(allocate(NULL, large, MEM_RESERVE, &parameter), ERROR_INVALID_PARAMETER);
    ok_fails(allocate(NULL, large + 0x10000, MEM_RESERVE | MEM_COMMIT, &parameter),
             ERROR_INVALID_PARAMETER);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

/* Pages of 1 GiB are there when the administrator has set them aside, which is rare. */
TEST(an_attribute_asks_for_huge_pages, "7.47")
{
    MEM_EXTENDED_PARAMETER parameter = attribute(MEM_EXTENDED_PARAMETER_NONPAGED_HUGE);
    const SIZE_T huge = (SIZE_T)1 << 30;
    unsigned char *memory;
    long before;

    begin(1);
    before = large_pool_free();
    ok_fails(allocate(NULL, large, LARGE_MEMORY, &parameter), ERROR_INVALID_PARAMETER);
    memory = allocate(NULL, huge, LARGE_MEMORY, &parameter);
    if (memory) {
        ok_eq((ULONG_PTR)memory % huge, 0);
        memory[huge - 1] = 1;
        ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    } else {
        ok_error(ERROR_NO_SYSTEM_RESOURCES);
    }
    require(large_pool_allow(false));
    ok_fails(allocate(NULL, huge, LARGE_MEMORY, &parameter), ERROR_PRIVILEGE_NOT_HELD);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

TEST(large_pages_lie_within_bounds, "7.34 7.47")
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER parameter = {.Type = MemExtendedParameterAddressRequirements};
    unsigned char *memory, *room;

    parameter.Pointer = &requirements;
    begin(1);
    /* A place that is free also where a sanitizer has taken most of the low addresses. */
    room = VirtualAlloc(NULL, 64 * large, MEM_RESERVE, PAGE_NOACCESS);
    require(room != NULL, "error %lu", (unsigned long)GetLastError());
    ok_succeeds(VirtualFree(room, 0, MEM_RELEASE));
    requirements.LowestStartingAddress = room + 0x10000;
    requirements.HighestEndingAddress = room + 64 * large - 1;
    memory = allocate(NULL, large, LARGE_MEMORY, &parameter);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)memory % large, 0);
    ok(memory >= room + 0x10000 && memory + large <= room + 64 * large, "%p", (void *)memory);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    /* Stricter than a large page. */
    requirements = (MEM_ADDRESS_REQUIREMENTS){.Alignment = 4 * large};
    memory = allocate(NULL, large, LARGE_MEMORY, &parameter);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)memory % (4 * large), 0);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    memory = VirtualAlloc(NULL, large, LARGE_MEMORY | MEM_TOP_DOWN, PAGE_READWRITE);
    require(memory != NULL, "error %lu", (unsigned long)GetLastError());
    ok_eq((ULONG_PTR)memory % large, 0);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    large_pool_end();
}

/* --- limits --------------------------------------------------------------------------------- */

/* The kernel would send SIGXFSZ for pages beyond the limit on files. */
TEST(a_limit_on_files_is_an_error, "7.59")
{
    struct rlimit old, limit;
    long before;

    begin(2);
    before = large_pool_free();
    require(getrlimit(RLIMIT_FSIZE, &old) == 0);
    limit = old;
    limit.rlim_cur = large;
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ok_fails(VirtualAlloc(NULL, 2 * large, LARGE_MEMORY, PAGE_READWRITE),
             ERROR_NO_SYSTEM_RESOURCES);
    ok_fails(create(2 * large), ERROR_NO_SYSTEM_RESOURCES);
    require(setrlimit(RLIMIT_FSIZE, &old) == 0);
    ok_eq(large_pool_free(), before);
    large_pool_end();
}

#endif
