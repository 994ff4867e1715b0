// SPDX-License-Identifier: MIT
/*
 * The service thread: it listens at an abstract address that is called after the process, and
 * serves whoever is of the process's own user, or root. Abstract addresses have no owner, so both
 * ends look at the credentials that the kernel attests: the asker that the listener is the process
 * that it means, the thread that the asker may ask.
 *
 * One thread sleeps for all of its connections together. Requests are served in the order in which
 * they come; an asker that says nothing more costs a place in the table until its time is over.
 * While the thread is at work no fork is made (nt_move_begin()): a child would get descriptors that
 * nobody there closes.
 *
 * The C library ends a process when its last thread ends, which would never be with one thread more
 * than the program knows of. So the thread notices the end of the one that started it, and from
 * then on looks whether it is the last one.
 */
#include "lib/process/service.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/process/process.h"
#include "lib/process/service-protocol.h"
#include "lib/process/watcher.h"
#include "os/credentials.h"
#include "os/file.h"
#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

#define STACK         (256u << 10)
#define CONNECTIONS   32u
#define ALONE_LOOK_NS 200000000u

enum state { STOPPED, RUNNING, STOPPING };

struct connection {
    int fd; /* 0: none; a descriptor of ours is above 2 */
    bool answered;
    uint64_t deadline;
    struct nt_service_undo undo;
};

/* Under NT_LOCK_SERVICE; what the thread uses does not change while it runs. */
static struct {
    enum state state;
    pthread_t thread;
    int listen_fd, wake_read, wake_write;
} service;

/* The thread's own. */
static struct connection connections[CONNECTIONS];
static bool looks_alone; /* whoever started it has ended */
static unsigned char message[sizeof(struct nt_service_request) + NT_SERVICE_BYTES];

enum wake { WAKE_STOP = 's', WAKE_ALONE = 'a' };

int nt_service_name(pid_t pid, unsigned which, char *name)
{
    uint64_t began;
    int r = nt_os_process_began(pid, &began);

    if (r < 0)
        return r;
    snprintf(name, NT_SERVICE_NAME_SIZE, "ntshm-service/%d/%llu/%u", (int)pid,
             (unsigned long long)began, which);
    return 0;
}

/* --- one connection --------------------------------------------------------------------- */

static void hang_up(struct connection *connection)
{
    nt_os_socket_end(connection->fd);
    *connection = (struct connection){.fd = 0};
}

static uint64_t patience(void)
{
    return nt_os_now_ns() + NT_SERVICE_SECONDS * 1000000000ull;
}

/* Whoever asked is still there. */
static bool is_there(int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLRDHUP};

    return nt_os_poll(&entry, 1, 0) == 0 && !entry.revents;
}

static int send_answer(int fd, const struct nt_service_answer *answer)
{
    const struct nt_parcel *parcel = &answer->parcel;
    struct nt_service_reply reply = answer->reply;
    bool with_parcel = NT_SUCCESS(reply.status) && parcel->size;
    struct iovec parts[2] = {{&reply, sizeof(reply)}, {answer->bytes, reply.n_bytes}};

    if (with_parcel) {
        reply.n_bytes = (uint32_t)parcel->size;
        parts[1] = (struct iovec){parcel->bytes, parcel->size};
    }
    return nt_os_socket_send(fd, parts, parts[1].iov_len ? 2 : 1, parcel->fds,
                             with_parcel ? parcel->n_fds : 0, false);
}

static void serve(struct connection *connection)
{
    struct nt_service_answer answer;
    int fds[NT_OS_MAX_FDS];
    size_t size, n_fds = 0;

    if (nt_os_socket_recv(connection->fd, message, sizeof(message), &size, fds, NT_PARCEL_FDS,
                          &n_fds, NULL, false) < 0) {
        hang_up(connection);
        return;
    }
    if (!is_there(connection->fd)) {
        for (size_t i = 0; i < n_fds; i++)
            nt_os_close_foreign(fds[i]);
        hang_up(connection);
        return;
    }
    nt_service_work(message, size, fds, n_fds, &answer);
    connection->undo = answer.undo;
    connection->answered = true;
    connection->deadline = patience();
    if (send_answer(connection->fd, &answer) < 0) {
        nt_service_undo(&connection->undo);
        hang_up(connection);
    }
    nt_service_answer_deinit(&answer);
}

