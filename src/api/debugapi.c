// SPDX-License-Identifier: MIT
/*
 * debugapi.h: debuggers.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "lib/process/machine.h"
#include "lib/process/process.h"
#include "rtl/text.h"

NT_EXPORT BOOL WINAPI IsDebuggerPresent(void)
{
    return nt_process_is_traced();
}

NT_EXPORT void WINAPI DebugBreak(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __asm__ __volatile__("int3");
#else
    raise(SIGTRAP);
#endif
}

static void put_out(const void *text, unsigned width)
{
    NT_CLEANUP(nt_freep) char *utf8 = text ? nt_text_new(text, width, SIZE_MAX, 1, NULL) : NULL;

    if (!utf8)
        return;
    nt_process_log_text(utf8);
    if (nt_process_is_traced())
        fputs(utf8, stderr);
}

NT_EXPORT void WINAPI OutputDebugStringA(LPCSTR text)
{
    put_out(text, 1);
}

NT_EXPORT void WINAPI OutputDebugStringW(LPCWSTR text)
{
    put_out(text, sizeof(wchar_t));
}

NT_TWIN(VOID, OutputDebugStringW, const uint16_t *text)
{
    put_out(text, 2);
}
