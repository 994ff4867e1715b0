// SPDX-License-Identifier: MIT
/*
 * fileapi.h: opening files, and what is done through their handles.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/file-path.h"
#include "api/overlapped.h"
#include "lib/file/io.h"
#include "util/macro.h"

/* --- opening ------------------------------------------------------------------------------- */

/* FILE_ATTRIBUTE_ bits; what lies above are flags and the quality of service of pipes. */
#define ATTRIBUTES 0xFFFFu

static bool may_make(DWORD disposition)
{
    return disposition != OPEN_EXISTING && disposition != TRUNCATE_EXISTING;
}

/*
 * The last error is set on success too: whether CREATE_ALWAYS and OPEN_ALWAYS found the file. A
 * collision has a code of its own here.
 */
static HANDLE create_file(NTSTATUS status, struct nt_file_request *request,
                          const SECURITY_ATTRIBUTES *security)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    DWORD disposition = request->disposition;
    bool existed = false;

    if (NT_SUCCESS(status) && disposition == TRUNCATE_EXISTING &&
        !(request->access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && security && security->lpSecurityDescriptor && may_make(disposition))
        status = STATUS_NOT_SUPPORTED;
    if (security && security->bInheritHandle)
        request->handle_flags = OBJ_INHERIT;
    if (NT_SUCCESS(status))
        status = nt_file_create(request, &handle, &existed);

    if (status == STATUS_OBJECT_NAME_COLLISION)
        SetLastError(ERROR_FILE_EXISTS);
    else if (NT_SUCCESS(status) && existed && may_make(disposition))
        SetLastError(ERROR_ALREADY_EXISTS);
    else
        SetLastError(nt_status_to_win32(status));
    return handle;
}

static struct nt_file_request request_of(const char *path, DWORD access, DWORD share,
                                         DWORD disposition, DWORD flags)
{
    return (struct nt_file_request){
        .path = path,
        .access = access,
        .share = share,
        .disposition = disposition,
        .options = flags & ~ATTRIBUTES,
        .attributes = flags & ATTRIBUTES,
    };
}

NT_EXPORT HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share,
                                    LPSECURITY_ATTRIBUTES security, DWORD disposition, DWORD flags,
                                    HANDLE template_file)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_utf8(name, &path);
    struct nt_file_request request = request_of(path, access, share, disposition, flags);

    (void)template_file;
    return create_file(status, &request, security);
}

NT_EXPORT HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share,
                                    LPSECURITY_ATTRIBUTES security, DWORD disposition, DWORD flags,
                                    HANDLE template_file)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status = nt_path_from_wide(name, &path);
    struct nt_file_request request = request_of(path, access, share, disposition, flags);

    (void)template_file;
    return create_file(status, &request, security);
}

NT_EXPORT HANDLE WINAPI CreateFile2(LPCWSTR name, DWORD access, DWORD share, DWORD disposition,
                                    LPCREATEFILE2_EXTENDED_PARAMETERS extra)
{
    if (extra && extra->dwSize < sizeof(*extra)) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    return CreateFileW(name, access, share, extra ? extra->lpSecurityAttributes : NULL, disposition,
                       extra ? extra->dwFileAttributes | extra->dwFileFlags : 0, NULL);
}

/* --- bytes --------------------------------------------------------------------------------- */

/* What an OVERLAPPED may say instead of an offset. */
#define AT_THE_END      UINT64_MAX
#define AT_THE_POSITION (UINT64_MAX - 1)

static NTSTATUS move_at(struct nt_file *file, struct nt_file_transfer *transfer,
                        OVERLAPPED *overlapped, size_t *done)
{
    uint64_t offset = 0;
    NTSTATUS status;

    if ((file->options & FILE_FLAG_OVERLAPPED) && !overlapped)
        return STATUS_INVALID_PARAMETER;
    if (overlapped) {
        offset = nt_u64(overlapped->OffsetHigh, overlapped->Offset);
        if (offset == AT_THE_END && transfer->write)
            transfer->append = true;
        else if (offset != AT_THE_POSITION || (file->options & FILE_FLAG_OVERLAPPED))
            transfer->offset = &offset;
    }
    status = nt_api_begin_overlapped(overlapped);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_file_move(file, transfer, done);
    nt_api_end_overlapped(overlapped, status, *done);
    return status;
}

