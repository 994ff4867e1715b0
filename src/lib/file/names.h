/* SPDX-License-Identifier: MIT */
/*
 * Files and directories by their paths: attributes, directories, the current directory, temporary
 * files. Paths are such as nt_path_from_...() makes.
 */
#ifndef NT_LIB_FILE_NAMES_H
#define NT_LIB_FILE_NAMES_H

#include <windows.h>
#include <winternl.h>

/** nt_name_get_attributes() - of a symbolic link its own; times and length too */
NTSTATUS nt_name_get_attributes(const char *path, WIN32_FILE_ATTRIBUTE_DATA *ret_data);
/**
 * nt_name_set_attributes() - FILE_ATTRIBUTE_READONLY, of what a link leads to
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER: a file cannot become a directory.
 */
NTSTATUS nt_name_set_attributes(const char *path, ULONG attributes);

NTSTATUS nt_directory_create(const char *path);
/** nt_directory_delete() - STATUS_NOT_A_DIRECTORY, STATUS_DIRECTORY_NOT_EMPTY */
NTSTATUS nt_directory_delete(const char *path);
/** nt_directory_get_current() - an absolute path; the caller frees it */
NTSTATUS nt_directory_get_current(char **ret_path);
NTSTATUS nt_directory_set_current(const char *path);

/** nt_temp_path() - the directory for temporary files, with a separator at its end; to be freed */
NTSTATUS nt_temp_path(char **ret_path);
/**
 * nt_temp_name() - a name in @folder, and a new empty file of that name when @number is 0
 * @prefix:     UTF-8; up to three characters count
 * @number:     the low 16 bits count
 * @ret_path:   the caller frees it
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_A_DIRECTORY; STATUS_OBJECT_NAME_COLLISION when no number is
 * free; as nt_file_open().
 */
NTSTATUS nt_temp_name(const char *folder, const char *prefix, UINT number, char **ret_path,
                      UINT *ret_number);

#endif
