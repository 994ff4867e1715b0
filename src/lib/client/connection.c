// SPDX-License-Identifier: MIT
/*
 * Connections, one for each identity in use: who asks is what the kernel attested when the
 * connection was made, so a thread that is somebody else by now gets another one. Three cheap
 * system calls tell who the calling thread is; then one round trip at a time.
 *
 * A request keeps its number when it has to be sent again after a lost connection, and the
 * connection its token, so that the broker answers it as it did first: a worker of the broker may
 * die at any moment, and the next one takes over. Every message says whom it is from, and the
 * kernel checks that; where another thread has changed the whole process's identity in between,
 * the kernel refuses the message (-EPERM), and it is looked again who we are.
 */
#include "lib/client/connection.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "ipc/place.h"
#include "lib/client/connect.h"
#include "lib/process/lock.h"
#include "lib/security/token.h"
#include "os/credentials.h"
#include "rtl/status.h"
#include "util/log.h"
#include "util/macro.h"

#define SEND_TRIES       20
#define SHIFT_TRIES      500
#define HELLO_TRIES      3
#define CONNECTIONS_MOST 8

struct connection {
    int fd; /* -1: lost, or never made */
    bool used;
    uint16_t version; /* of the protocol that both speak */
    uint32_t session;
    struct nt_os_credentials who;
    struct nt_os_peer sender; /* the same, as messages tell it */
    uint64_t token;
    uint64_t instance;
    uint64_t number;
    uint64_t last_use;
};

/* NT_LOCK_CONNECTION guards all of it. */
static struct connection connections[CONNECTIONS_MOST];
static uint64_t n_uses;

struct reply_message {
    struct nt_reply_header header;
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_namespace_reply name_space;
        struct nt_list_reply list;
        unsigned char bytes[128 + NT_IPC_MAX_LIST]; /* the longest of all answers */
    };
};

static _Alignas(8) struct reply_message received;

/* --- the table ------------------------------------------------------------------------------ */

static void close_connection(struct connection *connection)
{
    if (connection->used)
        connection->fd = nt_os_close(connection->fd);
}

static void forget_connection(struct connection *connection)
{
    close_connection(connection);
    nt_os_credentials_deinit(&connection->who);
    memset(connection, 0, sizeof(*connection));
}

/* A free place, or that of whoever has asked least lately. */
static struct connection *take_place(void)
{
    struct connection *oldest = &connections[0];

    for (size_t i = 0; i < CONNECTIONS_MOST; i++) {
        if (!connections[i].used)
            return &connections[i];
        if (connections[i].last_use < oldest->last_use)
            oldest = &connections[i];
    }
    forget_connection(oldest);
    return oldest;
}

/* The calling thread's; it need not be connected. */
static int find_connection(struct connection **ret_connection)
{
    struct nt_os_credentials who;
    struct connection *connection = NULL;
    int r;

    r = nt_os_credentials_get(&who);
    if (r < 0)
        return r;
    for (size_t i = 0; i < CONNECTIONS_MOST && !connection; i++) {
        if (connections[i].used && nt_os_credentials_equal(&connections[i].who, &who))
            connection = &connections[i];
    }
    if (connection) {
        nt_os_credentials_deinit(&who);
    } else {
        connection = take_place();
        *connection = (struct connection){
            .fd = -1, .used = true, .who = who, .sender = {getpid(), who.uid, who.gid}};
    }
    connection->last_use = ++n_uses;
    *ret_connection = connection;
    return 0;
}

/* --- one request, one reply ----------------------------------------------------------------- */

static int send_call(int fd, const struct nt_os_peer *sender, const struct nt_call *call)
{
    static const uint64_t zeros;
    size_t padding = nt_ipc_padded(call->header.bytes_size) - call->header.bytes_size;
    struct iovec parts[5] = {
        {(void *)&call->header, sizeof(call->header)},
        {(void *)call->fixed, call->info->request_size},
    };
    size_t n = 2;

    if (call->header.bytes_size > 0)
        parts[n++] = (struct iovec){(void *)call->bytes, call->header.bytes_size};
    if (padding > 0)
        parts[n++] = (struct iovec){(void *)&zeros, padding};
    if (call->n_units > 0)
        parts[n++] = (struct iovec){(void *)call->units, call->n_units * sizeof(uint16_t)};
    return nt_os_socket_send_as(fd, parts, n, call->fds, call->n_fds, sender, true);
}

/* Whether the received message answers @call in the form that the list demands. */
static bool is_answer(const struct nt_call *call, size_t size, size_t n_fds)
{
    const struct nt_reply_header *header = &received.header;
    size_t body = NT_SUCCESS(header->status) ? call->info->reply_size : 0;
    size_t most = NT_SUCCESS(header->status) ? call->info->max_reply_bytes : 0;

    return size >= sizeof(*header) && header->bytes_size <= most &&
           size == sizeof(*header) + body + header->bytes_size && header->size == size &&
           header->type == call->header.type && header->number == call->header.number &&
           header->n_fds == n_fds;
}

