// SPDX-License-Identifier: MIT
/*
 * ntshmd: the program. It is started by the library on first need, with a descriptor to which
 * it writes one byte when it listens; it leaves when nobody needs it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/broker.h"
#include "util/log.h"

#define DEFAULT_LINGER_MS 1000

struct options {
    const char *directory;
    int ready_fd;
    unsigned linger_ms;
    bool verbose;
};

static const char usage[] =
    "Usage: ntshmd [OPTION]...\n"
    "Keep the names of shared memory objects for the programs of one user.\n"
    "\n"
    "  --directory=DIR  where the socket is (default /tmp/.ntshm-UID)\n"
    "  --linger=MS      milliseconds to stay without a client and without a name\n"
    "                   (default 1000)\n"
    "  --ready=FD       write one byte to FD when clients can connect\n"
    "  --verbose        tell standard error what happens\n"
    "  --version        print the version\n"
    "  --help           print this\n"
    "\n"
    "Programs start it by themselves; it leaves when nobody needs it.\n";

static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno || end == text || *end || number > max)
        return false;
    *ret_number = number;
    return true;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"directory", required_argument, NULL, 'd'},
        {"linger", required_argument, NULL, 'l'},
        {"ready", required_argument, NULL, 'r'},
        {"verbose", no_argument, NULL, 'v'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    unsigned long number;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'd':
            options->directory = optarg;
            break;
        case 'l':
            if (!parse_number(optarg, 86400000, &number))
                return fputs("ntshmd: --linger takes milliseconds\n", stderr), 2;
            options->linger_ms = (unsigned)number;
            break;
        case 'r':
            if (!parse_number(optarg, 1048576, &number))
                return fputs("ntshmd: --ready takes a descriptor\n", stderr), 2;
            options->ready_fd = (int)number;
            break;
        case 'v':
            options->verbose = true;
            break;
        case 'V':
            puts("ntshmd " NT_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs("Try 'ntshmd --help'.\n", stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fputs("ntshmd: takes no operands\n", stderr);
        return 2;
    }
    return -1;
}

/*
 * What a starter's program may have left: ignored signals, a signal mask, a umask, and soft
 * limits that were meant for it.
 */
static void reset_inherited(void)
{
    static const int limits[] = {RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_CPU};
    sigset_t none;

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit limit;

        if (getrlimit(limits[i], &limit) == 0) {
            limit.rlim_cur = limit.rlim_max;
            setrlimit(limits[i], &limit);
        }
    }

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(0077);
    /* A file system that its starter worked in must not be kept busy. */
    if (chdir("/") < 0)
        nt_log(NT_LOG_WARNING, "cannot leave the working directory: %s", strerror(errno));
}

static void print_message(int level, const char *message, void *context)
{
    (void)level;
    (void)context;
    fprintf(stderr, "ntshmd: %s\n", message);
}

static void say_ready(int fd)
{
    if (fd < 0)
        return;
    while (write(fd, "R", 1) < 0 && errno == EINTR)
        ;
    close(fd);
}

int main(int argc, char **argv)
{
    static struct nt_broker broker;
    struct options options = {.ready_fd = -1, .linger_ms = DEFAULT_LINGER_MS};
    int r = parse_options(argc, argv, &options);

    if (r >= 0)
        return r;
    reset_inherited();
    if (options.verbose)
        nt_log_set(print_message, NULL);
    r = nt_broker_init(&broker, options.directory, options.linger_ms);
    if (r == -EEXIST) {
        /* Another one serves this directory and has been told that someone looks for it. */
        say_ready(options.ready_fd);
        return 0;
    }
    if (r < 0) {
        fprintf(stderr, "ntshmd: %s: %s\n", options.directory ? options.directory : "start",
                strerror(-r));
        return 1;
    }
    say_ready(options.ready_fd);
    r = nt_broker_run(&broker);
    nt_broker_deinit(&broker);
    return r < 0 ? 1 : 0;
}
