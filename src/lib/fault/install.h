/* SPDX-License-Identifier: MIT */
/*
 * The handler's place among the program's own: what stood before it, and before that.
 */
#ifndef NT_LIB_FAULT_INSTALL_H
#define NT_LIB_FAULT_INSTALL_H

#include <signal.h>
#include <stdbool.h>

/**
 * nt_fault_handler() - the handler itself (handler.c)
 */
void nt_fault_handler(int signal_number, siginfo_t *information, void *context);

/**
 * nt_fault_next() - what the program would have had called
 * @level: 0 for the youngest of the actions that stood when ours was put in front
 * @ret_action: SIG_DFL when there is no such level
 *
 * An action with SA_RESETHAND is given once; from then on its place has SIG_DFL. Safe in a
 * signal handler.
 */
void nt_fault_next(int signal_number, unsigned level, struct sigaction *ret_action);

/**
 * nt_fault_first_level() - from where on, when the kernel's own first choice is not ours
 *
 * A program that has put a handler in front of ours, and calls ours from it, does not want to be
 * called again: what it stands for and what is younger is left out.
 */
unsigned nt_fault_first_level(int signal_number);

#endif
