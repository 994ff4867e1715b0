// SPDX-License-Identifier: MIT
/*
 * Requests that are sent again. A connection can end between a request and its answer; the
 * client then comes back with its token and sends the request with the number it had. A create
 * must get its first answer, not "it exists".
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <windows.h>
#include <ntstatus.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

/* A connection after HELLO; the token that was given goes to @ret_token. */
static int connect_as(const struct kit_broker *broker, uint64_t token, uint64_t *ret_token)
{
    struct kit_reply reply;
    int fd = kit_connect(broker->directory);

    require(kit_hello(fd, token, &reply));
    if (token)
        ok_eq(reply.hello.token, token);
    if (ret_token)
        *ret_token = reply.hello.token;
    return fd;
}

TEST(create_sent_again_gets_its_first_answer, "")
{
    struct kit_reply first, again;
    struct kit_request request;
    struct kit_broker broker;
    uint64_t token;
    int fd;

    kit_broker_start(&broker, "resend", 60000);
    fd = connect_as(&broker, 0, &token);
    ok_ne(token, 0);
    kit_fill_create(&request, 7, A_("again"));
    require(kit_ask(fd, &request, &first));
    ok_status(first.header.status, STATUS_SUCCESS);
    close(fd);

    /* The answer was lost on its way, as far as the broker can know. */
    fd = connect_as(&broker, token, NULL);
    require(kit_ask(fd, &request, &again));
    ok_status(again.header.status, STATUS_SUCCESS);
    ok_eq(again.header.number, 7);
    ok_eq(again.object.existed, 0);
    ok_eq(again.object.id, first.object.id);
    ok_eq(again.object.payload, first.object.payload);
    ok_eq(again.n_fds, 2);
    kit_reply_drop(&again);

    /* The same with OBJ_OPENIF, which would otherwise say "exists". */
    request.create.flags = NT_NAME_OPEN_IF;
    require(kit_ask(fd, &request, &again));
    ok_status(again.header.status, STATUS_SUCCESS);
    ok_eq(again.object.existed, 0);
    kit_reply_drop(&again);
    close(fd);
    kit_reply_drop(&first);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST(another_number_or_another_token_is_another_request, "11.23 11.24")
{
    struct kit_reply first, again;
    struct kit_request request;
    struct kit_broker broker;
    uint64_t token;
    int fd, other;

    kit_broker_start(&broker, "resend", 60000);
    fd = connect_as(&broker, 0, &token);
    kit_fill_create(&request, 7, A_("other"));
    require(kit_ask(fd, &request, &first));
    ok_status(first.header.status, STATUS_SUCCESS);

    request.header.number = 8;
    require(kit_ask(fd, &request, &again));
    ok_status(again.header.status, STATUS_OBJECT_NAME_COLLISION);
    ok_eq(again.n_fds, 0);
    request.create.flags = NT_NAME_OPEN_IF;
    require(kit_ask(fd, &request, &again));
    ok_status(again.header.status, STATUS_OBJECT_NAME_EXISTS);
    ok_eq(again.object.existed, 1);
    ok_eq(again.object.id, first.object.id);
    kit_reply_drop(&again);

    other = connect_as(&broker, 0, NULL);
    request.header.number = 7;
    request.create.flags = 0;
    require(kit_ask(other, &request, &again));
    ok_status(again.header.status, STATUS_OBJECT_NAME_COLLISION);
    close(other);
    close(fd);
    kit_reply_drop(&first);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The descriptors were lost with the answer, so nobody had a handle: it is created anew. */
TEST(create_sent_again_after_its_descriptors_were_lost, "11.27")
{
    struct kit_reply reply;
    struct kit_request request;
    struct kit_broker broker;
    uint64_t token;
    int fd;

    kit_broker_start(&broker, "resend", 60000);
    kit_fill_create(&request, 7, A_("lost"));
    fd = connect_as(&broker, 0, &token);
    require(kit_send(fd, &request, request.header.size));
    require(test_until(nt_os_socket_unread(fd) == 0, 20000));
    close(fd);

    fd = connect_as(&broker, token, NULL);
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
    ok_eq(reply.object.existed, 0);
    ok_eq(reply.n_fds, 2);
    kit_reply_drop(&reply);
    close(fd);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* A descriptor whose DACL has @n entries for everyone. */
static size_t make_descriptor(unsigned char *bytes, unsigned n)
{
    static const unsigned char head[20] = {1, 0, 0x04, 0x80, [16] = 20};
    static const unsigned char everyone[12] = {1, 1, [7] = 1};
    size_t size = 8 + n * 20u;

    memset(bytes, 0, 20 + size);
    memcpy(bytes, head, sizeof(head));
    bytes[20] = 2;
    bytes[22] = (unsigned char)size;
    bytes[24] = (unsigned char)n;
    for (unsigned i = 0; i < n; i++) {
        unsigned char *entry = bytes + 28 + i * 20u;

        entry[2] = 20;
        entry[4] = 1;
        memcpy(entry + 8, everyone, sizeof(everyone));
    }
    return 20 + size;
}

static void set_security(int fd, uint64_t number, uint64_t id, unsigned n)
{
    struct kit_request request = {
        .header = {.type = NT_MESSAGE_SET_SECURITY, .number = number},
        .set_security = {.id = id, .information = 4, .held = WRITE_DAC},
    };
    struct kit_reply reply;
    unsigned char bytes[256];

    request.header.size = sizeof(request.header) + sizeof(request.set_security);
    kit_add_bytes(&request, bytes, make_descriptor(bytes, n));
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
}

/* How many entries its DACL has. */
static unsigned get_security(int fd, uint64_t number, uint64_t id)
{
    struct kit_request request = {
        .header = {.type = NT_MESSAGE_GET_SECURITY, .number = number},
        .get_security = {.id = id, .information = 4, .held = READ_CONTROL},
    };
    struct kit_reply reply;

    request.header.size = sizeof(request.header) + sizeof(request.get_security);
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
    require(reply.header.bytes_size > 28);
    return reply.bytes[sizeof(struct nt_get_security_reply) + 24];
}

/* The answer was lost, and somebody else has changed it since: it is not done a second time. */
static void change_again(const struct kit_broker *broker, bool dies)
{
    struct kit_request request;
    struct kit_reply created;
    uint64_t token;
    int fd, other;

    fd = connect_as(broker, 0, &token);
    kit_fill_create(&request, 7, dies ? A_("dies") : A_("lives"));
    require(kit_ask(fd, &request, &created));
    ok_status(created.header.status, STATUS_SUCCESS);
    set_security(fd, 8, created.object.id, 3);
    close(fd);
    other = connect_as(broker, 0, NULL);
    set_security(other, 1, created.object.id, 5);
    if (dies) {
        close(other);
        kill(kit_worker_of(broker->pid), SIGKILL);
        other = connect_as(broker, 0, NULL);
    }

    fd = connect_as(broker, token, NULL);
    set_security(fd, 8, created.object.id, 3);
    ok_eq(get_security(other, 2, created.object.id), 5);
    /* Another number is another request. */
    set_security(fd, 9, created.object.id, 3);
    ok_eq(get_security(other, 3, created.object.id), 3);
    close(other);
    close(fd);
    kit_reply_drop(&created);
}

TEST(a_change_sent_again_is_done_once, "")
{
    struct kit_broker broker;

    kit_broker_start(&broker, "resend", 60000);
    change_again(&broker, false);
    change_again(&broker, true);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST(hello_settles_the_version_and_is_said_once, "")
{
    struct kit_request request = {
        .header = {.size = sizeof(struct nt_request_header) + sizeof(struct nt_hello_request),
                   .type = NT_MESSAGE_HELLO},
        .hello = {.magic = NT_IPC_MAGIC,
                  .version_min = NT_IPC_VERSION_MAX + 1,
                  .version_max = NT_IPC_VERSION_MAX + 2},
    };
    struct kit_broker broker;
    struct kit_reply reply;
    int fd;

    kit_broker_start(&broker, "hello", 60000);
    fd = kit_connect(broker.directory);
    /* A newer client: told so, and it may try what it knows of older versions. */
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_REVISION_MISMATCH);
    request.hello.version_min = NT_IPC_VERSION_MIN;
    request.hello.version_max = UINT16_MAX;
    require(kit_ask(fd, &request, &reply));
    ok_status(reply.header.status, STATUS_SUCCESS);
    ok_eq(reply.hello.version, NT_IPC_VERSION_MAX);
    ok_ne(reply.hello.instance, 0);
    ok_ne(reply.hello.token, 0);

    require(kit_send(fd, &request, request.header.size));
    ok_eq(kit_receive(fd, &reply, 20000), 0);
    close(fd);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
