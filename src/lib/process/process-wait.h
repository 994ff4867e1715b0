/* SPDX-License-Identifier: MIT */
/*
 * How one waits for processes: alone on the pidfd, with others on a word that the watcher sets.
 */
#ifndef NT_LIB_PROCESS_PROCESS_WAIT_H
#define NT_LIB_PROCESS_PROCESS_WAIT_H

#include "lib/sync/wait.h"

extern const struct nt_wait_type nt_process_wait_type;

/** nt_process_flag() - the process type's flag() (object.h) */
_Atomic uint32_t *nt_process_flag(struct nt_object *object);

#endif
