// SPDX-License-Identifier: MIT
/*
 * The kit: the protocol spoken by hand; see kit.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <windows.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "ipc/place.h"
#include "rtl/access.h"
#include "util/macro.h"

int kit_connect(const char *directory)
{
    struct nt_place place;
    int fd = -1;
    int r;

    require(nt_place_init(&place, directory, geteuid()) == 0);
    r = nt_os_socket_connect(place.socket, &fd);
    require(r == 0, "%s: %s", place.socket, strerror(-r));
    return fd;
}

bool kit_send(int fd, const void *bytes, size_t size)
{
    struct iovec part = {(void *)bytes, size};

    return nt_os_socket_send(fd, &part, 1, NULL, 0, false) == 0;
}

int kit_receive(int fd, struct kit_reply *ret_reply, int ms)
{
    uint64_t end = test_now_ms() + (uint64_t)ms * (uint64_t)test_slowness();
    size_t size = 0;
    int r;

    memset(ret_reply, 0, sizeof(*ret_reply));
    do {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        poll(&p, 1, 20);
        r = nt_os_socket_recv(fd, &ret_reply->header, offsetof(struct kit_reply, fds), &size,
                              ret_reply->fds, NT_OS_MAX_FDS, &ret_reply->n_fds, NULL, false);
    } while (r == -EAGAIN && test_now_ms() < end);
    if (r == 0)
        return size >= sizeof(ret_reply->header) && ret_reply->header.size == size ? 1 : -1;
    return r == -ECONNRESET || r == -EPIPE ? 0 : -1;
}

void kit_reply_drop(struct kit_reply *reply)
{
    while (reply->n_fds > 0)
        nt_os_close(reply->fds[--reply->n_fds]);
}

bool kit_hello(int fd, uint64_t token, struct kit_reply *ret_reply)
{
    struct kit_request request = {
        .header = {.size = sizeof(struct nt_request_header) + sizeof(struct nt_hello_request),
                   .type = NT_MESSAGE_HELLO},
        .hello = {.magic = NT_IPC_MAGIC,
                  .version_min = NT_IPC_VERSION_MIN,
                  .version_max = NT_IPC_VERSION_MAX,
                  .token = token},
    };

    return kit_ask(fd, &request, ret_reply) && ret_reply->header.status == 0;
}

/* An ASCII name behind the fixed part; its length in units. */
static uint32_t put_name(struct kit_request *request, size_t fixed, const char *name)
{
    size_t count = strlen(name);
    uint16_t units[256];

    require(count <= NT_ARRAY_SIZE(units));
    for (size_t i = 0; i < count; i++)
        units[i] = (unsigned char)name[i];
    memcpy(request->bytes + fixed, units, count * sizeof(units[0]));
    request->header.size = (uint32_t)(sizeof(request->header) + fixed + count * sizeof(units[0]));
    return (uint32_t)count;
}

void kit_fill_create(struct kit_request *request, uint64_t number, const char *name)
{
    memset(request, 0, sizeof(*request));
    request->header.type = NT_MESSAGE_CREATE;
    request->header.number = number;
    request->create = (struct nt_create_request){
        .kind = NT_KIND_SECTION,
        .access = SECTION_ALL_ACCESS,
        .size = 65536,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
    };
    request->create.name_units = put_name(request, sizeof(request->create), name);
}

void kit_fill_open(struct kit_request *request, uint64_t number, const char *name)
{
    memset(request, 0, sizeof(*request));
    request->header.type = NT_MESSAGE_OPEN;
    request->header.number = number;
    request->open = (struct nt_open_request){.kind = NT_KIND_SECTION, .access = SECTION_ALL_ACCESS};
    request->open.name_units = put_name(request, sizeof(request->open), name);
}

void kit_fill_statistics(struct kit_request *request, uint64_t number)
{
    memset(request, 0, sizeof(*request));
    request->header.type = NT_MESSAGE_STATISTICS;
    request->header.number = number;
    request->header.size = sizeof(request->header) + sizeof(request->statistics);
}

bool kit_ask(int fd, const struct kit_request *request, struct kit_reply *ret_reply)
{
    return kit_send(fd, request, request->header.size) && kit_receive(fd, ret_reply, 20000) == 1;
}
