// SPDX-License-Identifier: MIT
/*
 * Sections of files: which file handles make them, how large they are, and what becomes of the
 * file.
 */
#include "api/section_kit.h"

static const DWORD protections[] = {PAGE_READONLY,          PAGE_READWRITE,
                                    PAGE_WRITECOPY,         PAGE_EXECUTE_READ,
                                    PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY};

/* --- which handle --------------------------------------------------------------------------- */

/* A bit of @allowed for each of the protections above. */
static void check_access(DWORD access, unsigned allowed)
{
    HANDLE file = open_file("access", access, SHARE_ALL);

    for (unsigned i = 0; i < ARRAYSIZE(protections); i++) {
        if (allowed >> i & 1) {
            HANDLE section = try_section(file, protections[i], 0);

            ok(section != NULL, "access 0x%x, protection 0x%x: error %u", (unsigned)access,
               (unsigned)protections[i], (unsigned)GetLastError());
            drop(section, NULL);
        } else if (protections[i] < PAGE_EXECUTE) {
            check_section_fails(file, protections[i], 0, ERROR_ACCESS_DENIED);
        } else {
            /* Wine does not look for the right to execute. */
            bool misses = (access & (GENERIC_READ | FILE_READ_DATA)) &&
                          (protections[i] != PAGE_EXECUTE_READWRITE || (access & GENERIC_WRITE));

            todo_if(test_on_wine() && misses)
                check_section_fails(file, protections[i], 0, ERROR_ACCESS_DENIED);
        }
    }
    drop(file, NULL);
}

TEST(protection_needs_rights_of_the_file, "1.26 1.27 1.28 1.29")
{
    drop(new_file("access", READ_WRITE, 4096), NULL);
    check_access(0, 0);
    check_access(GENERIC_WRITE, 0);
    check_access(GENERIC_READ, 0x05);
    check_access(READ_WRITE, 0x07);
    check_access(GENERIC_READ | GENERIC_EXECUTE, 0x2d);
    check_access(ALL_KINDS, 0x3f);
    check_access(GENERIC_ALL, 0x3f);
    check_access(FILE_READ_DATA, 0x05);
    check_access(FILE_EXECUTE, 0);
    check_access(FILE_READ_ATTRIBUTES | SYNCHRONIZE, 0);
}

TEST(handle_must_be_of_a_file, "1.23 1.24 1.25")
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE closed = new_file("closed", GENERIC_READ, 4096);
    HANDLE directory = CreateFileA(test_dir(), GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING,
                                   FILE_FLAG_BACKUP_SEMANTICS, NULL);

    drop(closed, NULL);
    check_section_fails(event, PAGE_READONLY, 4096, ERROR_INVALID_HANDLE);
    check_section_fails(closed, PAGE_READONLY, 0, ERROR_INVALID_HANDLE);
    require(directory != INVALID_HANDLE_VALUE);
    /* Wine lets the size decide. */
    todo_wine check_section_fails(directory, PAGE_READONLY, 0, ERROR_BAD_EXE_FORMAT);
    drop(directory, NULL);
    drop(event, NULL);
}

static DWORD creators_rights(HANDLE file, DWORD protect)
{
    HANDLE section = file_section(file, protect, 0);
    DWORD rights = SECTION_QUERY;
    void *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);

    if (view)
        rights |= SECTION_MAP_WRITE;
    drop(NULL, view);
    view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    if (view)
        rights |= SECTION_MAP_READ;
    drop(NULL, view);
    view = MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0);
    if (view)
        rights |= SECTION_MAP_EXECUTE;
    drop(section, view);
    return rights;
}

TEST(creators_handle_has_the_rights_of_its_protection_over_a_file, "13.1 13.2 3.12 3.14 3.15")
{
    const DWORD read = SECTION_QUERY | SECTION_MAP_READ;
    HANDLE file = new_file("rights", ALL_KINDS, 4096);

    ok_eq(creators_rights(file, PAGE_READONLY), read);
    ok_eq(creators_rights(file, PAGE_WRITECOPY), read);
    ok_eq(creators_rights(file, PAGE_READWRITE), read | SECTION_MAP_WRITE);
    ok_eq(creators_rights(file, PAGE_EXECUTE_READ), read | SECTION_MAP_EXECUTE);
    ok_eq(creators_rights(file, PAGE_EXECUTE_WRITECOPY), read | SECTION_MAP_EXECUTE);
    ok_eq(creators_rights(file, PAGE_EXECUTE_READWRITE),
          read | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE);
    drop(file, NULL);
}