/* The answer is in @received. The descriptors in @fds are the caller's when it returns 0. */
static int exchange(int fd, const struct nt_os_peer *sender, const struct nt_call *call, int *fds,
                    size_t *n_fds)
{
    size_t size;
    int r;

    r = send_call(fd, sender, call);
    if (r < 0)
        return r;
    r = nt_os_socket_recv(fd, &received, sizeof(received), &size, fds, NT_OS_MAX_FDS, n_fds, NULL,
                          true);
    if (r < 0)
        return r;
    if (is_answer(call, size, *n_fds))
        return 0;
    while (*n_fds > 0)
        nt_os_close(fds[--*n_fds]);
    nt_log(NT_LOG_ERROR, "the broker answered %s with nonsense", call->info->name);
    return -EPROTO;
}

/* --- connecting ----------------------------------------------------------------------------- */

static int say_hello(int fd, const struct nt_os_peer *sender, uint64_t token)
{
    struct nt_hello_request hello = {
        .magic = NT_IPC_MAGIC,
        .version_min = NT_IPC_VERSION_MIN,
        .version_max = NT_IPC_VERSION_MAX,
        .token = token,
    };
    struct nt_call call = {
        .header = {.size = sizeof(call.header) + sizeof(hello), .type = NT_MESSAGE_HELLO},
        .fixed = &hello,
        .info = nt_message_info(NT_MESSAGE_HELLO),
    };
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
    int r;

    r = exchange(fd, sender, &call, fds, &n_fds);
    while (r == 0 && n_fds > 0)
        nt_os_close(fds[--n_fds]);
    if (r == 0 && !NT_SUCCESS(received.header.status)) {
        nt_log(NT_LOG_ERROR, "the broker speaks another version of the protocol");
        r = -EPROTO;
    }
    return r;
}

/* Whether the broker behind a new connection, of which no more is made, has live names. */
static bool has_names(int fd, const struct nt_os_peer *sender)
{
    struct nt_statistics_request fixed = {0};
    struct nt_call call = {
        .header = {.size = sizeof(call.header) + sizeof(fixed),
                   .type = NT_MESSAGE_STATISTICS,
                   .number = 1},
        .fixed = &fixed,
        .info = nt_message_info(NT_MESSAGE_STATISTICS),
    };
    struct nt_statistics_reply statistics;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;

    if (say_hello(fd, sender, 0) < 0 || exchange(fd, sender, &call, fds, &n_fds) < 0)
        return false;
    while (n_fds > 0)
        nt_os_close(fds[--n_fds]);
    memcpy(&statistics, received.bytes, sizeof(statistics));
    return NT_SUCCESS(received.header.status) && statistics.names > 0;
}

/*
 * Groups are attested by the connect alone, and no message tells of them: whoever had others for
 * that moment must not be taken for this one later. -ESTALE: it is somebody else by now.
 */
static int check_who(const struct nt_os_credentials *who)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials is = {.more = NULL};
    int r = nt_os_credentials_get(&is);

    if (r < 0)
        return r;
    return nt_os_credentials_equal(who, &is) ? 0 : -ESTALE;
}

/* A broker may leave between our connect and its accept: then it is started again. */
static int ensure_connected(struct connection *connection, bool start)
{
    int r = 0;

    for (int i = 0; i < HELLO_TRIES && connection->fd < 0; i++) {
        NT_CLEANUP(nt_os_closep) int fd = -1;

        r = nt_broker_connect(&connection->sender, start, has_names, &fd);
        if (r == -ECONNRESET)
            continue;
        if (r == 0)
            r = check_who(&connection->who);
        if (r < 0)
            return r;
        r = say_hello(fd, &connection->sender, connection->token);
        if (r == 0) {
            connection->fd = nt_steal_fd(&fd);
            connection->token = received.hello.token;
            connection->instance = received.hello.instance;
            connection->session = received.hello.session;
            connection->version = received.hello.version;
        } else if (r != -ECONNRESET) {
            return r;
        }
    }
    return connection->fd < 0 ? r : 0;
}

/* --- asking --------------------------------------------------------------------------------- */

/* How often it did not work: without a broker, and as somebody whom we no longer are. */
struct tries {
    unsigned lost, shifted;
};

/* Whether it may work the next time, after @r, which is never 0. */
static bool may_try_again(struct tries *tries, int r)
{
    if (r == -ESTALE || r == -EPERM)
        return ++tries->shifted < SHIFT_TRIES;
    return (r == -ECONNRESET || r == -ENOBUFS) && ++tries->lost < SEND_TRIES;
}

static int exchange_again(struct nt_call *call, struct connection **ret_connection, int *fds,
                          size_t *n_fds)
{
    struct connection *connection, *before = NULL;
    struct tries tries = {0};
    int r;

    do {
        /* Lost connections too may mean that we are somebody else by now. */
        r = find_connection(&connection);
        if (r < 0)
            return r;
        *ret_connection = connection;
        r = ensure_connected(connection, call->start);
        if (r == -EPERM && connection->sender.uid == geteuid())
            return r;
        if (r < 0)
            continue;
        if (call->instance && call->instance != connection->instance)
            return -ECONNRESET;
        if (call->version > connection->version)
            return -EPROTONOSUPPORT;
        if (connection != before)
            call->header.number = ++connection->number;
        before = connection;
        r = exchange(connection->fd, &connection->sender, call, fds, n_fds);
        if (r == 0 || r == -EMFILE)
            return r;
        if (r != -ENOBUFS) /* descriptors were lost; there is room now */
            close_connection(connection);
    } while (may_try_again(&tries, r));
    return r == -ESTALE ? -ECONNRESET : r;
}

