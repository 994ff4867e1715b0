// SPDX-License-Identifier: MIT
/*
 * Files that are mapped: what may then be done to them by whom. The sections are sometimes this
 * process's and sometimes another's.
 */
#include "api/file_kit.h"
#include "api/image_kit.h"

#include <string.h>

static HANDLE section_of(HANDLE file, DWORD protect, DWORD size)
{
    HANDLE section = CreateFileMappingA(file, NULL, protect, 0, size, NULL);

    require(section != NULL, "no section: error %u", (unsigned)GetLastError());
    return section;
}

/* SetEndOfFile at @size; the last error, or 0. */
static DWORD cut(HANDLE file, LONGLONG size)
{
    file_seek(file, size);
    return SetEndOfFile(file) ? 0 : GetLastError();
}

/* --- the end of file ----------------------------------------------------------------------- */

TEST(a_file_does_not_shrink_under_a_section, "16.1 16.3 16.4 16.5")
{
    const char *path = file_make(in_dir("shrink"), 8192);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    HANDLE section = section_of(file, PAGE_READONLY, 4);

    ok_eq(cut(file, 8191), ERROR_USER_MAPPED_FILE);
    ok_eq(cut(file, 0), ERROR_USER_MAPPED_FILE);
    ok_eq(file_length(path), 8192);
    ok_eq(cut(file, 8192), 0);
    ok_eq(cut(file, 8193), 0);
    ok_eq(file_length(path), 8193);
    CloseHandle(section);
    ok_eq(cut(file, 4096), 0);
    ok_eq(file_length(path), 4096);
    CloseHandle(file);
}

TEST(a_file_does_not_shrink_under_a_view, "16.2 16.5")
{
    const char *path = file_make(in_dir("view"), 8192);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    static const DWORD access[] = {FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY};

    for (unsigned i = 0; i < ARRAYSIZE(access); i++) {
        HANDLE section = section_of(file, PAGE_READWRITE, 8192);
        void *view = MapViewOfFile(section, access[i], 0, 0, 4);

        require(view != NULL);
        CloseHandle(section);
        ok_eq(cut(file, 4096), ERROR_USER_MAPPED_FILE);
        ok_eq(cut(file, 8192), 0);
        ok_succeeds(UnmapViewOfFile(view));
        ok_eq(cut(file, 4096), 0);
    }
    CloseHandle(file);
}

TEST(a_file_does_not_shrink_under_another_processs_section, "16.1 16.2")
{
    const char *path = file_make(in_dir("others"), 8192);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    struct file_peer peer;

    peer_start(&peer);
    ok_eq(peer_open(&peer, path, BOTH, SHARE_ANY, OPEN_EXISTING, 0), 0);
    ok_eq(peer_map(&peer, PAGE_READONLY, false), 0);
    ok_eq(cut(file, 100), ERROR_USER_MAPPED_FILE);
    ok_eq(peer_map(&peer, 0, false), 0);
    ok_eq(cut(file, 8000), 0);
    ok_eq(peer_map(&peer, PAGE_READWRITE, true), 0);
    ok_eq(peer_close(&peer), 0);
    ok_eq(cut(file, 100), ERROR_USER_MAPPED_FILE); /* only its view is left */
    peer_kill(&peer);
    ok_eq(cut(file, 100), 0);
    CloseHandle(file);
}

TEST(a_mapped_file_is_not_made_empty, "16.6")
{
    const char *path = file_make(in_dir("empty"), 8192);
    HANDLE file = file_must_open(path, READ, SHARE_ANY);
    HANDLE section = section_of(file, PAGE_READONLY, 0);

    ok_file_fails(path, BOTH, SHARE_ANY, CREATE_ALWAYS, ERROR_USER_MAPPED_FILE);
    ok_file_fails(path, BOTH, SHARE_ANY, TRUNCATE_EXISTING, ERROR_USER_MAPPED_FILE);
    ok_eq(file_length(path), 8192);
    ok_file_opens(path, BOTH, SHARE_ANY, OPEN_ALWAYS);
    CloseHandle(section);
    CloseHandle(file);
    ok_file_opens(path, BOTH, SHARE_ANY, CREATE_ALWAYS);
}

/* --- deletion ------------------------------------------------------------------------------ */

TEST(a_mapped_file_loses_its_name_and_lives_on, "16.12")
{
    const char *path = file_make(in_dir("deleted"), 8192);
    HANDLE file = file_must_open(path, READ, SHARE_ANY);
    HANDLE section = section_of(file, PAGE_READONLY, 0);
    const unsigned char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);

    require(view != NULL);
    CloseHandle(file);
    CloseHandle(section);
    ok_succeeds(DeleteFileA(path));
    todo_wine
    { /* there the name goes with the last view */
        ok(!file_exists(path));
    }
    ok_eq(view[250], 250);
    UnmapViewOfFile(view);
}

