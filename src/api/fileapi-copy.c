// SPDX-License-Identifier: MIT
/*
 * winbase.h: files as wholes, copied, moved, replaced and linked.
 */
#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "api/file-more.h"
#include "api/file-path.h"
#include "lib/file/copy.h"
#include "util/macro.h"

/* --- copying ------------------------------------------------------------------------------- */

struct watch {
    LPPROGRESS_ROUTINE progress;
    LPVOID data;
    LPBOOL cancel;
};

static LARGE_INTEGER large(uint64_t value)
{
    return (LARGE_INTEGER){.QuadPart = (LONGLONG)value};
}

static enum nt_copy_answer tell(const struct nt_copy_state *state, void *context)
{
    const struct watch *watch = context;
    DWORD answer = PROGRESS_CONTINUE;

    if (watch->cancel && *(volatile BOOL *)watch->cancel)
        return NT_COPY_CANCEL;
    if (!watch->progress)
        return NT_COPY_GO_ON;
    answer = watch->progress(large(state->total), large(state->done), large(state->total),
                             large(state->done), 1,
                             state->began ? CALLBACK_STREAM_SWITCH : CALLBACK_CHUNK_FINISHED,
                             state->from, state->to, watch->data);
    switch (answer) {
    case PROGRESS_CONTINUE:
        return NT_COPY_GO_ON;
    case PROGRESS_QUIET:
        /* The flag is looked at all the same. */
        return watch->cancel ? NT_COPY_GO_ON : NT_COPY_QUIET;
    case PROGRESS_STOP:
        return NT_COPY_STOP;
    default:
        return NT_COPY_CANCEL;
    }
}

BOOL nt_api_copy_file(NTSTATUS status, const char *from, const char *to,
                      LPPROGRESS_ROUTINE progress, LPVOID data, LPBOOL cancel, DWORD flags)
{
    struct watch watch = {progress, data, cancel};
    const struct nt_copy_request request = {
        .from = from,
        .to = to,
        .fail_if_exists = flags & COPY_FILE_FAIL_IF_EXISTS,
        .report = progress || cancel ? tell : NULL,
        .context = &watch,
    };

    if (NT_SUCCESS(status))
        status = nt_file_copy(&request);
    if (status == STATUS_OBJECT_NAME_COLLISION) {
        SetLastError(ERROR_FILE_EXISTS);
        return FALSE;
    }
    return nt_api_result(status);
}

/* Two paths of an A or W function; the first failure counts. */
static NTSTATUS two_utf8(const char *first, const char *second, char **ret_first, char **ret_second)
{
    NTSTATUS status = nt_path_from_utf8(first, ret_first);

    return NT_SUCCESS(status) ? nt_path_from_utf8(second, ret_second) : status;
}

static NTSTATUS two_wide(const WCHAR *first, const WCHAR *second, char **ret_first,
                         char **ret_second)
{
    NTSTATUS status = nt_path_from_wide(first, ret_first);

    return NT_SUCCESS(status) ? nt_path_from_wide(second, ret_second) : status;
}

NT_EXPORT BOOL WINAPI CopyFileExA(LPCSTR existing, LPCSTR name, LPPROGRESS_ROUTINE progress,
                                  LPVOID data, LPBOOL cancel, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *from = NULL;
    NT_CLEANUP(nt_freep) char *to = NULL;
    NTSTATUS status = two_utf8(existing, name, &from, &to);

    return nt_api_copy_file(status, from, to, progress, data, cancel, flags);
}

NT_EXPORT BOOL WINAPI CopyFileExW(LPCWSTR existing, LPCWSTR name, LPPROGRESS_ROUTINE progress,
                                  LPVOID data, LPBOOL cancel, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *from = NULL;
    NT_CLEANUP(nt_freep) char *to = NULL;
    NTSTATUS status = two_wide(existing, name, &from, &to);

    return nt_api_copy_file(status, from, to, progress, data, cancel, flags);
}

