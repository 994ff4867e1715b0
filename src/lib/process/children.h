/* SPDX-License-Identifier: MIT */
/*
 * How processes end, and the children of this one among them; inside lib/process.
 */
#ifndef NT_LIB_PROCESS_CHILDREN_H
#define NT_LIB_PROCESS_CHILDREN_H

#include "lib/process/process-object.h"

/** nt_process_note_end() - the kernel has said that it has ended: tell everybody, reap a child */
void nt_process_note_end(struct nt_process *process);

/** nt_child_leave() - the struct goes: a child that runs on is reaped later (nt_children_sweep())
 */
void nt_child_leave(struct nt_process *process);

#endif
