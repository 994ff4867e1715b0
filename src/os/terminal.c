// SPDX-License-Identifier: MIT
/*
 * The terminal; see terminal.h. What the handlers need lies in variables that are written before
 * the terminal is changed; tcsetattr() and what else they call may be called in a handler.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/terminal.h"

#define ESCAPE      27
#define SEQUENCE_MS 25 /* the rest of a sequence comes at once, a person does not */
#define TERMINAL    STDIN_FILENO
#define N_SIGNALS   (sizeof(signals) / sizeof(signals[0]))

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

static pthread_mutex_t terminal_lock = PTHREAD_MUTEX_INITIALIZER;
static struct termios cooked, raw;
static struct sigaction before[N_SIGNALS];
static volatile sig_atomic_t is_raw;

/* --- switching ---------------------------------------------------------------------- */

static void set(const struct termios *mode)
{
    while (tcsetattr(TERMINAL, TCSANOW, mode) < 0 && errno == EINTR)
        ;
}

/* At exit, while another thread waits for a key. */
static void put_back(void)
{
    if (is_raw)
        set(&cooked);
}

/* The signal does what it would have done; when the process goes on after it, so does the read. */
static void on_signal(int number)
{
    int saved_errno = errno;
    struct sigaction plain = {.sa_handler = SIG_DFL}, ours;
    sigset_t set_of_one;

    put_back();
    sigaction(number, &plain, &ours);
    sigemptyset(&set_of_one);
    sigaddset(&set_of_one, number);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &set_of_one, NULL); /* here it ends or stops */
    sigaction(number, &ours, NULL);
    if (is_raw)
        set(&raw);
    errno = saved_errno;
}

static void watch_signals(void)
{
    struct sigaction ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigfillset(&ours.sa_mask);
    for (size_t i = 0; i < N_SIGNALS; i++) {
        sigaction(signals[i], NULL, &before[i]);
        if (!(before[i].sa_flags & SA_SIGINFO) && before[i].sa_handler == SIG_DFL)
            sigaction(signals[i], &ours, NULL);
    }
}

static void leave_signals(void)
{
    for (size_t i = 0; i < N_SIGNALS; i++) {
        if (!(before[i].sa_flags & SA_SIGINFO) && before[i].sa_handler == SIG_DFL)
            sigaction(signals[i], &before[i], NULL);
    }
}

static void register_exit(void)
{
    atexit(put_back);
}

/* From lines to keys; undone by make_cooked(). */
static int make_raw(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, register_exit);
    if (tcgetattr(TERMINAL, &cooked) < 0)
        return -errno;
    raw = cooked;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    watch_signals();
    is_raw = 1;
    set(&raw);
    return 0;
}

static void make_cooked(void)
{
    set(&cooked);
    is_raw = 0;
    leave_signals();
}

void nt_os_forget_terminal(void)
{
    pthread_mutex_init(&terminal_lock, NULL);
    is_raw = 0;
}

/* --- reading ------------------------------------------------------------------------ */

bool nt_os_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

static bool wait_readable(int fd, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    int n;

    do
        n = poll(&poll_fd, 1, timeout_ms);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

bool nt_os_can_read(int fd)
{
    return wait_readable(fd, 0);
}

static int read_byte(char *byte)
{
    ssize_t n;

    do
        n = read(TERMINAL, byte, 1);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : (int)n;
}

/* What belongs to @bytes[0]: the rest of a character, or of a sequence. */
static int read_rest(char *bytes, int size)
{
    unsigned char first = (unsigned char)bytes[0];
    int need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    int n = 1;

    while (n < size && (n < need || first == ESCAPE) && wait_readable(TERMINAL, SEQUENCE_MS)) {
        if (read_byte(bytes + n) <= 0)
            break;
        n++;
        /* ESC [ ... or ESC O ... ends with a letter or a tilde. */
        if (first == ESCAPE && n > 2 && bytes[n - 1] >= '@' && bytes[n - 1] <= '~')
            break;
    }
    return n;
}

int nt_os_read_keys(char *bytes, size_t size)
{
    int r;

    pthread_mutex_lock(&terminal_lock);
    r = make_raw();
    if (r == 0) {
        r = read_byte(bytes);
        if (r == 1)
            r = read_rest(bytes, (int)size);
        make_cooked();
    }
    pthread_mutex_unlock(&terminal_lock);
    return r;
}

bool nt_os_key_waits(void)
{
    bool waits = false;

    pthread_mutex_lock(&terminal_lock);
    if (make_raw() == 0) {
        waits = wait_readable(TERMINAL, 0);
        make_cooked();
    }
    pthread_mutex_unlock(&terminal_lock);
    return waits;
}