NT_EXPORT BOOL WINAPI ReadFile(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD ret_done,
                               LPOVERLAPPED overlapped)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_transfer transfer = {.buffer = buffer, .size = size};
    size_t done = 0;
    NTSTATUS status;

    if (!ret_done && !overlapped)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_file_get(handle, FILE_READ_DATA, &file);
    if (NT_SUCCESS(status))
        status = move_at(file, &transfer, overlapped, &done);
    if (ret_done)
        *ret_done = (DWORD)done;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI WriteFile(HANDLE handle, LPCVOID buffer, DWORD size, LPDWORD ret_done,
                                LPOVERLAPPED overlapped)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    struct nt_file_transfer transfer = {
        .buffer = (void *)(ULONG_PTR)buffer,
        .size = size,
        .write = true,
    };
    ACCESS_MASK access = 0;
    size_t done = 0;
    NTSTATUS status;

    if (!ret_done && !overlapped)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_file_get_any(handle, FILE_WRITE_DATA | FILE_APPEND_DATA, &file, &access);
    transfer.append = !(access & FILE_WRITE_DATA);
    if (NT_SUCCESS(status))
        status = move_at(file, &transfer, overlapped, &done);
    if (ret_done)
        *ret_done = (DWORD)done;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI FlushFileBuffers(HANDLE handle)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get_any(handle, FILE_WRITE_DATA | FILE_APPEND_DATA, &file, NULL);

    if (NT_SUCCESS(status))
        status = nt_file_flush(file);
    return nt_api_result(status);
}

/* --- lengths and positions ----------------------------------------------------------------- */

static NTSTATUS get_size(HANDLE handle, uint64_t *ret_size)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, 0, &file);

    return NT_SUCCESS(status) ? nt_file_get_size(file, ret_size) : status;
}

NT_EXPORT BOOL WINAPI GetFileSizeEx(HANDLE handle, PLARGE_INTEGER ret_size)
{
    uint64_t size = 0;
    NTSTATUS status = get_size(handle, &size);

    if (NT_SUCCESS(status) && !ret_size)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        ret_size->QuadPart = (LONGLONG)size;
    return nt_api_result(status);
}

/* A lower half that looks like a failure is told apart by the last error. */
static DWORD lower_half(uint64_t value)
{
    if ((DWORD)value == INVALID_FILE_SIZE)
        SetLastError(NO_ERROR);
    return (DWORD)value;
}

NT_EXPORT DWORD WINAPI GetFileSize(HANDLE handle, LPDWORD ret_high)
{
    uint64_t size = 0;

    if (!nt_api_result(get_size(handle, &size)))
        return INVALID_FILE_SIZE;
    if (ret_high)
        *ret_high = (DWORD)(size >> 32);
    return lower_half(size);
}

static bool seek_to(HANDLE handle, int64_t distance, DWORD method, uint64_t *ret_position)
{
    static const int whence[] = {[FILE_BEGIN] = 0, [FILE_CURRENT] = 1, [FILE_END] = 2};
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status;

    if (method > FILE_END)
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = nt_file_get(handle, 0, &file);
    if (NT_SUCCESS(status))
        status = nt_file_seek(file, distance, whence[method], ret_position);
    if (status == STATUS_INVALID_PARAMETER) {
        SetLastError(ERROR_NEGATIVE_SEEK);
        return false;
    }
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI SetFilePointerEx(HANDLE handle, LARGE_INTEGER distance,
                                       PLARGE_INTEGER ret_position, DWORD method)
{
    uint64_t position;

    if (!seek_to(handle, distance.QuadPart, method, &position))
        return FALSE;
    if (ret_position)
        ret_position->QuadPart = (LONGLONG)position;
    return TRUE;
}

/* Without an upper half a position above 32 bits cannot be told: it is refused beforehand. */
static bool fits_without_high(HANDLE handle, int64_t distance, DWORD method)
{
    uint64_t base = 0;
    int64_t target;

    if (method == FILE_CURRENT && !seek_to(handle, 0, FILE_CURRENT, &base))
        return false;
    if (method == FILE_END && !nt_api_result(get_size(handle, &base)))
        return false;
    if (__builtin_add_overflow((int64_t)base, distance, &target) || target > (int64_t)UINT32_MAX) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return false;
    }
    return true;
}

NT_EXPORT DWORD WINAPI SetFilePointer(HANDLE handle, LONG low, PLONG high, DWORD method)
{
    int64_t distance = low;
    uint64_t position;

    if (high)
        distance = (int64_t)nt_u64((uint32_t)*high, (uint32_t)low);
    else if (!fits_without_high(handle, distance, method))
        return INVALID_SET_FILE_POINTER;
    if (!seek_to(handle, distance, method, &position))
        return INVALID_SET_FILE_POINTER;
    if (high)
        *high = (LONG)(position >> 32);
    return lower_half(position);
}

NT_EXPORT BOOL WINAPI SetEndOfFile(HANDLE handle)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    uint64_t position = 0;
    NTSTATUS status = nt_file_get(handle, FILE_WRITE_DATA, &file);

    if (NT_SUCCESS(status))
        status = nt_file_seek(file, 0, 1, &position);
    if (NT_SUCCESS(status))
        status = nt_file_set_size(file, position);
    return nt_api_result(status);
}

NT_EXPORT DWORD WINAPI GetFileType(HANDLE handle)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;

    if (!nt_api_result(nt_file_get(handle, 0, &file)))
        return FILE_TYPE_UNKNOWN;
    return (DWORD)file->type;
}
