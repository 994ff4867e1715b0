/* SPDX-License-Identifier: MIT */
/*
 * excpt.h - what an exception filter or a vectored handler answers.
 *
 * The compilers of Linux have no __try; NTSHM_TRY of <ntshm/ntshm.h> stands for it.
 */
#ifndef NTSHM_EXCPT_H
#define NTSHM_EXCPT_H

#define EXCEPTION_EXECUTE_HANDLER    1
#define EXCEPTION_CONTINUE_SEARCH    0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

#endif
