// SPDX-License-Identifier: MIT
/*
 * io.h, and the standard handles of processenv.h: descriptors seen as handles, and the reverse.
 */
#include <errno.h>
#include <stdbool.h>
#include <windows.h>
#include <io.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/file/descriptor.h"
#include "util/macro.h"

NT_EXPORT intptr_t _get_osfhandle(int fd)
{
    HANDLE handle;
    NTSTATUS status = nt_descriptor_handle(fd, &handle);

    if (NT_SUCCESS(status))
        return (intptr_t)handle;
    errno = status == STATUS_NO_MEMORY ? ENOMEM : EBADF;
    return -1;
}

NT_EXPORT int _open_osfhandle(intptr_t handle, int flags)
{
    int fd;
    NTSTATUS status = nt_descriptor_give((HANDLE)handle, &fd);

    (void)flags;
    if (NT_SUCCESS(status))
        return fd;
    errno = status == STATUS_NO_MEMORY ? ENOMEM : EBADF;
    return -1;
}

/* STD_INPUT_HANDLE is -10, the others follow downward. */
static bool index_of(DWORD which, unsigned *ret_index)
{
    *ret_index = STD_INPUT_HANDLE - which;
    if (*ret_index <= 2)
        return true;
    SetLastError(ERROR_INVALID_HANDLE);
    return false;
}

NT_EXPORT HANDLE WINAPI GetStdHandle(DWORD which)
{
    HANDLE handle = INVALID_HANDLE_VALUE;
    unsigned index;

    if (index_of(which, &index))
        nt_api_result(nt_std_handle(index, &handle));
    return handle;
}

NT_EXPORT BOOL WINAPI SetStdHandle(DWORD which, HANDLE handle)
{
    unsigned index;

    if (!index_of(which, &index))
        return FALSE;
    nt_std_set_handle(index, handle);
    return TRUE;
}
