/* SPDX-License-Identifier: MIT */
/*
 * What tests of the broker's life, of its protocol and of its enemies need and an ordinary program
 * does not: a broker started by hand, a connection that speaks the protocol without the library, a
 * look at another process's descriptors, a word in shared memory on which processes take turns,
 * and other users.
 *
 * Calls return false or -1 and leave it to the case to assert, but where their comment says that
 * they require.
 */
#ifndef NTSHM_TEST_BROKER_KIT_H
#define NTSHM_TEST_BROKER_KIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/protocol.h"
#include "os/os.h"

/* --- brokers -------------------------------------------------------------------------------- */

struct kit_broker {
    pid_t pid;
    char directory[80];
};

/* For one that is to leave by itself: by then whoever has just started it has come. */
#define KIT_LINGER_MS (1000 * (unsigned)test_slowness())
/* Longer than that, as kit_broker_await() counts. */
#define KIT_BEYOND_MS 2000

/**
 * kit_broker_start() - a broker of our own in test_dir()/@name, and NTSHM_BROKER set to it
 * @linger_ms: how long it stays without a client and without a name
 *
 * Requires that it listens. It is our child: end it with kit_broker_end().
 */
void kit_broker_start(struct kit_broker *broker, const char *name, unsigned linger_ms);

/** kit_broker_start_small() - the same for one that may have only @max_fds descriptors */
void kit_broker_start_small(struct kit_broker *broker, const char *name, unsigned linger_ms,
                            unsigned max_fds);

/**
 * kit_broker_start_system() - a broker for all users, under @uid, in test_dir()/@name
 * @arguments: more of its command line, up to NULL; or NULL
 *
 * Requires root, and that it listens. NTSHM_BROKER is set to it, and test_dir() open to all users.
 */
void kit_broker_start_system(struct kit_broker *broker, const char *name, uid_t uid,
                             const char *const *arguments);

/**
 * kit_broker_end() - SIGTERM (or @signal), and its exit code within 20 s; -1 when it stayed
 *
 * SIGKILL kills keeper and worker.
 */
int kit_broker_end(struct kit_broker *broker, int signal);

/** kit_broker_kill() - SIGKILL to keeper and worker: neither can make the other again */
void kit_broker_kill(pid_t keeper);

/** kit_worker_of() - the keeper's living worker; 0 for none at the moment */
pid_t kit_worker_of(pid_t keeper);

/** kit_broker_await() - its exit code when it ends by itself within @ms; -1 when it stays */
int kit_broker_await(struct kit_broker *broker, int ms);

/** kit_count_brokers() - living keepers, processes named ntshmd, that serve @directory */
int kit_count_brokers(const char *directory);

/** kit_reap() - wait for a child of ours, whatever signals come; what waitpid() says of its end */
int kit_reap(pid_t pid);

/** kit_is_gone() - no such process, or only its zombie is left */
bool kit_is_gone(pid_t pid);

/** kit_count_fds() - open descriptors of a process; -1 when it cannot be seen */
int kit_count_fds(pid_t pid);

/** kit_processor_ms() - processor time that a process has used */
long kit_processor_ms(pid_t pid);

/* A sanitizer watches the broker of this build: it is larger, and needs threads of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define KIT_SANITIZED true
#else
#    define KIT_SANITIZED false
#endif

/* --- the protocol by hand ------------------------------------------------------------------- */

/* A reply as it came; the descriptors belong to whoever has it. */
struct kit_reply {
    struct nt_reply_header header;
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        struct nt_grow_reply grow;
        unsigned char bytes[2048];
    };
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
};

/** kit_connect() - a bare connection to the broker in @directory; required */
int kit_connect(const char *directory);

/** kit_send() - one message as it is; false when the kernel refuses it */
bool kit_send(int fd, const void *bytes, size_t size);

/** kit_receive() - one reply within @ms: 1; 0 at the end of the connection; -1 when none came */
int kit_receive(int fd, struct kit_reply *ret_reply, int ms);

/** kit_reply_drop() - closes its descriptors */
void kit_reply_drop(struct kit_reply *reply);

/** kit_hello() - HELLO with @token (0: give me one); the answer, or false */
bool kit_hello(int fd, uint64_t token, struct kit_reply *ret_reply);

/* A request with room for a name of some length. */
struct kit_request {
    struct nt_request_header header;
    union {
        struct nt_hello_request hello;
        struct nt_create_request create;
        struct nt_open_request open;
        struct nt_statistics_request statistics;
        struct nt_grow_request grow;
        struct nt_reopen_request reopen;
        struct nt_get_security_request get_security;
        struct nt_set_security_request set_security;
        unsigned char bytes[2048];
    };
};

/** kit_fill_create(), kit_fill_open(), kit_fill_statistics() - a request that is right */
void kit_fill_create(struct kit_request *request, uint64_t number, const char *name);
void kit_fill_open(struct kit_request *request, uint64_t number, const char *name);
void kit_fill_statistics(struct kit_request *request, uint64_t number);

/** kit_add_bytes() - put bytes (a descriptor) between the structure and the name; required */
void kit_add_bytes(struct kit_request *request, const void *bytes, size_t size);

/** kit_ask() - sends and receives, within 20 s; false when there is no reply */
bool kit_ask(int fd, const struct kit_request *request, struct kit_reply *ret_reply);

/* --- shared memory of the test's own -------------------------------------------------------- */

/** kit_board() - memory that the case and its children share, by name; zeroed at first; required */
void *kit_board(const char *name, size_t size);
void kit_board_drop(void *board, size_t size);

/** kit_wait_not() - until *@word is not @value; false after @ms */
bool kit_wait_not(_Atomic uint32_t *word, uint32_t value, int ms);
/** kit_set() - a new value, and everybody who waits wakes */
void kit_set(_Atomic uint32_t *word, uint32_t value);

/* --- other users ---------------------------------------------------------------------------- */

#define KIT_NOBODY   65534u
#define KIT_STRANGER 65533u

/** kit_need_root() - skips the case when it does not run as root */
void kit_need_root(void);

/**
 * kit_open_house() - lets other users into test_dir(), where a copy of the broker is put
 *
 * NTSHM_BROKER_PATH is set to the copy: where the project was built may be closed to them.
 */
void kit_open_house(void);

/** kit_room_of() - a directory in test_dir() that belongs to @uid and is private to it */
const char *kit_room_of(uid_t uid);

/**
 * kit_become() - this process is @uid's from now on, with no group and no capability
 *
 * Required. The process stays open to its own user's eyes (dumpable), as any program of that
 * user would be.
 */
void kit_become(uid_t uid);
/** kit_become_member() - the same with these supplementary groups */
void kit_become_member(uid_t uid, const gid_t *groups, size_t n);

#endif
