// SPDX-License-Identifier: MIT
/*
 * The helpers of the API tests that ask Windows.
 */
#ifdef _WIN32
#    include "api/api.h"

bool can_read(const volatile void *address)
{
    return !IsBadReadPtr((const void *)address, 1);
}

bool can_write(volatile void *address)
{
    return !IsBadWritePtr((void *)address, 1);
}

static const void *running;

/* A function that cannot run returns 0 at once. */
static LONG CALLBACK return_zero(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    if (pointers->ExceptionRecord->ExceptionCode != (DWORD)EXCEPTION_ACCESS_VIOLATION ||
        (const void *)context->Rip != running)
        return EXCEPTION_CONTINUE_SEARCH;
    context->Rip = *(DWORD64 *)context->Rsp;
    context->Rsp += sizeof(DWORD64);
    context->Rax = 0;
    return EXCEPTION_CONTINUE_EXECUTION;
}

bool can_run(const volatile void *address)
{
    int (*function)(void) = (int (*)(void))(uintptr_t)address;
    void *handler = AddVectoredExceptionHandler(1, return_zero);
    int result;

    running = (const void *)address;
    result = function();
    RemoveVectoredExceptionHandler(handler);
    return result == 1;
}

unsigned session_number(void)
{
    DWORD session = 0;

    ok_succeeds(ProcessIdToSessionId(GetCurrentProcessId(), &session));
    return session;
}
#endif
