/* SPDX-License-Identifier: MIT */
/*
 * conio.h - keys and characters of the terminal, without line editing.
 *
 * Keys come from standard input. Where that is a terminal, it is switched for the moment of the
 * call so that a key counts at once and is not echoed, and switched back afterwards, also when the
 * process ends or is stopped meanwhile. Return is 13 and Backspace 8 then; arrows and function keys
 * are two values, 0xE0 or 0 and a code, as on Windows. Where standard input is no terminal, bytes
 * are read from the stream stdin, and its end is EOF.
 *
 * The old names without the underscore are there unless curses is, or NTSHM_NO_CRT is defined.
 */
#ifndef NTSHM_CONIO_H
#define NTSHM_CONIO_H

#include "ntshm/print.h"

#ifdef __cplusplus
extern "C" {
#endif

/* _getch, _getche - wait for a key; the second one echoes it. EOF at the end of the input. */
int _getch(void);
int _getche(void);
/* _getwch, _getwche - the same for a whole character; WEOF at the end. */
wint_t _getwch(void) NTSHM_WIDE(_getwch);
wint_t _getwche(void) NTSHM_WIDE(_getwche);

/* _ungetch - the next _getch gives @c. EOF when one is waiting already. */
int _ungetch(int c);

/* _kbhit - whether _getch would return at once: then not 0. */
int _kbhit(void);

/* _putch, _putwch, _cputs, _cputws - write to standard output at once. EOF, WEOF or -1 when it
 * fails; else the character, or 0. */
int _putch(int c);
wint_t _putwch(wchar_t c) NTSHM_WIDE(_putwch);
int _cputs(const char *text);
int _cputws(const wchar_t *text) NTSHM_WIDE(_cputws);

/* _cprintf, _cwprintf - print to standard output at once, with formats of <ntshm/print.h>. */
NTSHM_PRINTS_TO(_cprintf(const char *format, ...),
                (result = ntshm_vfprintf(stdout, format, arguments), fflush(stdout) ? -1 : result))
NTSHM_PRINTS_TO(_cwprintf(const wchar_t *format, ...),
                (result = ntshm_vfwprintf(stdout, format, arguments), fflush(stdout) ? -1 : result))

#if !defined(NTSHM_NO_CRT) && !defined(__NCURSES_H) && !defined(CURSES)
#    define getch   _getch
#    define getche  _getche
#    define ungetch _ungetch
#    define kbhit   _kbhit
#    define putch   _putch
#    define cputs   _cputs
#    define cprintf _cprintf
#endif

#ifdef __cplusplus
}
#endif
#endif
