/* SPDX-License-Identifier: MIT */
/*
 * The whole Linux seam. Nothing else in the project calls the kernel for memory, futexes,
 * descriptors, sockets or /proc; only the broker's event loop is its own (epoll, signalfd,
 * inotify). Every function returns 0 or -errno, writes its outputs only
 * on success, hides EINTR, and gives only descriptors above 2 that are CLOEXEC.
 *
 * A test makes any of these calls fail: nt_os_set_fault() names a function that sees each call
 * before it is made and may answer with an errno.
 */
#ifndef NT_OS_OS_H
#define NT_OS_OS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NT_PAGE_SIZE 4096u

/* Every kind of call behind the seam, for fault tests. */
/* clang-format off */
#define NT_OS_CALLS(X)                                                                            \
    X(MEMFD) X(FTRUNCATE) X(SEAL) X(MMAP) X(MUNMAP) X(MPROTECT) X(MADVISE) X(PIPE) X(REOPEN)      \
    X(DUP) X(SOCKET) X(CONNECT) X(SEND) X(RECV) X(PROCMAP) X(SPAWN) X(OPEN) X(READ) X(WRITE)      \
    X(STAT) X(ALLOCATE) X(SYNC) X(LOCK) X(RENAME) X(UNLINK) X(UTIME) X(MSYNC) X(SEEK) X(COPY)     \
    X(SIGACTION) X(MKDIR) X(CHMOD) X(CWD) X(MBIND) X(MLOCK) X(USERFAULT) X(PAGESCAN) \
    X(CREDENTIALS) X(ACCOUNT) X(KILL) X(THREAD) X(WAITV) X(PIDFD) X(POLL) X(COPY_PROCESS) X(ROBUST)
/* clang-format on */

enum nt_os_call {
#define X(name) NT_OS_##name,
    NT_OS_CALLS(X)
#undef X
        NT_OS_CALL_COUNT
};

/**
 * nt_os_set_fault() - see every call first, for tests
 * @fault: returns 0 to let the call be made, or a positive errno to fail it; NULL to stop
 */
void nt_os_set_fault(int (*fault)(enum nt_os_call call));

/* --- descriptors ------------------------------------------------------------------------- */

/** nt_os_close() - close a descriptor we own; -1 is allowed. Always returns -1. */
int nt_os_close(int fd);
/**
 * nt_os_adopt_fd() - make a new descriptor ours: above 2
 * @fd: result of a call that makes one (or -1 with errno set); consumed
 *
 * Return: 0, or the call's -errno.
 */
int nt_os_adopt_fd(int fd, int *ret_fd);
/** nt_os_closep() - for NT_CLEANUP on an int that owns a descriptor */
void nt_os_closep(int *fd);
/** nt_os_dup() - another descriptor for the same description */
int nt_os_dup(int fd, int *ret_fd);
/**
 * nt_os_reopen() - a new description of what @fd names
 * @fd:    borrowed; may be an O_PATH, pipe or memfd descriptor of this process
 * @flags: O_RDONLY, O_RDWR ... (CLOEXEC is added)
 */
int nt_os_reopen(int fd, int flags, int *ret_fd);
/** nt_os_pipe() - a blocking pipe */
int nt_os_pipe(int *ret_read, int *ret_write);
/** nt_os_drop_caches() - close the descriptors that the seam keeps for speed */
void nt_os_drop_caches(void);
/** nt_os_forget_caches() - in a forked child: the same, and what the parent's threads were at */
void nt_os_forget_caches(void);

/* --- memory ------------------------------------------------------------------------------ */

enum nt_os_memfd_flags {
    NT_OS_MEMFD_EXEC = 1,     /* an executable protection was asked; else MFD_NOEXEC_SEAL */
    NT_OS_MEMFD_PRIVATE = 2,  /* mode 0600: no other user reopens it */
    NT_OS_MEMFD_GROWABLE = 4, /* it may grow: every seal but that one */
    NT_OS_MEMFD_FILL = 8,     /* no seal yet: it is filled first, then nt_os_memfd_freeze() */
};

/**
 * nt_os_memfd_new() - sealed memory of a fixed size
 * @name: shown in /proc/PID/maps
 * @size: bytes
 *
 * Sealed against shrinking, growing and further seals, so that no peer can make a reader take
 * SIGBUS. Return: -EFBIG also where RLIMIT_FSIZE would have raised SIGXFSZ.
 */
int nt_os_memfd_new(const char *name, uint64_t size, enum nt_os_memfd_flags flags, int *ret_fd);

/** nt_os_memfd_freeze() - the last seals of an NT_OS_MEMFD_FILL one: nobody writes it any more */
int nt_os_memfd_freeze(int fd);
/** nt_os_memfd_is_frozen() - whether nobody, not even its maker, can change what @fd holds */
bool nt_os_memfd_is_frozen(int fd);