/* A copy may carry more than its source; what the section forbids is forbidden all the same. */
TEST(copy_of_a_file_sections_handle_may_carry_more, "12.10 3.13")
{
    HANDLE file = new_file("widen", READ_WRITE, 4096);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    HANDLE narrow = with_rights(section, SECTION_MAP_READ);
    HANDLE wide = with_rights(narrow, SECTION_ALL_ACCESS);
    volatile uint32_t *view = map_words(wide);

    ok_eq(view[7], 7);
    drop(wide, view);
    drop(narrow, NULL);
    drop(section, NULL);

    section = file_section(file, PAGE_READONLY, 0);
    wide = with_rights(section, SECTION_MAP_READ | SECTION_MAP_WRITE);
    todo_wine check_map_fails(wide, FILE_MAP_WRITE, ERROR_INVALID_PARAMETER);
    drop(wide, NULL);
    drop(section, NULL);
    drop(file, NULL);
}

/* --- which size ----------------------------------------------------------------------------- */

TEST(size_of_a_file_section_is_exact, "1.37 1.39 1.41 1.32 16.16")
{
    static const DWORD lengths[] = {1, 36, 4095, 4096, 4097, 0x3456};

    for (unsigned i = 0; i < ARRAYSIZE(lengths); i++) {
        HANDLE file = new_file("exact", GENERIC_READ, lengths[i]);
        HANDLE section = file_section(file, PAGE_READONLY, 0);

        ok_eq(section_size(section), lengths[i]);
        drop(section, NULL);
        section = file_section(file, PAGE_READONLY, lengths[i] / 2 + 1);
        ok_eq(section_size(section), lengths[i] / 2 + 1);
        drop(section, NULL);
        drop(file, NULL);
        ok_eq(length_of("exact"), lengths[i]);
    }
}

TEST(smaller_section_shows_less_of_the_file, "1.37 3.24")
{
    HANDLE file = new_file("less", READ_WRITE, 0x4000);
    HANDLE section = file_section(file, PAGE_READWRITE, 0x3452);
    void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x3452);

    ok_succeeds(view);
    drop(NULL, view);
    ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x3453), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    drop(file, NULL);
    ok_eq(length_of("less"), 0x4000);
}

TEST(empty_file_needs_a_size, "1.30 1.31 1.32")
{
    HANDLE file = new_file("empty", READ_WRITE, 0);
    HANDLE section;

    check_section_fails(file, PAGE_READWRITE, 0, ERROR_FILE_INVALID);
    check_section_fails(file, PAGE_READONLY, 0, ERROR_FILE_INVALID);
    check_section_fails(file, PAGE_READONLY | SEC_IMAGE, 0, ERROR_BAD_EXE_FORMAT);
    check_section_fails(file, PAGE_READONLY, 10, ERROR_NOT_ENOUGH_MEMORY);
    ok_eq(length_of("empty"), 0);
    section = file_section(file, PAGE_READWRITE, 10);
    ok_eq(section_size(section), 10);
    ok_eq(length_of("empty"), 10);
    drop(section, NULL);
    drop(file, NULL);
    ok_eq(length_of("empty"), 10);
}

TEST(writable_section_makes_the_file_longer, "1.33 1.35")
{
    HANDLE file = new_file("longer", ALL_KINDS, 0x1000);
    HANDLE section = file_section(file, PAGE_READWRITE, 0x100001);
    volatile uint32_t *view;

    ok_eq(section_size(section), 0x100001);
    ok_eq(length_of("longer"), 0x100001);
    view = map_words(section);
    ok_eq(view[0x3ff], 0x3ff);
    view[0x40000] = 77; /* the last byte's word: the three others are discarded */
    drop(section, view);
    section = file_section(file, PAGE_EXECUTE_READWRITE, 0x100100);
    view = map_words(section);
    ok_eq(view[0x40000] & 0xff, 77);
    drop(section, view);
    drop(file, NULL);
    ok_eq(length_of("longer"), 0x100100);
}

