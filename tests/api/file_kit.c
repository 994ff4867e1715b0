// SPDX-License-Identifier: MIT
/*
 * The helpers of the file tests; see file_kit.h.
 */
#include "api/file_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On Windows the directory is everybody's and nobody's to tidy up: a case gets one in it. */
static const char *own_dir(void)
{
    static char folder[512];

    if (!test_on_windows())
        return test_dir();
    for (unsigned i = 0; !folder[0]; i++) {
        snprintf(folder, sizeof(folder), "%s/%s-%u", test_dir(), A_("files"), i);
        if (!CreateDirectoryA(folder, NULL)) {
            ok_error(ERROR_ALREADY_EXISTS); /* an earlier run's */
            folder[0] = '\0';
            require(i < 10000);
        }
    }
    return folder;
}

const char *in_dir(const char *leaf)
{
    static char paths[8][1024];
    static unsigned turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", own_dir(), leaf);
    return path;
}

HANDLE file_open(const char *path, DWORD access, DWORD share, DWORD disposition)
{
    return CreateFileA(path, access, share, NULL, disposition, 0, NULL);
}

HANDLE file_must_open(const char *path, DWORD access, DWORD share)
{
    HANDLE file = file_open(path, access, share, OPEN_EXISTING);

    require(file != INVALID_HANDLE_VALUE, "%s: error %u", path, (unsigned)GetLastError());
    return file;
}

const char *file_make(const char *path, DWORD size)
{
    HANDLE file = file_open(path, WRITE, SHARE_NONE, CREATE_ALWAYS);
    unsigned char *bytes = malloc(size + 1);
    DWORD done = 0;

    require(file != INVALID_HANDLE_VALUE, "%s: error %u", path, (unsigned)GetLastError());
    require(bytes != NULL);
    for (DWORD i = 0; i < size; i++)
        bytes[i] = (unsigned char)(i % 251);
    require(WriteFile(file, bytes, size, &done, NULL) && done == size, "error %u",
            (unsigned)GetLastError());
    CloseHandle(file);
    free(bytes);
    return path;
}

void check_file_fails(const char *file, int line, const char *path, DWORD access, DWORD share,
                      DWORD disposition, DWORD error)
{
    HANDLE handle;

    SetLastError(0xdeadbeef);
    handle = file_open(path, access, share, disposition);
    test_ok_fails(file, line, "CreateFile", handle != INVALID_HANDLE_VALUE, GetLastError(), error);
    if (handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
}

void check_file_opens(const char *file, int line, const char *path, DWORD access, DWORD share,
                      DWORD disposition)
{
    HANDLE handle = file_open(path, access, share, disposition);

    if (test_ok_succeeds(file, line, "CreateFile", handle != INVALID_HANDLE_VALUE, GetLastError()))
        CloseHandle(handle);
}

uint64_t file_length(const char *path)
{
    HANDLE file = file_open(path, 0, SHARE_ANY, OPEN_EXISTING);
    LARGE_INTEGER size = {.QuadPart = -1};

    if (file == INVALID_HANDLE_VALUE)
        return ~(uint64_t)0;
    ok_succeeds(GetFileSizeEx(file, &size));
    CloseHandle(file);
    return (uint64_t)size.QuadPart;
}

bool file_exists(const char *path)
{
    return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

uint64_t file_position(HANDLE file)
{
    LARGE_INTEGER zero = {.QuadPart = 0}, position = {.QuadPart = -1};

    ok_succeeds(SetFilePointerEx(file, zero, &position, FILE_CURRENT));
    return (uint64_t)position.QuadPart;
}

void file_seek(HANDLE file, LONGLONG position)
{
    LARGE_INTEGER to = {.QuadPart = position};

    require(SetFilePointerEx(file, to, NULL, FILE_BEGIN), "error %u", (unsigned)GetLastError());
}

/* --- the other process --------------------------------------------------------------------- */

/* What it has: one file, and a section and view of it. */
static struct {
    HANDLE file, section;
    void *view;
} own = {INVALID_HANDLE_VALUE, NULL, NULL};

static DWORD result(bool succeeded)
{
    return succeeded ? 0 : GetLastError();
}

static DWORD unmap(void)
{
    if (own.view)
        UnmapViewOfFile(own.view);
    if (own.section)
        CloseHandle(own.section);
    own.view = NULL;
    own.section = NULL;
    return 0;
}

static DWORD map(DWORD protect, bool view)
{
    own.section = CreateFileMappingA(own.file, NULL, protect, 0, 0, NULL);
    if (!own.section)
        return GetLastError();
    if (view) {
        own.view = MapViewOfFile(own.section, FILE_MAP_READ, 0, 0, 0);
        if (!own.view)
            return GetLastError();
        CloseHandle(own.section);
        own.section = NULL;
    }
    return 0;
}

static DWORD obey(const char *line)
{
    unsigned long a = 0, b = 0, c = 0, d = 0;
    char path[1024] = "";

    switch (line[0]) {
    case 'o':
        if (sscanf(line, "o %lx %lx %lx %lx %1023[^\n]", &a, &b, &c, &d, path) != 5)
            return ~0u;
        own.file = CreateFileA(path, (DWORD)a, (DWORD)b, NULL, (DWORD)c, (DWORD)d, NULL);
        return result(own.file != INVALID_HANDLE_VALUE);
    case 'c':
        return result(CloseHandle(own.file));
    case 'd':
        return result(DeleteFileA(line + 2));
    case 'm':
        if (sscanf(line, "m %lx %lx", &a, &b) != 2)
            return ~0u;
        return a ? map((DWORD)a, b != 0) : unmap();
    default:
        return ~0u;
    }
}

CHILD(file_opener)
{
    char line[1400];

    (void)argc;
    (void)argv;
    test_say("ready");
    while (test_hear(line, sizeof(line), SOON) && strcmp(line, "end") != 0)
        test_say("%u", (unsigned)obey(line));
    return 0;
}

void peer_start(struct file_peer *peer)
{
    require(test_child_start(&peer->child, "file_opener"));
    test_child_expect(&peer->child, "ready", SOON);
}

static DWORD answer(struct file_peer *peer)
{
    char line[64] = "";

    test_child_read_line(&peer->child, line, sizeof(line), SOON);
    return (DWORD)strtoul(line, NULL, 10);
}

DWORD peer_open(struct file_peer *peer, const char *path, DWORD access, DWORD share,
                DWORD disposition, DWORD flags)
{
    test_child_write_line(&peer->child, "o %lx %lx %lx %lx %s", (unsigned long)access,
                          (unsigned long)share, (unsigned long)disposition, (unsigned long)flags,
                          path);
    return answer(peer);
}

DWORD peer_close(struct file_peer *peer)
{
    test_child_write_line(&peer->child, "c");
    return answer(peer);
}

DWORD peer_delete(struct file_peer *peer, const char *path)
{
    test_child_write_line(&peer->child, "d %s", path);
    return answer(peer);
}

DWORD peer_map(struct file_peer *peer, DWORD protect, bool view)
{
    test_child_write_line(&peer->child, "m %lx %x", (unsigned long)protect, view);
    return answer(peer);
}

void peer_end(struct file_peer *peer)
{
    test_child_write_line(&peer->child, "end");
    ok_eq(test_child_wait(&peer->child, SOON), 0);
}

void peer_kill(struct file_peer *peer)
{
    test_child_kill(&peer->child);
}
