// SPDX-License-Identifier: MIT
/*
 * Where a view lies, which part of the section it shows, and which handles can be mapped.
 */
#include "api/api.h"

static void *map_part(HANDLE section, uint64_t offset, SIZE_T size)
{
    return MapViewOfFile(section, FILE_MAP_READ, (DWORD)(offset >> 32), (DWORD)offset, size);
}

TEST(offset_is_a_multiple_of_the_granularity, "3.18")
{
    static const DWORD offsets[] = {1, 0x1000, 0x8000, 0xffff, 0x10001, 0x11000};
    HANDLE section = new_section(NULL, PAGE_READWRITE, 4 * GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(offsets); i++) {
        ok_fails(map_part(section, offsets[i], PAGE), ERROR_MAPPED_ALIGNMENT);
        ok_fails(MapViewOfFileFromApp(section, FILE_MAP_READ, offsets[i], PAGE),
                 ERROR_MAPPED_ALIGNMENT);
    }
    drop(section, map_part(section, 0x10000, PAGE));
}

TEST(base_is_a_multiple_of_the_granularity, "3.20 3.19")
{
    static const SIZE_T distances[] = {1, 42, 0x1000, 0x8000, 0xffff};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *place = (char *)free_place(4 * GRANULE);
    void *view;

    for (unsigned i = 0; i < ARRAYSIZE(distances); i++)
        ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place + GRANULE + distances[i]),
                 ERROR_MAPPED_ALIGNMENT);
    view = MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place + GRANULE);
    ok_ptr_eq(view, place + GRANULE);
    drop(section, view);
}

TEST(occupied_base_is_an_invalid_address, "3.22")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *view = (char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    char *memory = (char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    char *place = (char *)free_place(4 * GRANULE);
    char *blocker = (char *)VirtualAlloc(place + GRANULE, PAGE, MEM_RESERVE, PAGE_NOACCESS);

    require(view && memory && blocker);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, view), ERROR_INVALID_ADDRESS);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, view + GRANULE),
             ERROR_INVALID_ADDRESS);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, memory), ERROR_INVALID_ADDRESS);
    /* Only the end of the view would be in the way. */
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, place), ERROR_INVALID_ADDRESS);
    ok_succeeds(VirtualFree(blocker, 0, MEM_RELEASE));
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    drop(section, view);
}

TEST(alignment_comes_before_the_address, "3.23 17.3")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    char *view = (char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0x1000, PAGE, view),
             ERROR_MAPPED_ALIGNMENT);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, view + PAGE), ERROR_MAPPED_ALIGNMENT);
    drop(section, view);
}

TEST(view_past_the_end_is_denied, "3.25")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);

    ok_fails(map_part(section, 0, 2 * GRANULE + 1), ERROR_ACCESS_DENIED);
    ok_fails(map_part(section, 0, 16 * GRANULE), ERROR_ACCESS_DENIED);
    ok_fails(map_part(section, GRANULE, GRANULE + 1), ERROR_ACCESS_DENIED);
    /* Wine calls an offset past the end a bad parameter. */
    todo_wine ok_fails(map_part(section, 2 * GRANULE, 0), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(map_part(section, 2 * GRANULE, 1), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(map_part(section, 16 * GRANULE, 0), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(map_part(section, 16 * GRANULE, PAGE), ERROR_ACCESS_DENIED);
    todo_wine ok_fails(map_part(section, (uint64_t)1 << 40, PAGE), ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(page_file_section_can_be_mapped_to_the_end_of_its_last_page, "1.40 3.26 3.27")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 0x3452);
    volatile uint32_t *view = map_words(section);

    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = 0x4000);
    view[0x3ffc / 4] = 1;
    drop(NULL, view);
    drop(NULL, map_part(section, 0, 0x3453));
    drop(NULL, map_part(section, 0, 0x4000));
    ok_fails(map_part(section, 0, 0x4001), ERROR_ACCESS_DENIED);
    drop(section, NULL);
}

TEST(size_zero_is_the_rest_of_the_section, "3.26")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 3 * GRANULE + PAGE);
    volatile uint32_t *whole = map_words(section);
    volatile uint32_t *rest = (volatile uint32_t *)map_part(section, GRANULE, 0);

    require(rest != NULL);
    ok_region(rest, .allocation_base = rest, .allocation_protect = PAGE_READONLY,
              .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED,
              .size = 2 * GRANULE + PAGE);
    whole[GRANULE / 4] = 0x1001;
    whole[(3 * GRANULE + PAGE) / 4 - 1] = 0x1002;
    ok_eq(rest[0], 0x1001);
    ok_eq(rest[(2 * GRANULE + PAGE) / 4 - 1], 0x1002);
    drop(NULL, whole);
    drop(section, rest);
}

