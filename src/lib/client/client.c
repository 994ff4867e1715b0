// SPDX-License-Identifier: MIT
/*
 * One round trip at a time. A request keeps its number when it has to be sent again after a
 * lost connection, and the connection its token, so that the broker answers it as it did first.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/uio.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/client/connect.h"
#include "lib/process/lock.h"
#include "rtl/status.h"
#include "util/log.h"
#include "util/macro.h"

#define SEND_TRIES  3
#define HELLO_TRIES 20

/* NT_LOCK_CONNECTION guards all of it. */
static struct {
    int fd;
    uint64_t token;
    uint64_t instance;
    uint32_t session;
    uint64_t number;
} connection = {.fd = -1};

struct call {
    struct nt_request_header header;
    const void *fixed;
    const struct nt_object_name *name; /* or NULL */
    const struct nt_message_info *info;
    const int *fds; /* that go along */
    size_t n_fds;
    uint64_t instance; /* 0, or the only broker that is asked */
};

static void close_connection(void)
{
    connection.fd = nt_os_close(connection.fd);
}

static int send_call(int fd, const struct call *call)
{
    struct iovec parts[3] = {
        {(void *)&call->header, sizeof(call->header)},
        {(void *)call->fixed, call->info->request_size},
        {NULL, 0},
    };

    if (call->name) {
        parts[2].iov_base = (void *)call->name->units;
        parts[2].iov_len = call->name->count * sizeof(uint16_t);
    }
    return nt_os_socket_send(fd, parts, call->name ? 3 : 2, call->fds, call->n_fds, true);
}

struct reply_message {
    struct nt_reply_header header;
    union {
        struct nt_hello_reply hello;
        struct nt_object_reply object;
        struct nt_statistics_reply statistics;
        unsigned char bytes[128];
    };
};

/* Whether a received message answers @call in the form that the list demands. */
static bool is_answer(const struct call *call, const struct reply_message *message, size_t size,
                      size_t n_fds)
{
    size_t body = NT_SUCCESS(message->header.status) ? call->info->reply_size : 0;

    return size == sizeof(message->header) + body && message->header.size == size &&
           message->header.type == call->header.type &&
           message->header.number == call->header.number && message->header.n_fds == n_fds;
}

/* One request, one reply. The descriptors in @fds are the caller's when it returns 0. */
static int exchange(int fd, const struct call *call, struct reply_message *message, int *fds,
                    size_t *n_fds)
{
    size_t size;
    int r;

    r = send_call(fd, call);
    if (r < 0)
        return r;
    r = nt_os_socket_recv(fd, message, sizeof(*message), &size, fds, NT_OS_MAX_FDS, n_fds, NULL,
                          true);
    if (r < 0)
        return r;
    if (size >= sizeof(message->header) && is_answer(call, message, size, *n_fds))
        return 0;
    while (*n_fds > 0)
        nt_os_close(fds[--*n_fds]);
    nt_log(NT_LOG_ERROR, "the broker answered %s with nonsense", call->info->name);
    return -EPROTO;
}

static int say_hello(int fd)
{
    struct nt_hello_request hello = {
        .magic = NT_IPC_MAGIC,
        .version_min = NT_IPC_VERSION_MIN,
        .version_max = NT_IPC_VERSION_MAX,
        .token = connection.token,
    };
    struct call call = {
        .header = {.size = sizeof(call.header) + sizeof(hello), .type = NT_MESSAGE_HELLO},
        .fixed = &hello,
        .info = nt_message_info(NT_MESSAGE_HELLO),
    };
    struct reply_message message;
    int fds[NT_OS_MAX_FDS];
    size_t n_fds;
    int r;

    r = exchange(fd, &call, &message, fds, &n_fds);
    if (r < 0)
        return r;
    if (!NT_SUCCESS(message.header.status)) {
        nt_log(NT_LOG_ERROR, "the broker speaks another version of the protocol");
        return -EPROTO;
    }
    connection.token = message.hello.token;
    connection.instance = message.hello.instance;
    connection.session = message.hello.session;
    return 0;
}

/* A broker may leave between our connect and its accept: then it is started again. */
static int ensure_connected(bool start)
{
    int r = 0;

    for (int i = 0; i < HELLO_TRIES && connection.fd < 0; i++) {
        NT_CLEANUP(nt_os_closep) int fd = -1;

        r = nt_broker_connect(start, &fd);
        if (r < 0)
            return r;
        r = say_hello(fd);
        if (r == 0)
            connection.fd = nt_steal_fd(&fd);
        else if (r != -ECONNRESET)
            return r;
    }
    return connection.fd < 0 ? r : 0;
}

static int exchange_again(struct call *call, bool start, struct reply_message *message, int *fds,
                          size_t *n_fds)
{
    int r = 0;

    for (int i = 0; i < SEND_TRIES; i++) {
        r = ensure_connected(start);
        if (r < 0)
            return r;
        if (call->instance && call->instance != connection.instance)
            return -ECONNRESET;
        if (call->header.number == 0)
            call->header.number = ++connection.number;
        r = exchange(connection.fd, call, message, fds, n_fds);
        if (r == -ENOBUFS)
            continue; /* descriptors were lost; there is room now */
        if (r == 0 || r == -EMFILE)
            return r;
        close_connection();
        if (r != -ECONNRESET)
            return r;
    }
    return r;
}

