// SPDX-License-Identifier: MIT
/*
 * Keys and questions on a terminal (a pseudo terminal of the case's own), and without one.
 */
#ifndef _WIN32
#    include "api/api.h"

#    include <conio.h>
#    include <errno.h>
#    include <fcntl.h>
#    include <poll.h>
#    include <signal.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <sys/ioctl.h>
#    include <sys/wait.h>
#    include <termios.h>
#    include <unistd.h>

/* --- a process at a terminal ---------------------------------------------------------------- */

struct seat {
    int master, reports; /* the terminal's other side; what the process found, a byte a finding */
    pid_t pid;
};

static int reports_fd;

static void report(int value)
{
    unsigned char byte = (unsigned char)value;

    if (write(reports_fd, &byte, 1) != 1)
        _exit(99);
}

/* @work runs in a process whose standard streams are a terminal. */
static struct seat sit_down(void (*work)(void))
{
    struct seat seat;
    int pipes[2];

    seat.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    require(seat.master >= 0 && grantpt(seat.master) == 0 && unlockpt(seat.master) == 0);
    require(pipe2(pipes, O_CLOEXEC) == 0);
    fflush(NULL);
    seat.pid = fork();
    require(seat.pid >= 0);
    if (seat.pid == 0) {
        int terminal;

        setsid();
        terminal = open(ptsname(seat.master), O_RDWR);
        ioctl(terminal, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            dup2(terminal, fd);
        close(seat.master);
        reports_fd = pipes[1];
        work();
        _exit(0);
    }
    close(pipes[1]);
    seat.reports = pipes[0];
    return seat;
}

static void type_now(const struct seat *seat, const char *keys)
{
    ssize_t n;

    do
        n = write(seat->master, keys, strlen(keys));
    while (n < 0 && errno == EINTR); /* a terminal looks for signals before it takes anything */
    ok_eq(n, (ssize_t)strlen(keys));
}

/* The next finding, or -1 when there is none in time. */
static int next_report(const struct seat *seat)
{
    struct pollfd poll_fd = {.fd = seat->reports, .events = POLLIN};
    unsigned char byte;
    int n;

    do
        n = poll(&poll_fd, 1, SOON);
    while (n < 0 && errno == EINTR);
    return n == 1 && read(seat->reports, &byte, 1) == 1 ? byte : -1;
}

/* What the terminal has shown when @want is there; without one, by now and a moment later. */
static void read_screen(const struct seat *seat, const char *want, char *screen, size_t size)
{
    struct pollfd poll_fd = {.fd = seat->master, .events = POLLIN};
    uint64_t patience = want ? SOON : 200, end = test_now_ms() + patience;
    size_t used = 0;
    ssize_t n;

    screen[0] = '\0';
    while (used < size - 1 && test_now_ms() < end && !(want && strstr(screen, want))) {
        if (poll(&poll_fd, 1, 50) != 1)
            continue;
        n = read(seat->master, screen + used, size - 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        used += (size_t)n;
        screen[used] = '\0';
        end = test_now_ms() + patience;
    }
}

static int stand_up(struct seat *seat)
{
    int status = 0;

    while (waitpid(seat->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(seat->master);
    close(seat->reports);
    return status;
}

/* Whether the terminal takes lines now. */
static bool is_cooked(const struct seat *seat)
{
    struct termios mode;

    return tcgetattr(seat->master, &mode) == 0 && (mode.c_lflag & ICANON) && (mode.c_lflag & ECHO);
}

static bool is_raw(const struct seat *seat)
{
    struct termios mode;

    return tcgetattr(seat->master, &mode) == 0 && !(mode.c_lflag & (ICANON | ECHO));
}

/* Once somebody waits for a key: what is typed earlier the terminal still takes for a line. */
static void type(const struct seat *seat, const char *keys)
{
    ok(test_until(is_raw(seat), SOON));
    type_now(seat, keys);
}

static void read_three_keys(void)
{
    report('r');
    for (int i = 0; i < 3; i++)
        report(_getch());
}

TEST(a_key_counts_at_once_and_is_not_echoed, "")
{
    struct seat seat = sit_down(read_three_keys);
    char screen[64];

    ok_eq(next_report(&seat), 'r');
    type(&seat, "x");
    ok_eq(next_report(&seat), 'x');
    type(&seat, "\r");
    ok_eq(next_report(&seat), 13);
    type(&seat, "\x7f");
    ok_eq(next_report(&seat), 8);
    read_screen(&seat, NULL, screen, sizeof(screen));
    ok(strchr(screen, 'x') == NULL, "%s", screen);
    ok_eq(stand_up(&seat), 0);
}

static void read_a_key_later(void)
{
    report('r');
    while (!_kbhit())
        usleep(1000);
    report(_getch());
}

/* The terminal turns it into a line's end as long as nobody waits for a key. */
TEST(enter_typed_ahead_is_enter, "")
{
    struct seat seat = sit_down(read_a_key_later);

    ok_eq(next_report(&seat), 'r');
    type_now(&seat, "\r");
    ok_eq(next_report(&seat), 13);
    ok_eq(stand_up(&seat), 0);
}

static void read_sequence(void)
{
    report('r');
    for (int i = 0; i < 6; i++)
        report(_getch());
}

TEST(arrows_and_function_keys_are_two_values, "")
{
    struct seat seat = sit_down(read_sequence);

    ok_eq(next_report(&seat), 'r');
    type(&seat, "\033[A");
    ok_eq(next_report(&seat), 0xE0);
    ok_eq(next_report(&seat), 72);
    type(&seat, "\033OP");
    ok_eq(next_report(&seat), 0);
    ok_eq(next_report(&seat), 59);
    type(&seat, "\033");
    ok_eq(next_report(&seat), 27);
    type(&seat, "q");
    ok_eq(next_report(&seat), 'q');
    ok_eq(stand_up(&seat), 0);
}

static void echo_a_key(void)
{
    report('r');
    report(_getche());
    _putch('!');
    _cputs("<text>");
    _cprintf("%ld", (LONG)-3);
    report('e');
}

TEST(echoed_keys_and_output_are_on_the_screen, "")
{
    struct seat seat = sit_down(echo_a_key);
    char screen[64];

    ok_eq(next_report(&seat), 'r');
    type(&seat, "k");
    ok_eq(next_report(&seat), 'k');
    ok_eq(next_report(&seat), 'e');
    read_screen(&seat, "k!<text>-3", screen, sizeof(screen));
    ok(strstr(screen, "k!<text>-3") != NULL, "%s", screen);
    stand_up(&seat);
}

static void look_and_read(void)
{
    report(_kbhit() ? 'y' : 'n');
    while (!_kbhit())
        usleep(1000);
    report('h');
    report(_getch());
    report(_ungetch('u') == 'u' && _ungetch('v') == EOF ? '1' : '0');
    report(_kbhit() ? 'y' : 'n');
    report(_getch());
}

TEST(kbhit_tells_of_keys_that_wait, "")
{
    struct seat seat = sit_down(look_and_read);

    ok_eq(next_report(&seat), 'n');
    type_now(&seat, "z");
    ok_eq(next_report(&seat), 'h');
    ok_eq(next_report(&seat), 'z');
    ok_eq(next_report(&seat), '1');
    ok_eq(next_report(&seat), 'y');
    ok_eq(next_report(&seat), 'u');
    ok_eq(stand_up(&seat), 0);
}

static void wait_for_a_key(void)
{
    report('r');
    report(_getch());
}

static void check_put_back_by(int number)
{
    struct seat seat = sit_down(wait_for_a_key);
    int status;

    ok_eq(next_report(&seat), 'r');
    ok(test_until(is_raw(&seat), SOON));
    kill(seat.pid, number);
    ok(test_until(is_cooked(&seat), SOON), "signal %d", number);
    status = stand_up(&seat);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == number, "status %x", (unsigned)status);
}

TEST(the_terminal_is_put_back_when_a_signal_ends_the_process, "")
{
#    ifdef __SANITIZE_THREAD__
    skip("in a child ThreadSanitizer keeps signals back while a read is restarted");
#    endif
    check_put_back_by(SIGTERM);
    check_put_back_by(SIGINT);
    check_put_back_by(SIGHUP);
}

static void exit_while_waiting_thread(void *unused)
{
    (void)unused;
    _getch();
}

static void exit_while_waiting(void)
{
    struct test_thread thread;
    struct termios mode;

    test_thread_start(&thread, exit_while_waiting_thread, NULL);
    do
        tcgetattr(0, &mode);
    while (mode.c_lflag & ICANON);
    report('r');
    ExitProcess(3);
}

TEST(the_terminal_is_put_back_by_exit, "")
{
    struct seat seat = sit_down(exit_while_waiting);

    ok_eq(next_report(&seat), 'r');
    ok(test_until(is_cooked(&seat), SOON));
    stand_up(&seat);
}

static void handle(int number)
{
    (void)number;
    report('s');
}

static void handle_and_read(void)
{
    struct sigaction ours = {.sa_handler = handle};

    sigaction(SIGTERM, &ours, NULL);
    report('r');
    report(_getch());
    report(sigaction(SIGINT, NULL, &ours) == 0 && ours.sa_handler == SIG_DFL ? 'd' : 'x');
}

TEST(the_programs_own_handlers_stay, "")
{
    struct seat seat = sit_down(handle_and_read);

    ok_eq(next_report(&seat), 'r');
    ok(test_until(is_raw(&seat), SOON));
    kill(seat.pid, SIGTERM);
    ok_eq(next_report(&seat), 's');
    type(&seat, "a");
    ok_eq(next_report(&seat), 'a');
    ok_eq(next_report(&seat), 'd');
    ok_eq(stand_up(&seat), 0);
}

/* --- without a terminal --------------------------------------------------------------------- */

/* Makes standard input a pipe that holds @text and ends. */
static int feed(const char *text)
{
    int saved = fcntl(0, F_DUPFD_CLOEXEC, 10), pipes[2];

    require(pipe(pipes) == 0);
    require(write(pipes[1], text, strlen(text)) == (ssize_t)strlen(text));
    dup2(pipes[0], 0);
    close(pipes[0]);
    close(pipes[1]);
    clearerr(stdin);
    return saved;
}

static void restore(int saved)
{
    dup2(saved, 0);
    close(saved);
    clearerr(stdin);
}

TEST(bytes_are_read_from_a_pipe_until_its_end, "")
{
    int saved = feed("a\xc3\xa4z"), first, second, third, fourth, waits;

    waits = _kbhit();
    first = _getch();
    second = (int)_getwch();
    third = _getch();
    fourth = _getch();
    restore(saved);
    ok(waits);
    ok_eq(first, 'a');
    ok_eq(second, 0xe4);
    ok_eq(third, 'z');
    ok_eq(fourth, EOF);
}

TEST(getch_goes_on_where_the_stream_stopped, "")
{
    int saved = feed("5\nx"), number = 0, read = scanf("%d", &number), waits = _kbhit();
    int newline = _getch(), letter = _getch();

    restore(saved);
    ok_eq(read, 1);
    ok_eq(number, 5);
    ok(waits);
    ok_eq(newline, '\n');
    ok_eq(letter, 'x');
}

/* --- message boxes -------------------------------------------------------------------------- */

static void ask_yes_or_no(void)
{
    report(MessageBoxA(NULL, "Go on?", "Question", MB_YESNO | MB_ICONQUESTION));
    report(MessageBoxW(NULL, L"Sure \x00e4?", L"Again", MB_OKCANCEL | MB_DEFBUTTON2));
    report(MessageBoxA(NULL, "Third", NULL, MB_ABORTRETRYIGNORE));
    report(MessageBoxA(NULL, "No question", "Note", MB_OK));
    report(MessageBoxA(NULL, "End", "Input", MB_RETRYCANCEL));
}

TEST(message_boxes_are_answered_on_the_terminal, "")
{
    struct seat seat = sit_down(ask_yes_or_no);
    char screen[600];

    type_now(&seat, "x\nN\n");
    ok_eq(next_report(&seat), IDNO);
    type_now(&seat, "\n");
    ok_eq(next_report(&seat), IDCANCEL);
    type_now(&seat, "retry, please\n");
    ok_eq(next_report(&seat), IDRETRY);
    ok_eq(next_report(&seat), IDOK);
    type_now(&seat, "\x04");
    ok_eq(next_report(&seat), IDCANCEL);
    read_screen(&seat, "Error: Third", screen, sizeof(screen));
    ok(strstr(screen, "Question: Go on?") != NULL, "%s", screen);
    ok(strstr(screen, "[Y]es / [N]o") != NULL);
    ok(strstr(screen, "Sure \xc3\xa4?") != NULL);
    ok(strstr(screen, "Error: Third") != NULL);
    ok_eq(stand_up(&seat), 0);
}

TEST(without_a_terminal_the_default_button_answers, "")
{
    int saved = feed("n\n");
    int first = MessageBoxA(NULL, "text", "caption", MB_YESNO);
    int second = MessageBoxA(NULL, "text", "caption", MB_YESNOCANCEL | MB_DEFBUTTON2);
    int third = MessageBoxW(NULL, L"text", NULL, MB_CANCELTRYCONTINUE | MB_DEFBUTTON3);
    int fourth = MessageBoxA(NULL, NULL, NULL, MB_OK | MB_DEFBUTTON4);

    restore(saved);
    ok_eq(first, IDYES);
    ok_eq(second, IDNO);
    ok_eq(third, IDCONTINUE);
    ok_eq(fourth, IDOK);
    ok_fails(MessageBoxA(NULL, "text", "caption", 0xF), ERROR_INVALID_MSGBOX_STYLE);
    ok_succeeds(MessageBeep(MB_OK));
}
#endif
