// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of the descriptions of threads (processthreadsapi.h).
 */
#include "api/wide16.h"

#include <wchar.h>

#include <ntstatus.h>

NT_TWIN(HRESULT, SetThreadDescription, HANDLE thread, const uint16_t *text)
{
    NT_CLEANUP(nt_wide16_deinit) struct nt_wide16 wide;

    if (!nt_wide16_init(&wide, text, SIZE_MAX))
        return HRESULT_FROM_NT(STATUS_NO_MEMORY);
    return SetThreadDescription(thread, wide.text);
}

NT_TWIN(HRESULT, GetThreadDescription, HANDLE thread, uint16_t **ret_text)
{
    PWSTR native;
    HRESULT result = GetThreadDescription(thread, ret_text ? &native : NULL);
    size_t length, units;
    uint16_t *text;

    if (FAILED(result))
        return result;
    length = wcslen(native);
    units = nt_wide16_put(native, length, NULL, 0);
    text = LocalAlloc(LMEM_FIXED, (units + 1) * sizeof(*text));
    if (text) {
        nt_wide16_put(native, length, text, units);
        text[units] = 0;
        *ret_text = text;
    }
    LocalFree(native);
    return text ? S_OK : HRESULT_FROM_NT(STATUS_NO_MEMORY);
}
