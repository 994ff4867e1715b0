/* SPDX-License-Identifier: MIT */
/*
 * tchar.h - text that is wide with _UNICODE and narrow without.
 *
 * Narrow text is UTF-8. The names are those of the C library where it has them under another
 * spelling (_tcslen is wcslen or strlen), those of <ntshm/crt.h> where it has not, and those of
 * <ntshm/print.h> for all printing: formats mean what they mean on Windows.
 *
 * A program may begin with _tmain or wmain: the library's pkg-config flags bring a main() that
 * calls it. Where wchar_t has two bytes (-fshort-wchar), wcslen and its kin are replaced too.
 */
#ifndef NTSHM_TCHAR_H
#define NTSHM_TCHAR_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "ntshm/crt.h"
#include "ntshm/wmain.h"

#if defined(_UNICODE) || __SIZEOF_WCHAR_T__ == 2
#    include "ntshm/windows-printf.h"
#endif
#if __SIZEOF_WCHAR_T__ == 2
#    include "ntshm/wcs16.h"
#endif

#ifdef _UNICODE
#    define __T(x) L##x
typedef wchar_t _TCHAR, _TSCHAR, _TUCHAR, _TXCHAR;
#    ifndef NTSHM_TCHAR_DEFINED
#        define NTSHM_TCHAR_DEFINED
typedef wchar_t TCHAR, *PTCHAR;
#    endif
typedef wint_t _TINT;
#    define _TEOF         WEOF

#    define _tmain        wmain

/* Printing and streams. */
#    define _tprintf      ntshm_wprintf
#    define _tprintf_s    wprintf_s
#    define _ftprintf     ntshm_fwprintf
#    define _ftprintf_s   fwprintf_s
#    define _stprintf     _swprintf
#    define _stprintf_s   swprintf_s
#    define _sntprintf    _snwprintf
#    define _sntprintf_s  _snwprintf_s
#    define _sctprintf    _scwprintf
#    define _vtprintf     ntshm_vwprintf
#    define _vftprintf    ntshm_vfwprintf
#    define _vstprintf    _vswprintf
#    define _vstprintf_s  vswprintf_s
#    define _vsntprintf   _vsnwprintf
#    define _vsntprintf_s _vsnwprintf_s
#    define _vsctprintf   _vscwprintf
#    define _fputts       ntshm_fputws
#    define _fgetts       ntshm_fgetws
#    define _puttc        ntshm_fputwc
#    define _fputtc       ntshm_fputwc
#    define _gettc        ntshm_fgetwc
#    define _fgettc       ntshm_fgetwc
#    define _puttchar(c)  ntshm_fputwc((c), stdout)
#    define _gettchar()   ntshm_fgetwc(stdin)
#    define _putts        ntshm_putws
#    define _tfopen       _wfopen
#    define _tfopen_s     _wfopen_s

/* Strings. */
#    define _tcslen       wcslen
#    define _tcsclen      wcslen
#    define _tcsnlen      wcsnlen
#    define _tcscmp       wcscmp
#    define _tcsncmp      wcsncmp
#    define _tcsccmp      wcscmp
#    define _tcsnccmp     wcsncmp
#    define _tcscoll      wcscoll
#    define _tcsicmp      _wcsicmp
#    define _tcsnicmp     _wcsnicmp
#    define _tcsncicmp    _wcsnicmp
#    define _tcscpy       wcscpy
#    define _tcsncpy      wcsncpy
#    define _tcsnccpy     wcsncpy
#    define _tcscat       wcscat
#    define _tcsncat      wcsncat
#    define _tcsnccat     wcsncat
#    define _tcscpy_s     wcscpy_s
#    define _tcsncpy_s    wcsncpy_s
#    define _tcscat_s     wcscat_s
#    define _tcsncat_s    wcsncat_s
#    define _tcsnlen_s    wcsnlen_s
#    define _tcschr       wcschr
#    define _tcsrchr      wcsrchr
#    define _tcsstr       wcsstr
#    define _tcsspn       wcsspn
#    define _tcscspn      wcscspn
#    define _tcspbrk      wcspbrk
#    define _tcstok_s     wcstok_s
#    define _tcsdup       _wcsdup
#    define _tcslwr       _wcslwr
#    define _tcsupr       _wcsupr
#    define _tcsrev       _wcsrev
#    define _tcsinc(p)    ((p) + 1)
#    define _tcsdec(s, p) ((s) < (p) ? (p)-1 : NULL)
#    define _tcsnextc(p)  (*(p))

/* Numbers. */
#    define _tcstol       wcstol
#    define _tcstoul      wcstoul
#    define _tcstoll      wcstoll
#    define _tcstoull     wcstoull
#    define _tcstoi64     wcstoll
#    define _tcstoui64    wcstoull
#    define _tcstod       wcstod
#    define _tcstof       wcstof
#    define _ttoi         _wtoi
#    define _tstoi        _wtoi
#    define _ttol         _wtol
#    define _tstol        _wtol
#    define _ttoi64       _wtoi64
#    define _tstoi64      _wtoi64
#    define _tstof(text)  wcstod((text), NULL)
#    define _itot         _itow
#    define _itot_s       _itow_s
#    define _ltot         _ltow
#    define _ltot_s       _ltow_s
#    define _ultot        _ultow
#    define _ultot_s      _ultow_s
#    define _i64tot       _i64tow
#    define _i64tot_s     _i64tow_s
#    define _ui64tot      _ui64tow
#    define _ui64tot_s    _ui64tow_s

