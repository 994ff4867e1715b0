/* SPDX-License-Identifier: MIT */
/*
 * ntshm/windows-printf.h - the wide printing functions under their usual names, with the formats
 * of Windows (<ntshm/print.h>): %s in wprintf is a wide string.
 *
 * <tchar.h> includes this file in programs that define _UNICODE, and wherever wchar_t has two
 * bytes. A program that defines NTSHM_WINDOWS_PRINTF gets it from <windows.h> too, and printf and
 * its narrow kin besides.
 */
#ifndef NTSHM_WINDOWS_PRINTF_H
#define NTSHM_WINDOWS_PRINTF_H

/* Inline code of the C++ library means its own functions. */
#ifdef __cplusplus
#    include <cstdio>
#    include <cwchar>
#    include <string>
#endif

#include "print.h"

#define wprintf   ntshm_wprintf
#define fwprintf  ntshm_fwprintf
#define swprintf  ntshm_swprintf
#define vwprintf  ntshm_vwprintf
#define vfwprintf ntshm_vfwprintf
#define vswprintf ntshm_vswprintf
#define fputws    ntshm_fputws
#define fputwc    ntshm_fputwc
#define putwc     ntshm_fputwc
#define fgetws    ntshm_fgetws
#define fgetwc    ntshm_fgetwc
#define getwc     ntshm_fgetwc

#undef putwchar
#undef getwchar
#define putwchar(c) ntshm_fputwc((c), stdout)
#define getwchar()  ntshm_fgetwc(stdin)

#ifdef NTSHM_WINDOWS_PRINTF
#    define printf    ntshm_printf
#    define fprintf   ntshm_fprintf
#    define sprintf   ntshm_sprintf
#    define snprintf  ntshm_snprintf
#    define vprintf   ntshm_vprintf
#    define vfprintf  ntshm_vfprintf
#    define vsprintf  ntshm_vsprintf
#    define vsnprintf ntshm_vsnprintf
#endif

#ifdef __cplusplus
namespace std
{
using ::ntshm_fgetwc;
using ::ntshm_fgetws;
using ::ntshm_fputwc;
using ::ntshm_fputws;
using ::ntshm_fwprintf;
using ::ntshm_swprintf;
using ::ntshm_vfwprintf;
using ::ntshm_vswprintf;
using ::ntshm_vwprintf;
using ::ntshm_wprintf;
#    ifdef NTSHM_WINDOWS_PRINTF
using ::ntshm_fprintf;
using ::ntshm_printf;
using ::ntshm_snprintf;
using ::ntshm_sprintf;
using ::ntshm_vfprintf;
using ::ntshm_vprintf;
using ::ntshm_vsnprintf;
using ::ntshm_vsprintf;
#    endif
} // namespace std
#endif

#endif
