// SPDX-License-Identifier: MIT
/*
 * Placeholders: replacing one by a view, and getting it back (sections of files, images and
 * reserved pages: placeholder_sections.c).
 */
#include "api/placeholder_kit.h"

TEST(a_placeholder_becomes_a_view, "5.19 5.29")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    ok_ptr_eq(replace_view(section, base, 0, GRANULE), base);
    ok_region(base, .allocation_base = base, .allocation_protect = PAGE_READWRITE,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = GRANULE);
    base[5] = 'v';
    drop(section, base);
    ok_layout(base, "F16");
}

TEST(a_view_in_a_placeholder_shows_the_section, "5.19 3.33")
{
    HANDLE section;
    volatile uint32_t *words;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    words = map_words(section);
    base = new_placeholder(16);
    view_pages(section, base, 16, 16);
    words[GRANULE / 4] = 77;
    ok_eq(*(volatile uint32_t *)base, 77);
    *(volatile uint32_t *)(base + PAGE) = 78;
    ok_eq(words[(GRANULE + PAGE) / 4], 78);
    drop(NULL, words);
    drop(section, base);
}

TEST(views_replace_with_every_protection, "5.19 5.29")
{
    static const ULONG protections[] = {
        PAGE_NOACCESS,     PAGE_READONLY,          PAGE_READWRITE,        PAGE_WRITECOPY,
        PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY};
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_EXECUTE_READWRITE, GRANULE);
    base = new_placeholder(16);
    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        ok_ptr_eq(MapViewOfFile3(section, NULL, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER,
                                 protections[i], NULL, 0),
                  base);
        ok_region(base, .allocation_base = base, .allocation_protect = protections[i],
                  .state = MEM_COMMIT, .protect = protections[i], .type = MEM_MAPPED,
                  .size = GRANULE);
        restore_view(base);
        ok_layout(base, "P16");
    }
    release(base);
    drop(section, NULL);
}

TEST(pages_are_enough_for_views_in_placeholders, "5.18 5.20")
{
    HANDLE section;
    volatile uint32_t *words;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    words = map_words(section);
    base = new_placeholder(16);
    preserve_pages(base, 1);
    preserve_pages(base + PAGE, 3);
    /* Neither the base nor the offset is a multiple of 64 KiB. */
    view_pages(section, base + PAGE, 5, 3);
    view_pages(section, base, 13, 1);
    ok_layout(base, "V1 V3 P12");
    words[5 * PAGE / 4] = 5;
    words[13 * PAGE / 4] = 13;
    ok_eq(*(volatile uint32_t *)(base + PAGE), 5);
    ok_eq(*(volatile uint32_t *)base, 13);
    drop(NULL, words);
    restore_view(base);
    restore_view(base + PAGE);
    ok_layout(base, "P1 P3 P12");
    release(base);
    release(base + PAGE);
    release(base + 4 * PAGE);
    drop(section, NULL);
}

static void check_replace_fails(HANDLE section, void *base, ULONG64 offset, SIZE_T size,
                                DWORD error)
{
    void *view;

    SetLastError(0xdeadbeef);
    view = replace_view(section, base, offset, size);
    ok(!view && GetLastError() == error, "offset 0x%llx, size 0x%llx: %p, error %u",
       (unsigned long long)offset, (unsigned long long)size, view, (unsigned)GetLastError());
    if (view)
        restore_view(view);
}

TEST(less_than_a_page_is_not_enough, "5.21 5.22 5.56")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    base = new_placeholder(16);
    check_replace_fails(section, base - 1, 0, GRANULE, ERROR_MAPPED_ALIGNMENT);
    check_replace_fails(section, base + 1, 0, GRANULE, ERROR_MAPPED_ALIGNMENT);
    check_replace_fails(section, base, 0xfff, GRANULE, ERROR_MAPPED_ALIGNMENT);
    check_replace_fails(section, base, 1, GRANULE, ERROR_MAPPED_ALIGNMENT);
    check_replace_fails(section, base - 1, 0xfff, GRANULE, ERROR_MAPPED_ALIGNMENT);
    ok_layout(base, "P16");
    /* Without the flag 64 KiB count as ever. */
    ok_fails(MapViewOfFile3(section, NULL, base, PAGE, PAGE, 0, PAGE_READWRITE, NULL, 0),
             ERROR_MAPPED_ALIGNMENT);
    ok_fails(MapViewOfFile3(section, NULL, base + PAGE, 0, PAGE, 0, PAGE_READWRITE, NULL, 0),
             ERROR_MAPPED_ALIGNMENT);
    release(base);
    drop(section, NULL);
}

