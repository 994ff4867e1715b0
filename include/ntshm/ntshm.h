/* SPDX-License-Identifier: MIT */
/*
 * ntshm.h: what ntshm adds to the Windows interface. Include <windows.h> for everything
 * else. All of these are exported by libntshm and carry the prefix ntshm_.
 */
#ifndef NTSHM_NTSHM_H
#define NTSHM_NTSHM_H

#include <setjmp.h>

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Levels of a log message. */
#define NTSHM_LOG_ERROR   0
#define NTSHM_LOG_WARNING 1
#define NTSHM_LOG_INFO    2
#define NTSHM_LOG_DEBUG   3

/**
 * ntshm_set_log() - choose who hears what the library has to say
 * @function: called from any thread with a level above, one line of text (UTF-8, no newline)
 *            and @context; NULL (the default) for nobody
 * @context:  handed through to @function
 *
 * The library prints nothing by itself. What it tells here is the real cause behind a Windows
 * error code: which kernel limit was met, why the broker did not answer.
 */
void ntshm_set_log(void (*function)(int level, const char *message, void *context), void *context);

/* An allocation (VirtualAlloc) or view (MapViewOfFile) as a whole. */
struct ntshm_region {
    void *base;               /* first byte; what VirtualAlloc or MapViewOfFile returned */
    size_t size;              /* bytes, a multiple of the page size */
    DWORD allocation_protect; /* PAGE_ value given at allocation */
    DWORD type;               /* MEM_PRIVATE or MEM_MAPPED */
    DWORD protect;            /* the PAGE_ value of all pages; 0 when they differ or when not
                                 all of them are committed */
    DWORD pins;               /* how often the region is pinned now */
};

/**
 * ntshm_region_pin() - keep a region where it is
 * @address:    any address inside a region made by this library
 * @ret_region: filled on success; may be NULL
 *
 * While a region is pinned, VirtualFree, UnmapViewOfFile and VirtualProtect of it fail with
 * ERROR_INVALID_PARAMETER, as Windows does for memory that a Direct3D 12 heap wraps (D15.4).
 * Pins nest.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_ADDRESS when no region of this library holds @address.
 */
BOOL ntshm_region_pin(const void *address, struct ntshm_region *ret_region);

/**
 * ntshm_region_unpin() - give back one pin
 * @address: any address inside the region
 *
 * Return: TRUE; FALSE with ERROR_INVALID_ADDRESS when the region is not there or not pinned.
 */
BOOL ntshm_region_unpin(const void *address);

/* A run of pages alike, in an allocation or view that the library made. */
struct ntshm_region_run {
    void *base;
    size_t size;              /* bytes, a multiple of the page size */
    void *allocation_base;    /* of the allocation or view */
    DWORD allocation_protect; /* PAGE_ value given at allocation */
    DWORD state;              /* MEM_COMMIT or MEM_RESERVE */
    DWORD protect;    /* PAGE_ value, perhaps with PAGE_GUARD; 0 where nothing is committed */
    DWORD type;       /* MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE */
    DWORD flags;      /* NTSHM_REGION_ */
    DWORD node;       /* NUMA node that the pages are wanted on, or NUMA_NO_PREFERRED_NODE */
    ULONGLONG offset; /* of the base, in the section that the view shows */
    const char *name; /* of that section, \BaseNamedObjects\x, as UTF-8; "" without one */
};

#define NTSHM_REGION_FILE        0x01u /* a view of a section of a file or an image */
#define NTSHM_REGION_LARGE       0x02u /* of large pages */
#define NTSHM_REGION_WRITE_WATCH 0x04u /* MEM_WRITE_WATCH */
#define NTSHM_REGION_WINDOW      0x08u /* MEM_PHYSICAL: a window for AWE pages */
#define NTSHM_REGION_PLACEHOLDER 0x10u /* MEM_RESERVE_PLACEHOLDER, and empty */
#define NTSHM_REGION_REPLACED    0x20u /* replaced a placeholder, and can become one again */
#define NTSHM_REGION_PINNED      0x40u /* see ntshm_region_pin() */
#define NTSHM_REGION_LIBRARY     0x80u /* the library's own, which VirtualQuery does not tell */

