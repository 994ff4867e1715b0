/* SPDX-License-Identifier: MIT */
/*
 * Inside the seam only: the place where a test looks at each call before it is made.
 */
#ifndef NT_OS_FAULT_H
#define NT_OS_FAULT_H

#include <pthread.h>
#include <sys/resource.h>

#include "os/os.h"

extern _Atomic(int (*)(enum nt_os_call)) nt_os_fault;

/* The errno that a test wants this call to fail with, or 0. */
static inline int nt_os_faulted(enum nt_os_call call)
{
    int (*fault)(enum nt_os_call) = atomic_load_explicit(&nt_os_fault, memory_order_relaxed);

    return __builtin_expect(fault != NULL, 0) ? fault(call) : 0;
}

/* Lets a test fail the call: returns -errno from the calling function. */
#define NT_OS_FAULT(call)                   \
    do {                                    \
        int faulted_ = nt_os_faulted(call); \
        if (faulted_)                       \
            return -faulted_;               \
    } while (0)

/*
 * Many calls are cancellation points. A thread that ended in one of ours would leave a lock
 * taken, a region busy or a lease open, so that a name never ends: what can be in the middle of
 * something keeps cancellation off meanwhile. It is acted upon in the program's next call.
 */
static inline int nt_os_hold_cancel(void)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

static inline void nt_os_allow_cancel(int state)
{
    pthread_setcancelstate(state, NULL);
}

/**
 * nt_os_more_fds() - after EMFILE: raise the soft limit to the hard one
 *
 * Return: true when it is worth trying again. NTSHM_NOFILE=keep forbids it.
 */
bool nt_os_more_fds(void);
/** nt_os_first_nofile() - the soft limit before that; RLIM_INFINITY: it was never raised */
rlim_t nt_os_first_nofile(void);

/**
 * nt_os_open() - open(), CLOEXEC, ours, and with room made when the soft limit is met
 * @mode: of a file that @flags create
 */
int nt_os_open(const char *path, int flags, mode_t mode, int *ret_fd);

/**
 * nt_os_create_memfd() - memfd_create() with what this kernel knows of MFD_EXEC and its kin
 * @kind: more MFD_ flags (large pages), or 0
 *
 * Return: a descriptor for nt_os_adopt_fd(), or -1 with errno set.
 */
int nt_os_create_memfd(const char *name, enum nt_os_memfd_flags flags, unsigned kind);

/** nt_os_map_error() - -errno of a call that failed about a mapping; says what ENOMEM means */
int nt_os_map_error(void);

/** nt_os_drop_maps() - close the kept descriptors of the maps file */
void nt_os_drop_maps(void);
/** nt_os_forget_maps() - the same in a forked child */
void nt_os_forget_maps(void);
/** nt_os_forget_terminal() - in a forked child: the key that is waited for is the parent's */
void nt_os_forget_terminal(void);

/** nt_os_forget_tids() - in a forked child: its thread is another one */
void nt_os_forget_tids(void);

/** nt_os_proc_fd() - kept O_PATH descriptor of /proc/self/fd, or -errno; borrowed */
int nt_os_proc_fd(void);

#endif
