/* SPDX-License-Identifier: MIT */
/*
 * The 16-bit twins. A unit compiled with -fshort-wchar has a wchar_t of two bytes: the headers
 * send its calls of everything wide to ntshm16_ functions (NTSHM_WIDE in winnt.h), so that it
 * can be one program with units whose wchar_t has four. A twin turns text on its way in into
 * native characters, calls the function itself, and turns text on its way out back
 * (lib/text/wide16.h). The twins are in the files wide16-*.c, one for a group of headers.
 */
#ifndef NT_API_WIDE16_H
#define NT_API_WIDE16_H

#include <windows.h>

#include "lib/text/wide16.h"
#include "util/macro.h"

/*
 * Begins the definition of the twin of @name. No header declares it under its own name: who sees
 * a wchar_t of two bytes calls it by the name of the function itself.
 */
#define NT_TWIN(type, name, ...)                       \
    NT_EXPORT type WINAPI ntshm16_##name(__VA_ARGS__); \
    NT_EXPORT type WINAPI ntshm16_##name(__VA_ARGS__)

/* A local @wide for the argument @units; without memory the function returns @failure. */
#define NT_WIDE16(wide, units, failure)                             \
    NT_CLEANUP(nt_wide16_deinit) struct nt_wide16 wide;             \
    if (NT_UNLIKELY(!nt_wide16_init(&(wide), (units), SIZE_MAX))) { \
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);                      \
        return (failure);                                           \
    }                                                               \
    _Static_assert(1, "")

#endif
