/* SPDX-License-Identifier: MIT */
/*
 * Files to make sections of, for the section tests: each in the case's own directory, with
 * contents that say where each word lies.
 */
#ifndef NT_TESTS_API_SECTION_KIT_H
#define NT_TESTS_API_SECTION_KIT_H

#include "api/api.h"

#define SHARE_ALL  (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define READ_WRITE (GENERIC_READ | GENERIC_WRITE)
#define ALL_KINDS  (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE)

/* The path of a file of that name in the case's directory; one of four that take turns. */
const char *path_of(const char *name);

/* A file of @size bytes, made anew; word i of it is i. The case ends when that fails. */
HANDLE new_file(const char *name, DWORD access, DWORD size);
/* A file with these bytes. */
HANDLE new_file_of(const char *name, DWORD access, const void *bytes, DWORD size);
/* An existing one, once more. */
HANDLE open_file(const char *name, DWORD access, DWORD share);

/* Its length now, whoever made it so. */
uint64_t length_of(const char *name);

/* CreateFileMappingW without a name; NULL when it fails. */
HANDLE try_section(HANDLE file, DWORD protect, uint64_t size);
/* The same; the case ends when it fails. */
HANDLE file_section(HANDLE file, DWORD protect, uint64_t size);
/* It fails with @error; what it gives instead is put away. */
void check_section_fails(HANDLE file, DWORD protect, uint64_t size, DWORD error);

#endif
