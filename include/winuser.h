/* SPDX-License-Identifier: MIT */
/*
 * winuser.h - what programs without windows use of it: message boxes and wsprintf.
 */
#ifndef NTSHM_WINUSER_H
#define NTSHM_WINUSER_H

#include <stdarg.h>

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MB_OK                   0x00000000
#define MB_OKCANCEL             0x00000001
#define MB_ABORTRETRYIGNORE     0x00000002
#define MB_YESNOCANCEL          0x00000003
#define MB_YESNO                0x00000004
#define MB_RETRYCANCEL          0x00000005
#define MB_CANCELTRYCONTINUE    0x00000006
#define MB_ICONHAND             0x00000010
#define MB_ICONQUESTION         0x00000020
#define MB_ICONEXCLAMATION      0x00000030
#define MB_ICONASTERISK         0x00000040
#define MB_USERICON             0x00000080
#define MB_ICONWARNING          MB_ICONEXCLAMATION
#define MB_ICONERROR            MB_ICONHAND
#define MB_ICONINFORMATION      MB_ICONASTERISK
#define MB_ICONSTOP             MB_ICONHAND
#define MB_DEFBUTTON1           0x00000000
#define MB_DEFBUTTON2           0x00000100
#define MB_DEFBUTTON3           0x00000200
#define MB_DEFBUTTON4           0x00000300
#define MB_APPLMODAL            0x00000000
#define MB_SYSTEMMODAL          0x00001000
#define MB_TASKMODAL            0x00002000
#define MB_HELP                 0x00004000
#define MB_NOFOCUS              0x00008000
#define MB_SETFOREGROUND        0x00010000
#define MB_DEFAULT_DESKTOP_ONLY 0x00020000
#define MB_TOPMOST              0x00040000
#define MB_RIGHT                0x00080000
#define MB_RTLREADING           0x00100000
#define MB_SERVICE_NOTIFICATION 0x00200000
#define MB_TYPEMASK             0x0000000F
#define MB_ICONMASK             0x000000F0
#define MB_DEFMASK              0x00000F00
#define MB_MODEMASK             0x00003000
#define MB_MISCMASK             0x0000C000

#define IDOK                    1
#define IDCANCEL                2
#define IDABORT                 3
#define IDRETRY                 4
#define IDIGNORE                5
#define IDYES                   6
#define IDNO                    7
#define IDCLOSE                 8
#define IDHELP                  9
#define IDTRYAGAIN              10
#define IDCONTINUE              11

/*
 * MessageBox - show a text on the terminal and ask.
 * @hWnd: not looked at
 * @lpText, @lpCaption: the text and its title (NULL: "Error"), to standard error
 * @uType: the buttons (MB_OK to MB_CANCELTRYCONTINUE) and which is the default one
 * Return: the ID of the button. With several of them one is chosen by a letter from the terminal;
 * an empty line is the default one, the end of the input Cancel. Where there is one button, or
 * standard input is no terminal, nobody is asked: the default one. 0 with
 * ERROR_INVALID_MSGBOX_STYLE.
 */
int WINAPI MessageBoxA(HWND hWnd, LPCSTR lpText, LPCSTR lpCaption, UINT uType);
int WINAPI MessageBoxW(HWND hWnd, LPCWSTR lpText, LPCWSTR lpCaption, UINT uType)
    NTSHM_WIDE(MessageBoxW);

/* MessageBeep - ring the terminal's bell, if standard error is one. It cannot fail. */
BOOL WINAPI MessageBeep(UINT uType);

/*
 * wsprintf, wvsprintf - print into a buffer of 1,025 characters, with formats of <ntshm/print.h>;
 * a longer text is cut. Return: characters without the NUL.
 */
int WINAPIV wsprintfA(LPSTR buffer, LPCSTR format, ...) NTSHM_WIDE(wsprintfA);
int WINAPIV wsprintfW(LPWSTR buffer, LPCWSTR format, ...) NTSHM_WIDE(wsprintfW);
int WINAPI wvsprintfA(LPSTR buffer, LPCSTR format, va_list arguments) NTSHM_WIDE(wvsprintfA);
int WINAPI wvsprintfW(LPWSTR buffer, LPCWSTR format, va_list arguments) NTSHM_WIDE(wvsprintfW);

#ifdef UNICODE
#    define MessageBox MessageBoxW
#    define wsprintf   wsprintfW
#    define wvsprintf  wvsprintfW
#else
#    define MessageBox MessageBoxA
#    define wsprintf   wsprintfA
#    define wvsprintf  wvsprintfA
#endif

#ifdef __cplusplus
}
#endif
#endif
