/* SPDX-License-Identifier: MIT */
/*
 * strsafe.h - strings that always end with NUL, in buffers whose size is told, with HRESULTs.
 *
 * Cch functions count characters, Cb functions bytes, the NUL included; at most
 * STRSAFE_MAX_CCH characters. Return: S_OK; STRSAFE_E_INSUFFICIENT_BUFFER, with the text cut to
 * what fits; STRSAFE_E_INVALID_PARAMETER for a size of 0 or too much, NULL, a target without a
 * NUL, and formats that make no sense. Formats are those of <ntshm/print.h>.
 */
#ifndef NTSHM_STRSAFE_H
#define NTSHM_STRSAFE_H

#include "windef.h"
#include "winerror.h"
#include "ntshm/print.h"

#define STRSAFE_MAX_CCH               2147483647
#define STRSAFE_MAX_LENGTH            (STRSAFE_MAX_CCH - 1)
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER   ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE         ((HRESULT)0x80070026)

typedef char *STRSAFE_LPSTR;
typedef const char *STRSAFE_LPCSTR;
typedef wchar_t *STRSAFE_LPWSTR;
typedef const wchar_t *STRSAFE_LPCWSTR;

#ifdef __cplusplus
extern "C" {
#endif

#define NTSHM_CHAR               char
#define NTSHM_NAME(narrow, wide) narrow
#define NTSHM_STRSAFE(name)      StringCch##name##A
#define NTSHM_STRSAFE_CB(name)   StringCb##name##A
#include "ntshm/strsafe-text.h"
#undef NTSHM_CHAR
#undef NTSHM_NAME
#undef NTSHM_STRSAFE
#undef NTSHM_STRSAFE_CB

#define NTSHM_CHAR               wchar_t
#define NTSHM_NAME(narrow, wide) wide
#define NTSHM_STRSAFE(name)      StringCch##name##W
#define NTSHM_STRSAFE_CB(name)   StringCb##name##W
#include "ntshm/strsafe-text.h"
#undef NTSHM_CHAR
#undef NTSHM_NAME
#undef NTSHM_STRSAFE
#undef NTSHM_STRSAFE_CB

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#    define StringCchCopy    StringCchCopyW
#    define StringCchCopyN   StringCchCopyNW
#    define StringCchCat     StringCchCatW
#    define StringCchCatN    StringCchCatNW
#    define StringCchLength  StringCchLengthW
#    define StringCchPrintf  StringCchPrintfW
#    define StringCchVPrintf StringCchVPrintfW
#    define StringCbCopy     StringCbCopyW
#    define StringCbCopyN    StringCbCopyNW
#    define StringCbCat      StringCbCatW
#    define StringCbCatN     StringCbCatNW
#    define StringCbLength   StringCbLengthW
#    define StringCbPrintf   StringCbPrintfW
#    define StringCbVPrintf  StringCbVPrintfW
#else
#    define StringCchCopy    StringCchCopyA
#    define StringCchCopyN   StringCchCopyNA
#    define StringCchCat     StringCchCatA
#    define StringCchCatN    StringCchCatNA
#    define StringCchLength  StringCchLengthA
#    define StringCchPrintf  StringCchPrintfA
#    define StringCchVPrintf StringCchVPrintfA
#    define StringCbCopy     StringCbCopyA
#    define StringCbCopyN    StringCbCopyNA
#    define StringCbCat      StringCbCatA
#    define StringCbCatN     StringCbCatNA
#    define StringCbLength   StringCbLengthA
#    define StringCbPrintf   StringCbPrintfA
#    define StringCbVPrintf  StringCbVPrintfA
#endif

#endif
