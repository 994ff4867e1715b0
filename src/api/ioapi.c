// SPDX-License-Identifier: MIT
/*
 * ioapiset.h: control codes, and the results of calls that are over already.
 */
#include <string.h>

#include <ntstatus.h>
#include <windows.h>
#include <winioctl.h>

#include "api/error.h"
#include "api/overlapped.h"
#include "lib/file/file.h"
#include "lib/file/sparse.h"
#include "util/macro.h"

/* Ranges that are looked for at a time. */
#define SOME_RANGES 64

struct control {
    const void *in;
    ULONG in_size;
    void *out;
    ULONG out_size;
};

/* --- the codes ----------------------------------------------------------------------------- */

static NTSTATUS get_compression(HANDLE handle, const struct control *control, ULONG *ret_done)
{
    static const USHORT none = COMPRESSION_FORMAT_NONE;
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;
    NTSTATUS status = nt_file_get(handle, 0, &file);

    if (!NT_SUCCESS(status))
        return status;
    if (file->type != FILE_TYPE_DISK)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (control->out_size < sizeof(none))
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(control->out, &none, sizeof(none));
    *ret_done = sizeof(none);
    return STATUS_SUCCESS;
}

static NTSTATUS set_sparse(HANDLE handle, const struct control *control)
{
    FILE_SET_SPARSE_BUFFER request = {.SetSparse = TRUE};

    if (control->in_size >= sizeof(request))
        memcpy(&request, control->in, sizeof(request));
    return nt_file_set_sparse(handle, request.SetSparse);
}

static NTSTATUS set_zero_data(HANDLE handle, const struct control *control)
{
    FILE_ZERO_DATA_INFORMATION request;

    if (control->in_size < sizeof(request))
        return STATUS_INVALID_PARAMETER;
    memcpy(&request, control->in, sizeof(request));
    return nt_file_zero(handle, request.FileOffset.QuadPart, request.BeyondFinalZero.QuadPart);
}

static void put_range(const struct control *control, size_t index, struct nt_file_range range)
{
    FILE_ALLOCATED_RANGE_BUFFER told = {
        .FileOffset.QuadPart = (LONGLONG)range.offset,
        .Length.QuadPart = (LONGLONG)range.size,
    };

    memcpy((char *)control->out + index * sizeof(told), &told, sizeof(told));
}

static NTSTATUS query_ranges(HANDLE handle, const struct control *control, ULONG *ret_done)
{
    struct nt_file_range ranges[SOME_RANGES];
    FILE_ALLOCATED_RANGE_BUFFER request;
    size_t room = control->out_size / sizeof(request);
    NTSTATUS status = STATUS_BUFFER_OVERFLOW;
    size_t given = 0;
    int64_t at, end;

    if (control->in_size < sizeof(request))
        return STATUS_INVALID_PARAMETER;
    memcpy(&request, control->in, sizeof(request));
    at = request.FileOffset.QuadPart;
    if (at < 0 || request.Length.QuadPart < 0 || request.Length.QuadPart > INT64_MAX - at)
        return STATUS_INVALID_PARAMETER;
    end = at + request.Length.QuadPart;
    while (status == STATUS_BUFFER_OVERFLOW) {
        size_t want = room - given < SOME_RANGES ? room - given : SOME_RANGES;
        size_t count = 0;

        status = nt_file_ranges(handle, at, end - at, ranges, want, &count);
        for (size_t i = 0; i < count; i++)
            put_range(control, given + i, ranges[i]);
        given += count;
        *ret_done = (ULONG)(given * sizeof(request));
        if (count)
            at = (int64_t)(ranges[count - 1].offset + ranges[count - 1].size);
    }
    /* No room left, and more to tell. */
    return status == STATUS_BUFFER_TOO_SMALL && given ? STATUS_BUFFER_OVERFLOW : status;
}

static NTSTATUS run_code(HANDLE handle, DWORD code, const struct control *control, ULONG *ret_done)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;

    if ((control->in_size && !control->in) || (control->out_size && !control->out))
        return STATUS_ACCESS_VIOLATION;
    switch (code) {
    case FSCTL_GET_COMPRESSION:
        return get_compression(handle, control, ret_done);
    case FSCTL_SET_SPARSE:
        return set_sparse(handle, control);
    case FSCTL_SET_ZERO_DATA:
        return set_zero_data(handle, control);
    case FSCTL_QUERY_ALLOCATED_RANGES:
        return query_ranges(handle, control, ret_done);
    default: {
        NTSTATUS status = nt_file_get(handle, 0, &file);

        return NT_SUCCESS(status) ? STATUS_INVALID_DEVICE_REQUEST : status;
    }
    }
}

NT_EXPORT BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, LPVOID in, DWORD in_size,
                                      LPVOID out, DWORD out_size, LPDWORD ret_done,
                                      LPOVERLAPPED overlapped)
{
    const struct control control = {in, in_size, out, out_size};
    ULONG done = 0;
    NTSTATUS status;

    if (!ret_done && !overlapped)
        return nt_api_result(STATUS_ACCESS_VIOLATION);
    status = nt_api_begin_overlapped(overlapped);
    if (NT_SUCCESS(status)) {
        status = run_code(device, code, &control, &done);
        nt_api_end_overlapped(overlapped, status, done);
    }
    if (ret_done)
        *ret_done = done;
    return nt_api_result(status);
}

/* --- results ------------------------------------------------------------------------------- */

/* Nothing here pends; but a program may set the OVERLAPPED and the event itself. */
static NTSTATUS wait_until_over(HANDLE handle, const OVERLAPPED *overlapped, DWORD milliseconds)
{
    HANDLE event = nt_api_event_of(overlapped);

    if (milliseconds == 0)
        return STATUS_TIMEOUT;
    return nt_object_wait(event ? event : handle, nt_deadline_after_ms(milliseconds));
}

static NTSTATUS pending_state(const OVERLAPPED *overlapped)
{
    return (NTSTATUS) * (const volatile ULONG_PTR *)&overlapped->Internal;
}

static BOOL get_result(HANDLE handle, OVERLAPPED *overlapped, DWORD *ret_done, DWORD milliseconds)
{
    NTSTATUS status = pending_state(overlapped);

    if (status == STATUS_PENDING) {
        status = wait_until_over(handle, overlapped, milliseconds);
        if (status == STATUS_TIMEOUT) {
            SetLastError(milliseconds ? WAIT_TIMEOUT : ERROR_IO_INCOMPLETE);
            return FALSE;
        }
        if (!NT_SUCCESS(status))
            return nt_api_result(status);
        status = pending_state(overlapped);
    }
    *ret_done = (DWORD)overlapped->InternalHigh;
    return nt_api_result(status);
}

NT_EXPORT BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_done,
                                          BOOL wait)
{
    return get_result(file, overlapped, ret_done, wait ? INFINITE : 0);
}

NT_EXPORT BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_done,
                                            DWORD milliseconds, BOOL alertable)
{
    (void)alertable; /* nothing queues procedures to a thread */
    return get_result(file, overlapped, ret_done, milliseconds);
}

static NTSTATUS check_file(HANDLE handle)
{
    NT_CLEANUP(nt_file_putp) struct nt_file *file = NULL;

    return nt_file_get(handle, 0, &file);
}

NT_EXPORT BOOL WINAPI CancelIo(HANDLE file)
{
    return nt_api_result(check_file(file));
}

NT_EXPORT BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped)
{
    NTSTATUS status = check_file(file);

    (void)overlapped;
    return nt_api_result(NT_SUCCESS(status) ? STATUS_NOT_FOUND : status);
}