NT_EXPORT BOOL WINAPI CopyFileA(LPCSTR existing, LPCSTR name, BOOL fail_if_exists)
{
    return CopyFileExA(existing, name, NULL, NULL, NULL,
                       fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

NT_EXPORT BOOL WINAPI CopyFileW(LPCWSTR existing, LPCWSTR name, BOOL fail_if_exists)
{
    return CopyFileExW(existing, name, NULL, NULL, NULL,
                       fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

/* --- moving -------------------------------------------------------------------------------- */

BOOL nt_api_move_file(NTSTATUS status, const char *from, const char *to, DWORD flags)
{
    enum nt_move_flags how = 0;

    if (flags & MOVEFILE_REPLACE_EXISTING)
        how |= NT_MOVE_REPLACE;
    if (flags & MOVEFILE_COPY_ALLOWED)
        how |= NT_MOVE_COPY;
    if (flags & MOVEFILE_WRITE_THROUGH)
        how |= NT_MOVE_WRITE_THROUGH;
    /* Nothing is done when the machine starts, and hard links have a function of their own. */
    if (NT_SUCCESS(status) && flags & (MOVEFILE_DELAY_UNTIL_REBOOT | MOVEFILE_CREATE_HARDLINK))
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status))
        status = nt_path_move(from, to, how);
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI MoveFileExA(LPCSTR existing, LPCSTR name, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *from = NULL;
    NT_CLEANUP(nt_freep) char *to = NULL;
    NTSTATUS status = two_utf8(existing, name, &from, &to);

    return nt_api_move_file(status, from, to, flags);
}

NT_EXPORT BOOL WINAPI MoveFileExW(LPCWSTR existing, LPCWSTR name, DWORD flags)
{
    NT_CLEANUP(nt_freep) char *from = NULL;
    NT_CLEANUP(nt_freep) char *to = NULL;
    NTSTATUS status = two_wide(existing, name, &from, &to);

    return nt_api_move_file(status, from, to, flags);
}

NT_EXPORT BOOL WINAPI MoveFileA(LPCSTR existing, LPCSTR name)
{
    return MoveFileExA(existing, name, MOVEFILE_COPY_ALLOWED);
}

NT_EXPORT BOOL WINAPI MoveFileW(LPCWSTR existing, LPCWSTR name)
{
    return MoveFileExW(existing, name, MOVEFILE_COPY_ALLOWED);
}

/* --- replacing and linking ----------------------------------------------------------------- */

BOOL nt_api_replace_file(NTSTATUS status, const char *replaced, const char *replacement,
                         const char *backup, DWORD flags)
{
    if (NT_SUCCESS(status) &&
        flags & ~(DWORD)(REPLACEFILE_WRITE_THROUGH | REPLACEFILE_IGNORE_MERGE_ERRORS |
                         REPLACEFILE_IGNORE_ACL_ERRORS))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_path_replace(replaced, replacement, backup);
    if (status == STATUS_NOT_FOUND) { /* the old file has the backup's name only */
        SetLastError(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
        return FALSE;
    }
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI ReplaceFileA(LPCSTR replaced, LPCSTR replacement, LPCSTR backup, DWORD flags,
                                   LPVOID exclude, LPVOID reserved)
{
    NT_CLEANUP(nt_freep) char *old_path = NULL;
    NT_CLEANUP(nt_freep) char *new_path = NULL;
    NT_CLEANUP(nt_freep) char *backup_path = NULL;
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (replaced && replacement && !exclude && !reserved)
        status = two_utf8(replaced, replacement, &old_path, &new_path);
    if (NT_SUCCESS(status) && backup)
        status = nt_path_from_utf8(backup, &backup_path);
    return nt_api_replace_file(status, old_path, new_path, backup_path, flags);
}

NT_EXPORT BOOL WINAPI ReplaceFileW(LPCWSTR replaced, LPCWSTR replacement, LPCWSTR backup,
                                   DWORD flags, LPVOID exclude, LPVOID reserved)
{
    NT_CLEANUP(nt_freep) char *old_path = NULL;
    NT_CLEANUP(nt_freep) char *new_path = NULL;
    NT_CLEANUP(nt_freep) char *backup_path = NULL;
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (replaced && replacement && !exclude && !reserved)
        status = two_wide(replaced, replacement, &old_path, &new_path);
    if (NT_SUCCESS(status) && backup)
        status = nt_path_from_wide(backup, &backup_path);
    return nt_api_replace_file(status, old_path, new_path, backup_path, flags);
}

BOOL nt_api_link_file(NTSTATUS status, const char *name, const char *existing,
                      const SECURITY_ATTRIBUTES *security)
{
    if (NT_SUCCESS(status) && security && security->lpSecurityDescriptor)
        status = STATUS_NOT_SUPPORTED;
    return nt_api_result(NT_SUCCESS(status) ? nt_path_link(existing, name) : status);
}

NT_EXPORT BOOL WINAPI CreateHardLinkA(LPCSTR name, LPCSTR existing, LPSECURITY_ATTRIBUTES security)
{
    NT_CLEANUP(nt_freep) char *to = NULL;
    NT_CLEANUP(nt_freep) char *from = NULL;
    NTSTATUS status = two_utf8(name, existing, &to, &from);

    return nt_api_link_file(status, to, from, security);
}

NT_EXPORT BOOL WINAPI CreateHardLinkW(LPCWSTR name, LPCWSTR existing,
                                      LPSECURITY_ATTRIBUTES security)
{
    NT_CLEANUP(nt_freep) char *to = NULL;
    NT_CLEANUP(nt_freep) char *from = NULL;
    NTSTATUS status = two_wide(name, existing, &to, &from);

    return nt_api_link_file(status, to, from, security);
}