TEST(a_view_replaces_a_whole_placeholder, "5.9 5.19 5.28 5.56")
{
    HANDLE section;
    char *place, *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, 4 * GRANULE);
    place = (char *)free_place(4 * GRANULE);
    base = placeholder_at(place + GRANULE, 16);
    check_replace_fails(section, base, 0, PAGE, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base, 0, 15 * PAGE, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base, 0, 17 * PAGE, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base + PAGE, 0, PAGE, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base + PAGE, 0, 15 * PAGE, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base - GRANULE, 0, 2 * GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "F16 P16 F32");
    /* Two that touch are not one. */
    preserve_pages(base, 8);
    check_replace_fails(section, base, 0, GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "F16 P8 P8 F32");
    release(base);
    release(base + 8 * PAGE);
    drop(section, NULL);
}

TEST(a_view_replaces_only_a_placeholder, "5.15 5.56")
{
    HANDLE section;
    char *place;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    place = (char *)free_place(GRANULE);
    check_replace_fails(section, place, 0, GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "F16");
    ok_ptr_eq(VirtualAlloc(place, GRANULE, MEM_RESERVE, PAGE_READWRITE), place);
    check_replace_fails(section, place, 0, GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "R16");
    release(place);
    placeholder_at(place, 16);
    replace_pages(place, 16);
    check_replace_fails(section, place, 0, GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "M16");
    preserve_pages(place, 16);
    view_pages(section, place, 0, 16);
    check_replace_fails(section, place, 0, GRANULE, ERROR_INVALID_ADDRESS);
    ok_layout(place, "V16");
    drop(section, place);
}

TEST(a_placeholder_is_not_mapped_over_without_the_flag, "3.22 5.19")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    ok_fails(MapViewOfFile3(section, NULL, base, 0, GRANULE, 0, PAGE_READWRITE, NULL, 0),
             ERROR_INVALID_ADDRESS);
    ok_fails(MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, 0, base), ERROR_INVALID_ADDRESS);
    ok_layout(base, "P16");
    release(base);
    drop(section, NULL);
}

TEST(size_zero_is_the_whole_section, "5.25 5.56")
{
    HANDLE section, larger;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    larger = new_section(NULL, PAGE_READWRITE, 2 * GRANULE);
    base = new_placeholder(16);
    check_replace_fails(larger, base, 0, 0, ERROR_INVALID_ADDRESS);
    ok_layout(base, "P16");
    ok_ptr_eq(replace_view(section, base, 0, 0), base);
    restore_view(base);
    /* To the end of the section, from the offset. */
    ok_ptr_eq(replace_view(larger, base, GRANULE, 0), base);
    ok_layout(base, "V16");
    drop(larger, base);
    drop(section, NULL);
}

TEST(size_of_a_replacing_view_is_exact, "3.28 5.19 5.56")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(2);
    check_replace_fails(section, base, 0, PAGE + 1, ERROR_INVALID_ADDRESS);
    check_replace_fails(section, base, 0, 2 * PAGE - 1, ERROR_INVALID_ADDRESS);
    ok_layout(base, "P2");
    release(base);
    drop(section, NULL);
}

TEST(a_view_is_not_larger_than_the_section, "5.26 5.56")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(32);
    check_replace_fails(section, base, 0, 2 * GRANULE, ERROR_ACCESS_DENIED);
    check_replace_fails(section, base, GRANULE, 2 * GRANULE, ERROR_ACCESS_DENIED);
    ok_layout(base, "P32");
    release(base);
    drop(section, NULL);
}

TEST(replacing_takes_no_requirements_and_needs_an_address, "5.17 5.27 5.56")
{
    MEM_ADDRESS_REQUIREMENTS requirements = {.Alignment = 0};
    MEM_EXTENDED_PARAMETER parameter = {.Pointer = &requirements};
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    parameter.Type = MemExtendedParameterAddressRequirements;
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    requirements.HighestEndingAddress = (void *)(uintptr_t)0x7fffffff;
    ok_fails(MapViewOfFile3(section, NULL, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER,
                            PAGE_READWRITE, &parameter, 1),
             ERROR_INVALID_PARAMETER);
    ok_layout(base, "P16");
    requirements.HighestEndingAddress = NULL;
    ok_ptr_eq(MapViewOfFile3(section, NULL, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER,
                             PAGE_READWRITE, &parameter, 1),
              base);
    restore_view(base);
    check_replace_fails(section, NULL, 0, GRANULE, ERROR_INVALID_PARAMETER);
    ok_fails(MapViewOfFile3(section, NULL, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER | MEM_RESERVE,
                            PAGE_READWRITE, NULL, 0),
             ERROR_INVALID_PARAMETER);
    ok_layout(base, "P16");
    release(base);
    drop(section, NULL);
}

