// SPDX-License-Identifier: MIT
/*
 * Placeholders: which sections can replace one: of files, of reserved pages, but not images.
 */
#include "api/image_support.h"
#include "api/placeholder_kit.h"
#include "api/section_kit.h"

TEST(a_view_of_a_file_replaces_a_placeholder, "5.19 5.20 5.30")
{
    HANDLE file, section;
    char *base;

    needs(CAN_VIEW);
    file = new_file("mapped", READ_WRITE, 5 * PAGE);
    section = file_section(file, PAGE_READWRITE, 0);
    base = new_placeholder(16);
    preserve_pages(base, 3);
    view_pages(section, base, 1, 3);
    ok_layout(base, "V3 P13");
    ok_eq(*(volatile uint32_t *)base, PAGE / 4);
    *(volatile uint32_t *)(base + 2 * PAGE) = 0x12345678;
    ok_succeeds(FlushViewOfFile(base, 0));
    restore_view(base);
    ok_layout(base, "P3 P13");
    view_pages(section, base, 2, 3);
    ok_eq(*(volatile uint32_t *)(base + PAGE), 0x12345678);
    drop(section, base);
    release(base + 3 * PAGE);
    drop(file, NULL);
}

TEST(a_file_is_mapped_to_its_last_byte, "5.25 5.26 3.24 3.28 5.56")
{
    HANDLE file, section;
    char *base;

    needs(CAN_VIEW);
    file = new_file("odd", READ_WRITE, 2 * PAGE + 100);
    section = file_section(file, PAGE_READWRITE, 0);
    base = new_placeholder(3);
    /* Its third page holds 100 bytes of the file, and a view no more. */
    ok_fails(replace_view(section, base, 0, 3 * PAGE), ERROR_ACCESS_DENIED);
    /* Nor is its exact size that of the placeholder. */
    ok_fails(replace_view(section, base, 0, 2 * PAGE + 100), ERROR_INVALID_ADDRESS);
    ok_layout(base, "P3");
    /* All of it fills the three pages. */
    ok_ptr_eq(replace_view(section, base, 0, 0), base);
    ok_eq(*(volatile uint32_t *)(base + 2 * PAGE), 2 * PAGE / 4);
    drop(section, base);
    drop(file, NULL);
}

TEST(a_view_of_reserved_pages_replaces_a_placeholder, "5.24 6.1 6.4")
{
    HANDLE section;
    char *base;
    void *other;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE | SEC_RESERVE, GRANULE);
    base = new_placeholder(16);
    view_pages(section, base, 0, 16);
    ok_layout(base, "v16");
    ok_ptr_eq(VirtualAlloc(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE), base + PAGE);
    ok_layout(base, "(v1V1v14)");
    base[PAGE] = 6;
    other = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    require(other != NULL);
    ok_layout((char *)other, "(v1V1v14)");
    ok_eq(((char *)other)[PAGE], 6);
    restore_view(base);
    ok_layout(base, "P16");
    /* What was committed is the section's. */
    view_pages(section, base, 0, 16);
    ok_layout(base, "(v1V1v14)");
    ok_eq(base[PAGE], 6);
    drop(NULL, other);
    drop(section, base);
}

TEST(an_image_replaces_no_placeholder, "5.23 5.56 14.24")
{
    const struct image_spec spec = movable_image(0);
    HANDLE image;
    void *view = NULL;
    char *base;

    needs(CAN_VIEW);
    image = new_image(&spec);
    base = new_placeholder(MOVABLE_SIZE / PAGE);
    SetLastError(0xdeadbeef);
    view = MapViewOfFile3(image, NULL, base, 0, 0, MEM_REPLACE_PLACEHOLDER, PAGE_READONLY, NULL, 0);
    ok(view == NULL);
    ok_error(ERROR_INVALID_PARAMETER);
    view = MapViewOfFile3(image, NULL, base, 0, MOVABLE_SIZE, MEM_REPLACE_PLACEHOLDER,
                          PAGE_READONLY, NULL, 0);
    ok(view == NULL);
    ok_layout(base, "P5");
    release(base);
    drop(image, NULL);
}

TEST(a_copying_view_replaces_a_placeholder, "5.19 10.3")
{
    HANDLE section;
    volatile uint32_t *words;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    words = map_words(section);
    base = new_placeholder(16);
    ok_ptr_eq(MapViewOfFile3(section, NULL, base, 0, GRANULE, MEM_REPLACE_PLACEHOLDER,
                             PAGE_WRITECOPY, NULL, 0),
              base);
    *(volatile uint32_t *)base = 9;
    ok_eq(words[0], 0);
    ok_region(base, .allocation_base = base, .allocation_protect = PAGE_WRITECOPY,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_MAPPED, .size = PAGE);
    restore_view(base);
    ok_layout(base, "P16");
    /* The copy is gone. */
    view_pages(section, base, 0, 16);
    ok_eq(*(volatile uint32_t *)base, 0);
    drop(NULL, words);
    drop(section, base);
}

TEST(a_view_in_a_placeholder_is_protected_as_any, "9.10 5.30")
{
    HANDLE section;
    DWORD old = 0;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    view_pages(section, base, 0, 16);
    ok_succeeds(VirtualProtect(base + PAGE, PAGE, PAGE_READONLY, &old));
    ok_eq(old, PAGE_READWRITE);
    ok(!can_write(base + PAGE));
    ok_fails(VirtualProtect(base, PAGE, PAGE_EXECUTE_READ, &old), ERROR_INVALID_PARAMETER);
    restore_view(base);
    ok_layout(base, "P16");
    view_pages(section, base, 0, 16);
    ok_layout(base, "V16");
    drop(section, base);
}

TEST(a_view_outlives_its_handle, "3.37 5.30")
{
    HANDLE section;
    char *base;

    needs(CAN_VIEW);
    section = new_section(NULL, PAGE_READWRITE, GRANULE);
    base = new_placeholder(16);
    view_pages(section, base, 0, 16);
    drop(section, NULL);
    base[PAGE] = 1;
    ok_eq(base[PAGE], 1);
    restore_view(base);
    ok_layout(base, "P16");
    release(base);
}
