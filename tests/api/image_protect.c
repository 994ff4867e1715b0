// SPDX-License-Identifier: MIT
/*
 * Protections in views of image sections: those of the sections in the file and no others, what
 * a write and VirtualProtect make of them, and images of which nothing may execute.
 */
#include "api/image_support.h"

#include <string.h>

#include "api/section_kit.h"

#define ok_part(view, rva, size_, protect_)                                                       \
    ok_region((view) + (rva), .allocation_base = (view),                                          \
              .allocation_protect = PAGE_EXECUTE_WRITECOPY, .size = (size_), .state = MEM_COMMIT, \
              .protect = (protect_), .type = MEM_IMAGE)

static const struct {
    DWORD characteristics;
    ULONG protect, written; /* written: what a write makes of it; 0: it is a violation */
} rows[] = {
    {0, PAGE_NOACCESS, 0},
    {READS, PAGE_READONLY, 0},
    {WRITES, PAGE_WRITECOPY, PAGE_READWRITE},
    {READS | WRITES, PAGE_WRITECOPY, PAGE_READWRITE},
    {EXECUTES, PAGE_EXECUTE, 0},
    {READS | EXECUTES, PAGE_EXECUTE_READ, 0},
    {WRITES | EXECUTES, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_READWRITE},
    {READS | WRITES | EXECUTES, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_READWRITE},
};

/* A section of two pages, with data in its first, and one that is read behind it. */
static struct image_spec one_section(DWORD characteristics)
{
    return (struct image_spec){
        .base = IMAGE_NO_BASE,
        .n_parts = 2,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x2000,
                   .raw_size = 0x200,
                   .characteristics = characteristics},
                  {.rva = 0x3000, .virtual_size = 0x1000, .characteristics = READS}}};
}

static void check_row(unsigned i, DWORD kind)
{
    struct image_spec spec = one_section(rows[i].characteristics | kind);
    HANDLE section = new_image(&spec);
    unsigned char *view = map_image(section, NULL);

    /* Neighbours of one protection are one region. */
    ok_part(view, 0, rows[i].protect == PAGE_READONLY ? 0x4000 : 0x1000, PAGE_READONLY);
    ok_part(view, 0x1000, rows[i].protect == PAGE_READONLY ? 0x3000 : 0x2000, rows[i].protect);
    ok_part(view, 0x3000, PAGE, PAGE_READONLY);
    ok_eq(can_write(view + 0x1010), rows[i].written != 0);
    if (rows[i].written) {
        /* Wine keeps no account of what was written of an image. */
        todo_wine ok_part(view, 0x1000, PAGE, rows[i].written);
        ok_part(view, 0x2000, PAGE, rows[i].protect);
    }
    if (rows[i].protect == PAGE_NOACCESS)
        ok(!can_read(view + 0x1000));
    else
        ok_eq(view[0x1000], 0xCC);
    drop(section, view);
}

TEST(each_characteristic_has_its_protection, "14.5 14.6 8.14 8.15 10.2 10.4")
{
    static const DWORD kinds[] = {0, IMAGE_SCN_CNT_INITIALIZED_DATA,
                                  IMAGE_SCN_CNT_UNINITIALIZED_DATA};

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        for (unsigned k = 0; k < ARRAYSIZE(kinds); k++)
            check_row(i, kinds[k]);
    }
}

