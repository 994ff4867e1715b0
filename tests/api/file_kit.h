/* SPDX-License-Identifier: MIT */
/*
 * Files for the file tests, each in the case's own directory, and a second process that opens them.
 */
#ifndef NT_TESTS_API_FILE_KIT_H
#define NT_TESTS_API_FILE_KIT_H

#include "api/api.h"

#define SHARE_NONE 0
#define SHARE_READ FILE_SHARE_READ
#define SHARE_ANY  (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define READ       GENERIC_READ
#define WRITE      GENERIC_WRITE
#define BOTH       (GENERIC_READ | GENERIC_WRITE)

/* The path of @leaf in the case's directory; one of eight that take turns. */
const char *in_dir(const char *leaf);

/* CreateFileA without attributes. */
HANDLE file_open(const char *path, DWORD access, DWORD share, DWORD disposition);
/* The same of a file that is there; the case ends when it fails. */
HANDLE file_must_open(const char *path, DWORD access, DWORD share);
/* A file of @size bytes, byte i is i % 251, closed again. Returns @path. */
const char *file_make(const char *path, DWORD size);
/* Opening fails with @error; what it gives instead is put away. */
void check_file_fails(const char *file, int line, const char *path, DWORD access, DWORD share,
                      DWORD disposition, DWORD error);
#define ok_file_fails(path, access, share, disposition, error) \
    check_file_fails(__FILE__, __LINE__, path, access, share, disposition, error)
/* It succeeds; the handle is closed again. */
void check_file_opens(const char *file, int line, const char *path, DWORD access, DWORD share,
                      DWORD disposition);
#define ok_file_opens(path, access, share, disposition) \
    check_file_opens(__FILE__, __LINE__, path, access, share, disposition)

/* The length by a handle of its own that needs no right; ~0 when there is no such file. */
uint64_t file_length(const char *path);
bool file_exists(const char *path);

/* The handle's position. */
uint64_t file_position(HANDLE file);
/* Sets it; the case ends when that fails. */
void file_seek(HANDLE file, LONGLONG position);

/*
 * Another process ("file_opener") that opens, closes and asks as it is told; every function returns
 * the last error there, 0 for success.
 */
struct file_peer {
    struct test_child child;
};
void peer_start(struct file_peer *peer);
DWORD peer_open(struct file_peer *peer, const char *path, DWORD access, DWORD share,
                DWORD disposition, DWORD flags);
DWORD peer_close(struct file_peer *peer);
DWORD peer_delete(struct file_peer *peer, const char *path);
/* A section over the file that the peer has open, and perhaps a view; 0 puts both away. */
DWORD peer_map(struct file_peer *peer, DWORD protect, bool view);
void peer_end(struct file_peer *peer);
void peer_kill(struct file_peer *peer);

#endif
