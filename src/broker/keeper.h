/* SPDX-License-Identifier: MIT */
/*
 * Two processes. The keeper shares its table of descriptors with a worker and maps the same
 * arena, so that nothing is lost when the worker dies; it makes another one. It never reads what
 * a client sent, and does nothing else. When the keeper dies, the worker executes the program
 * anew as the keeper, with every descriptor kept. An upgrade is the keeper doing the same.
 */
#ifndef NT_BROKER_KEEPER_H
#define NT_BROKER_KEEPER_H

#include "broker/arena.h"
#include "broker/options.h"

/**
 * nt_keeper_run() - be the keeper until the broker ends
 * @argv: of this program; a new one gets the same
 *
 * Return: the exit status.
 */
int nt_keeper_run(const struct nt_options *options, char **argv);

/* Exit statuses of a worker that the keeper goes on after. */
#define NT_WORKER_HANDOVER 75 /* it was asked to let another one take over */
#define NT_WORKER_ORPHAN   76 /* its keeper is gone: it becomes the keeper itself */

/**
 * nt_worker_run() - take over what there is, and serve
 *
 * Return: its exit status.
 */
int nt_worker_run(const struct nt_options *options, const struct nt_arena *arena);

/** nt_reexec_ask() - `ntshmd --reexec`: the running broker executes this program. Exit status. */
int nt_reexec_ask(const struct nt_options *options);

/** nt_notify() - tell the service manager (sd_notify); nothing without one */
void nt_notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
