// SPDX-License-Identifier: MIT
/*
 * winuser.h: message boxes, on the terminal. The text goes to standard error; where somebody sits
 * there, he answers with a letter, else the default button is the answer.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "lib/process/console.h"
#include "rtl/text.h"

/* The buttons of each type, in their order. */
static const struct {
    unsigned char ids[4];
} types[] = {
    [MB_OK] = {{IDOK}},
    [MB_OKCANCEL] = {{IDOK, IDCANCEL}},
    [MB_ABORTRETRYIGNORE] = {{IDABORT, IDRETRY, IDIGNORE}},
    [MB_YESNOCANCEL] = {{IDYES, IDNO, IDCANCEL}},
    [MB_YESNO] = {{IDYES, IDNO}},
    [MB_RETRYCANCEL] = {{IDRETRY, IDCANCEL}},
    [MB_CANCELTRYCONTINUE] = {{IDCANCEL, IDTRYAGAIN, IDCONTINUE}},
};

/* What is written, and the letter that chooses it; no type has a letter twice. */
static const struct {
    const char *text;
    char letter;
} buttons[] = {
    [IDOK] = {"[O]K", 'o'},
    [IDCANCEL] = {"[C]ancel", 'c'},
    [IDABORT] = {"[A]bort", 'a'},
    [IDRETRY] = {"[R]etry", 'r'},
    [IDIGNORE] = {"[I]gnore", 'i'},
    [IDYES] = {"[Y]es", 'y'},
    [IDNO] = {"[N]o", 'n'},
    [IDTRYAGAIN] = {"[T]ry again", 't'},
    [IDCONTINUE] = {"c[o]ntinue", 'o'},
};

static unsigned count(const unsigned char *ids)
{
    unsigned n = 0;

    while (n < 4 && ids[n])
        n++;
    return n;
}

static int default_of(const unsigned char *ids, UINT type)
{
    unsigned number = (type & MB_DEFMASK) >> 8;

    return ids[number < count(ids) ? number : 0];
}

/* The button of an answer; 0 when it means none. */
static int button_of(const unsigned char *ids, const char *answer)
{
    for (unsigned i = 0; i < count(ids); i++) {
        if (tolower((unsigned char)answer[0]) == buttons[ids[i]].letter)
            return ids[i];
    }
    return 0;
}

static int ask(const unsigned char *ids, int usual)
{
    bool has_cancel = memchr(ids, IDCANCEL, 4) != NULL;
    char answer[64];

    for (;;) {
        int id;

        for (unsigned i = 0; i < count(ids); i++)
            fprintf(stderr, "%s%s", i ? " / " : "", buttons[ids[i]].text);
        fprintf(stderr, " (%s)? ", buttons[usual].text);
        fflush(stderr);
        if (!nt_console_ask_line(answer, sizeof(answer)))
            return has_cancel ? IDCANCEL : usual;
        id = answer[0] ? button_of(ids, answer) : usual;
        if (id)
            return id;
    }
}

static int message_box(const char *text, const char *caption, UINT type)
{
    const unsigned char *ids = types[type & MB_TYPEMASK].ids;
    int usual = default_of(ids, type);

    fflush(stdout);
    fprintf(stderr, "%s: %s\n", caption ? caption : "Error", text ? text : "");
    return count(ids) > 1 && nt_console_can_ask() ? ask(ids, usual) : usual;
}

static int show(const void *text, const void *caption, unsigned width, UINT type)
{
    NT_CLEANUP(nt_freep) char *utf8 = NULL;
    NT_CLEANUP(nt_freep) char *title = NULL;

    if ((type & MB_TYPEMASK) >= ARRAYSIZE(types)) {
        SetLastError(ERROR_INVALID_MSGBOX_STYLE);
        return 0;
    }
    if (text)
        utf8 = nt_text_new(text, width, SIZE_MAX, 1, NULL);
    if (caption)
        title = nt_text_new(caption, width, SIZE_MAX, 1, NULL);
    if ((text && !utf8) || (caption && !title)) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    return message_box(utf8, title, type);
}

NT_EXPORT int WINAPI MessageBoxA(HWND window, LPCSTR text, LPCSTR caption, UINT type)
{
    (void)window;
    return show(text, caption, 1, type);
}

NT_EXPORT int WINAPI MessageBoxW(HWND window, LPCWSTR text, LPCWSTR caption, UINT type)
{
    (void)window;
    return show(text, caption, sizeof(wchar_t), type);
}

NT_TWIN(int, MessageBoxW, HWND window, const uint16_t *text, const uint16_t *caption, UINT type)
{
    (void)window;
    return show(text, caption, 2, type);
}

NT_EXPORT BOOL WINAPI MessageBeep(UINT type)
{
    (void)type;
    if (nt_console_can_ask())
        fputc('\a', stderr);
    return TRUE;
}
