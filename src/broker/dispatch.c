// SPDX-License-Identifier: MIT
/*
 * Requests. Every handler keeps one order: lengths (nt_request_decode), protocol state, the
 * name, access, quota, conflict, the reply prepared - then state changes and the reply leaves.
 * The table is made from the message list, so that a message without a handler does not
 * compile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/dispatch.h"
#include "broker/step.h"
#include "broker/peer.h"
#include "rtl/status.h"
#include "util/log.h"
#include "util/macro.h"

#define SHORT_REPLY 4096

NTSTATUS nt_handle_HELLO(struct nt_broker *broker, struct nt_broker_client *client,
                         struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_hello_request *hello = &request->hello;
    uint64_t token = hello->token;
    NTSTATUS status;

    if (hello->version_max == UINT16_MAX)
        NT_STEP(poison_hello);
    if (hello->magic != NT_IPC_MAGIC || hello->version_min > NT_IPC_VERSION_MAX ||
        hello->version_max < NT_IPC_VERSION_MIN)
        return STATUS_REVISION_MISMATCH;
    status = nt_status_from_errno(nt_peer_init(client, &broker->options));
    if (!NT_SUCCESS(status))
        return status;
    status = nt_answer_hello(broker, client, token, &token);
    if (!NT_SUCCESS(status))
        return status;
    NT_STEP(hello_done);
    client->said_hello = true;
    client->token = token;
    reply->hello = (struct nt_hello_reply){
        .version =
            hello->version_max < NT_IPC_VERSION_MAX ? hello->version_max : NT_IPC_VERSION_MAX,
        .session = client->session,
        .token = token,
        .instance = broker->objects.arena.header->instance,
    };
    return STATUS_SUCCESS;
}

/* Where there are several users, what the others have is none of this one's business. */
static void tell_own(const struct nt_user *user, struct nt_statistics_reply *statistics)
{
    statistics->clients = user->used[NT_CHARGE_CONNECTIONS];
    statistics->names = statistics->objects = user->used[NT_CHARGE_OBJECTS];
    statistics->fds = user->used[NT_CHARGE_FDS];
    statistics->bytes = user->used[NT_CHARGE_BYTES]; /* the broker's own, which have a limit */
    statistics->requests = 0;
}

NTSTATUS nt_handle_STATISTICS(struct nt_broker *broker, struct nt_broker_client *client,
                              struct nt_request *request, struct nt_reply *reply)
{
    (void)request;
    nt_objects_reap_all(&broker->objects);
    reply->statistics = (struct nt_statistics_reply){
        .pid = (uint32_t)getpid(),
        .keeper = broker->objects.arena.header->keeper,
        .restarts = broker->objects.arena.header->restarts,
        .clients = broker->n_clients,
        .names = broker->objects.n_objects - broker->objects.n_mailboxes,
        .objects = broker->objects.n_objects - broker->objects.n_mailboxes,
        .bytes = broker->objects.n_bytes,
        .fds = broker->objects.n_fds,
        .requests = broker->objects.arena.header->n_requests,
    };
    if (broker->options.system && client->peer.uid != 0)
        tell_own(client->charge.user, &reply->statistics);
    return STATUS_SUCCESS;
}

typedef NTSTATUS (*handler)(struct nt_broker *broker, struct nt_broker_client *client,
                            struct nt_request *request, struct nt_reply *reply);

static const handler handlers[NT_MESSAGE_END] = {
#define X(name, number, ...) [number] = nt_handle_##name,
    NT_MESSAGES(X)
#undef X
};

static int send_reply(struct nt_broker_client *client, const struct nt_request *request,
                      NTSTATUS status, const struct nt_reply *reply)
{
    bool success = NT_SUCCESS(status);
    size_t body = success ? request->info->reply_size : 0;
    size_t bytes = success ? reply->bytes_size : 0;
    size_t n_fds = success ? reply->n_fds : 0;
    struct nt_reply_header header = {
        .size = (uint32_t)(sizeof(header) + body + bytes),
        .type = request->header.type,
        .n_fds = (uint16_t)n_fds,
        .number = request->header.number,
        .status = status,
        .bytes_size = (uint32_t)bytes,
    };
    struct iovec parts[] = {
        {&header, sizeof(header)}, {(void *)&reply->hello, body}, {reply->bytes, bytes}};

    return nt_os_socket_send(client->fd, parts, bytes ? 3 : 2, reply->fds, n_fds, false);
}

