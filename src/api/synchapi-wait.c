// SPDX-License-Identifier: MIT
/*
 * synchapi.h: waiting. An answer that lets the caller go is its NTSTATUS: WAIT_OBJECT_0 and the
 * index, WAIT_ABANDONED_0 and the index, WAIT_IO_COMPLETION, WAIT_TIMEOUT.
 */
#include <windows.h>
#include <ntstatus.h>

#include "api/error.h"
#include "lib/process/clock.h"
#include "lib/sync/wait.h"
#include "util/macro.h"

static DWORD answer(NTSTATUS status)
{
    return nt_api_result(status) ? (DWORD)status : WAIT_FAILED;
}

NT_EXPORT DWORD WINAPI WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    return answer(nt_wait(&handle, 1, false, alertable, nt_deadline_after_ms(milliseconds)));
}

NT_EXPORT DWORD WINAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return WaitForSingleObjectEx(handle, milliseconds, FALSE);
}

NT_EXPORT DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *handles, BOOL all,
                                                DWORD milliseconds, BOOL alertable)
{
    if (!handles && count > 0 && count <= MAXIMUM_WAIT_OBJECTS)
        return answer(STATUS_ACCESS_VIOLATION);
    return answer(nt_wait(handles, count, all, alertable, nt_deadline_after_ms(milliseconds)));
}

NT_EXPORT DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all,
                                              DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

NT_EXPORT DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD milliseconds,
                                           BOOL alertable)
{
    return answer(nt_signal_and_wait(signal, wait, alertable, nt_deadline_after_ms(milliseconds)));
}

NT_EXPORT void WINAPI Sleep(DWORD milliseconds)
{
    nt_clock_sleep(milliseconds);
}

NT_EXPORT DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable)
{
    if (alertable && nt_wait_alert(true, nt_deadline_after_ms(milliseconds)) == STATUS_USER_APC)
        return WAIT_IO_COMPLETION;
    if (!alertable || milliseconds == 0)
        nt_clock_sleep(milliseconds);
    return 0;
}
