// SPDX-License-Identifier: MIT
/*
 * Signals. See signals.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/signals.h"

int nt_os_sigaction(int signal_number, const struct sigaction *action, struct sigaction *ret_action)
{
    NT_OS_FAULT(NT_OS_SIGACTION);
    if (ret_action)
        memset(ret_action, 0, sizeof(*ret_action));
    return sigaction(signal_number, action, ret_action) < 0 ? -errno : 0;
}

void nt_os_block_signals(sigset_t *ret_mask)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, ret_mask);
}

void nt_os_restore_signals(const sigset_t *mask)
{
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

void nt_os_block_more(const sigset_t *mask)
{
    pthread_sigmask(SIG_BLOCK, mask, NULL);
}

void nt_os_die_by(int signal_number, const siginfo_t *information)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t only;

    sigaction(signal_number, &action, NULL);
    sigemptyset(&only);
    sigaddset(&only, signal_number);
    syscall(SYS_rt_tgsigqueueinfo, getpid(), (pid_t)syscall(SYS_gettid), signal_number,
            information);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}
