// SPDX-License-Identifier: MIT
/*
 * Refreshing in place; see watch.h. Signals come through a descriptor, so that nothing happens in
 * the middle of a line. What is wider or longer than the terminal is cut, by columns and not within
 * the bytes that colour something.
 */
#include "tool/kit/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tool/kit/process.h"
#include "tool/tool.h"

/* A screen of its own, no cursor, and nothing wraps: a character may be two columns wide. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"

static struct {
    bool on; /* the terminal is changed */
    bool has_keys;
    struct termios before;
} screen;

/* Also at a deadline, in the thread that ends the process. */
static void leave_screen(void)
{
    if (!screen.on)
        return;
    screen.on = false;
    if (screen.has_keys)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &screen.before);
    (void)!write(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
}

/* Keys come at once and are not shown; ^C stays a signal, and ^Z does nothing. */
static void take_keys(void)
{
    struct termios keys;

    if (tcgetattr(STDIN_FILENO, &keys) < 0)
        return;
    screen.before = keys;
    screen.has_keys = true;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    keys.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
}

static void enter_screen(void)
{
    if (!screen.on && isatty(STDIN_FILENO))
        take_keys();
    screen.on = true;
    nt_output_deadline_clean(leave_screen);
    (void)!write(STDOUT_FILENO, ENTER, sizeof(ENTER) - 1);
}

/* --- one picture ------------------------------------------------------------------------------ */

/* Up to @columns of a line go to @stream; escape sequences take none. UTF-8, one column each. */
static void put_line(const char *line, size_t length, unsigned columns, FILE *stream)
{
    unsigned used = 0;
    bool escape = false;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];

        if (c == '\033')
            escape = true;
        if (!escape && (c & 0xc0) != 0x80 && ++used > columns)
            break;
        putc(c, stream);
        if (escape && c >= '@' && c <= '~' && c != '[')
            escape = false;
    }
    fputs("\033[0m\033[K", stream);
}

static void put_screen(const char *title, const char *text)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    unsigned row = 1;

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    if (size.ws_row == 0 || size.ws_col == 0)
        size = (struct winsize){.ws_row = 24, .ws_col = 80};
    fputs("\033[H", stdout);
    put_line(title, strlen(title), size.ws_col, stdout);
    while (*text && row < size.ws_row) {
        const char *end = strchrnul(text, '\n');

        fputs("\r\n", stdout);
        if (++row == size.ws_row && *end && end[1]) {
            fputs("...\033[K", stdout);
            break;
        }
        put_line(text, (size_t)(end - text), size.ws_col, stdout);
        text = *end ? end + 1 : end;
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

/* Everything is printed to memory first: a refresh is one write, and never half. */
static int refresh(const struct nt_output *output, const char *title, bool on_terminal,
                   int (*print)(FILE *stream, void *what), void *what)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    int status;

    if (!stream)
        return nt_tool_error("out of memory");
    nt_output_deadline(output->seconds);
    status = print(stream, what);
    nt_output_deadline(0);
    if (fclose(stream) != 0)
        status = status == NT_TOOL_OK ? NT_TOOL_FAILED : status;
    if (status == NT_TOOL_OK && on_terminal)
        put_screen(title, text);
    else if (status == NT_TOOL_OK && (fputs(text, stdout) < 0 || fflush(stdout) != 0))
        status = nt_tool_error("the output could not be written");
    free(text);
    return status;
}

/* --- until it is enough ----------------------------------------------------------------------- */

enum happening { TIME_OUT, LOOK_AGAIN, ENOUGH };

static enum happening read_signal(int signals)
{
    struct signalfd_siginfo info;

    if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return errno == EINTR || errno == EAGAIN ? LOOK_AGAIN : ENOUGH;
    if (info.ssi_signo == SIGCONT && screen.on) {
        if (screen.has_keys)
            take_keys();
        enter_screen();
    }
    return info.ssi_signo == SIGWINCH || info.ssi_signo == SIGCONT ? LOOK_AGAIN : ENOUGH;
}

static enum happening read_key(void)
{
    char key;
    ssize_t n = read(STDIN_FILENO, &key, 1);

    if (n < 0 && errno == EINTR)
        return LOOK_AGAIN;
    return n <= 0 || key == 'q' || key == 'Q' || key == 3 || key == 4 ? ENOUGH : LOOK_AGAIN;
}

static enum happening wait_for(int signals, unsigned seconds)
{
    struct pollfd entries[2] = {{.fd = signals, .events = POLLIN},
                                {.fd = screen.has_keys ? STDIN_FILENO : -1, .events = POLLIN}};
    uint64_t end = nt_now_ms() + seconds * 1000ull, now;

    while ((now = nt_now_ms()) < end) {
        int n = poll(entries, 2, (int)(end - now));

        if (n < 0 && errno != EINTR)
            return ENOUGH;
        if (n > 0 && entries[0].revents)
            return read_signal(signals);
        if (n > 0)
            return read_key();
    }
    return TIME_OUT;
}

static int watch_signals(sigset_t *ret_before)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
        sigaddset(&set, wanted[i]);
    sigprocmask(SIG_BLOCK, &set, ret_before);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int nt_watch(const struct nt_output *output, unsigned seconds, const char *title,
             int (*print)(FILE *stream, void *what), void *what)
{
    /* A terminal without a screen gets one table after the other. */
    bool on_terminal = isatty(STDOUT_FILENO) && !output->json && !nt_output_is_dumb();
    int signals, status;
    sigset_t before;

    nt_output_deadline(0);
    signals = watch_signals(&before);
    if (signals < 0)
        return nt_tool_error("signals cannot be waited for");
    if (on_terminal)
        enter_screen();
    status = refresh(output, title, on_terminal, print, what);
    while (status == NT_TOOL_OK && wait_for(signals, seconds) != ENOUGH) {
        if (!on_terminal && !output->json)
            putchar('\n');
        status = refresh(output, title, on_terminal, print, what);
    }
    leave_screen();
    nt_output_deadline_clean(NULL);
    close(signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
