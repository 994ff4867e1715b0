// SPDX-License-Identifier: MIT
/*
 * Values of threads: TlsAlloc and its kin (processthreadsapi.h), FlsAlloc and its kin
 * (fibersapi.h).
 */
#include <windows.h>

#include "api/error.h"
#include "lib/thread/local.h"
#include "util/macro.h"

static DWORD alloc(enum nt_local_kind kind, nt_local_callback callback)
{
    uint32_t index;

    return nt_api_result(nt_local_alloc(kind, callback, &index)) ? index : TLS_OUT_OF_INDEXES;
}

/* As Windows does, success is told too: NULL may be the value. */
static void *get(enum nt_local_kind kind, DWORD index)
{
    void *value = NULL;

    if (nt_api_result(nt_local_get(kind, index, &value)))
        SetLastError(ERROR_SUCCESS);
    return value;
}

NT_EXPORT DWORD WINAPI TlsAlloc(VOID)
{
    DWORD index = alloc(NT_LOCAL_THREAD, NULL);

    if (index == TLS_OUT_OF_INDEXES)
        SetLastError(ERROR_NO_MORE_ITEMS);
    return index;
}

NT_EXPORT BOOL WINAPI TlsFree(DWORD index)
{
    return nt_api_result(nt_local_free(NT_LOCAL_THREAD, index));
}

NT_EXPORT LPVOID WINAPI TlsGetValue(DWORD index)
{
    return get(NT_LOCAL_THREAD, index);
}

NT_EXPORT BOOL WINAPI TlsSetValue(DWORD index, LPVOID value)
{
    return nt_api_result(nt_local_set(NT_LOCAL_THREAD, index, value));
}

NT_EXPORT DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION callback)
{
    return alloc(NT_LOCAL_FIBER, callback);
}

NT_EXPORT BOOL WINAPI FlsFree(DWORD index)
{
    return nt_api_result(nt_local_free(NT_LOCAL_FIBER, index));
}

NT_EXPORT PVOID WINAPI FlsGetValue(DWORD index)
{
    return get(NT_LOCAL_FIBER, index);
}

NT_EXPORT BOOL WINAPI FlsSetValue(DWORD index, PVOID value)
{
    return nt_api_result(nt_local_set(NT_LOCAL_FIBER, index, value));
}

NT_EXPORT BOOL WINAPI IsThreadAFiber(VOID)
{
    return FALSE;
}