/**
 * nt_os_map() - mmap
 * @address: hint, or the place with MAP_FIXED / MAP_FIXED_NOREPLACE in @flags
 *
 * With MAP_FIXED_NOREPLACE an occupied range is -EEXIST, also on kernels that only take it
 * for a hint (below 4.17: the mapping is taken away again).
 */
int nt_os_map(void *address, size_t size, int protection, int flags, int fd, uint64_t offset,
              void **ret_address);
int nt_os_unmap(void *address, size_t size);
int nt_os_protect(void *address, size_t size, int protection);
int nt_os_advise(void *address, size_t size, int advice);

/* One mapping of this process, as the kernel tells it. */
struct nt_os_vma {
    uint64_t start, end;
    bool readable, writable, executable, shared;
    uint64_t inode; /* 0 for anonymous memory */
    uint32_t device_major, device_minor;
    uint64_t offset; /* bytes into the file */
};

/**
 * nt_os_vma_query() - the mapping that holds @address, or the next one above
 *
 * PROCMAP_QUERY on a kept descriptor (Linux 6.11), else /proc/self/maps.
 * Return: 0; -ENOENT when there is none at or above.
 */
int nt_os_vma_query(uint64_t address, struct nt_os_vma *ret_vma);

/* --- waiting ----------------------------------------------------------------------------- */

/**
 * nt_os_futex_wait() - sleep while *@word is @value, across processes
 * @deadline_ns: CLOCK_MONOTONIC, UINT64_MAX for ever
 *
 * Return: 0 woken or the word differed (also spuriously); -ETIMEDOUT.
 */
int nt_os_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t deadline_ns);
/** nt_os_futex_wake() - wake up to @count sleepers on @word; returns how many slept */
int nt_os_futex_wake(_Atomic uint32_t *word, int count);
/* A word to sleep on, and as long as it is what. */
struct nt_os_wait {
    _Atomic uint32_t *word;
    uint32_t value;
};

#define NT_OS_MAX_WAIT 66

/**
 * nt_os_futex_wait_any() - the same on up to NT_OS_MAX_WAIT words at once
 *
 * Without futex_waitv (before Linux 5.16) in looks of a millisecond.
 */
int nt_os_futex_wait_any(const struct nt_os_wait *waits, unsigned count, uint64_t deadline_ns);
/** nt_os_thread_is_gone() - no thread of the caller's PID namespace has this id */
bool nt_os_thread_is_gone(uint32_t tid);
/** nt_os_runs_alone() - the calling thread may run on one processor only (a fresh answer) */
bool nt_os_runs_alone(void);
/** nt_os_pause() - in a loop that looks at a word */
static inline void nt_os_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#endif
}
/** nt_os_now_ns() - CLOCK_MONOTONIC */
uint64_t nt_os_now_ns(void);
/** nt_os_random() - @size random bytes from the kernel */
int nt_os_random(void *buffer, size_t size);
/** nt_os_tid() - the calling thread's id, asked of the kernel once */
uint32_t nt_os_tid(void);

/* --- leases (a name lives while a lease's read end is open anywhere) ----------------------- */

/**
 * nt_os_lease_new() - a lease: a pipe whose write end the broker keeps
 * @ret_write: for the broker
 * @ret_read:  for the creator of the name
 *
 * The pipe is 4 KiB, non-blocking, and of mode 0400: a holder cannot reopen it for writing.
 */
int nt_os_lease_new(int *ret_write, int *ret_read);
/** nt_os_lease_reader() - one more read end, a description of its own */
int nt_os_lease_reader(int write_fd, int *ret_read);
/** nt_os_lease_is_dead() - true when no read end is left anywhere */
bool nt_os_lease_is_dead(int write_fd);

/* --- sockets ------------------------------------------------------------------------------ */

#define NT_OS_MAX_FDS 5

struct nt_os_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

/** nt_os_socket_connect() - SEQPACKET to @path. -ENOENT or -ECONNREFUSED: nobody listens. */
int nt_os_socket_connect(const char *path, int *ret_fd);
/**
 * nt_os_socket_connect_abstract() - the same to an abstract @name, without ever blocking
 *
 * Anybody may listen there. The connection does not block either. -EAGAIN: too many wait there.
 */
int nt_os_socket_connect_abstract(const char *name, int *ret_fd);
/** nt_os_socket_listen() - bind @path (removed first) and listen; SO_PASSCRED is on */
int nt_os_socket_listen(const char *path, int *ret_fd);
/** nt_os_socket_listen_abstract() - the same for an abstract @name. -EADDRINUSE: it is taken. */
int nt_os_socket_listen_abstract(const char *name, int *ret_fd);
/**
 * nt_os_socket_adopt_listener() - a listening socket that somebody else made
 * @fd: ours from now on: CLOEXEC, non-blocking, SO_PASSCRED
 *
 * Return: 0; -EINVAL when it is not one of our kind (AF_UNIX, SEQPACKET, listening).
 */