/* False: the kernel could not say just now, and what was said is still there. */
static bool hear_confirmation(int fd, bool *ret_confirmed)
{
    uint32_t word = 0;
    int fds[NT_OS_MAX_FDS];
    size_t size = 0, n_fds;
    int r = nt_os_socket_recv(fd, &word, sizeof(word), &size, fds, 0, &n_fds, NULL, false);

    *ret_confirmed = r == 0 && size == sizeof(word) && word == NT_SERVICE_CONFIRM;
    return r == 0 || r == -ECONNRESET || r == -EAGAIN || r == -EMSGSIZE || r == -EPROTO;
}

/* The asker has confirmed, or has not and never will. */
static void settle(struct connection *connection)
{
    bool confirmed = false;

    for (unsigned i = 0; i < 3 && !hear_confirmation(connection->fd, &confirmed); i++)
        ;
    if (confirmed)
        nt_service_commit(&connection->undo);
    else
        nt_service_undo(&connection->undo);
    hang_up(connection);
}

static void give_up(struct connection *connection)
{
    if (connection->answered)
        settle(connection);
    else
        hang_up(connection);
}

static struct connection *free_connection(void)
{
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (!connections[i].fd)
            return &connections[i];
    }
    return NULL;
}

static void accept_one(void)
{
    struct connection *connection = free_connection();
    struct nt_os_peer peer;
    int fd;

    if (!connection || nt_os_socket_accept(service.listen_fd, &fd) < 0)
        return;
    if (nt_os_socket_peer(fd, &peer) < 0 || !nt_os_is_open_to(peer.uid)) {
        nt_os_close(fd);
        return;
    }
    *connection = (struct connection){.fd = fd, .deadline = patience()};
}

/* --- the thread ------------------------------------------------------------------------- */

/* Its own end is the process's, when it is the only thread that is left. */
static void look_alone(void)
{
    const unsigned ours = nt_watcher_runs() ? 2 : 1;
    unsigned others;
    bool ended;

    if (nt_os_process_threads(&ended, &others) == 0 && ended && others <= ours)
        exit(0);
}

struct round {
    struct pollfd entries[CONNECTIONS + 2];
    struct connection *whose[CONNECTIONS + 2];
    size_t count;
    uint64_t deadline;
};

static void add(struct round *round, int fd, struct connection *connection)
{
    round->entries[round->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    round->whose[round->count++] = connection;
    if (connection && connection->deadline < round->deadline)
        round->deadline = connection->deadline;
}

static void begin_round(struct round *round)
{
    round->count = 0;
    round->deadline = looks_alone ? nt_os_now_ns() + ALONE_LOOK_NS : UINT64_MAX;
    add(round, service.wake_read, NULL);
    if (free_connection())
        add(round, service.listen_fd, NULL);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (connections[i].fd)
            add(round, connections[i].fd, &connections[i]);
    }
}

static void handle(const struct pollfd *entry, struct connection *connection)
{
    if (connection && entry->revents && connection->answered)
        settle(connection);
    else if (connection && entry->revents)
        serve(connection);
    else if (connection && nt_os_now_ns() >= connection->deadline)
        give_up(connection);
    else if (!connection && entry->revents)
        accept_one();
}

/* False: it is to stop. */
static bool hear(void)
{
    char word = 0;
    size_t done = 0;

    if (nt_os_file_read(service.wake_read, &word, 1, NT_OS_FILE_POSITION, &done) < 0)
        return true; /* it is still there */
    if (word == WAKE_ALONE)
        looks_alone = true;
    return word != WAKE_STOP;
}

static void *run(void *argument)
{
    struct round round;

    (void)argument;
    for (;;) {
        begin_round(&round);
        if (nt_os_poll(round.entries, round.count, round.deadline) < 0)
            continue;
        if (round.entries[0].revents && !hear())
            break;
        nt_move_begin();
        for (size_t i = 1; i < round.count; i++)
            handle(&round.entries[i], round.whose[i]);
        nt_move_end();
        if (looks_alone)
            look_alone();
    }
    nt_move_begin();
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (connections[i].fd)
            give_up(&connections[i]);
    }
    nt_move_end();
    return NULL;
}

/* --- start and stop --------------------------------------------------------------------- */

static pthread_key_t starter_key;
static pthread_once_t starter_once = PTHREAD_ONCE_INIT;
static bool has_starter_key;

static void wake(enum wake what)
{
    const char word = (char)what;
    size_t done;

    nt_os_pipe_write(service.wake_write, &word, 1, &done);
}