/**
 * ntshm_query_regions() - all that the library made in the memory of a process
 * @process:     with PROCESS_QUERY_INFORMATION; GetCurrentProcess(), or another one's, which must
 *               have the service thread (ntshm_service_start())
 * @timeout_ms:  how long another process is waited for at each step; 0 for five seconds
 * @visit:       called for each run in the order of addresses, once all of them are known, with
 *               @context; what it is given lasts until it returns; FALSE: no more. NULL: nobody
 * @ret_changes: a number that is another one when a region was made, changed or given up since, so
 *               that two looks can be compared, and what was asked of others between them is about
 *               the same memory; 0 when the process did not stand still. May be NULL.
 *
 * What VirtualQueryEx would tell, in one go, with what it does not tell. Names that are longer than
 * 4095 bytes are cut. Memory that the library did not make (code, heaps, stacks) is the kernel's to
 * tell: /proc/PID/smaps.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (the handle's rights, or
 * another user's process), ERROR_NOT_SUPPORTED (no service thread), ERROR_SEM_TIMEOUT (it does not
 * answer), ERROR_ACCESS_DENIED too when it has ended, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL ntshm_query_regions(HANDLE process, DWORD timeout_ms,
                         BOOL (*visit)(const struct ntshm_region_run *run, void *context),
                         void *context, ULONGLONG *ret_changes);

/* --- sections as descriptors ---------------------------------------------------------------- */

/**
 * ntshm_handle_to_fd() - a section as a file descriptor, for programs and interfaces that know no
 * handles: SCM_RIGHTS, Wayland, QEMU, io_uring
 * @section: a section of the page file, named or not; its handle must carry @access
 * @access:  FILE_MAP_READ: for reading only, and only root and the user who made the memory could
 *           reopen it for more; FILE_MAP_WRITE or FILE_MAP_ALL_ACCESS: written too
 *
 * The descriptor is the caller's to close, above 2 and close-on-exec. It keeps the memory, not the
 * section's name. The memory is a sealed memfd: nobody can shorten it.
 *
 * Return: the descriptor; -1 with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (the handle carries
 * less, or the section's protection forbids it), ERROR_INVALID_PARAMETER for another @access,
 * ERROR_NOT_SUPPORTED for a section of a file, an image, or with pages that are only reserved,
 * ERROR_TOO_MANY_OPEN_FILES.
 */
int ntshm_handle_to_fd(HANDLE section, DWORD access);

/**
 * ntshm_handle_from_fd() - a section over memory that came as a file descriptor
 * @fd:      a memfd that is sealed against shrinking (F_SEAL_SHRINK); stays the caller's
 * @inherit: whether children get the handle
 *
 * The section is as large as the memory is now, and the handle carries what the descriptor can do:
 * from one that was opened for reading only there is no writable view. Executable views are there
 * unless the memory was made without (MFD_NOEXEC_SEAL).
 *
 * Return: a handle (CloseHandle); NULL with ERROR_INVALID_HANDLE for what is no descriptor or no
 * memfd, ERROR_ACCESS_DENIED when it cannot be read, ERROR_INVALID_PARAMETER for memory that can be
 * shortened or has no byte, ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY.
 */
HANDLE ntshm_handle_from_fd(int fd, BOOL inherit);

/* --- guards: faults of memory as errors -------------------------------------------------- */

