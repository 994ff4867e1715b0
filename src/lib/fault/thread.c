// SPDX-License-Identifier: MIT
/*
 * The storage of thread.h.
 *
 * The address is made in this one function and nowhere else: where the linker turns it into that
 * of an executable's own storage it replaces an addition by one that sets no flags, on which
 * checks for NULL inlined behind it (UndefinedBehaviorSanitizer's) rely.
 */
#include "lib/fault/thread.h"

static _Thread_local struct nt_fault_thread this_thread __attribute__((tls_model("initial-exec")));

__attribute__((noinline)) struct nt_fault_thread *nt_fault_thread(void)
{
    return &this_thread;
}
