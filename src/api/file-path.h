/* SPDX-License-Identifier: MIT */
/*
 * How the functions with a path in them begin and end: a path of their own made from the caller's
 * text, and a path told back in the caller's room.
 */
#ifndef NT_API_FILE_PATH_H
#define NT_API_FILE_PATH_H

#include <stdlib.h>
#include <string.h>

#include "api/error.h"
#include "lib/file/path.h"
#include "util/macro.h"

/*
 * nt_api_tell_path(), nt_api_tell_path_wide() - @path into @text, which has room for @room
 * characters. Returns its length, or with the 0 when it does not fit; 0 and the last error.
 */
DWORD nt_api_tell_path(const char *path, LPSTR text, DWORD room);
DWORD nt_api_tell_path_wide(const char *path, LPWSTR text, DWORD room);

#endif
