// SPDX-License-Identifier: MIT
/*
 * Which SEC_ flags make a section of what, all combinations of them, and what is read back; and
 * what else is looked at when a section is made, in which order.
 */
#include "api/image_kit.h"
#include "api/section_kit.h"

#include <stdlib.h>

#define ANY_SIZE 0x200000 /* a multiple of a large page */

struct row {
    DWORD flags;
    DWORD error; /* or 0, and then: */
    DWORD told;
};

/* What makes something, or fails in a way of its own. All others are ERROR_INVALID_PARAMETER. */
static const struct row page_file_rows[] = {
    {0, 0, SEC_COMMIT},
    {SEC_COMMIT, 0, SEC_COMMIT},
    {SEC_COMMIT | SEC_NOCACHE, 0, SEC_COMMIT | SEC_NOCACHE},
    {SEC_COMMIT | SEC_WRITECOMBINE, 0, SEC_COMMIT | SEC_WRITECOMBINE},
    {SEC_RESERVE, 0, SEC_RESERVE},
    {SEC_RESERVE | SEC_NOCACHE, 0, SEC_RESERVE | SEC_NOCACHE},
    {SEC_RESERVE | SEC_WRITECOMBINE, 0, SEC_RESERVE | SEC_WRITECOMBINE},
    {SEC_IMAGE, ERROR_BAD_EXE_FORMAT, 0},
    {SEC_IMAGE_NO_EXECUTE, ERROR_BAD_EXE_FORMAT, 0},
};

static const struct row data_rows[] = {
    {0, 0, SEC_FILE},
    {SEC_COMMIT, 0, SEC_FILE},
    {SEC_COMMIT | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE},
    {SEC_COMMIT | SEC_WRITECOMBINE, 0, SEC_FILE | SEC_WRITECOMBINE},
    {SEC_RESERVE, 0, SEC_FILE},
    {SEC_RESERVE | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE},
    {SEC_RESERVE | SEC_WRITECOMBINE, 0, SEC_FILE | SEC_WRITECOMBINE},
    {SEC_IMAGE, ERROR_BAD_EXE_FORMAT, 0},
    {SEC_IMAGE_NO_EXECUTE, ERROR_BAD_EXE_FORMAT, 0},
};

static const struct row image_rows[] = {
    {0, 0, SEC_FILE},
    {SEC_COMMIT, 0, SEC_FILE},
    {SEC_COMMIT | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE},
    {SEC_COMMIT | SEC_WRITECOMBINE, 0, SEC_FILE | SEC_WRITECOMBINE},
    {SEC_RESERVE, 0, SEC_FILE},
    {SEC_RESERVE | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE},
    {SEC_RESERVE | SEC_WRITECOMBINE, 0, SEC_FILE | SEC_WRITECOMBINE},
    {SEC_IMAGE, 0, SEC_FILE | SEC_IMAGE},
    {SEC_IMAGE_NO_EXECUTE, 0, SEC_FILE | SEC_IMAGE},
};

static const DWORD bits[] = {SEC_COMMIT,       SEC_RESERVE,     SEC_IMAGE, SEC_NOCACHE,
                             SEC_WRITECOMBINE, SEC_LARGE_PAGES, SEC_FILE};

static DWORD combination(unsigned choice)
{
    DWORD flags = 0;

    for (unsigned i = 0; i < ARRAYSIZE(bits); i++)
        flags |= choice >> i & 1 ? bits[i] : 0;
    return flags;
}

/* What the facts do not tell, or what Wine does not know. */
static bool is_untold(DWORD flags)
{
    const DWORD both = SEC_NOCACHE | SEC_WRITECOMBINE;
    bool large = (flags & (SEC_LARGE_PAGES | SEC_COMMIT)) == (SEC_LARGE_PAGES | SEC_COMMIT);

    return (flags & both) == both || large;
}

static struct row find(const struct row *rows, unsigned n_rows, DWORD flags)
{
    const struct row refused = {flags, ERROR_INVALID_PARAMETER, 0};

    for (unsigned i = 0; i < n_rows; i++) {
        if (rows[i].flags == flags)
            return rows[i];
    }
    return refused;
}

