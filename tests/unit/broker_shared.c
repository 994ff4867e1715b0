// SPDX-License-Identifier: MIT
/*
 * The broker and what another library shares (NT_KIND_D3D12): what it takes, to whom it gives it,
 * and what it costs.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntshm/shared.h>
#include <ntstatus.h>

#include "harness/test.h"
#include "rtl/sddl.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

#define UID 1000
#define ALL NTSHM_SHARED_ALL_ACCESS

static struct nt_broker broker;
static struct fixture_client client, other;
static unsigned n_fds;

static void begin(void)
{
    n_fds = fixture_count_fds();
    require(fixture_init(&broker, UID) == 0);
    require(fixture_client_init(&broker, &client, UID) == 0);
    require(fixture_client_init(&broker, &other, UID + 1) == 0);
    ok_status(fixture_hello(&broker, &client, 0), STATUS_SUCCESS);
    ok_status(fixture_hello(&broker, &other, 0), STATUS_SUCCESS);
}

static void is_consistent(void)
{
    const char *complaint = fixture_complaint(&broker);

    ok(!complaint, "%s", complaint);
}

static void end(void)
{
    fixture_reap(&broker);
    is_consistent();
    ok_eq(broker.objects.n_objects, 0);
    fixture_client_deinit(&broker, &client);
    fixture_client_deinit(&broker, &other);
    fixture_deinit(&broker);
    ok_eq(fixture_count_fds(), n_fds);
}

/* Goes along with the next message. */
static void give(int fd)
{
    require(fd >= 0);
    client.send_fds[client.n_send_fds++] = fd;
}

static int memory_of(char byte)
{
    int fd = -1;

    require(nt_os_memfd_new("shared", 4096, NT_OS_MEMFD_PRIVATE, &fd) == 0);
    ok_eq(pwrite(fd, &byte, 1, 0), 1);
    return fd;
}

static char byte_of(int fd)
{
    char byte = 0;

    ok_eq(pread(fd, &byte, 1, 0), 1);
    return byte;
}

static NTSTATUS create(uint32_t sort, uint32_t flags, struct fixture_reply *reply)
{
    struct nt_create_request request = {
        .kind = NT_KIND_D3D12, .access = ALL, .attributes = sort, .flags = flags};

    return fixture_request(&broker, &client, NT_MESSAGE_CREATE, &request,
                           (const uint16_t *)u"Global\\x", 8, reply);
}

static NTSTATUS open_as(struct fixture_client *who, uint32_t access, struct fixture_reply *reply)
{
    struct nt_open_request request = {.kind = NT_KIND_D3D12, .access = access};

    return fixture_request(&broker, who, NT_MESSAGE_OPEN, &request, (const uint16_t *)u"Global\\x",
                           8, reply);
}

TEST(descriptors_come_out_in_their_order, "D12.10")
{
    static const uint32_t payloads[] = {
        NT_PAYLOAD_LEASE | NT_PAYLOAD_READ,
        NT_PAYLOAD_LEASE | NT_PAYLOAD_READ | NT_PAYLOAD_WRITE,
        NT_PAYLOAD_LEASE | NT_PAYLOAD_READ | NT_PAYLOAD_WRITE | NT_PAYLOAD_EXTRA,
    };
    struct fixture_reply made, opened;

    for (unsigned n = 1; n <= 3; n++) {
        begin();
        for (unsigned i = 0; i < n; i++)
            give(memory_of((char)('a' + i)));
        ok_status(create(NTSHM_SHARED_FENCE, 0, &made), STATUS_SUCCESS);
        ok_eq(made.object.access, ALL);
        ok_eq(made.object.attributes, NTSHM_SHARED_FENCE);
        ok_eq(broker.objects.n_fds, n + 1);
        ok_status(open_as(&client, ALL, &opened), STATUS_SUCCESS);
        ok_eq(opened.object.payload, payloads[n - 1]);
        ok_eq(opened.object.attributes, NTSHM_SHARED_FENCE);
        if (ok_eq(opened.n_fds, n + 1) && ok_eq(made.n_fds, n + 1)) {
            for (unsigned i = 0; i < n; i++)
                ok(byte_of(opened.fds[i + 1]) == (char)('a' + i) &&
                   byte_of(made.fds[i + 1]) == (char)('a' + i));
        }
        is_consistent();
        fixture_reply_deinit(&opened);
        fixture_reply_deinit(&made);
        end();
    }
}

