// SPDX-License-Identifier: MIT
/*
 * winbase.h: the A functions of sections (UTF-8), and PulseEvent.
 */
#include <windows.h>

#include "api/error.h"
#include "api/section-api.h"
#include "lib/sync/event.h"
#include "util/macro.h"

NT_EXPORT HANDLE WINAPI CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES security,
                                           DWORD protect, DWORD size_high, DWORD size_low,
                                           LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return nt_api_create_mapping(&name, status, file, security, protect,
                                 nt_u64(size_high, size_low), NUMA_NO_PREFERRED_NODE);
}

NT_EXPORT HANDLE WINAPI CreateFileMappingNumaA(HANDLE file, LPSECURITY_ATTRIBUTES security,
                                               DWORD protect, DWORD size_high, DWORD size_low,
                                               LPCSTR text, DWORD node)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, nt_api_create_attributes(security));

    return nt_api_create_mapping(&name, status, file, security, protect,
                                 nt_u64(size_high, size_low), node);
}

NT_EXPORT HANDLE WINAPI OpenFileMappingA(DWORD access, BOOL inherit, LPCSTR text)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name;
    NTSTATUS status = nt_object_name_from_utf8(&name, text, inherit ? OBJ_INHERIT : 0);

    return nt_api_open_mapping(&name, status, text, access);
}

NT_EXPORT BOOL WINAPI PulseEvent(HANDLE event)
{
    return nt_api_result(nt_event_change(event, NT_EVENT_PULSE, NULL));
}
