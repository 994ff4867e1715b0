// SPDX-License-Identifier: MIT
/*
 * System mode; see system.h. A broker needs no privilege at all for names: a user of its own
 * is enough. Only to end the processes of a job it needs one (CAP_KILL), and where it has not, it
 * says so to who asks for such a job.
 */
#include "broker/system.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define LOOKED_AT 1 /* the sanitizer looks at this process from another one */
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define LOOKED_AT 1
#    endif
#endif
#ifndef LOOKED_AT
#    define LOOKED_AT 0
#endif

int nt_system_prepare(const struct nt_options *options)
{
    /* Who only asks a broker for something may be root, as a package's script is. */
    if (!options->system || options->reexec)
        return -1;
    if (geteuid() == 0 || getuid() == 0) {
        fputs("ntshmd: --system: run it as a user of its own, not as root\n", stderr);
        return 1;
    }
    /* No other process of that user reads its descriptors, and nothing it runs gains a right. */
    if (!LOOKED_AT)
        prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return -1;
}