/* Whatever is granted short of everything brings the lease alone. */
TEST(all_of_it_or_nothing, "D12.5")
{
    struct fixture_reply made, opened;

    begin();
    give(memory_of('a'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &made), STATUS_SUCCESS);
    for (uint32_t bit = 1; bit < 0x100000; bit <<= 1) {
        NTSTATUS status = open_as(&client, ALL & ~bit, &opened);

        ok_status(status, STATUS_SUCCESS);
        ok_eq(opened.n_fds, ALL & bit ? 1 : 2);
        fixture_reply_deinit(&opened);
        ok_status(open_as(&client, bit, &opened),
                  ALL & bit ? STATUS_SUCCESS : STATUS_ACCESS_DENIED);
        ok(opened.n_fds <= 1);
        fixture_reply_deinit(&opened);
    }
    ok_status(open_as(&client, GENERIC_ALL, &opened), STATUS_SUCCESS);
    ok_eq(opened.n_fds, 2);
    fixture_reply_deinit(&opened);
    ok_status(open_as(&client, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, &opened),
              STATUS_SUCCESS);
    ok_eq(opened.n_fds, 1);
    fixture_reply_deinit(&opened);
    /* Nobody else is let in by the default descriptor. */
    ok_status(open_as(&other, GENERIC_ALL, &opened), STATUS_ACCESS_DENIED);
    ok_status(open_as(&other, MAXIMUM_ALLOWED, &opened), STATUS_ACCESS_DENIED);
    fixture_reply_deinit(&made);
    end();
}

static int socket_end(void)
{
    int ends[2];

    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    close(ends[1]);
    return ends[0];
}

TEST(other_descriptors_and_other_sorts_are_refused, "")
{
    struct fixture_reply reply;

    begin();
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &reply), STATUS_INVALID_PARAMETER);
    for (unsigned i = 0; i < 5; i++) {
        const int bad[] = {socket_end(), eventfd(0, EFD_CLOEXEC), open("/", O_RDONLY | O_CLOEXEC),
                           open("/", O_PATH | O_CLOEXEC), open("/dev/null", O_RDWR | O_CLOEXEC)};

        for (unsigned j = 0; j < NT_ARRAY_SIZE(bad); j++)
            if (j != i)
                close(bad[j]);
        give(memory_of('a'));
        give(bad[i]);
        ok_status(create(NTSHM_SHARED_RESOURCE, 0, &reply), STATUS_INVALID_PARAMETER);
    }
    for (uint32_t sort = 0; sort < 5; sort++) {
        if (sort == NTSHM_SHARED_RESOURCE || sort == NTSHM_SHARED_FENCE)
            continue;
        give(memory_of('a'));
        ok_status(create(sort, 0, &reply), STATUS_INVALID_PARAMETER);
    }
    is_consistent();
    ok_eq(broker.objects.n_objects, 0);
    end();
}

