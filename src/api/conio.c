// SPDX-License-Identifier: MIT
/*
 * conio.h: keys and characters of the terminal.
 */
#include <stdio.h>
#include <wchar.h>

#include <windows.h>
#include <conio.h>

#include "api/print.h"
#include "api/wide16.h"
#include "lib/process/console.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

NT_EXPORT int _getch(void)
{
    /* What the program has printed so far is the question. */
    fflush(stdout);
    return nt_console_get();
}

NT_EXPORT int _getche(void)
{
    int value = _getch();

    return value == EOF ? EOF : _putch(value);
}

NT_EXPORT int _ungetch(int value)
{
    return nt_console_unget(value) ? value : EOF;
}

NT_EXPORT int _kbhit(void)
{
    return nt_console_waits();
}

/* A character of UTF-8, byte by byte. */
static wint_t get_character(void)
{
    unsigned char bytes[5] = {0};
    int value = _getch();
    size_t need = value >= 0xF0 ? 4 : value >= 0xE1 ? 3 : value >= 0xC2 ? 2 : 1;
    uint32_t point;

    /* 0xE0 begins a key, which is not echoed as text, and a character of UTF-8 never is alone. */
    if (value == EOF || value == 0xE0)
        return value == EOF ? WEOF : 0xE0;
    bytes[0] = (unsigned char)value;
    for (size_t i = 1; i < need; i++) {
        value = nt_console_get();
        if (value == EOF)
            break;
        bytes[i] = (unsigned char)value;
    }
    nt_text_next(bytes, 1, 0, need, &point);
    return (wint_t)point;
}

NT_EXPORT wint_t _getwch(void)
{
    return get_character();
}

NT_TWIN(wint_t, _getwch, void)
{
    wint_t character = get_character();

    return character != WEOF && character > 0xFFFF ? NT_TEXT_REPLACEMENT : character;
}

/* --- writing ------------------------------------------------------------------------ */

static int put_now(const void *text, unsigned width, size_t length)
{
    return nt_api_put_text(stdout, text, width, length) < 0 || fflush(stdout) ? -1 : 0;
}

NT_EXPORT int _putch(int value)
{
    unsigned char byte = (unsigned char)value;

    return put_now(&byte, 1, 1) < 0 ? EOF : byte;
}

NT_EXPORT int _cputs(const char *text)
{
    return put_now(text, 1, nt_text_length(text, 1, SIZE_MAX));
}

NT_EXPORT wint_t _putwch(wchar_t value)
{
    return put_now(&value, NATIVE, 1) < 0 ? WEOF : (wint_t)value;
}

NT_TWIN(wint_t, _putwch, uint16_t value)
{
    return put_now(&value, 2, 1) < 0 ? WEOF : (wint_t)value;
}

NT_EXPORT int _cputws(const wchar_t *text)
{
    return put_now(text, NATIVE, nt_text_length(text, NATIVE, SIZE_MAX));
}

NT_TWIN(int, _cputws, const uint16_t *text)
{
    return put_now(text, 2, nt_text_length(text, 2, SIZE_MAX));
}

NT_EXPORT wint_t _getwche(void)
{
    wint_t character = get_character();

    return character == WEOF ? WEOF : _putwch((wchar_t)character);
}

NT_TWIN(wint_t, _getwche, void)
{
    wint_t character = ntshm16__getwch();

    return character == WEOF ? WEOF : ntshm16__putwch((uint16_t)character);
}
