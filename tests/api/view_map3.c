// SPDX-License-Identifier: MIT
/*
 * MapViewOfFile3 and its kin, which take a protection (their extended parameters:
 * view_parameters.c).
 */
#include "api/api.h"

static void *map3(HANDLE section, void *base, ULONG64 offset, SIZE_T size, ULONG type,
                  ULONG protect)
{
    return MapViewOfFile3(section, GetCurrentProcess(), base, offset, size, type, protect, NULL, 0);
}

TEST(map3_takes_a_protection, "3.26 3.29")
{
    static const ULONG protections[] = {
        PAGE_NOACCESS,     PAGE_READONLY,          PAGE_READWRITE,        PAGE_WRITECOPY,
        PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY};
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        void *view = map3(section, NULL, 0, 0, 0, protections[i]);

        require(view != NULL, "0x%x: error %u", (unsigned)protections[i], (unsigned)GetLastError());
        ok_eq((uintptr_t)view % GRANULE, 0);
        ok_region(view, .allocation_base = view, .allocation_protect = protections[i],
                  .state = MEM_COMMIT, .protect = protections[i], .type = MEM_MAPPED,
                  .size = GRANULE);
        drop(NULL, view);
    }
    drop(section, NULL);
}

TEST(null_process_is_ours_in_map3_alone, "3.30 3.31 4.9")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    HANDLE self = GetCurrentProcess();
    void *ours = MapViewOfFile3(section, NULL, NULL, 0, 0, 0, PAGE_READONLY, NULL, 0);
    void *too = MapViewOfFile3(section, self, NULL, 0, 0, 0, PAGE_READONLY, NULL, 0);

    /* Wine 8 has no such rule yet. */
    todo_wine ok(ours != NULL, "error %u", (unsigned)GetLastError());
    ok(too != NULL);
    ok_fails(UnmapViewOfFile2(NULL, too, 0), ERROR_INVALID_HANDLE);
    ok_succeeds(UnmapViewOfFile2(self, too, 0));
    drop(section, ours);
}

TEST(numa2_wants_a_process, "3.31")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view;

    ok_fails(
        MapViewOfFileNuma2(section, NULL, 0, NULL, 0, 0, PAGE_READONLY, NUMA_NO_PREFERRED_NODE),
        ERROR_INVALID_HANDLE);
    ok_fails(MapViewOfFile2(section, NULL, 0, NULL, 0, 0, PAGE_READONLY), ERROR_INVALID_HANDLE);
    view = MapViewOfFileNuma2(section, GetCurrentProcess(), 0, NULL, 0, 0, PAGE_READONLY,
                              NUMA_NO_PREFERRED_NODE);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READONLY,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED, .size = GRANULE);
    drop(section, view);
}

TEST(no_preferred_node_is_the_plain_function, "7.45")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    void *view = MapViewOfFileNuma2(section, GetCurrentProcess(), GRANULE, NULL, PAGE, 0,
                                    PAGE_READWRITE, NUMA_NO_PREFERRED_NODE);
    void *two = MapViewOfFile2(section, GetCurrentProcess(), GRANULE, NULL, PAGE, 0, PAGE_READONLY);

    require(view && two);
    *(volatile uint32_t *)view = 8;
    ok_eq(*(volatile uint32_t *)two, 8);
    drop(NULL, two);
    drop(section, view);
}

TEST(unaligned_base_fails_in_map3, "3.21 3.18")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *place = (char *)free_place(4 * GRANULE);
    void *view;

    ok_fails(map3(section, place + 0x1000, 0, 0, 0, PAGE_READONLY), ERROR_MAPPED_ALIGNMENT);
    ok_fails(map3(section, place + 42, 0, 0, 0, PAGE_READONLY), ERROR_MAPPED_ALIGNMENT);
    ok_fails(map3(section, NULL, 0x1000, PAGE, 0, PAGE_READONLY), ERROR_MAPPED_ALIGNMENT);
    view = map3(section, place, GRANULE, 0, 0, PAGE_READONLY);
    ok_ptr_eq(view, place);
    ok_fails(map3(section, place, 0, 0, 0, PAGE_READONLY), ERROR_INVALID_ADDRESS);
    drop(section, view);
}