/* 14.3: asking for more or less changes nothing; 14.4: the right to ask is needed all the same. */
TEST(the_access_asked_does_not_matter, "14.3 14.4")
{
    static const DWORD accesses[] = {0,
                                     FILE_MAP_READ,
                                     FILE_MAP_COPY,
                                     FILE_MAP_WRITE,
                                     FILE_MAP_ALL_ACCESS,
                                     FILE_MAP_READ | FILE_MAP_EXECUTE,
                                     FILE_MAP_COPY | FILE_MAP_EXECUTE};
    struct image_spec spec = one_section(WRITES | EXECUTES);
    HANDLE section = new_image(&spec);

    for (unsigned i = 0; i < ARRAYSIZE(accesses); i++) {
        unsigned char *view = MapViewOfFile(section, accesses[i], 0, 0, 0);

        require(view != NULL, "access 0x%x: error %u", (unsigned)accesses[i],
                (unsigned)GetLastError());
        ok_part(view, 0, PAGE, PAGE_READONLY);
        ok_part(view, 0x1000, 0x2000, PAGE_EXECUTE_WRITECOPY);
        drop(NULL, view);
    }
    drop(section, NULL);
}

TEST(the_right_to_the_access_is_needed, "14.4 3.8")
{
    struct image_spec spec = one_section(READS);
    HANDLE file, section, none;

    image_build(&spec, &image_bytes);
    file = image_file_of_bytes();
    section = file_section(file, PAGE_READONLY | SEC_IMAGE, 0);
    check_map_fails(section, FILE_MAP_WRITE, ERROR_ACCESS_DENIED);
    check_map_fails(section, FILE_MAP_READ | FILE_MAP_EXECUTE, ERROR_ACCESS_DENIED);
    check_map_fails(section, FILE_MAP_ALL_ACCESS, ERROR_ACCESS_DENIED);
    none = with_rights(section, SECTION_QUERY);
    check_map_fails(none, FILE_MAP_READ, ERROR_ACCESS_DENIED);
    check_map_fails(none, 0, ERROR_ACCESS_DENIED);
    drop(none, NULL);
    drop(section, NULL);
    drop(file, NULL);
}

TEST(the_constant_must_be_one_even_so, "14.4 3.38")
{
    struct image_spec spec = one_section(READS);
    HANDLE section = new_image(&spec);
    LARGE_INTEGER offset = {.QuadPart = 0};
    PVOID base = NULL;
    SIZE_T size = 0;

    ok_status(NtMapViewOfSection(section, GetCurrentProcess(), &base, 0, 0, &offset, &size,
                                 ViewUnmap, 0, 0x1234),
              STATUS_INVALID_PAGE_PROTECTION);
    drop(section, NULL);
}

/* --- VirtualProtect ------------------------------------------------------------------------- */

TEST(an_image_is_never_shared_writable, "9.17 9.18 9.19 14.6")
{
    struct image_spec spec = one_section(READS | WRITES);
    HANDLE section = new_image(&spec);
    unsigned char *view = map_image(section, NULL);
    DWORD old = 0;

    ok_succeeds(VirtualProtect(view, PAGE, PAGE_READWRITE, &old));
    ok_eq(old, PAGE_READONLY);
    ok_part(view, 0, 0x3000, PAGE_WRITECOPY);
    ok_succeeds(VirtualProtect(view, PAGE, PAGE_EXECUTE_READWRITE, &old));
    ok_eq(old, PAGE_WRITECOPY);
    ok_part(view, 0, PAGE, PAGE_EXECUTE_WRITECOPY);

    view[0x1000] = 1;
    todo_wine ok_part(view, 0x1000, PAGE, PAGE_READWRITE);
    ok_succeeds(VirtualProtect(view + 0x1000, PAGE, PAGE_READWRITE, &old));
    todo_wine
    {
        ok_eq(old, PAGE_READWRITE);
        ok_part(view, 0x1000, PAGE, PAGE_READWRITE);
    }
    ok_succeeds(VirtualProtect(view + 0x1000, PAGE, PAGE_WRITECOPY, &old));
    todo_wine ok_part(view, 0x1000, PAGE, PAGE_READWRITE);
    ok_succeeds(VirtualProtect(view + 0x1000, 0x2000, PAGE_READONLY, &old));
    ok_part(view, 0x1000, 0x3000, PAGE_READONLY);
    ok_eq(view[0x1000], 1);
    drop(section, view);
}

