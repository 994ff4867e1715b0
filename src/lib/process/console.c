// SPDX-License-Identifier: MIT
/*
 * Keys and questions; see console.h. What terminals send for a key becomes what Windows' console
 * gives for it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/process/console.h"
#include "lib/process/lock.h"
#include "os/terminal.h"

#define MOST_BYTES 16

/* Sequences of terminals (xterm, the Linux console), and the second value of the key. */
static const struct {
    const char *sequence;
    unsigned char lead, code;
} keys[] = {
    {"\033[A", 0xE0, 72},    {"\033[B", 0xE0, 80},    {"\033[C", 0xE0, 77},  {"\033[D", 0xE0, 75},
    {"\033OA", 0xE0, 72},    {"\033OB", 0xE0, 80},    {"\033OC", 0xE0, 77},  {"\033OD", 0xE0, 75},
    {"\033[H", 0xE0, 71},    {"\033[F", 0xE0, 79},    {"\033OH", 0xE0, 71},  {"\033OF", 0xE0, 79},
    {"\033[1~", 0xE0, 71},   {"\033[4~", 0xE0, 79},   {"\033[5~", 0xE0, 73}, {"\033[6~", 0xE0, 81},
    {"\033[2~", 0xE0, 82},   {"\033[3~", 0xE0, 83},   {"\033OP", 0, 59},     {"\033OQ", 0, 60},
    {"\033OR", 0, 61},       {"\033OS", 0, 62},       {"\033[11~", 0, 59},   {"\033[12~", 0, 60},
    {"\033[13~", 0, 61},     {"\033[14~", 0, 62},     {"\033[15~", 0, 63},   {"\033[17~", 0, 64},
    {"\033[18~", 0, 65},     {"\033[19~", 0, 66},     {"\033[20~", 0, 67},   {"\033[21~", 0, 68},
    {"\033[23~", 0xE0, 133}, {"\033[24~", 0xE0, 134},
};

/* NT_LOCK_CONSOLE guards them. */
static unsigned char waiting[MOST_BYTES]; /* bytes of a key that have not been given out */
static size_t n_waiting;
static int given_back = -1;

/* --- keys --------------------------------------------------------------------------- */

/* What the terminal sent, as Windows tells it; the lock is held. */
static void translate(const char *bytes, size_t n)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strlen(keys[i].sequence) == n && memcmp(keys[i].sequence, bytes, n) == 0) {
            waiting[0] = keys[i].lead;
            waiting[1] = keys[i].code;
            n_waiting = 2;
            return;
        }
    }
    memcpy(waiting, bytes, n);
    n_waiting = n;
    if (n == 1 && waiting[0] == 127) /* Backspace, on most terminals */
        waiting[0] = 8;
    else if (n == 1 && waiting[0] == '\n') /* Enter, typed before anybody waited for a key */
        waiting[0] = '\r';
}

/* The first of the bytes that wait, or -1. */
static int take_waiting(void)
{
    int value = -1;

    nt_lock_take(NT_LOCK_CONSOLE);
    if (given_back >= 0) {
        value = given_back;
        given_back = -1;
    } else if (n_waiting) {
        value = waiting[0];
        memmove(waiting, waiting + 1, --n_waiting);
    }
    nt_lock_drop(NT_LOCK_CONSOLE);
    return value;
}

int nt_console_get(void)
{
    int value = take_waiting(), n;
    char bytes[MOST_BYTES];

    if (value >= 0)
        return value;
    if (!nt_os_is_terminal(STDIN_FILENO))
        return getc(stdin);
    n = nt_os_read_keys(bytes, sizeof(bytes));
    if (n <= 0)
        return -1;
    nt_lock_take(NT_LOCK_CONSOLE);
    translate(bytes, (size_t)n);
    nt_lock_drop(NT_LOCK_CONSOLE);
    return take_waiting();
}

bool nt_console_unget(int value)
{
    bool taken;

    nt_lock_take(NT_LOCK_CONSOLE);
    taken = given_back < 0 && value >= 0;
    if (taken)
        given_back = value;
    nt_lock_drop(NT_LOCK_CONSOLE);
    return taken;
}

/* Whether the stream has read more than it has given out. */
static bool stream_holds_some(void)
{
#ifdef __GLIBC__
    return stdin->_IO_read_ptr < stdin->_IO_read_end;
#else
    return false;
#endif
}

bool nt_console_waits(void)
{
    bool waits;

    nt_lock_take(NT_LOCK_CONSOLE);
    waits = given_back >= 0 || n_waiting;
    nt_lock_drop(NT_LOCK_CONSOLE);
    if (waits)
        return true;
    if (nt_os_is_terminal(STDIN_FILENO))
        return nt_os_key_waits();
    return stream_holds_some() || nt_os_can_read(STDIN_FILENO);
}

/* --- questions ---------------------------------------------------------------------- */

bool nt_console_can_ask(void)
{
    return nt_os_is_terminal(STDIN_FILENO) && nt_os_is_terminal(STDERR_FILENO);
}

bool nt_console_ask_line(char *line, size_t size)
{
    if (!fgets(line, (int)size, stdin))
        return false;
    /* The rest of a longer line is no answer to the next question. */
    while (!strchr(line, '\n') && getc(stdin) != '\n' && !feof(stdin) && !ferror(stdin))
        ;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}