TEST(unaligned_base_fails_in_map2_and_numa2, "3.21")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    HANDLE self = GetCurrentProcess();
    char *place = (char *)free_place(4 * GRANULE);

    ok_fails(MapViewOfFileNuma2(section, self, 0, place + PAGE, 0, 0, PAGE_READONLY,
                                NUMA_NO_PREFERRED_NODE),
             ERROR_MAPPED_ALIGNMENT);
    ok_fails(MapViewOfFile2(section, self, 0, place + PAGE, 0, 0, PAGE_READONLY),
             ERROR_MAPPED_ALIGNMENT);
    drop(section, NULL);
}

TEST(map3_size_is_rounded_up, "3.28")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = map3(section, NULL, 0, 0x1001, 0, PAGE_READWRITE);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = 0x2000);
    drop(NULL, view);
    ok_fails(map3(section, NULL, 0, GRANULE + 1, 0, PAGE_READONLY), ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(map3_refuses_bad_protections, "3.38")
{
    static const ULONG bad[] = {0, PAGE_READONLY | PAGE_READWRITE, 0x1234, 0xffffffff,
                                PAGE_NOACCESS | PAGE_READONLY};
    HANDLE section = new_section(NULL, PAGE_EXECUTE_READWRITE, PAGE);

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        ok_fails(map3(section, NULL, 0, 0, 0, bad[i]), ERROR_INVALID_PARAMETER);
    drop(section, NULL);
}

TEST(map3_refuses_other_allocation_types, "3.40 3.50 3.46")
{
    static const ULONG bad[] = {MEM_COMMIT,
                                MEM_COMMIT | MEM_RESERVE,
                                MEM_RESERVE | MEM_REPLACE_PLACEHOLDER,
                                MEM_RESERVE_PLACEHOLDER,
                                MEM_WRITE_WATCH,
                                MEM_PHYSICAL,
                                MEM_RELEASE,
                                0x40000000, /* AT_ROUND_TO_PAGE */
                                1};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++) {
        void *view;

        SetLastError(0xdeadbeef);
        view = map3(section, NULL, 0, 0, bad[i], PAGE_READONLY);
        /* Wine 8 takes any. */
        todo_wine ok(!view && GetLastError() == ERROR_INVALID_PARAMETER, "type 0x%x: %p, error %u",
                     (unsigned)bad[i], view, (unsigned)GetLastError());
        drop(NULL, view);
    }
    drop(section, NULL);
}

TEST(map3_obeys_the_handles_rights, "3.12 3.14 17.5")
{
    HANDLE section = new_section(NULL, PAGE_READONLY, GRANULE);
    HANDLE all = with_rights(section, SECTION_ALL_ACCESS);

    ok_fails(map3(section, NULL, 0, 0, 0, PAGE_READWRITE), ERROR_ACCESS_DENIED);
    ok_fails(map3(section, NULL, 0, 0, 0, PAGE_EXECUTE_READ), ERROR_ACCESS_DENIED);
    /* Wine looks at the handle only. */
    todo_wine ok_fails(map3(all, NULL, 0, 0, 0, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    drop(all, NULL);
    drop(section, map3(section, NULL, 0, 0, 0, PAGE_READONLY));
}

TEST(map3_from_app_is_map3, "3.30")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    void *view = MapViewOfFile3FromApp(section, NULL, NULL, 0, PAGE, 0, PAGE_READWRITE, NULL, 0);

    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    ok_fails(MapViewOfFile3FromApp(section, NULL, NULL, 1, PAGE, 0, PAGE_READWRITE, NULL, 0),
             ERROR_MAPPED_ALIGNMENT);
    drop(section, view);
}
