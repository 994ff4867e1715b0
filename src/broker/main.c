// SPDX-License-Identifier: MIT
/*
 * ntshmd: the program. It is started by the library on first need, with a descriptor to which
 * it writes one byte when it listens; it leaves when nobody needs it. What its starter left it is
 * put right here; keeper.h says how it goes on.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/keeper.h"
#include "broker/log.h"
#include "broker/options.h"
#include "broker/system.h"
#include "util/log.h"

/*
 * What a starter's program may have left: ignored signals, a umask, and soft limits that were
 * meant for it. (The signal mask is the keeper's to set: one of its signals may be pending, and
 * must not end it in between.)
 */
static void reset_inherited(void)
{
    static const int limits[] = {RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_CPU};

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
    umask(0077);
    /* A file system that its starter worked in must not be kept busy. */
    if (chdir("/") < 0)
        nt_log(NT_LOG_WARNING, "cannot leave the working directory: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    struct nt_options options;
    int r;

    nt_options_init(&options);
    r = nt_options_parse(&options, argc, argv);
    if (r >= 0)
        return r;
    r = nt_system_prepare(&options);
    if (r >= 0)
        return r;
    nt_broker_log_init(&options);
    reset_inherited();
    return options.reexec ? nt_reexec_ask(&options) : nt_keeper_run(&options, argv);
}
