/* SPDX-License-Identifier: MIT */
/*
 * The locks of the library and what fork() does to them. All locks live in one table in the
 * order in which they may be taken, so that one fork handler can take every one of them, and a
 * child made behind the back of pthread_atfork (a raw clone) can renew them: a page that the
 * kernel wipes on fork (MADV_WIPEONFORK) tells such a child on its first call. After vfork
 * nothing of this library may be called.
 */
#ifndef NT_LIB_PROCESS_LOCK_H
#define NT_LIB_PROCESS_LOCK_H

/* In the order in which they may be taken: a holder takes only later ones. */
enum nt_lock_id {
    NT_LOCK_SERVICE,     /* the service thread's start and end */
    NT_LOCK_CHILDREN,    /* processes that are made, watched and reaped here */
    NT_LOCK_CONNECTION,  /* the connection to the broker, held over a round trip */
    NT_LOCK_DESCRIPTORS, /* which handles stand for the program's descriptors */
    NT_LOCK_HANDLES,     /* which slots of the handle table are free */
    NT_LOCK_SLABS,       /* slots for unnamed waitable objects */
    NT_LOCK_FILES,       /* which ranges LockFile has locked */
    NT_LOCK_REGIONS,     /* the region map; never held over mmap, munmap or mprotect */
    NT_LOCK_COMMIT,      /* what the last look at the machine's memory said */
    NT_LOCK_FAULTS,      /* what the fault handler knows; the handler itself takes no lock */
    NT_LOCK_NAMED,       /* the list of named objects */
    NT_LOCK_NAMESPACES,  /* the aliases of private namespaces */
    NT_LOCK_SECURITY,    /* descriptors of unnamed objects */
    NT_LOCK_HEAPS,       /* the lists of heaps, and movable blocks */
    NT_LOCK_ENVIRONMENT, /* the environment */
    NT_LOCK_WORKING_SET, /* the bounds of the working set */
    NT_LOCK_CONSOLE,     /* bytes of a key that _getch() has not given out */
    NT_LOCK_MUTEXES,     /* the list of threads that own mutexes */
    NT_LOCK_THREADS,     /* records of threads, and their procedure calls */
    NT_LOCK_LOCAL,       /* indexes of thread-local storage */
    NT_LOCK_TOKENS,      /* what is set in tokens, and the list of threads that have one */
    NT_LOCK_COUNT
};

/**
 * nt_lock_take() - take a lock; first notices that this process is a forked child
 */
void nt_lock_take(enum nt_lock_id id);
void nt_lock_drop(enum nt_lock_id id);

/**
 * nt_lock_wait() - give the lock up and sleep until nt_lock_wake_all() of the same lock
 *
 * May return early; the caller looks at its condition again.
 */
void nt_lock_wait(enum nt_lock_id id);
void nt_lock_wake_all(enum nt_lock_id id);

/**
 * nt_move_begin(), nt_move_end() - around what takes a named object into the handle table or out
 *
 * Meanwhile the object's lease is held by a call and no handle: a child forked now would hold it
 * too, and the name would live as long as the child. So a fork waits for the end, and a beginning
 * for a fork. None of the locks above is held at the beginning. A thread's moves may nest.
 */
void nt_move_begin(void);
void nt_move_end(void);
/**
 * nt_move_begin_busy(), nt_move_end_busy() - the same in a thread that has made a region busy
 *
 * A fork waits for the region as it is, and must not be waited for meanwhile.
 */
void nt_move_begin_busy(void);
void nt_move_end_busy(void);

/**
 * nt_process_check() - notice that this process is a forked child, without taking a lock
 *
 * One load and one branch when it is not. Every path into the library that does not begin
 * with nt_lock_take() begins with this.
 */
static inline void nt_process_check(void);

extern volatile const unsigned *nt_process_mark; /* points at 1; reads 0 in a new child */
void nt_process_began(void);

static inline void nt_process_check(void)
{
    if (__builtin_expect(*nt_process_mark == 0, 0))
        nt_process_began();
}

#endif