/* The thread that started the service ends, and not by the end of the process. */
static void starter_ends(void *value)
{
    (void)value;
    nt_lock_take(NT_LOCK_SERVICE);
    if (service.state == RUNNING)
        wake(WAKE_ALONE);
    nt_lock_drop(NT_LOCK_SERVICE);
}

static void make_starter_key(void)
{
    has_starter_key = pthread_key_create(&starter_key, starter_ends) == 0;
}

static void close_all(void)
{
    service.listen_fd = nt_os_close(service.listen_fd);
    service.wake_read = nt_os_close(service.wake_read);
    service.wake_write = nt_os_close(service.wake_write);
}

static int listen_somewhere(void)
{
    char name[NT_SERVICE_NAME_SIZE];
    int r = -EADDRINUSE;

    for (unsigned i = 0; i < NT_SERVICE_NAMES && r == -EADDRINUSE; i++) {
        r = nt_service_name((pid_t)nt_process_id(), i, name);
        if (r == 0)
            r = nt_os_socket_listen_abstract(name, &service.listen_fd);
    }
    return r;
}

static int open_all(void)
{
    int r;

    service.listen_fd = service.wake_read = service.wake_write = -1;
    r = listen_somewhere();
    if (r == 0)
        r = nt_os_pipe(&service.wake_read, &service.wake_write);
    return r;
}

/* The lock is held. */
static NTSTATUS start(void)
{
    int r = open_all();

    looks_alone = false;
    if (r == 0)
        r = nt_os_helper_start("ntshm-service", STACK, run, NULL, &service.thread);
    if (r < 0) {
        close_all();
        return nt_status_from_errno(r);
    }
    service.state = RUNNING;
    return STATUS_SUCCESS;
}

/* A stop of the same moment is waited for without holding up a fork, which it may wait for. */
static NTSTATUS start_unless_stopping(void)
{
    NTSTATUS status = STATUS_SUCCESS;

    nt_move_begin(); /* no child gets the descriptors without the state that says so */
    nt_lock_take(NT_LOCK_SERVICE);
    if (service.state == STOPPING)
        status = STATUS_PENDING;
    else if (service.state == STOPPED)
        status = start();
    nt_lock_drop(NT_LOCK_SERVICE);
    nt_move_end();
    return status;
}

static void await_stop(void)
{
    nt_lock_take(NT_LOCK_SERVICE);
    while (service.state == STOPPING)
        nt_lock_wait(NT_LOCK_SERVICE);
    nt_lock_drop(NT_LOCK_SERVICE);
}

NTSTATUS nt_service_start(void)
{
    NTSTATUS status;

    pthread_once(&starter_once, make_starter_key);
    while ((status = start_unless_stopping()) == STATUS_PENDING)
        await_stop();
    if (NT_SUCCESS(status) && has_starter_key)
        pthread_setspecific(starter_key, &service);
    return status;
}

bool nt_service_runs(void)
{
    bool runs;

    nt_lock_take(NT_LOCK_SERVICE);
    runs = service.state == RUNNING;
    nt_lock_drop(NT_LOCK_SERVICE);
    return runs;
}

/* The thread may be waiting for a fork that waits for locks: none is held while it ends. */
void nt_service_stop(void)
{
    int cancel_state;
    bool mine;

    nt_lock_take(NT_LOCK_SERVICE);
    mine = service.state == RUNNING && !pthread_equal(service.thread, pthread_self());
    if (mine) {
        service.state = STOPPING;
        wake(WAKE_STOP);
    }
    nt_lock_drop(NT_LOCK_SERVICE);
    if (!mine)
        return;
    /* A thread cancelled here would leave it stopping for ever. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_join(service.thread, NULL);
    pthread_setcancelstate(cancel_state, NULL);
    nt_lock_take(NT_LOCK_SERVICE);
    if (service.state == STOPPING) {
        nt_os_socket_refuse(service.listen_fd);
        close_all();
        service.state = STOPPED;
    }
    nt_lock_wake_all(NT_LOCK_SERVICE);
    nt_lock_drop(NT_LOCK_SERVICE);
}

/* Nobody else is here; the connections are the parent's to hang up on. */
void nt_service_forked(void)
{
    if (service.state == STOPPED)
        return;
    close_all();
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (connections[i].fd)
            nt_os_close(connections[i].fd);
        connections[i] = (struct connection){.fd = 0};
    }
    service.state = STOPPED;
}

__attribute__((constructor)) static void start_when_asked(void)
{
    const char *wish = secure_getenv("NTSHM_SERVICE_THREAD");

    if (wish && strcmp(wish, "1") == 0)
        nt_service_start();
}