/*
 * A view can be touched only while its memory is there: the file may have been truncated by
 * somebody else, its disk may fail, another thread may unmap the view. On Windows that is an
 * exception, which __try catches; here a guard does:
 *
 *     NTSHM_TRY(guard) {
 *         total = sum(view->numbers, view->n_numbers);
 *     } NTSHM_EXCEPT(guard) {
 *         fprintf(stderr, "exception %08x\n", (unsigned)guard.record.ExceptionCode);
 *     } NTSHM_END
 *
 * When a load or store in the first block, or in what it calls, fails on memory of this library
 * (views and VirtualAlloc; EXCEPTION_IN_PAGE_ERROR, EXCEPTION_ACCESS_VIOLATION,
 * EXCEPTION_GUARD_PAGE), or RaiseException is called and no vectored handler continues it, the
 * block is left and the second one runs. A fault anywhere else, a NULL pointer say, is a mistake
 * of the program and goes to the program's own signal handler as if there were no guard;
 * NTSHM_TRY_ANY catches those too.
 *
 * Guards belong to their thread and nest, also within one function (each has its own name); the
 * second block is already outside. They take no lock and may be used in a signal handler. The
 * outermost guard of a thread makes sure with two system calls that this library's signal
 * handler stands in front of the program's; an inner one costs a few nanoseconds.
 *
 * - The blocks may be left by break (out of the guard), return and goto. A longjmp
 *   out of them must be told: ntshm_guard_return_to().
 * - What the first block changes in variables of its function is certain in the second one only
 *   when they are volatile, as with setjmp.
 * - The functions that are left do not run: locks that they hold stay held, destructors of their
 *   objects and cleanup attributes are not called. Keep the first block small: loads, stores,
 *   memcpy.
 * - Coroutines must not be switched inside a first block.
 * - While a thread blocks SIGSEGV or SIGBUS, as in a signal handler whose mask has them, Linux ends
 *   the process at a fault whatever stands around it.
 * - A system call is no load: read() into a page that is not there returns EFAULT, and no guard
 *   is asked.
 */
struct ntshm_guard {
    EXCEPTION_RECORD record; /* in the second block: what happened */

    /* The rest is the library's. */
    jmp_buf resume;
    struct ntshm_guard *previous;
    const volatile void *low, *high; /* NTSHM_GUARD_RANGE: what it catches */
    void *stack;
    ULONG_PTR mark;
    unsigned flags;
    unsigned reserved;
};

#define NTSHM_GUARD_ANY      1u /* faults at every address */
#define NTSHM_GUARD_RANGE    2u /* faults between low and high, and no others */

#define NTSHM_TRY(guard)     NTSHM_TRY_WITH_(guard, 0u)
#define NTSHM_TRY_ANY(guard) NTSHM_TRY_WITH_(guard, NTSHM_GUARD_ANY)

/* clang-format off: each of the three holds a part of one statement */
#define NTSHM_TRY_WITH_(guard, guard_flags)                                       \
    do {                                                                          \
        struct ntshm_guard guard __attribute__((__cleanup__(ntshm_guard_leave))); \
        (guard).mark = 0;                                                         \
        (guard).flags = (guard_flags);                                            \
        if (setjmp((guard).resume) == 0 && ntshm_guard_enter(&(guard))) {         \
            do

#define NTSHM_EXCEPT(guard)      \
    while (0)                    \
        ;                        \
    ntshm_guard_leave(&(guard)); \
    }                            \
    else                         \
    {                            \
        do

#define NTSHM_END \
    while (0)     \
        ;         \
    }             \
    }             \
    while (0)     \
        ;
/* clang-format on */

/**
 * ntshm_guard_enter() - what NTSHM_TRY calls once its place is saved
 *
 * Return: TRUE; FALSE when the signal handler cannot be installed: the second block runs, with
 * the kernel's answer as record.ExceptionCode.
 */
BOOL ntshm_guard_enter(struct ntshm_guard *guard);
/** ntshm_guard_leave() - the thread is out of this guard and of all inside it; twice is once */
void ntshm_guard_leave(struct ntshm_guard *guard);