static void check_rows(HANDLE file, DWORD size, const struct row *rows, unsigned n_rows)
{
    for (unsigned choice = 0; choice < 1u << ARRAYSIZE(bits); choice++) {
        DWORD flags = combination(choice);
        struct row row = find(rows, n_rows, flags);
        HANDLE section;

        if (is_untold(flags))
            continue;
        SetLastError(0xdeadbeef);
        section = CreateFileMappingW(file, NULL, PAGE_READONLY | flags, 0, size, NULL);
        ok(GetLastError() == row.error, "0x%08x: error %u, not %u", (unsigned)flags,
           (unsigned)GetLastError(), (unsigned)row.error);
        ok((section != NULL) == (row.error == 0), "0x%08x", (unsigned)flags);
        if (section)
            ok(section_attributes(section) == row.told, "0x%08x: tells 0x%08x", (unsigned)flags,
               (unsigned)section_attributes(section));
        drop(section, NULL);
    }
}

TEST(flags_of_a_page_file_section, "1.5 1.6 1.7 1.8 1.9 1.11 1.14 1.15")
{
    check_rows(INVALID_HANDLE_VALUE, ANY_SIZE, page_file_rows, ARRAYSIZE(page_file_rows));
}

TEST(flags_of_a_data_file_section, "1.7 1.8 1.9 1.10 1.11 1.12 1.13 1.15 1.17 1.44 6.14")
{
    HANDLE file = new_file("data", GENERIC_READ, 4096);

    check_rows(file, 0, data_rows, ARRAYSIZE(data_rows));
    drop(file, NULL);
}

/* A page is cached in one way; nobody tells what Windows says. */
TEST(memory_is_cached_in_one_way, "1.5 1.13")
{
    HANDLE file = new_file("data", GENERIC_READ, 4096);
    DWORD both = SEC_NOCACHE | SEC_WRITECOMBINE;

    if (test_on_wine())
        skip("Wine does not mind");
    check_section_fails(INVALID_HANDLE_VALUE, PAGE_READONLY | SEC_COMMIT | both, ANY_SIZE,
                        ERROR_INVALID_PARAMETER);
    check_section_fails(INVALID_HANDLE_VALUE, PAGE_READONLY | SEC_RESERVE | both, ANY_SIZE,
                        ERROR_INVALID_PARAMETER);
    check_section_fails(file, PAGE_READONLY | SEC_COMMIT | both, 0, ERROR_INVALID_PARAMETER);
    drop(file, NULL);
}

static HANDLE new_image(void)
{
    static struct image_file image;
    const struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .raw_size = 0x200,
                   .characteristics = IMAGE_SCN_MEM_READ | IMAGE_SCN_CNT_INITIALIZED_DATA}}};

    image_build(&spec, &image);
    return new_file_of("image", GENERIC_READ, image.bytes, (DWORD)image.size);
}

TEST(flags_of_an_image_section, "1.11 1.15 1.16")
{
    HANDLE file = new_image();

    check_rows(file, 0, image_rows, ARRAYSIZE(image_rows));
    drop(file, NULL);
}

TEST(large_pages_are_for_the_page_file_and_the_privileged, "1.10 7.48")
{
    HANDLE file = new_file("data", GENERIC_READ, 4096);

    check_section_fails(file, PAGE_READONLY | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                        ERROR_INVALID_PARAMETER);
    todo_wine check_section_fails(INVALID_HANDLE_VALUE,
                                  PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, ANY_SIZE,
                                  ERROR_PRIVILEGE_NOT_HELD);
    drop(file, NULL);
}

TEST(no_execute_image_is_read_only, "14.17")
{
    static const DWORD others[] = {PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ,
                                   PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY};
    HANDLE file = new_image();

    /* Wine looks at the pair of flags only. */
    todo_wine
    {
        for (unsigned i = 0; i < ARRAYSIZE(others); i++)
            check_section_fails(file, others[i] | SEC_IMAGE_NO_EXECUTE, 0, ERROR_INVALID_PARAMETER);
    }
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE_NO_EXECUTE | SEC_COMMIT, 0,
                        ERROR_INVALID_PARAMETER);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE_NO_EXECUTE | SEC_RESERVE, 0,
                        ERROR_INVALID_PARAMETER);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE_NO_EXECUTE | SEC_LARGE_PAGES, 0,
                        ERROR_INVALID_PARAMETER);
    drop(file, NULL);
}

