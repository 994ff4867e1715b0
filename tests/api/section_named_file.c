// SPDX-License-Identifier: MIT
/*
 * Named sections of files and images, between real processes: the one who opens the name has not
 * opened the file.
 */
#include "api/image_kit.h"
#include "api/section_kit.h"

static HANDLE named(HANDLE file, DWORD protect, uint64_t size, const wchar_t *name)
{
    HANDLE section =
        CreateFileMappingW(file, NULL, protect, (DWORD)(size >> 32), (DWORD)size, name);

    require(section != NULL, "no section: error %u", (unsigned)GetLastError());
    return section;
}

/* Opens the section with argv[1] rights, reads word 5 and writes word 6. */
CHILD(sharer)
{
    bool writes = argc > 1 && argv[1][0] == 'w';
    HANDLE section =
        open_section(L_("shared"), writes ? FILE_MAP_READ | FILE_MAP_WRITE | SECTION_QUERY
                                          : FILE_MAP_READ | SECTION_QUERY);
    volatile uint32_t *view;

    ok_eq(section_size(section), 0x3456);
    ok_eq(section_attributes(section), SEC_FILE);
    if (!writes)
        check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    view = (volatile uint32_t *)MapViewOfFile(section, writes ? FILE_MAP_WRITE : FILE_MAP_READ, 0,
                                              0, 0);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(view[5], 5);
    if (writes)
        view[6] = 66;
    drop(section, view);
    return 0;
}

TEST(another_process_opens_a_file_by_the_sections_name, "2.12 2.21 2.22 3.33 1.39 1.12")
{
    HANDLE file = new_file("shared", READ_WRITE, 0x3456);
    HANDLE section = named(file, PAGE_READWRITE, 0, L_("shared"));
    volatile uint32_t *view = map_words(section);
    struct test_child child;

    drop(file, NULL);
    require(test_child_start(&child, "sharer", "read"));
    ok_eq(test_child_wait(&child, SOON), 0);
    require(test_child_start(&child, "sharer", "write"));
    ok_eq(test_child_wait(&child, SOON), 0);
    ok_eq(view[6], 66);
    drop(section, view);
    check_open_fails(L_("shared"), FILE_MAP_READ, ERROR_FILE_NOT_FOUND);
}

TEST(second_create_over_another_file_opens_the_first, "1.19 1.20 1.51")
{
    HANDLE first = new_file("first", READ_WRITE, 0x2000);
    HANDLE second = new_file("second", READ_WRITE, 0x1000);
    HANDLE section = named(first, PAGE_READWRITE, 0, L_("twice"));
    HANDLE again = CreateFileMappingW(second, NULL, PAGE_READONLY, 0, 0, L_("twice"));

    ok_error(ERROR_ALREADY_EXISTS);
    ok_eq(section_size(again), 0x2000);
    ok_eq(section_attributes(again), SEC_FILE);
    check_map_fails(again, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    drop(again, NULL);
    /* Also without any file. */
    again = named(INVALID_HANDLE_VALUE, PAGE_READWRITE, 0x10000, L_("twice"));
    ok_error(ERROR_ALREADY_EXISTS);
    ok_eq(section_size(again), 0x2000);
    drop(again, NULL);
    drop(section, NULL);
    drop(first, NULL);
    drop(second, NULL);
}

TEST(read_only_named_section_of_a_file, "2.23 3.13 13.2")
{
    HANDLE file = new_file("shared", GENERIC_READ, 0x3456);
    HANDLE section = named(file, PAGE_READONLY, 0, L_("shared"));
    HANDLE writes = open_section(L_("shared"), FILE_MAP_WRITE | FILE_MAP_READ);
    struct test_child child;

    /* The open looks at the descriptor only, and the section's protection then forbids it. */
    todo_wine check_map_fails(writes, FILE_MAP_WRITE, ERROR_INVALID_PARAMETER);
    drop(NULL, MapViewOfFile(writes, FILE_MAP_READ, 0, 0, 0));
    drop(writes, NULL);
    require(test_child_start(&child, "sharer", "read"));
    ok_eq(test_child_wait(&child, SOON), 0);
    drop(section, NULL);
    drop(file, NULL);
}

/* Keeps a view of the section, and nothing else. */
CHILD(viewer)
{
    HANDLE section = open_section(L_("held"), FILE_MAP_READ);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    char line[64];

    (void)argc, (void)argv;
    require(view != NULL);
    drop(section, NULL);
    test_say("mapped");
    test_hear(line, sizeof(line), 30000);
    drop(NULL, view);
    return 0;
}

static void check_shorten(bool refused)
{
    HANDLE file = open_file("held", READ_WRITE, SHARE_ALL);

    SetFilePointer(file, 0x800, NULL, FILE_BEGIN);
    if (refused)
        ok_fails(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
    else
        ok_succeeds(SetEndOfFile(file));
    drop(file, NULL);
}

TEST(view_of_another_process_keeps_the_file_as_long_as_it_is, "16.1 16.2 16.5 2.6")
{
    HANDLE file = new_file("held", READ_WRITE, 0x1000);
    HANDLE section = named(file, PAGE_READWRITE, 0, L_("held"));
    struct test_child child;

    drop(file, NULL);
    require(test_child_start(&child, "viewer", NULL));
    test_child_expect(&child, "mapped", SOON);
    drop(section, NULL);
    check_shorten(true);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, SOON), 0);
    check_shorten(false);
}

