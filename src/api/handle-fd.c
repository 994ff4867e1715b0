// SPDX-License-Identifier: MIT
/*
 * ntshm/ntshm.h: sections as descriptors, for what knows no handles.
 */
#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/memory/section.h"
#include "util/macro.h"

NT_EXPORT int ntshm_handle_to_fd(HANDLE section, DWORD access)
{
    int fd = -1;

    nt_api_result(nt_section_to_fd(section, access, &fd));
    return fd;
}

NT_EXPORT HANDLE ntshm_handle_from_fd(int fd, BOOL inherit)
{
    HANDLE handle = NULL;

    nt_api_result(nt_section_from_fd(fd, inherit ? OBJ_INHERIT : 0, &handle));
    return handle;
}
