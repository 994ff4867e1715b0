/* SPDX-License-Identifier: MIT */
/*
 * Signals, as far as the Linux seam is concerned; a part of os.h. All of these may be called in
 * a signal handler.
 */
#ifndef NT_OS_SIGNAL_H
#define NT_OS_SIGNAL_H

#include <signal.h>

/**
 * nt_os_sigaction() - sigaction(2)
 * @action:     the new one, or NULL
 * @ret_action: the one before, or NULL; all of it is written
 */
int nt_os_sigaction(int signal_number, const struct sigaction *action,
                    struct sigaction *ret_action);

/** nt_os_block_signals() - block every signal in this thread; @ret_mask is what was blocked */
void nt_os_block_signals(sigset_t *ret_mask);
/** nt_os_restore_signals() - make @mask what is blocked */
void nt_os_restore_signals(const sigset_t *mask);
/** nt_os_block_more() - block those of @mask too */
void nt_os_block_more(const sigset_t *mask);

/**
 * nt_os_die_by() - end this process by a signal's default action, as if it came with @information
 */
void nt_os_die_by(int signal_number, const siginfo_t *information);

#endif
