// SPDX-License-Identifier: MIT
/*
 * See event.h.
 */
#include "d3d12/device/event.h"

#include "util/log.h"

HRESULT nt_d3d_event_keep(HANDLE given, HANDLE *ret_event)
{
    if (DuplicateHandle(GetCurrentProcess(), given, GetCurrentProcess(), ret_event,
                        EVENT_MODIFY_STATE, FALSE, 0))
        return S_OK;
    switch (GetLastError()) {
    case ERROR_INVALID_HANDLE:
    case ERROR_ACCESS_DENIED:
        return E_INVALIDARG;
    default:
        return E_OUTOFMEMORY; /* of memory, handles, descriptors */
    }
}

void nt_d3d_event_set(HANDLE event, const char *what)
{
    if (!SetEvent(event))
        nt_log(NT_LOG_WARNING, "d3d12: the event of a %s cannot be set: error %u", what,
               (unsigned)GetLastError());
}