/* Characters. */
#    define _istalpha     iswalpha
#    define _istdigit     iswdigit
#    define _istxdigit    iswxdigit
#    define _istalnum     iswalnum
#    define _istspace     iswspace
#    define _istupper     iswupper
#    define _istlower     iswlower
#    define _istpunct     iswpunct
#    define _istprint     iswprint
#    define _istgraph     iswgraph
#    define _istcntrl     iswcntrl
#    define _totupper     towupper
#    define _totlower     towlower

#    define _gettch       _getwch
#    define _gettche      _getwche
#    define _puttch       _putwch
#    define _cputts       _cputws
#    define _tcprintf     _cwprintf
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
#    define _TEOF         EOF

#    define _tmain        main

/* Printing and streams. */
#    define _tprintf      ntshm_printf
#    define _tprintf_s    printf_s
#    define _ftprintf     ntshm_fprintf
#    define _ftprintf_s   fprintf_s
#    define _stprintf     ntshm_sprintf
#    define _stprintf_s   sprintf_s
#    define _sntprintf    _snprintf
#    define _sntprintf_s  _snprintf_s
#    define _sctprintf    _scprintf
#    define _vtprintf     ntshm_vprintf
#    define _vftprintf    ntshm_vfprintf
#    define _vstprintf    ntshm_vsprintf
#    define _vstprintf_s  vsprintf_s
#    define _vsntprintf   _vsnprintf
#    define _vsntprintf_s _vsnprintf_s
#    define _vsctprintf   _vscprintf
#    define _fputts       fputs
#    define _fgetts       fgets
#    define _puttc        putc
#    define _fputtc       fputc
#    define _gettc        getc
#    define _fgettc       fgetc
#    define _puttchar     putchar
#    define _gettchar     getchar
#    define _putts        puts
#    define _tfopen       fopen
#    define _tfopen_s     fopen_s

/* Strings. */
#    define _tcslen       strlen
#    define _tcsclen      strlen
#    define _tcsnlen      strnlen
#    define _tcscmp       strcmp
#    define _tcsncmp      strncmp
#    define _tcsccmp      strcmp
#    define _tcsnccmp     strncmp
#    define _tcscoll      strcoll
#    define _tcsicmp      _stricmp
#    define _tcsnicmp     _strnicmp
#    define _tcsncicmp    _strnicmp
#    define _tcscpy       strcpy
#    define _tcsncpy      strncpy
#    define _tcsnccpy     strncpy
#    define _tcscat       strcat
#    define _tcsncat      strncat
#    define _tcsnccat     strncat
#    define _tcscpy_s     strcpy_s
#    define _tcsncpy_s    strncpy_s
#    define _tcscat_s     strcat_s
#    define _tcsncat_s    strncat_s
#    define _tcsnlen_s    strnlen_s
#    define _tcschr       strchr
#    define _tcsrchr      strrchr
#    define _tcsstr       strstr
#    define _tcsspn       strspn
#    define _tcscspn      strcspn
#    define _tcspbrk      strpbrk
#    define _tcstok_s     strtok_s
#    define _tcsdup       _strdup
#    define _tcslwr       _strlwr
#    define _tcsupr       _strupr
#    define _tcsrev       _strrev
#    define _tcsinc(p)    ((p) + 1)
#    define _tcsdec(s, p) ((s) < (p) ? (p)-1 : NULL)
#    define _tcsnextc(p)  ((unsigned char)*(p))

/* Numbers. */
#    define _tcstol       strtol
#    define _tcstoul      strtoul
#    define _tcstoll      strtoll
#    define _tcstoull     strtoull
#    define _tcstoi64     strtoll
#    define _tcstoui64    strtoull
#    define _tcstod       strtod
#    define _tcstof       strtof
#    define _ttoi         atoi
#    define _tstoi        atoi
#    define _ttol         atol
#    define _tstol        atol
#    define _ttoi64       _atoi64
#    define _tstoi64      _atoi64
#    define _tstof        atof
#    define _itot         _itoa
#    define _itot_s       _itoa_s
#    define _ltot         _ltoa
#    define _ltot_s       _ltoa_s
#    define _ultot        _ultoa
#    define _ultot_s      _ultoa_s
#    define _i64tot       _i64toa
#    define _i64tot_s     _i64toa_s
#    define _ui64tot      _ui64toa
#    define _ui64tot_s    _ui64toa_s

/* Characters. */
#    define _istalpha     isalpha
#    define _istdigit     isdigit
#    define _istxdigit    isxdigit
#    define _istalnum     isalnum
#    define _istspace     isspace
#    define _istupper     isupper
#    define _istlower     islower
#    define _istpunct     ispunct
#    define _istprint     isprint
#    define _istgraph     isgraph
#    define _istcntrl     iscntrl
#    define _totupper     toupper
#    define _totlower     tolower

#    define _gettch       _getch
#    define _gettche      _getche
#    define _puttch       _putch
#    define _cputts       _cputs
#    define _tcprintf     _cprintf
#endif

#define _T(x)    __T(x)
#define _TEXT(x) __T(x)

#endif