int nt_os_socket_adopt_listener(int fd);
/** nt_os_socket_accept() - non-blocking connection. -EAGAIN: none waits. */
int nt_os_socket_accept(int listen_fd, int *ret_fd);
/** nt_os_socket_peer() - who connected, attested by the kernel */
int nt_os_socket_peer(int fd, struct nt_os_peer *ret_peer);
/**
 * nt_os_close_foreign() - close a descriptor that came from somebody else
 *
 * Closing the last one of a socket that lingers would wait as long as its maker has chosen
 * (SO_LINGER): it lingers no more, and is disconnected. Return: -1.
 */
int nt_os_close_foreign(int fd);
/**
 * nt_os_socket_end() - close a connection (one of nt_os_socket_accept())
 *
 * Messages that nobody has received are taken first, and their descriptors closed as foreign ones.
 * Return: -1.
 */
int nt_os_socket_end(int fd);
/** nt_os_socket_unread() - bytes sent on @fd that the peer has not read yet, or -errno */
int nt_os_socket_unread(int fd);

/**
 * nt_os_socket_send() - one message, whole
 * @parts, @n_parts: struct iovec array, as for sendmsg
 * @fds:   borrowed descriptors that travel along, at most NT_OS_MAX_FDS
 * @block: wait for room, else -EAGAIN
 */
struct iovec;
int nt_os_socket_send(int fd, const struct iovec *parts, size_t n_parts, const int *fds,
                      size_t n_fds, bool block);
/**
 * nt_os_socket_send_as() - the same, with the sender's credentials in the message
 * @sender: this process, and the calling thread's effective user and group; the kernel compares
 *          them with its own: -EPERM when they are others
 */
int nt_os_socket_send_as(int fd, const struct iovec *parts, size_t n_parts, const int *fds,
                         size_t n_fds, const struct nt_os_peer *sender, bool block);

/**
 * nt_os_socket_recv() - one message, whole
 * @buffer, @size: room; a longer message is -EMSGSIZE and all its descriptors are closed
 * @max_fds:   descriptors that this message may bring; more of them is -EPROTO, all closed
 * @ret_fds:   NT_OS_MAX_FDS entries; owned by the caller, CLOEXEC, above 2
 * @ret_peer:  who sent this message (needs SO_PASSCRED on @fd), or NULL
 * @block:     wait for a message, else -EAGAIN
 *
 * Return: 0; -ECONNRESET when the peer is gone; -EMFILE when descriptors were lost because this
 * process has no room; -ENOBUFS when they were lost and room has been made: ask again.
 */
int nt_os_socket_recv(int fd, void *buffer, size_t size, size_t *ret_size, int *ret_fds,
                      size_t max_fds, size_t *ret_n_fds, struct nt_os_peer *ret_peer, bool block);

/* --- processes and directories ------------------------------------------------------------ */

/**
 * nt_os_audit_session() - the kernel's audit session of a process
 *
 * Return: 0; -ENOENT outside any login, also where the kernel knows no logins.
 */
int nt_os_audit_session(pid_t pid, uint32_t *ret_session);

/**
 * nt_os_private_dir() - make or check the directory that only this user may use
 * @path:    created with mode 0700 when missing
 * @ret_uid: the owner found, when it is a stranger's
 * @ret_fd:  O_PATH | O_DIRECTORY descriptor
 *
 * Return: 0; -EPERM when it is owned by another user, is a link, or is open to others.
 */
int nt_os_private_dir(const char *path, uid_t *ret_uid, int *ret_fd);

/**
 * nt_os_shared_dir() - the same for a directory that everybody may look into (mode 0755)
 *
 * Return: 0; -EPERM when it is owned by another user, is a link, or others may write to it;
 * -ENOENT, -EACCES, -EROFS where there is none and none can be made.
 */
int nt_os_shared_dir(const char *path, int *ret_fd);

/**
 * nt_os_lock_file() - take the flock on @path (created 0600)
 * @block: wait for it, else -EWOULDBLOCK
 * @ret_fd: closing it gives the lock back
 */
int nt_os_lock_file(const char *path, bool block, int *ret_fd);

/**
 * nt_os_spawn_daemon() - start @argv[0] with only @keep_fd open (as descriptor 3)
 *
 * A grandchild in its own session: no zombie is left, no signal state or limit of ours but
 * the environment goes along. stdin, stdout and stderr are /dev/null.
 */
int nt_os_spawn_daemon(const char *const *argv, int keep_fd);

#endif