/* HELLO comes first, and once; every other request has a number, and no descriptor too many. */
static bool is_in_turn(const struct nt_broker_client *client, const struct nt_request *request,
                       size_t n_fds)
{
    return (request->header.type == NT_MESSAGE_HELLO) != client->said_hello &&
           (!client->said_hello || request->header.number != 0) &&
           n_fds <= request->info->max_request_fds;
}

/* Its answer, which may be one that was given before. */
static NTSTATUS serve(struct nt_broker *broker, struct nt_broker_client *client,
                      struct nt_request *request, struct nt_reply *reply)
{
    NTSTATUS status;

    if (client->record > 0)
        client->is_again =
            broker->objects.arena.clients[client->record - 1].number == request->header.number;
    if (request->header.type != NT_MESSAGE_HELLO &&
        nt_answer_begin(broker, client, &request->header, &status))
        return status;
    if (request->header.type == NT_MESSAGE_GROW)
        NT_STEP(poison);
    return handlers[request->header.type](broker, client, request, reply);
}

/*
 * Until a long reply is read the kernel keeps it, in memory that counts as the broker's. What has
 * one changes nothing, so that it may still be refused.
 */
static bool charge_unread(struct nt_broker *broker, struct nt_broker_client *client, size_t size)
{
    if (size <= SHORT_REPLY)
        return true;
    if (nt_charge_more(&broker->users, &client->charge, NT_CHARGE_BYTES, size) < 0)
        return false;
    client->unread = size;
    return true;
}

/* The last reply has been read (check_reader()). */
static void refund_unread(struct nt_broker *broker, struct nt_broker_client *client)
{
    nt_charge_less(&broker->users, &client->charge, NT_CHARGE_BYTES, client->unread);
    client->unread = 0;
}

static int dispatch(struct nt_broker *broker, struct nt_broker_client *client,
                    struct nt_request *request)
{
    struct nt_reply reply;
    NTSTATUS status;
    int r;

    memset(&reply, 0, sizeof(reply));
    reply.lease_fd = reply.second_lease_fd = -1;
    broker->objects.arena.header->n_requests++;
    status = serve(broker, client, request, &reply);
    if (NT_SUCCESS(status) && !charge_unread(broker, client, reply.bytes_size))
        status = STATUS_QUOTA_EXCEEDED;
    NT_STEP(handled);
    r = send_reply(client, request, status, &reply);
    NT_STEP(sent);
    /* Not sent: with this end the lease of a new object dies, and with it the object. */
    nt_os_close(reply.lease_fd);
    nt_os_close(reply.second_lease_fd);
    while (reply.n_own_fds > 0)
        nt_os_close(reply.own_fds[--reply.n_own_fds]);
    free(reply.bytes);
    NT_STEP(closed);
    nt_answer_end(broker, client);
    NT_STEP(out_of_service);
    return r;
}

int nt_dispatch(struct nt_broker *broker, struct nt_broker_client *client, const void *bytes,
                size_t size, int *fds, size_t n_fds)
{
    struct nt_request request;
    int r;

    if (client->unread > 0)
        refund_unread(broker, client);
    r = nt_request_decode(bytes, size, &request);
    NT_STEP(decoded);
    if (r == 0 && (!is_in_turn(client, &request, n_fds) || !nt_peer_lower(client, &request.header)))
        r = -EPROTO;
    if (r == 0) {
        request.n_fds = n_fds;
        for (size_t i = 0; i < n_fds; i++)
            request.fds[i] = nt_steal_fd(&fds[i]);
        r = dispatch(broker, client, &request);
        for (size_t i = 0; i < n_fds; i++)
            nt_os_close_foreign(request.fds[i]);
    }
    for (size_t i = 0; i < n_fds; i++)
        nt_os_close_foreign(fds[i]);
    return r;
}