TEST(the_handle_counts_before_the_placeholder, "5.19 17.5 5.56")
{
    HANDLE section, reader;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READONLY, GRANULE);
    reader = with_rights(section, SECTION_ALL_ACCESS);
    base = new_placeholder(16);
    check_replace_fails(section, base, 0, GRANULE, ERROR_ACCESS_DENIED);
    check_replace_fails(reader, base, 0, GRANULE, ERROR_INVALID_PARAMETER); /* 3.13 */
    check_replace_fails(NULL, base, 0, GRANULE, ERROR_INVALID_HANDLE);
    check_replace_fails(section, base, 0, PAGE, ERROR_ACCESS_DENIED);
    ok_layout(base, "P16");
    release(base);
    drop(reader, NULL);
    drop(section, NULL);
}

/* --- getting it back ----------------------------------------------------------------------------
 */

TEST(a_view_becomes_a_placeholder_again, "5.30 4.11")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(32);
    preserve_pages(base, 16);
    for (unsigned turn = 0; turn < 4; turn++) {
        view_pages(section, base, 0, 16);
        ok_eq(base[0], (char)turn);
        base[0] = (char)(turn + 1);
        if (turn == 0)
            ok_succeeds(UnmapViewOfFileEx(base, MEM_PRESERVE_PLACEHOLDER));
        else if (turn == 1) /* any address in it */
            ok_succeeds(UnmapViewOfFileEx(base + PAGE + 5, MEM_PRESERVE_PLACEHOLDER));
        else if (turn == 2)
            ok_succeeds(
                UnmapViewOfFile2(GetCurrentProcess(), base,
                                 MEM_PRESERVE_PLACEHOLDER | MEM_UNMAP_WITH_TRANSIENT_BOOST));
        else
            ok_status(NtUnmapViewOfSectionEx(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER),
                      STATUS_SUCCESS);
        /* And is not merged with its neighbour. */
        ok_layout(base, "P16 P16");
        ok(!can_read(base));
    }
    release(base);
    release(base + GRANULE);
    drop(section, NULL);
}

TEST(virtualfree_does_not_restore_views, "5.31 4.7 5.56")
{
    HANDLE section;
    char *base;
    void *plain;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    view_pages(section, base, 0, 16);
    plain = (void *)map_words(section);
    ok_fails(VirtualFree(base, GRANULE, PRESERVE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(base, PAGE, PRESERVE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(plain, GRANULE, PRESERVE), ERROR_INVALID_PARAMETER);
    ok_fails(VirtualFree(base, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    ok_status(nt_free(base, GRANULE, PRESERVE), STATUS_UNABLE_TO_DELETE_SECTION);
    ok_layout(base, "V16");
    ok_layout((char *)plain, "V16");
    drop(NULL, plain);
    drop(section, base);
}

TEST(a_plain_view_does_not_become_a_placeholder, "5.32 4.12 5.56")
{
    HANDLE section;
    char *view;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    view = (char *)map_words(section);
    view[1] = 1;
    ok_fails(UnmapViewOfFile2(GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFileEx(view, MEM_PRESERVE_PLACEHOLDER), ERROR_INVALID_ADDRESS);
    ok_layout(view, "V16");
    ok_eq(view[1], 1);
    drop(section, view);
}

TEST(a_placeholder_is_not_unmapped, "5.33 5.56")
{
    char *base;

    needs(CAN_VIEW);
    base = new_placeholder(16);
    ok_fails(UnmapViewOfFile2(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile(base), ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFileEx(base, 0), ERROR_INVALID_ADDRESS);
    ok_status(NtUnmapViewOfSection(GetCurrentProcess(), base), STATUS_NOT_MAPPED_VIEW);
    ok_layout(base, "P16");
    replace_pages(base, 16);
    ok_fails(UnmapViewOfFile2(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_ADDRESS);
    ok_layout(base, "M16");
    release(base);
}

TEST(plain_unmap_frees_the_place, "4.13 5.30")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(32);
    preserve_pages(base, 16);
    view_pages(section, base, 0, 16);
    ok_succeeds(UnmapViewOfFile(base));
    ok_layout(base, "F16 P16");
    ok_fails(VirtualFree(base, GRANULE, PRESERVE), ERROR_INVALID_ADDRESS);
    ok_ptr_eq(VirtualAlloc(base, GRANULE, MEM_RESERVE, PAGE_NOACCESS), base);
    release(base);
    view_pages(section, base + GRANULE, 0, 16);
    ok_succeeds(
        UnmapViewOfFile2(GetCurrentProcess(), base + GRANULE, MEM_UNMAP_WITH_TRANSIENT_BOOST));
    ok_layout(base, "F32");
    drop(section, NULL);
}

TEST(unmapping_twice_fails_the_second_time, "4.5 5.33")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    view_pages(section, base, 0, 16);
    restore_view(base);
    ok_fails(UnmapViewOfFile2(GetCurrentProcess(), base, MEM_PRESERVE_PLACEHOLDER),
             ERROR_INVALID_ADDRESS);
    ok_fails(UnmapViewOfFile2(NULL, base, MEM_PRESERVE_PLACEHOLDER), ERROR_INVALID_HANDLE);
    ok_layout(base, "P16");
    release(base);
    drop(section, NULL);
}