/* Copies the answer out of the room that the next one will take. */
static int take_answer(const struct nt_call *call, struct nt_client_reply *reply)
{
    if (!NT_SUCCESS(received.header.status))
        return 0;
    memcpy(&reply->object, received.bytes, call->info->reply_size);
    if (received.header.bytes_size == 0)
        return 0;
    reply->bytes = malloc(received.header.bytes_size);
    if (!reply->bytes)
        return -ENOMEM;
    reply->bytes_size = received.header.bytes_size;
    memcpy(reply->bytes, received.bytes + call->info->reply_size, reply->bytes_size);
    return 0;
}

/* Who only lets himself be identified may ask nothing but numbers, and have what is his. */
static NTSTATUS complete_header(struct nt_call *call)
{
    bool only_asks = call->header.type == NT_MESSAGE_STATISTICS ||
                     call->header.type == NT_MESSAGE_GROW ||
                     call->header.type == NT_MESSAGE_FETCH || call->header.type == NT_MESSAGE_DROP;
    struct nt_token_limits limits;
    NTSTATUS status = nt_token_limits(&limits);

    call->info = nt_message_info(call->header.type);
    call->header.lowered = limits.lowered;
    call->header.disabled = limits.disabled;
    call->header.size =
        (uint32_t)(sizeof(call->header) + call->info->request_size +
                   nt_ipc_padded(call->header.bytes_size) + call->n_units * sizeof(uint16_t));
    return only_asks ? STATUS_SUCCESS : status;
}

NTSTATUS nt_connection_perform(struct nt_call *call, struct nt_client_reply *ret_reply)
{
    struct connection *connection = NULL;
    NTSTATUS status = complete_header(call);
    int cancel_state, r;

    memset(ret_reply, 0, sizeof(*ret_reply));
    if (!NT_SUCCESS(status))
        return status;
    /* A thread cancelled half-way would leave the next one its reply. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    nt_lock_take(NT_LOCK_CONNECTION);
    r = exchange_again(call, &connection, ret_reply->fds, &ret_reply->n_fds);
    if (connection) {
        ret_reply->instance = connection->instance;
        ret_reply->session = connection->session;
    }
    if (r < 0) {
        ret_reply->n_fds = 0;
    } else {
        status = received.header.status;
        r = take_answer(call, ret_reply);
    }
    nt_lock_drop(NT_LOCK_CONNECTION);
    pthread_setcancelstate(cancel_state, NULL);
    if (r < 0) {
        nt_client_reply_deinit(ret_reply);
        return r == -EPROTONOSUPPORT ? STATUS_NOT_SUPPORTED : nt_status_from_errno(r);
    }
    return status;
}

NTSTATUS nt_client_locate(struct nt_client_place *ret_place)
{
    struct connection *connection;
    struct nt_place place;
    const char *program;
    int cancel_state, r;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    nt_lock_take(NT_LOCK_CONNECTION);
    r = find_connection(&connection);
    if (r == 0)
        r = nt_broker_locate(&connection->sender, has_names, &place, &ret_place->is_system);
    nt_lock_drop(NT_LOCK_CONNECTION);
    pthread_setcancelstate(cancel_state, NULL);
    if (r < 0)
        return r == -ENAMETOOLONG ? STATUS_NAME_TOO_LONG : nt_status_from_errno(r);
    snprintf(ret_place->directory, sizeof(ret_place->directory), "%s", place.directory);
    program = nt_broker_program(ret_place->program, sizeof(ret_place->program));
    if (program != ret_place->program) {
        size_t size = strlen(program) + 1;

        if (size > sizeof(ret_place->program))
            return STATUS_NAME_TOO_LONG;
        memcpy(ret_place->program, program, size);
    }
    return STATUS_SUCCESS;
}

/* --- letting go ----------------------------------------------------------------------------- */

bool nt_client_session(uint32_t *ret_session)
{
    struct connection *connection;
    bool known = false;

    nt_lock_take(NT_LOCK_CONNECTION);
    if (find_connection(&connection) == 0 && connection->instance != 0) {
        *ret_session = connection->session;
        known = true;
    }
    nt_lock_drop(NT_LOCK_CONNECTION);
    return known;
}

void nt_client_disconnect(void)
{
    nt_lock_take(NT_LOCK_CONNECTION);
    for (size_t i = 0; i < CONNECTIONS_MOST; i++)
        close_connection(&connections[i]);
    nt_lock_drop(NT_LOCK_CONNECTION);
}

void nt_client_forget(void)
{
    /* The tokens are the parent's too: two processes must not answer to one. */
    for (size_t i = 0; i < CONNECTIONS_MOST; i++)
        forget_connection(&connections[i]);
}