TEST(size_of_a_view_is_rounded_up_to_a_page, "3.27")
{
    static const struct {
        SIZE_T given, mapped;
    } sizes[] = {{1, 0x1000}, {0x1000, 0x1000}, {0x1001, 0x2000}, {0xffff, 0x10000}};
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        void *view = map_part(section, 0, sizes[i].given);

        require(view != NULL, "error %u", (unsigned)GetLastError());
        ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READONLY,
                  .state = MEM_COMMIT, .protect = PAGE_READONLY, .type = MEM_MAPPED,
                  .size = sizes[i].mapped);
        drop(NULL, view);
    }
    drop(section, NULL);
}

TEST(views_lie_at_multiples_of_the_granularity, "3.29")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    void *views[20];

    for (unsigned i = 0; i < ARRAYSIZE(views); i++) {
        views[i] = map_part(section, i % 2 ? GRANULE : 0, (i + 1) * 0x123);
        require(views[i] != NULL);
        ok_eq((uintptr_t)views[i] % GRANULE, 0);
    }
    for (unsigned i = 0; i < ARRAYSIZE(views); i++)
        drop(NULL, views[i]);
    drop(section, NULL);
}

TEST(two_views_show_one_memory, "3.33")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);
    volatile uint32_t *part = (volatile uint32_t *)map_part(section, GRANULE, 0);

    ok_ptr_ne(one, two);
    one[7] = 0xaabbccdd;
    ok_eq(two[7], 0xaabbccdd);
    two[GRANULE / 4 + 9] = 0x11111111;
    ok_eq(one[GRANULE / 4 + 9], 0x11111111);
    ok_eq(part[9], 0x11111111);
    drop(NULL, one);
    drop(NULL, part);
    drop(section, two);
}

TEST(offsets_and_sizes_have_64_bits, "3.26 1.40")
{
    const uint64_t size = 0x100020000;
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, NULL);
    volatile uint32_t *high, *both;

    require(section != NULL);
    high = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_WRITE, 1, 0x10000, GRANULE);
    require(high != NULL, "error %u", (unsigned)GetLastError());
    both = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 1, 0, 2 * GRANULE);
    require(both != NULL, "error %u", (unsigned)GetLastError());
    *high = 4711;
    ok_eq(both[GRANULE / 4], 4711);
    ok_eq(both[0], 0);
    ok_fails(MapViewOfFile(section, FILE_MAP_READ, 1, 0x10000, GRANULE + 1), ERROR_ACCESS_DENIED);
    drop(NULL, high);
    drop(section, both);
}

TEST(only_sections_can_be_mapped, "3.36 12.33 12.4")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE closed = new_section(NULL, PAGE_READWRITE, PAGE);

    drop(closed, NULL);
    check_map_fails(event, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    check_map_fails(NULL, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    check_map_fails(closed, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    check_map_fails((HANDLE)(ULONG_PTR)0xdeadbee0, FILE_MAP_READ, ERROR_INVALID_HANDLE);
    drop(event, NULL);
}

TEST(view_outlives_its_handle, "3.37 12.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);

    one[1] = 21;
    drop(section, NULL);
    ok_eq(one[1], 21);
    one[2] = 22;
    ok_eq(two[2], 22);
    drop(NULL, one);
    ok_eq(two[1], 21);
    ok_eq(two[2], 22);
    drop(NULL, two);
}

TEST(mapping_leaves_the_last_error, "3.52")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, PAGE);
    void *view;

    SetLastError(0xdeadbeef);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    ok_error(0xdeadbeef);
    ok(view != NULL);
    UnmapViewOfFile(view);
    ok_error(0xdeadbeef);
    CloseHandle(section);
    ok_error(0xdeadbeef);
}

TEST(many_views_at_once, "3.33 4.6")
{
    enum { COUNT = 1000 };
    static volatile uint32_t *views[COUNT];
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);

    for (unsigned i = 0; i < COUNT; i++) {
        views[i] = map_words(section);
        views[i][i] = i;
    }
    for (unsigned i = 0; i < COUNT; i += 2)
        drop(NULL, views[i]);
    for (unsigned i = 1; i < COUNT; i += 2) {
        if (views[i][i - 1] != i - 1 || views[i][i] != i)
            ok_eq(views[i][i - 1], i - 1);
        drop(NULL, views[i]);
    }
    drop(section, NULL);
}