TEST(view_of_a_killed_process_keeps_nothing, "16.5 2.6")
{
    HANDLE file = new_file("held", READ_WRITE, 0x1000);
    HANDLE section = named(file, PAGE_READWRITE, 0, L_("held"));
    struct test_child child;

    drop(file, NULL);
    require(test_child_start(&child, "viewer", NULL));
    test_child_expect(&child, "mapped", SOON);
    drop(section, NULL);
    ok_eq(test_child_kill(&child), TEST_CHILD_KILLED);
    check_shorten(false);
}

/* --- images --------------------------------------------------------------------------------- */

static HANDLE new_image(const char *name)
{
    static struct image_file image;
    static const char text[] = "data of an image";
    const struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics =
                       IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE | IMAGE_SCN_CNT_INITIALIZED_DATA,
                   .data = text,
                   .data_size = sizeof(text)}}};

    image_build(&spec, &image);
    return new_file_of(name, GENERIC_READ, image.bytes, (DWORD)image.size);
}

CHILD(image_user)
{
    HANDLE section = open_section(L_("image"), FILE_MAP_READ | SECTION_QUERY);
    char *view;

    (void)argc, (void)argv;
    ok_eq(section_attributes(section), SEC_FILE | SEC_IMAGE);
    ok_eq(section_size(section), 0x2000);
    view = (char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    drop(section, NULL);
    ok_str_eq(view + 0x1000, "data of an image");
    view[0x1000] = 'D'; /* a copy of its own */
    ok_str_eq(view + 0x1000, "Data of an image");
    test_say("mapped");
    test_hear((char[64]){0}, 64, 30000);
    drop(NULL, view);
    return 0;
}

TEST(another_process_maps_a_named_image, "14.26 1.16 1.54 14.19")
{
    HANDLE file = new_image("image"),
           section = named(file, PAGE_READONLY | SEC_IMAGE, 0, L_("image"));
    char *view = (char *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    struct test_child child;

    drop(file, NULL);
    require(view != NULL, "error %u", (unsigned)GetLastError());
    require(test_child_start(&child, "image_user", NULL));
    test_child_expect(&child, "mapped", SOON);
    ok_str_eq(view + 0x1000, "data of an image");
    drop(section, view);
    /* The other's view is one of the image all the same. */
    ok(CreateFileA(path_of("image"), READ_WRITE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL) ==
       INVALID_HANDLE_VALUE);
    ok_error(ERROR_SHARING_VIOLATION);
    test_child_write_line(&child, "go");
    ok_eq(test_child_wait(&child, SOON), 0);
    file = open_file("image", READ_WRITE, SHARE_ALL);
    drop(file, NULL);
}

/* --- reserved memory ------------------------------------------------------------------------ */

CHILD(section_committer)
{
    HANDLE section = open_section(L_("reserved"), FILE_MAP_WRITE | FILE_MAP_READ | SECTION_QUERY);
    char *view = (char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    (void)argc, (void)argv;
    require(view != NULL, "error %u", (unsigned)GetLastError());
    ok_eq(section_attributes(section), SEC_RESERVE);
    ok_eq(section_size(section), 0x100000);
    ok_ptr_eq(VirtualAlloc(view + 0x20000, 0x1000, MEM_COMMIT, PAGE_READWRITE), view + 0x20000);
    view[0x20000] = 'c';
    drop(section, view);
    return 0;
}

TEST(another_process_commits_in_a_named_section, "6.1 6.4 6.5 1.5")
{
    HANDLE section = new_section(L_("reserved"), PAGE_READWRITE | SEC_RESERVE, 0x100000);
    char *view = (char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    MEMORY_BASIC_INFORMATION info;
    struct test_child child;

    require(view != NULL, "error %u", (unsigned)GetLastError());
    require(VirtualQuery(view + 0x20000, &info, sizeof(info)) == sizeof(info));
    ok_eq(info.State, MEM_RESERVE);
    require(test_child_start(&child, "section_committer", NULL));
    ok_eq(test_child_wait(&child, SOON), 0);
    require(VirtualQuery(view + 0x20000, &info, sizeof(info)) == sizeof(info));
    ok_eq(info.State, MEM_COMMIT);
    ok_eq(info.RegionSize, 0x1000);
    ok_eq(view[0x20000], 'c');
    drop(section, view);
}