/* Import tables are made writable, written and closed again: the usual case. */
TEST(a_read_only_part_can_be_patched, "9.17 14.6")
{
    struct image_spec spec = one_section(READS);
    HANDLE section = new_image(&spec);
    unsigned char *view = map_image(section, NULL), *other = map_image(section, NULL);
    DWORD old = 0;

    ok(!can_write(view + 0x1000));
    ok_succeeds(VirtualProtect(view + 0x1000, PAGE, PAGE_READWRITE, &old));
    view[0x1000] = 0x11;
    ok_succeeds(VirtualProtect(view + 0x1000, PAGE, old, &old));
    ok(!can_write(view + 0x1000));
    ok_eq(view[0x1000], 0x11);
    ok_eq(other[0x1000], 0xCC);
    drop(NULL, other);
    drop(section, view);
}

TEST(an_image_is_not_committed_again, "6.11")
{
    struct image_spec spec = one_section(READS | WRITES);
    HANDLE section = new_image(&spec);
    unsigned char *view = map_image(section, NULL);

    ok_fails(VirtualAlloc(view + 0x1000, PAGE, MEM_COMMIT, PAGE_READONLY), ERROR_ACCESS_DENIED);
    ok_part(view, 0x1000, 0x2000, PAGE_WRITECOPY);
    drop(section, view);
}

/* --- executing ------------------------------------------------------------------------------ */

TEST(code_runs_where_it_may, "14.5 14.18")
{
    static unsigned char code[64];
    struct image_spec spec = one_section(READS | EXECUTES);
    unsigned char *view;
    HANDLE section;

    if (!put_code(code))
        skip("no code for this machine");
    spec.parts[0].data = code;
    spec.parts[0].data_size = sizeof(code);
    section = new_image(&spec);
    view = map_image(section, NULL);
    ok(can_run(view + 0x1000));
    ok(!can_run(view + 0x3000));
    drop(section, view);

    require(NT_SUCCESS(try_image(PAGE_READONLY, SEC_IMAGE_NO_EXECUTE, &section)));
    view = map_image(section, NULL);
    todo_wine ok(!can_run(view + 0x1000));
    ok_mem_eq(view + 0x1000, code, sizeof(code));
    drop(section, view);
}

/* 14.18: what would execute is told without it, and stays so. */
TEST(nothing_executes_without_execute, "14.17 14.18 1.16")
{
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        struct image_spec spec = one_section(rows[i].characteristics);
        ULONG want = rows[i].protect;
        HANDLE section = NULL;
        unsigned char *view;
        DWORD old = 0;

        if (want == PAGE_EXECUTE || want == PAGE_EXECUTE_READ)
            want = PAGE_READONLY;
        if (want == PAGE_EXECUTE_WRITECOPY)
            want = PAGE_WRITECOPY;
        image_build(&spec, &image_bytes);
        require(NT_SUCCESS(try_image(PAGE_READONLY, SEC_IMAGE_NO_EXECUTE, &section)));
        view = map_image(section, NULL);
        todo_if(test_on_wine() && want != rows[i].protect)
            ok_part(view, 0x1000, want == PAGE_READONLY ? 0x3000 : 0x2000, want);
        ok_succeeds(VirtualProtect(view + 0x1000, 0x2000, PAGE_EXECUTE_READ, &old));
        todo_wine ok_part(view, 0x1000, 0x3000, PAGE_READONLY);
        drop(section, view);
    }
}

TEST(attributes_of_an_image_section, "1.16 14.17")
{
    struct image_spec spec = one_section(READS);
    HANDLE section = new_image(&spec);

    ok_eq(section_attributes(section), SEC_FILE | SEC_IMAGE);
    drop(section, NULL);
    require(NT_SUCCESS(try_image(PAGE_READONLY, SEC_IMAGE_NO_EXECUTE, &section)));
    ok_eq(section_attributes(section), SEC_FILE | SEC_IMAGE);
    drop(section, NULL);
}
