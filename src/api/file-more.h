/* SPDX-License-Identifier: MIT */
/*
 * What the functions on files share, whatever the width of the characters in them.
 */
#ifndef NT_API_FILE_MORE_H
#define NT_API_FILE_MORE_H

#include <windows.h>
#include <winternl.h>

/**
 * nt_api_file_query(), nt_api_file_set() - the bodies of GetFileInformationByHandleEx and
 * SetFileInformationByHandle
 * @width: bytes of a character in names: 2 or 4
 */
BOOL nt_api_file_query(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, void *buffer, DWORD size,
                       unsigned width);
BOOL nt_api_file_set(HANDLE file, FILE_INFO_BY_HANDLE_CLASS which, const void *buffer, DWORD size,
                     unsigned width);

/** nt_api_final_path() - for GetFinalPathNameByHandle; the caller frees @ret_path */
NTSTATUS nt_api_final_path(HANDLE handle, DWORD flags, char **ret_path);

/* The bodies of the functions that take two paths. @status: what making the paths gave. */
BOOL nt_api_copy_file(NTSTATUS status, const char *from, const char *to,
                      LPPROGRESS_ROUTINE progress, LPVOID data, LPBOOL cancel, DWORD flags);
BOOL nt_api_move_file(NTSTATUS status, const char *from, const char *to, DWORD flags);
BOOL nt_api_replace_file(NTSTATUS status, const char *replaced, const char *replacement,
                         const char *backup, DWORD flags);
BOOL nt_api_link_file(NTSTATUS status, const char *name, const char *existing,
                      const SECURITY_ATTRIBUTES *security);

#endif