TEST(other_sections_leave_the_file_alone, "1.36")
{
    static const DWORD refused[] = {PAGE_READONLY, PAGE_WRITECOPY, PAGE_EXECUTE_READ,
                                    PAGE_EXECUTE_WRITECOPY};
    HANDLE file = new_file("alone", ALL_KINDS, 0x3456);
    LARGE_INTEGER size = {.QuadPart = 0x3457};
    HANDLE section;

    for (unsigned i = 0; i < ARRAYSIZE(refused); i++)
        check_section_fails(file, refused[i], 0x3457, ERROR_NOT_ENOUGH_MEMORY);
    ok_status(NtCreateSection(&section, SECTION_QUERY | SECTION_MAP_READ, NULL, &size,
                              PAGE_READONLY, SEC_COMMIT, file),
              STATUS_SECTION_TOO_BIG);
    ok_eq(length_of("alone"), 0x3456);
    drop(file, NULL);
}

TEST(absurd_sizes_fail, "1.38")
{
    static const uint64_t sizes[] = {0x8000000000000000, UINT64_MAX, 0x7fffffffffffffff,
                                     0x7ffffffffffff000};
    HANDLE file = new_file("absurd", READ_WRITE, 4096);

    for (unsigned i = 0; i < ARRAYSIZE(sizes); i++) {
        HANDLE section = try_section(file, PAGE_READWRITE, sizes[i]);

        ok(section == NULL, "%llx", (unsigned long long)sizes[i]);
        drop(section, NULL);
        section = try_section(file, PAGE_READONLY, sizes[i]);
        ok(section == NULL, "%llx", (unsigned long long)sizes[i]);
        drop(section, NULL);
    }
    ok_eq(length_of("absurd"), 4096);
    drop(file, NULL);
}

TEST(nt_layer_takes_the_files_length_without_a_size, "1.41")
{
    HANDLE file = new_file("nt", GENERIC_READ, 100);
    HANDLE section = NULL;

    ok_status(NtCreateSection(&section, SECTION_QUERY, NULL, NULL, PAGE_READONLY, SEC_COMMIT, file),
              STATUS_SUCCESS);
    ok_eq(section_size(section), 100);
    drop(section, NULL);
    drop(file, NULL);
}

TEST(section_does_not_grow_with_its_file, "16.17")
{
    HANDLE file = new_file("later", READ_WRITE, 0x1000);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    DWORD written;

    SetFilePointer(file, 0, NULL, FILE_END);
    ok_succeeds(WriteFile(file, "more", 4, &written, NULL));
    ok_eq(length_of("later"), 0x1004);
    ok_eq(section_size(section), 0x1000);
    ok_fails(MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0x1004), ERROR_ACCESS_DENIED);
    drop(section, NULL);
    drop(file, NULL);
}

/* --- what is asked of NtQuerySection -------------------------------------------------------- */

TEST(query_of_a_file_section, "1.55 1.56 1.57 17.10")
{
    HANDLE file = new_file("query", GENERIC_READ, 0x3456);
    HANDLE section = file_section(file, PAGE_READONLY, 0);
    HANDLE blind = with_rights(section, SECTION_MAP_READ);
    struct {
        SECTION_BASIC_INFORMATION info;
        char more[200];
    } buffer;
    SIZE_T size = 0;

    ok_status(NtQuerySection(blind, SectionBasicInformation, &buffer, sizeof(buffer.info), NULL),
              STATUS_ACCESS_DENIED);
    ok_status(
        NtQuerySection(section, SectionBasicInformation, &buffer, sizeof(buffer.info) - 1, NULL),
        STATUS_INFO_LENGTH_MISMATCH);
    ok_status(
        NtQuerySection(section, SectionBasicInformation, &buffer, sizeof(buffer.info) + 1, &size),
        STATUS_SUCCESS);
    ok_eq(size, sizeof(buffer.info));
    ok_eq(buffer.info.Size.QuadPart, 0x3456);
    ok_eq(buffer.info.Attributes, SEC_FILE);
    ok_ptr_eq(buffer.info.BaseAddress, NULL);
    ok_status(NtQuerySection(section, SectionImageInformation, &buffer, 8, NULL),
              STATUS_INFO_LENGTH_MISMATCH);
    ok_status(NtQuerySection(section, SectionImageInformation, &buffer, sizeof(buffer), NULL),
              STATUS_SECTION_NOT_IMAGE);
    drop(blind, NULL);
    drop(section, NULL);
    drop(file, NULL);
}

/* --- file and section ----------------------------------------------------------------------- */

