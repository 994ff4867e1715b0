/* SPDX-License-Identifier: MIT */
/*
 * tchar.h - text that is wide with _UNICODE and narrow without.
 *
 * Narrow text is UTF-8. The names are those of the C library where it has them under another
 * spelling: _tcslen is wcslen or strlen.
 */
#ifndef NTSHM_TCHAR_H
#define NTSHM_TCHAR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#ifdef _UNICODE
#    define __T(x) L##x
typedef wchar_t _TCHAR, _TSCHAR, _TUCHAR, _TXCHAR;
#    ifndef NTSHM_TCHAR_DEFINED
#        define NTSHM_TCHAR_DEFINED
typedef wchar_t TCHAR, *PTCHAR;
#    endif
typedef wint_t _TINT;
#    define _TEOF      WEOF
#    define _tmain     wmain
#    define _tprintf   wprintf
#    define _ftprintf  fwprintf
#    define _stprintf  swprintf
#    define _sntprintf swprintf
#    define _vtprintf  vwprintf
#    define _fputts    fputws
#    define _fgetts    fgetws
#    define _puttc     putwc
#    define _tcslen    wcslen
#    define _tcsnlen   wcsnlen
#    define _tcscmp    wcscmp
#    define _tcsncmp   wcsncmp
#    define _tcsicmp   wcscasecmp
#    define _tcsnicmp  wcsncasecmp
#    define _tcscpy    wcscpy
#    define _tcsncpy   wcsncpy
#    define _tcscat    wcscat
#    define _tcsncat   wcsncat
#    define _tcschr    wcschr
#    define _tcsrchr   wcsrchr
#    define _tcsstr    wcsstr
#    define _tcsdup    wcsdup
#    define _tcstol    wcstol
#    define _tcstoul   wcstoul
#    define _tcstod    wcstod
#else
#    define __T(x) x
typedef char _TCHAR, _TXCHAR;
typedef signed char _TSCHAR;
typedef unsigned char _TUCHAR;
#    ifndef NTSHM_TCHAR_DEFINED
#        define NTSHM_TCHAR_DEFINED
typedef char TCHAR, *PTCHAR;
#    endif
typedef int _TINT;
#    define _TEOF      EOF
#    define _tmain     main
#    define _tprintf   printf
#    define _ftprintf  fprintf
#    define _stprintf  sprintf
#    define _sntprintf snprintf
#    define _vtprintf  vprintf
#    define _fputts    fputs
#    define _fgetts    fgets
#    define _puttc     putc
#    define _tcslen    strlen
#    define _tcsnlen   strnlen
#    define _tcscmp    strcmp
#    define _tcsncmp   strncmp
#    define _tcsicmp   strcasecmp
#    define _tcsnicmp  strncasecmp
#    define _tcscpy    strcpy
#    define _tcsncpy   strncpy
#    define _tcscat    strcat
#    define _tcsncat   strncat
#    define _tcschr    strchr
#    define _tcsrchr   strrchr
#    define _tcsstr    strstr
#    define _tcsdup    strdup
#    define _tcstol    strtol
#    define _tcstoul   strtoul
#    define _tcstod    strtod
#endif

#define _T(x)    __T(x)
#define _TEXT(x) __T(x)

#endif
