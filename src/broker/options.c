// SPDX-License-Identifier: MIT
/*
 * The command line.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/options.h"
#include "util/macro.h"

#define DEFAULT_LINGER_MS 1000

static const char usage[] =
    "Usage: ntshmd [OPTION]...\n"
    "Keep the names of shared memory objects, for the programs of one user or of all.\n"
    "\n"
    "  --directory=DIR      where the socket is (default /tmp/.ntshm-UID, or with --system\n"
    "                       " NT_SYSTEM_DIRECTORY ")\n"
    "  --linger=MS          milliseconds to stay without a client and without a name\n"
    "                       (default 1000; with --system for ever)\n"
    "  --ready=FD           write one byte to FD when clients can connect\n"
    "  --reexec             make the broker of that directory execute its program anew, with\n"
    "                       every name kept\n"
    "  --verbose            tell standard error what happens; without, a broker with --system\n"
    "                       tells it what goes wrong, and a user's own keeps the files log and\n"
    "                       log.1 beside its socket\n"
    "  --version            print the version\n"
    "  --help               print this\n"
    "\n"
    "One broker for the machine:\n"
    "  --system             serve every user; run it as a user of its own, who is not root\n"
    "  --global-group=GROUP members may create sections in Global\\ (name or number)\n"
    "  --sessions=audit     each login of a user is a session; without it all of a user's are one\n"
    "\n"
    "What one user may have (default: all, with --system half of what the others leave):\n"
    "  --max-names=N        named objects\n"
    "  --max-fds=N          descriptors that they keep open\n"
    "  --max-bytes=N        memory for names and security descriptors\n"
    "  --max-clients=N      connections\n"
    "\n"
    "In user mode programs start it by themselves; it leaves when nobody needs it.\n";

enum {
    OPT_DIRECTORY = 256,
    OPT_LINGER,
    OPT_READY,
    OPT_REEXEC,
    OPT_RESUME, /* only a keeper says it, to its own successor */
    OPT_VERBOSE,
    OPT_VERSION,
    OPT_HELP,
    OPT_SYSTEM,
    OPT_GLOBAL_GROUP,
    OPT_SESSIONS,
    OPT_MAX /* and the kind of charge */
};

static const struct option names[] = {
    {"directory", required_argument, NULL, OPT_DIRECTORY},
    {"linger", required_argument, NULL, OPT_LINGER},
    {"ready", required_argument, NULL, OPT_READY},
    {"reexec", no_argument, NULL, OPT_REEXEC},
    {"resume", required_argument, NULL, OPT_RESUME},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, OPT_HELP},
    {"system", no_argument, NULL, OPT_SYSTEM},
    {"global-group", required_argument, NULL, OPT_GLOBAL_GROUP},
    {"sessions", required_argument, NULL, OPT_SESSIONS},
    {"max-names", required_argument, NULL, OPT_MAX + NT_CHARGE_OBJECTS},
    {"max-fds", required_argument, NULL, OPT_MAX + NT_CHARGE_FDS},
    {"max-bytes", required_argument, NULL, OPT_MAX + NT_CHARGE_BYTES},
    {"max-clients", required_argument, NULL, OPT_MAX + NT_CHARGE_CONNECTIONS},
    {NULL, 0, NULL, 0},
};

void nt_options_init(struct nt_options *options)
{
    *options = (struct nt_options){.ready_fd = -1, .resume_fd = -1, .linger_ms = DEFAULT_LINGER_MS};
}

static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9' || *end || number > max)
        return false;
    *ret_number = number;
    return true;
}

static int complain(const char *what)
{
    fprintf(stderr, "ntshmd: %s\n", what);
    return 2;
}

static int parse_group(struct nt_options *options, const char *text)
{
    unsigned long number;
    struct group *group;

    options->has_global_group = true;
    if (parse_number(text, UINT_MAX - 1, &number)) {
        options->global_group = (gid_t)number;
        return -1;
    }
    group = getgrnam(text);
    if (!group)
        return complain("--global-group: there is no such group");
    options->global_group = group->gr_gid;
    return -1;
}

static int parse_sessions(struct nt_options *options, const char *text)
{
    if (strcmp(text, "audit") != 0 && strcmp(text, "user") != 0)
        return complain("--sessions takes 'user' or 'audit'");
    options->audit_sessions = text[0] == 'a';
    return -1;
}

/* Those that take a number. */
static int parse_amount(struct nt_options *options, int option, const char *text)
{
    unsigned long number;

    if (option == OPT_LINGER) {
        if (!parse_number(text, 86400000, &number))
            return complain("--linger takes milliseconds");
        options->linger_ms = (unsigned)number;
    } else if (option == OPT_RESUME) {
        if (!parse_number(text, 1048576, &number))
            return complain("--resume takes a descriptor");
        options->resume_fd = (int)number;
    } else if (option == OPT_READY) {
        if (!parse_number(text, 1048576, &number))
            return complain("--ready takes a descriptor");
        options->ready_fd = (int)number;
    } else {
        if (!parse_number(text, LONG_MAX, &number) || number == 0)
            return complain("--max-... takes a number above 0");
        options->most[option - OPT_MAX] = number;
    }
    return -1;
}

/* Returns -1 to go on, else the exit status. */
static int take_option(struct nt_options *options, int option, const char *argument)
{
    switch (option) {
    case OPT_DIRECTORY:
        options->directory = argument;
        return -1;
    case OPT_REEXEC:
        options->reexec = true;
        return -1;
    case OPT_VERBOSE:
        options->verbose = true;
        return -1;
    case OPT_VERSION:
        puts("ntshmd " NT_VERSION);
        return 0;
    case OPT_HELP:
        fputs(usage, stdout);
        return 0;
    case OPT_SYSTEM:
        options->system = true;
        return -1;
    case OPT_GLOBAL_GROUP:
        return parse_group(options, argument);
    case OPT_SESSIONS:
        return parse_sessions(options, argument);
    case '?':
        fputs("Try 'ntshmd --help'.\n", stderr);
        return 2;
    default:
        return parse_amount(options, option, argument);
    }
}

int nt_options_parse(struct nt_options *options, int argc, char **argv)
{
    bool lingers = false;
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        int r = take_option(options, option, optarg);

        if (r >= 0)
            return r;
        lingers |= option == OPT_LINGER;
    }
    if (optind < argc)
        return complain("takes no operands");
    if ((options->has_global_group || options->audit_sessions) && !options->system)
        return complain("--global-group and --sessions go with --system");
    if (options->system && !lingers)
        options->linger_ms = UINT_MAX;
    if (options->system && !options->directory)
        options->directory = NT_SYSTEM_DIRECTORY;
    return -1;
}
