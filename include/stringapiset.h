/* SPDX-License-Identifier: MIT */
/*
 * stringapiset.h - text from one encoding to another.
 *
 * Narrow text is UTF-8: CP_UTF8 is the only code page, and CP_ACP, CP_OEMCP, CP_MACCP and
 * CP_THREAD_ACP mean it. Where wchar_t has four bytes a wide character is a whole character.
 */
#ifndef NTSHM_STRINGAPISET_H
#define NTSHM_STRINGAPISET_H

#include "minwindef.h"
#include "winnt.h"
#include "winnls.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * MultiByteToWideChar - narrow to wide.
 * @CodePage: see above
 * @dwFlags: 0 or MB_ERR_INVALID_CHARS: malformed text is an error, not U+FFFD
 * @lpMultiByteStr, @cbMultiByte: the text, and its bytes; -1: it ends with NUL, which is converted
 *   too
 * @lpWideCharStr, @cchWideChar: where to, and the room in characters; 0: only count
 * Return: characters written, or needed; 0 with ERROR_INVALID_PARAMETER, ERROR_INVALID_FLAGS,
 * ERROR_INSUFFICIENT_BUFFER, ERROR_NO_UNICODE_TRANSLATION.
 */
int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte,
                               LPWSTR lpWideCharStr, int cchWideChar)
    NTSHM_WIDE(MultiByteToWideChar);

/*
 * WideCharToMultiByte - wide to narrow, likewise; WC_ERR_INVALID_CHARS for lone surrogates.
 * @lpDefaultChar, @lpUsedDefaultChar: NULL, as UTF-8 demands
 */
int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar,
                               LPSTR lpMultiByteStr, int cbMultiByte, LPCCH lpDefaultChar,
                               LPBOOL lpUsedDefaultChar) NTSHM_WIDE(WideCharToMultiByte);

#ifdef __cplusplus
}
#endif
#endif