static NTSTATUS perform(struct call *call, bool start, struct nt_client_reply *ret_reply)
{
    struct reply_message message;
    int cancel_state;
    int r;

    call->info = nt_message_info(call->header.type);
    call->header.size = (uint32_t)(sizeof(call->header) + call->info->request_size +
                                   (call->name ? call->name->count * sizeof(uint16_t) : 0));
    memset(ret_reply, 0, sizeof(*ret_reply));

    /* A thread cancelled half-way would leave the next one its reply. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    nt_lock_take(NT_LOCK_CONNECTION);
    r = exchange_again(call, start, &message, ret_reply->fds, &ret_reply->n_fds);
    ret_reply->instance = connection.instance;
    ret_reply->session = connection.session;
    nt_lock_drop(NT_LOCK_CONNECTION);
    pthread_setcancelstate(cancel_state, NULL);

    if (r < 0) {
        ret_reply->n_fds = 0;
        return nt_status_from_errno(r);
    }
    if (NT_SUCCESS(message.header.status))
        memcpy(&ret_reply->object, message.bytes, call->info->reply_size);
    return message.header.status;
}

static uint32_t name_flags(const struct nt_object_name *name)
{
    return (name->absolute ? NT_NAME_ABSOLUTE : 0) |
           (name->attributes & OBJ_OPENIF ? NT_NAME_OPEN_IF : 0);
}

/* The reply must bring the descriptors that it speaks of. */
static NTSTATUS check_payload(NTSTATUS status, struct nt_client_reply *reply)
{
    if (NT_SUCCESS(status) && (reply->n_fds != (size_t)__builtin_popcount(reply->object.payload) ||
                               !(reply->object.payload & NT_PAYLOAD_LEASE))) {
        nt_client_reply_deinit(reply);
        return STATUS_CONNECTION_DISCONNECTED;
    }
    return status;
}

NTSTATUS nt_client_create(const struct nt_object_name *name,
                          const struct nt_create_request *request, const int *fds, size_t n_fds,
                          struct nt_client_reply *ret_reply)
{
    struct nt_create_request fixed = *request;
    struct call call = {.header = {.type = NT_MESSAGE_CREATE},
                        .fixed = &fixed,
                        .name = name,
                        .fds = fds,
                        .n_fds = n_fds};

    fixed.flags = name_flags(name);
    fixed.name_units = (uint32_t)name->count;
    return check_payload(perform(&call, true, ret_reply), ret_reply);
}

NTSTATUS nt_client_open(const struct nt_object_name *name, const struct nt_open_request *request,
                        struct nt_client_reply *ret_reply)
{
    struct nt_open_request fixed = *request;
    struct call call = {.header = {.type = NT_MESSAGE_OPEN}, .fixed = &fixed, .name = name};

    fixed.flags = name_flags(name) & NT_NAME_ABSOLUTE;
    fixed.name_units = (uint32_t)name->count;
    return check_payload(perform(&call, true, ret_reply), ret_reply);
}

NTSTATUS nt_client_statistics(struct nt_client_reply *ret_reply)
{
    struct nt_statistics_request fixed = {0};
    struct call call = {.header = {.type = NT_MESSAGE_STATISTICS}, .fixed = &fixed};
    NTSTATUS status = perform(&call, false, ret_reply);

    return status == STATUS_CONNECTION_REFUSED ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

void nt_client_settle(void)
{
    struct nt_client_reply reply;

    /* The broker looks at every lease before it counts. */
    if (NT_SUCCESS(nt_client_statistics(&reply)))
        nt_client_reply_deinit(&reply);
}

NTSTATUS nt_client_grow(uint64_t id, uint64_t instance, uint64_t size, uint64_t *ret_size)
{
    struct nt_grow_request fixed = {.id = id, .size = size};
    struct call call = {.header = {.type = NT_MESSAGE_GROW}, .fixed = &fixed, .instance = instance};
    struct nt_client_reply reply;
    NTSTATUS status = perform(&call, false, &reply);

    if (NT_SUCCESS(status))
        *ret_size = reply.grow.size;
    nt_client_reply_deinit(&reply);
    return status;
}

int nt_client_take_fd(struct nt_client_reply *reply, enum nt_payload payload)
{
    unsigned before = reply->object.payload & (payload - 1u);

    if (!(reply->object.payload & payload))
        return -1;
    return nt_steal_fd(&reply->fds[__builtin_popcount(before)]);
}

void nt_client_reply_deinit(struct nt_client_reply *reply)
{
    for (size_t i = 0; i < reply->n_fds; i++)
        nt_os_closep(&reply->fds[i]);
    reply->n_fds = 0;
}

void nt_client_disconnect(void)
{
    nt_lock_take(NT_LOCK_CONNECTION);
    close_connection();
    nt_lock_drop(NT_LOCK_CONNECTION);
}

void nt_client_forget(void)
{
    /* The token is the parent's too: two processes must not answer to one. */
    close_connection();
    connection.token = 0;
    connection.number = 0;
}