/* A file that was opened only to be named, and one on a disk, are not the broker's to judge. */
TEST(files_and_pipes_are_carried_as_they_are, "D18.1")
{
    struct fixture_reply made;
    char path[512];
    int ends[2];

    begin();
    snprintf(path, sizeof(path), "%s/file", test_dir());
    require(pipe2(ends, O_CLOEXEC) == 0);
    give(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    give(ends[0]);
    give(ends[1]);
    ok_status(create(NTSHM_SHARED_FENCE, 0, &made), STATUS_SUCCESS);
    ok_eq(made.n_fds, 4);
    ok_eq(fcntl(made.fds[1], F_GETFL) & O_ACCMODE, O_RDWR);
    ok_eq(fcntl(made.fds[2], F_GETFL) & O_ACCMODE, O_RDONLY);
    ok_eq(fcntl(made.fds[3], F_GETFL) & O_ACCMODE, O_WRONLY);
    fixture_reply_deinit(&made);
    end();
}

/* What was sent with a request that makes nothing is closed. */
TEST(what_is_sent_for_nothing_is_closed, "D12.7")
{
    struct fixture_reply made, reply;

    begin();
    give(memory_of('a'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &made), STATUS_SUCCESS);
    for (unsigned i = 0; i < 3; i++) {
        unsigned before = fixture_count_fds();

        give(memory_of('b'));
        give(memory_of('c'));
        ok_status(create(NTSHM_SHARED_RESOURCE, 0, &reply), STATUS_OBJECT_NAME_COLLISION);
        ok_eq(fixture_count_fds(), before);
    }
    give(memory_of('b'));
    ok_status(create(NTSHM_SHARED_FENCE, NT_NAME_OPEN_IF, &reply), STATUS_OBJECT_NAME_EXISTS);
    ok_eq(reply.object.attributes, NTSHM_SHARED_RESOURCE);
    if (ok_eq(reply.n_fds, 2))
        ok_eq(byte_of(reply.fds[1]), 'a');
    fixture_reply_deinit(&reply);
    fixture_reply_deinit(&made);
    end();
}

/* The same request again gets its first answer, and what came along again is closed. */
TEST(a_request_that_is_sent_again_makes_one_object, "")
{
    struct fixture_reply made, again;

    begin();
    give(memory_of('a'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &made), STATUS_SUCCESS);
    client.number--;
    give(memory_of('b'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &again), STATUS_SUCCESS);
    ok_eq(again.object.id, made.object.id);
    if (ok_eq(again.n_fds, 2))
        ok_eq(byte_of(again.fds[1]), 'a');
    ok_eq(broker.objects.n_objects, 1);
    is_consistent();
    fixture_reply_deinit(&again);
    fixture_reply_deinit(&made);
    end();
}

TEST(each_descriptor_is_charged, "")
{
    struct fixture_reply made, reply;

    begin();
    give(memory_of('a'));
    give(memory_of('b'));
    give(memory_of('c'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &made), STATUS_SUCCESS);
    ok_eq(broker.users.used[NT_CHARGE_FDS], 4);
    fixture_reply_deinit(&made);
    fixture_reap(&broker);
    ok_eq(broker.users.used[NT_CHARGE_FDS], 0);
    broker.users.limits[NT_CHARGE_FDS] = 3;
    give(memory_of('a'));
    give(memory_of('b'));
    give(memory_of('c'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &reply), STATUS_QUOTA_EXCEEDED);
    is_consistent();
    ok_eq(broker.objects.n_objects, 0);
    end();
}

TEST(more_than_three_end_the_connection, "")
{
    struct fixture_reply reply;

    begin();
    for (unsigned i = 0; i < 4; i++)
        give(memory_of('a'));
    ok_status(create(NTSHM_SHARED_RESOURCE, 0, &reply), STATUS_CONNECTION_DISCONNECTED);
    ok_eq(broker.objects.n_objects, 0);
    end();
}

/* Another user, whom the descriptor gives everything, a part, or nothing. */
TEST(the_descriptor_decides_who_gets_it, "D12.6 13.6")
{
    static const struct {
        const char *sddl;
        NTSTATUS status;
        size_t n_fds;
    } rows[] = {
        {"D:(A;;GA;;;WD)", STATUS_SUCCESS, 2},
        {"D:(A;;0xF0003;;;WD)", STATUS_SUCCESS, 2},
        {"D:(A;;0x3;;;WD)", STATUS_ACCESS_DENIED, 0},
        {"D:(A;;GRGWGX;;;WD)", STATUS_ACCESS_DENIED, 0},
        {"D:(D;;0x1;;;S-1-22-1-1001)(A;;GA;;;WD)", STATUS_ACCESS_DENIED, 0},
        {"D:(A;;GA;;;S-1-22-1-1001)", STATUS_SUCCESS, 2},
        {"D:", STATUS_ACCESS_DENIED, 0},
    };

    for (size_t i = 0; i < NT_ARRAY_SIZE(rows); i++) {
        struct nt_set_security_request set = {.information = DACL_SECURITY_INFORMATION};
        struct nt_request_header header = {.type = NT_MESSAGE_SET_SECURITY};
        struct nt_descriptor_block block = {.bytes = NULL};
        struct fixture_reply made, reply;
        _Alignas(8) unsigned char bytes[1024] = {0};

        begin();
        give(memory_of('a'));
        ok_status(create(NTSHM_SHARED_RESOURCE, 0, &made), STATUS_SUCCESS);
        require(nt_sddl_parse(rows[i].sddl, strlen(rows[i].sddl), &block) == STATUS_SUCCESS);
        set.id = made.object.id;
        header.number = ++client.number;
        header.bytes_size = (uint32_t)block.size;
        header.size = (uint32_t)(sizeof(header) + sizeof(set) + nt_ipc_padded(block.size));
        memcpy(bytes, &header, sizeof(header));
        memcpy(bytes + sizeof(header), &set, sizeof(set));
        memcpy(bytes + sizeof(header) + sizeof(set), block.bytes, block.size);
        nt_descriptor_block_deinit(&block);
        ok_eq(fixture_dispatch(&broker, &client, bytes, header.size, &reply), 0);
        ok_status(reply.header.status, STATUS_SUCCESS);
        test_note("%s", rows[i].sddl);
        ok_status(open_as(&other, GENERIC_ALL, &reply), rows[i].status);
        ok_eq(reply.n_fds, rows[i].n_fds);
        fixture_reply_deinit(&reply);
        fixture_reply_deinit(&made);
        end();
    }
}