/**
 * ntshm_guard_innermost(), ntshm_guard_return_to() - around a setjmp() of the program's own
 *
 * A longjmp() out of first blocks leaves their guards standing, in frames that are gone. So note
 * before setjmp() which guard the thread is in (NULL: none), and return to it where the
 * longjmp() arrives. A guard that was forgotten in this way is found out in most cases, not in
 * all: a later fault may then jump into a frame that is no more.
 */
struct ntshm_guard *ntshm_guard_innermost(void);
void ntshm_guard_return_to(struct ntshm_guard *guard);

/**
 * ntshm_copy_from_view(), ntshm_copy_to_view() - memcpy that fails instead of faulting
 * @view:       the memory that may be out of reach; any memory, not only a view
 * @size:       bytes
 * @ret_copied: how many were copied for certain: all before the first page out of reach; may be
 *              NULL. Set on failure too.
 *
 * Only faults on [@view, @view + @size) are caught, not those on the other side. Vectored handlers
 * see them first, as on Windows.
 *
 * Return: TRUE; FALSE with ERROR_SWAPERROR (an in-page error: the file was truncated, its disk
 * failed), ERROR_NOACCESS (not mapped, not committed, or the protection forbids it), or what the
 * exception's code stands for otherwise.
 */
BOOL ntshm_copy_from_view(void *destination, const volatile void *view, size_t size,
                          size_t *ret_copied);
BOOL ntshm_copy_to_view(volatile void *view, const void *source, size_t size, size_t *ret_copied);

/**
 * ntshm_view_is_readable() - whether a load from each page of [@view, @view + @size) works now
 *
 * What it answers can change the moment it has returned; to rely on it use a guard.
 *
 * Return: TRUE; FALSE with the errors of ntshm_copy_from_view().
 */
BOOL ntshm_view_is_readable(const volatile void *view, size_t size);

/* What a broker holds, all clients together. */
struct ntshm_broker_statistics {
    uint32_t size;     /* sizeof(struct ntshm_broker_statistics), set by the caller */
    uint32_t pid;      /* the broker's process: SIGTERM ends it */
    uint64_t instance; /* random, another one for each start of the broker */
    uint64_t clients;  /* connections, this one included */
    uint64_t names;    /* live names: every lease was looked at for this answer */
    uint64_t objects;  /* records in use; equals names */
    uint64_t bytes;    /* memory of the named sections, as asked for */
    uint64_t fds;      /* descriptors that the broker keeps for objects */
    uint64_t requests; /* answered since the start */
    uint32_t worker;   /* the process that serves; when it dies, pid starts another one */
    uint32_t restarts; /* how often it did: no name is lost by that */
};

/**
 * ntshm_broker_statistics() - ask the broker what it holds
 * @statistics: size must be set; filled on success
 *
 * Does not start a broker.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for a wrong size, ERROR_FILE_NOT_FOUND when
 * no broker runs, or the connection's error.
 */
BOOL ntshm_broker_statistics(struct ntshm_broker_statistics *statistics);

/* Which broker a process talks to, and where. */
struct ntshm_broker_place {
    uint32_t size;       /* sizeof(struct ntshm_broker_place), set by the caller */
    uint32_t is_system;  /* 1: the machine's, which serves all users; 0: the user's own */
    char directory[108]; /* its socket, "broker", is in it */
    char program[4096];  /* what is started when none of the user's own runs */
};

/**
 * ntshm_broker_place() - where the broker of the calling thread's user is
 * @place: size must be set; filled on success
 *
 * Neither a broker nor the directory need be there: this is where the next call that needs one
 * looks, and where a broker is started. Starts none. Until the first such call the answer can
 * change with the names that the user's own broker has.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for a wrong size, or for a NTSHM_BROKER or
 * NTSHM_SYSTEM that is not an absolute path, ERROR_FILENAME_EXCED_RANGE when one of these or
 * NTSHM_BROKER_PATH is too long.
 */