TEST(image_size_is_at_most_that_of_the_image, "1.52 1.53 1.54")
{
    HANDLE file = new_image();
    HANDLE whole = file_section(file, PAGE_READONLY | SEC_IMAGE, 0);
    uint64_t size = section_size(whole);
    HANDLE small = file_section(file, PAGE_READONLY | SEC_IMAGE, 1);

    ok_eq(size, 0x2000);
    ok_eq(section_size(small), 1);
    drop(small, NULL);
    small = file_section(file, PAGE_READONLY | SEC_IMAGE, size);
    ok_eq(section_size(small), size);
    drop(small, NULL);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE, size + 1, ERROR_NOT_ENOUGH_MEMORY);
    drop(whole, NULL);
    drop(file, NULL);
}

TEST(nt_layer_looks_at_flags_before_the_protection, "1.4 1.51 1.11 1.14")
{
    const ULONG flags[] = {0, SEC_NOCACHE, SEC_FILE | SEC_COMMIT, SEC_COMMIT | SEC_RESERVE};
    LARGE_INTEGER size = {.QuadPart = 4096};
    HANDLE section = (HANDLE)(ULONG_PTR)0xdeadbeef;
    NTSTATUS status;

    status = NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, 0x1234, SEC_COMMIT, NULL);
    ok(status == STATUS_INVALID_PAGE_PROTECTION || status == STATUS_INVALID_PARAMETER, "0x%08x",
       (unsigned)status);
    ok_ptr_eq(section, NULL);
    for (unsigned i = 0; i < ARRAYSIZE(flags); i++) {
        status = NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_NOACCESS, flags[i],
                                 NULL);
        todo_wine ok_status(status, STATUS_INVALID_PARAMETER_6);
    }
    ok_status(
        NtCreateSection(&section, SECTION_ALL_ACCESS, NULL, &size, PAGE_READONLY, SEC_IMAGE, NULL),
        STATUS_INVALID_FILE_FOR_SECTION);
}

TEST(checks_have_an_order, "17.1 1.15 1.21 1.27 1.31 1.51")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("taken"));
    HANDLE reads = new_file("order", GENERIC_READ, 4096);
    HANDLE writes = open_file("order", READ_WRITE, SHARE_ALL);
    HANDLE empty = new_file("empty", GENERIC_READ, 0);

    /* The page constant, the flags, the handle, its access. */
    check_section_fails(event, PAGE_EXECUTE | SEC_COMMIT, 0, ERROR_INVALID_PARAMETER);
    check_section_fails(event, PAGE_READONLY | SEC_IMAGE | SEC_COMMIT, 0, ERROR_INVALID_PARAMETER);
    check_section_fails(event, PAGE_READONLY, 0, ERROR_INVALID_HANDLE);
    check_section_fails(empty, PAGE_READWRITE, 0, ERROR_ACCESS_DENIED);
    check_section_fails(reads, PAGE_READWRITE, 8192, ERROR_ACCESS_DENIED);
    ok_eq(length_of("order"), 4096);
    /* The size and the image, and only then the name. Wine looks at the name first. */
    todo_wine
    {
        ok_fails(CreateFileMappingW(empty, NULL, PAGE_READONLY, 0, 0, L_("taken")),
                 ERROR_FILE_INVALID);
        ok_fails(CreateFileMappingW(reads, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, L_("taken")),
                 ERROR_BAD_EXE_FORMAT);
        ok_fails(CreateFileMappingW(reads, NULL, PAGE_READONLY, 0, 4097, L_("taken")),
                 ERROR_NOT_ENOUGH_MEMORY);
    }
    ok_fails(CreateFileMappingW(reads, NULL, PAGE_READONLY, 0, 0, L_("taken")),
             ERROR_INVALID_HANDLE);
    /* A call that fails at the name has made the file longer by then. */
    ok_fails(CreateFileMappingW(writes, NULL, PAGE_READWRITE, 0, 8192, L_("taken")),
             ERROR_INVALID_HANDLE);
    todo_wine ok_eq(length_of("order"), 8192);
    drop(event, NULL);
    drop(reads, NULL);
    drop(writes, NULL);
    drop(empty, NULL);
}

TEST(numa_node_must_exist, "1.42")
{
    HANDLE section = CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096,
                                            NULL, NUMA_NO_PREFERRED_NODE);

    ok_succeeds(section);
    drop(section, NULL);
    section =
        CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L_("node"), 0);
    ok_succeeds(section);
    ok_error(ERROR_SUCCESS);
    drop(section, NULL);
    /* Wine does not look at the node. */
    todo_wine ok_fails(
        CreateFileMappingNumaW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL, 4000),
        ERROR_INVALID_PARAMETER);
}