TEST(section_lives_without_the_files_handle, "1.45 16.28 3.37")
{
    HANDLE file = new_file("outlives", READ_WRITE, 0x20000);
    HANDLE section = file_section(file, PAGE_READWRITE, 0);
    volatile uint32_t *view, *second;

    drop(file, NULL);
    view = map_words(section);
    ok_eq(view[0x7fff], 0x7fff);
    view[5] = 55;
    second = (volatile uint32_t *)MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    require(second != NULL);
    ok_eq(second[5], 55);
    drop(NULL, second);
    drop(section, NULL);
    ok_eq(view[0x4000], 0x4000);
    drop(NULL, view);
}

TEST(two_sections_of_a_file_show_the_same, "3.34 3.35")
{
    HANDLE file = new_file("same", READ_WRITE, 0x2000);
    HANDLE other = open_file("same", READ_WRITE, SHARE_ALL);
    HANDLE first = file_section(file, PAGE_READWRITE, 0);
    HANDLE second = file_section(other, PAGE_READONLY, 0x1800);
    volatile uint32_t *writes = map_words(first);
    volatile uint32_t *reads = (volatile uint32_t *)MapViewOfFile(second, FILE_MAP_READ, 0, 0, 0);
    uint32_t word = 0;
    DWORD n;

    require(reads != NULL);
    writes[100] = 0xfeed;
    ok_eq(reads[100], 0xfeed);
    SetFilePointer(other, 400, NULL, FILE_BEGIN);
    ok_succeeds(ReadFile(other, &word, 4, &n, NULL));
    ok_eq(word, 0xfeed);
    drop(first, writes);
    drop(second, reads);
    drop(file, NULL);
    drop(other, NULL);
}

/* While a section or a view is there the file does not get shorter; afterwards it does. */
static void check_shorten(const char *name, bool refused)
{
    HANDLE file = open_file(name, READ_WRITE, SHARE_ALL);

    SetFilePointer(file, 0x800, NULL, FILE_BEGIN);
    if (refused)
        ok_fails(SetEndOfFile(file), ERROR_USER_MAPPED_FILE);
    else
        ok_succeeds(SetEndOfFile(file));
    drop(file, NULL);
}

TEST(mapped_file_does_not_get_shorter, "16.1 16.2 16.4 16.5")
{
    static const DWORD kinds[] = {PAGE_READONLY, PAGE_READWRITE};

    for (unsigned i = 0; i < ARRAYSIZE(kinds); i++) {
        HANDLE file = new_file("kept", READ_WRITE, 0x1000);
        HANDLE section = file_section(file, kinds[i], 4);
        void *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

        drop(file, NULL);
        check_shorten("kept", true);
        drop(section, NULL);
        check_shorten("kept", true);
        drop(NULL, view);
        check_shorten("kept", false);
        ok_eq(length_of("kept"), 0x800);
    }
}

TEST(failed_section_leaves_no_mark, "16.5")
{
    HANDLE file = new_file("unmarked", READ_WRITE, 0x1000);

    check_section_fails(file, PAGE_READONLY, 0x1001, ERROR_NOT_ENOUGH_MEMORY);
    check_section_fails(file, PAGE_READWRITE | SEC_IMAGE, 0, ERROR_BAD_EXE_FORMAT);
    ok_ptr_eq(try_section(file, PAGE_READWRITE, 0x7fffffffffffffff), NULL);
    drop(file, NULL);
    check_shorten("unmarked", false);
}

TEST(locked_file_makes_no_section, "16.26")
{
    HANDLE file = new_file("locked", READ_WRITE, 0x1000);
    HANDLE other = open_file("locked", READ_WRITE, SHARE_ALL);
    OVERLAPPED at = {.Internal = 0};
    HANDLE section;

    require(LockFileEx(other, LOCKFILE_EXCLUSIVE_LOCK, 0, 0x1000, 0, &at));
    /* Wine does not look. */
    todo_wine check_section_fails(file, PAGE_READONLY, 0, ERROR_LOCK_VIOLATION);
    section = file_section(other, PAGE_READONLY, 0); /* its own lock */
    drop(section, NULL);
    ok_succeeds(UnlockFileEx(other, 0, 0x1000, 0, &at));
    /* A part of it, as programs lock that share a mapped file. */
    require(LockFileEx(other, LOCKFILE_EXCLUSIVE_LOCK, 0, 8, 0, &at));
    section = file_section(file, PAGE_READONLY, 0);
    drop(section, NULL);
    ok_succeeds(UnlockFileEx(other, 0, 8, 0, &at));
    drop(file, NULL);
    drop(other, NULL);
}