BOOL ntshm_broker_place(struct ntshm_broker_place *place);

/* What the broker knows of a named object. */
struct ntshm_name_description {
    uint32_t size;          /* sizeof(struct ntshm_name_description), set by the caller */
    uint32_t allowed;       /* all rights that an open would get now; 0: it would fail */
    char type[24];          /* "Section", "Event", ..., as NtQueryObject tells it */
    uint32_t owner, group;  /* uid and gid of the process that made it */
    uint32_t integrity;     /* its level: SECURITY_MANDATORY_..._RID */
    uint32_t creator;       /* its process id, as the broker sees it; 0: not known */
    uint32_t session;       /* whose Local\ it stands in; 0: Global\ */
    uint32_t has_security;  /* 1: it has a descriptor of its own, 0: the default one */
    uint64_t age_ns;        /* since it was made; 0: not known */
    uint64_t bytes;         /* section: as it was created or has grown; semaphore: its most */
    uint32_t protection;    /* section: PAGE_ value */
    uint32_t attributes;    /* section: SEC_ flags */
    uint32_t manual_reset;  /* event, timer: 1 when it stays signalled */
    uint32_t node;          /* section: NUMA node, or NUMA_NO_PREFERRED_NODE */
    uint64_t lease_device;  /* of a pipe: each process that has the object open has its */
    uint64_t lease_inode;   /* read end among its descriptors; 0: nothing keeps it */
    uint64_t memory_device; /* section: of the memory or file behind its views, as stat(2) */
    uint64_t memory_inode;  /* tells; 0: no memory */
    uint64_t memory_used;   /* bytes of it that there are: what was written or prefetched */
};

/**
 * ntshm_describe_name() - what an object is, without opening it
 * @name:            UTF-8, as for CreateFileMappingA; or a path from the root of the name space,
 *                   that is, with a backslash in front
 * @ret_description: size must be set; filled on success
 *
 * It takes no handle, so that it keeps nothing alive, and starts no broker. Root and the user who
 * made the object are answered, and who has READ_CONTROL or the right to query.
 *
 * Return: TRUE; FALSE with ERROR_FILE_NOT_FOUND (also when no broker runs), ERROR_PATH_NOT_FOUND,
 * ERROR_ACCESS_DENIED, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER for a wrong size,
 * ERROR_NOT_SUPPORTED by a broker of an older version, or the connection's error.
 */
BOOL ntshm_describe_name(const char *name, struct ntshm_name_description *ret_description);

/**
 * ntshm_service_start() - let other processes work in this one
 *
 * What Windows lets a process do in another one (MapViewOfFile2 and VirtualAllocEx there,
 * DuplicateHandle out of it) is done here by a thread of this process, at the request of processes
 * of its own user, or of root. Programs that CreateProcess started have it from the beginning, and
 * so have those that are started with NTSHM_SERVICE_THREAD=1 in their environment; all others call
 * this, once. The thread blocks all signals, sleeps until it is asked, and ends the process when it
 * is the last one. A child of fork() does not have it.
 *
 * A second thread means: unshare(CLONE_NEWUSER) is refused, and credentials and seccomp filters
 * that are set for one thread alone do not reach it. Stop it before dropping privileges that way.
 *
 * Return: TRUE, also when it runs already; FALSE with the kernel's error.
 */
BOOL ntshm_service_start(void);
/** ntshm_service_stop() - end that thread; what it is doing is finished first */
void ntshm_service_stop(void);

/**
 * ntshm_quiesce() - let go of what the library keeps for speed only
 *
 * Closes the connection to the broker and cached descriptors; the next call that needs them
 * makes them again. Handles, names and views are not touched. For leak checks, and before a
 * program drops privileges.
 */
void ntshm_quiesce(void);

#ifdef __cplusplus
}
#endif

#endif
