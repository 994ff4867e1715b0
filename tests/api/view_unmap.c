// SPDX-License-Identifier: MIT
/*
 * Unmapping: which addresses stand for a view, what is free afterwards, and what is no view.
 */
#include "api/api.h"

static bool is_free(const volatile void *address)
{
    MEMORY_BASIC_INFORMATION info;

    ok_eq(VirtualQuery((const void *)address, &info, sizeof(info)), sizeof(info));
    return info.State == MEM_FREE;
}

TEST(unmap_frees_the_whole_view, "4.1 8.1")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, 3 * GRANULE);
    char *view = (char *)map_words(section);

    ok_succeeds(UnmapViewOfFile(view));
    for (SIZE_T at = 0; at < 3 * GRANULE; at += PAGE)
        if (!is_free(view + at))
            ok(false, "0x%x is not free", (unsigned)at);
    ok(!can_read(view));
    ok(!can_read(view + 3 * GRANULE - 1));
    drop(section, NULL);
}

TEST(any_address_of_a_view_unmaps_it_all, "4.2 4.6")
{
    static const SIZE_T distances[] = {0, 1, 100, 4096, 4096 + 100, 0x10000, 0x2ffff};
    HANDLE section = new_section(NULL, PAGE_READWRITE, 3 * GRANULE);

    for (unsigned i = 0; i < ARRAYSIZE(distances); i++) {
        char *view = (char *)map_words(section);

        ok_succeeds(UnmapViewOfFile(view + distances[i]));
        ok(is_free(view), "0x%x", (unsigned)distances[i]);
        ok(is_free(view + PAGE), "0x%x", (unsigned)distances[i]);
        ok(is_free(view + 3 * GRANULE - PAGE), "0x%x", (unsigned)distances[i]);
    }
    drop(section, NULL);
}

TEST(other_views_stay, "4.1 4.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);

    *one = 3;
    drop(NULL, one);
    ok_eq(*two, 3);
    *two = 4;
    one = map_words(section);
    ok_eq(*one, 4);
    drop(NULL, one);
    drop(section, two);
}

TEST(private_memory_is_no_view, "4.3")
{
    char *memory =
        (char *)VirtualAlloc(NULL, 2 * GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    require(memory != NULL);
    *memory = 1;
    ok_fails(UnmapViewOfFile(memory), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(memory + PAGE), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(memory + 2 * GRANULE - 1), ERROR_INVALID_ADDRESS);
    ok_eq(*memory, 1);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
}

TEST(free_memory_is_no_view, "4.4")
{
    ok_fails(UnmapViewOfFile((void *)(uintptr_t)0xdeadbeef), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(NULL), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(free_place(GRANULE)), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFileEx(free_place(GRANULE), 0), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile2(GetCurrentProcess(), free_place(GRANULE), 0), ERROR_INVALID_ADDRESS);
}

TEST(memory_of_the_program_is_no_view, "4.4")
{
    char local;
    static char image;

    ok_fails(UnmapViewOfFile(&local), ERROR_INVALID_ADDRESS);
    image = 1;
    /* Windows would unmap the image of the program; here it is not ours to unmap. */
    if (!test_on_windows())
        ok_fails(UnmapViewOfFile(&image), ERROR_INVALID_ADDRESS);
    ok_eq(image, 1);
}

TEST(second_unmap_fails, "4.5")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    char *view = (char *)map_words(section);

    ok_succeeds(UnmapViewOfFile(view));
    ok_fails(UnmapViewOfFile(view), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(view + PAGE), ERROR_INVALID_ADDRESS);
    drop(section, NULL);
}

TEST(virtual_free_releases_no_view, "4.7 5.31")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);

    *view = 17;
    ok_fails(VirtualFree((void *)view, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree((char *)view + PAGE, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree((void *)view, GRANULE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_PARAMETER);
    ok_eq(*view, 17);
    drop(section, view);
}

TEST(virtual_free_decommits_no_view, "4.8 6.6")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);

    *view = 18;
    ok_fails(VirtualFree((void *)view, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree((void *)view, 0, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree((char *)view + PAGE, 2 * PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    ok_region(view, .allocation_base = view, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = GRANULE);
    ok_eq(*view, 18);
    drop(section, view);
}

/* Neither function unmaps a view with @flags. Wine 8 does not look at them. */
static void check_flags_refused(ULONG flags, DWORD error)
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);

    todo_wine ok_fails(UnmapViewOfFileEx((void *)one, flags), error);
    todo_wine ok_fails(UnmapViewOfFile2(GetCurrentProcess(), (void *)two, flags), error);
    if (!is_free(one) && !is_free(two)) {
        *one = 4;
        ok_eq(*two, 4);
        drop(NULL, one);
        drop(NULL, two);
    }
    drop(section, NULL);
}

TEST(unmap_flags_are_two, "4.10")
{
    static const ULONG bad[] = {4, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER, MEM_RELEASE,
                                MEM_DECOMMIT, 0x80000000};

    for (unsigned i = 0; i < ARRAYSIZE(bad); i++)
        check_flags_refused(bad[i], ERROR_INVALID_PARAMETER);
}

TEST(transient_boost_is_a_hint, "4.11")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *one = map_words(section);
    volatile uint32_t *two = map_words(section);

    ok_succeeds(UnmapViewOfFileEx((void *)one, MEM_UNMAP_WITH_TRANSIENT_BOOST));
    ok(is_free(one));
    ok_succeeds(UnmapViewOfFile2(GetCurrentProcess(), (void *)two, MEM_UNMAP_WITH_TRANSIENT_BOOST));
    ok(is_free(two));
    drop(section, NULL);
}

TEST(only_a_placeholder_can_be_preserved, "4.12 5.32")
{
    check_flags_refused(MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_ADDRESS);
    check_flags_refused(MEM_PRESERVE_PLACEHOLDER | MEM_UNMAP_WITH_TRANSIENT_BOOST,
                        ERROR_INVALID_ADDRESS);
}

TEST(unmap_wants_a_process, "4.9 3.31")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    volatile uint32_t *view = map_words(section);

    ok_fails(UnmapViewOfFile2(NULL, (void *)view, 0), ERROR_INVALID_HANDLE);
    ok_fails(UnmapViewOfFile2(event, (void *)view, 0), ERROR_INVALID_HANDLE);
    *view = 1;
    drop(event, NULL);
    drop(section, view);
}

TEST(place_of_a_view_can_be_used_again, "4.1 3.22")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile uint32_t *view = map_words(section);
    void *again, *memory;

    drop(NULL, view);
    again = MapViewOfFileEx(section, FILE_MAP_READ, 0, 0, 0, (void *)view);
    ok_ptr_eq(again, view);
    drop(NULL, again);
    memory = VirtualAlloc((void *)view, GRANULE, MEM_RESERVE, PAGE_NOACCESS);
    ok_ptr_eq(memory, view);
    ok_succeeds(VirtualFree(memory, 0, MEM_RELEASE));
    drop(section, NULL);
}
