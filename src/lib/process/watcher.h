/* SPDX-License-Identifier: MIT */
/*
 * The watcher: a thread that turns the end of processes into a word that one can sleep on together
 * with other words. It exists while somebody sleeps so, and ends when nobody does.
 */
#ifndef NT_LIB_PROCESS_WATCHER_H
#define NT_LIB_PROCESS_WATCHER_H

#include "lib/process/process-object.h"

/**
 * nt_watcher_begin() - has_ended of @process will be set and its sleepers be woken
 *
 * The caller keeps a reference until nt_watcher_end(), which belongs to every call of this. Return:
 * false when no thread can be had: the caller looks for itself.
 */
bool nt_watcher_begin(struct nt_process *process);
void nt_watcher_end(struct nt_process *process);

/** nt_watcher_runs() - whether the thread is there */
bool nt_watcher_runs(void);
/** nt_watcher_quiesce() - wait for the thread to be gone when nothing is watched */
void nt_watcher_quiesce(void);
/** nt_watcher_forked() - in a forked child: the thread and all that it watches are the parent's */
void nt_watcher_forked(void);

#endif