TEST(a_mapped_file_may_be_opened_to_go_when_it_is_closed, "16.13")
{
    const char *path = file_make(in_dir("going"), 8192);
    HANDLE file = file_must_open(path, READ, SHARE_ANY);
    HANDLE section = section_of(file, PAGE_READONLY, 0), doomed;

    doomed =
        CreateFileA(path, READ, SHARE_ANY, NULL, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok_ptr_ne(doomed, INVALID_HANDLE_VALUE);
    CloseHandle(section);
    CloseHandle(file);
    CloseHandle(doomed);
    ok(!file_exists(path));
}

/* --- sharing ------------------------------------------------------------------------------- */

TEST(a_writable_section_must_be_shared_for_writing, "16.14 16.28")
{
    const char *path = file_make(in_dir("writable"), 8192);
    HANDLE file = file_must_open(path, BOTH, SHARE_ANY);
    HANDLE section = section_of(file, PAGE_READWRITE, 0);

    CloseHandle(file);
    ok_file_fails(path, READ, SHARE_NONE, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, READ, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_EXISTING,
                  ERROR_SHARING_VIOLATION);
    ok_file_opens(path, BOTH, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING);
    if (!test_on_wine()) /* which looks at the sharing of handles without data rights too */
        ok_file_opens(path, 0, SHARE_NONE, OPEN_EXISTING);
    CloseHandle(section);
    ok_file_opens(path, BOTH, SHARE_NONE, OPEN_EXISTING);
}

TEST(a_section_that_does_not_write_restricts_nobody, "16.15")
{
    static const DWORD protections[] = {PAGE_READONLY, PAGE_WRITECOPY};
    const char *path = file_make(in_dir("free"), 8192);

    for (unsigned i = 0; i < 2; i++) {
        HANDLE file = file_must_open(path, READ, SHARE_ANY);
        HANDLE section = section_of(file, protections[i], 0);

        CloseHandle(file);
        ok_file_opens(path, BOTH, SHARE_NONE, OPEN_EXISTING);
        CloseHandle(section);
    }
}

/* --- images -------------------------------------------------------------------------------- */

static const char *make_image(const char *leaf)
{
    static struct image_file image;
    static const unsigned char code[] = {0xc3};
    struct image_spec spec = {
        .n_parts = 1,
        .parts = {{.rva = 0x1000,
                   .virtual_size = 0x1000,
                   .characteristics =
                       IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ,
                   .data = code,
                   .data_size = sizeof(code)}},
    };
    const char *path = in_dir(leaf);
    HANDLE file = file_open(path, WRITE, SHARE_NONE, CREATE_ALWAYS);
    DWORD done = 0;

    image_build(&spec, &image);
    require(file != INVALID_HANDLE_VALUE);
    require(WriteFile(file, image.bytes, (DWORD)image.size, &done, NULL));
    CloseHandle(file);
    return path;
}

static HANDLE image_section(const char *path)
{
    HANDLE file = file_must_open(path, READ | GENERIC_EXECUTE, SHARE_ANY);
    HANDLE section = CreateFileMappingA(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);

    require(section != NULL, "no image: error %u", (unsigned)GetLastError());
    CloseHandle(file);
    return section;
}

TEST(an_image_is_not_written, "14.19")
{
    const char *path = make_image("image-write");
    HANDLE section = image_section(path);
    struct file_peer peer;

    ok_file_fails(path, BOTH, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, WRITE, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, FILE_WRITE_DATA, SHARE_ANY, OPEN_EXISTING, ERROR_SHARING_VIOLATION);
    ok_file_opens(path, READ | GENERIC_EXECUTE, SHARE_ANY, OPEN_EXISTING);
    ok_file_opens(path, FILE_WRITE_ATTRIBUTES, SHARE_ANY, OPEN_EXISTING);
    peer_start(&peer);
    ok_eq(peer_open(&peer, path, WRITE, SHARE_ANY, OPEN_EXISTING, 0), ERROR_SHARING_VIOLATION);
    CloseHandle(section);
    ok_eq(peer_open(&peer, path, WRITE, SHARE_ANY, OPEN_EXISTING, 0), 0);
    peer_end(&peer);
}

TEST(an_image_is_not_deleted, "14.20")
{
    const char *path = make_image("image-delete");
    HANDLE section = image_section(path);

    ok_fails(DeleteFileA(path), ERROR_ACCESS_DENIED);
    ok(file_exists(path));
    CloseHandle(section);
    ok_succeeds(DeleteFileA(path));
    ok(!file_exists(path));
}

TEST(an_image_is_not_opened_to_be_deleted, "14.21")
{
    const char *path = make_image("image-close");
    HANDLE section = image_section(path), file;

    SetLastError(0);
    file = CreateFileA(path, READ | DELETE, SHARE_ANY, NULL, OPEN_EXISTING,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ok_ptr_eq(file, INVALID_HANDLE_VALUE);
    ok_error(ERROR_ACCESS_DENIED);
    CloseHandle(section);
    ok(file_exists(path));
}

TEST(an_image_is_not_made_empty, "14.22")
{
    const char *path = make_image("image-empty");
    HANDLE section = image_section(path);
    uint64_t length = file_length(path);

    ok_file_fails(path, WRITE, SHARE_ANY, CREATE_ALWAYS, ERROR_SHARING_VIOLATION);
    ok_file_fails(path, READ, SHARE_ANY, CREATE_ALWAYS, ERROR_USER_MAPPED_FILE);
    ok_eq(file_length(path), length);
    CloseHandle(section);
}
