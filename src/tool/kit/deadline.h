/* SPDX-License-Identifier: MIT */
/*
 * The end of patience: no command may hang on a broker that stands still, a stopped process or a
 * file system whose server does not answer.
 */
#ifndef NT_TOOL_DEADLINE_H
#define NT_TOOL_DEADLINE_H

/** nt_output_deadline() - end the process with a line on stderr and NT_TOOL_FAILED when it takes
 * longer; 0 takes the deadline away, and the thread that watches it is gone. For commands that wait
 * by nature and for --watch. */
void nt_output_deadline(unsigned seconds);

/** nt_output_deadline_clean() - what is done first when it ends the process, by a thread of its
 * own: a few system calls, nothing that locks; NULL for nothing */
void nt_output_deadline_clean(void (*clean)(void));

/** nt_output_deadline_restore() - do that now: an error's line is for the terminal as it was */
void nt_output_deadline_restore(void);

#endif
