// SPDX-License-Identifier: MIT
/*
 * The message list as a table, and the decoding of requests: every length is checked against
 * what was received before anything is read.
 */
#include <errno.h>
#include <string.h>

#include "ipc/protocol.h"

static const struct nt_message_info messages[NT_MESSAGE_END] = {
#define X(message, number, structs, has_units, request_bytes, reply_bytes, request_fds, reply_fds) \
    [number] = {                                                                                   \
        .name = #message,                                                                          \
        .request_size = sizeof(struct nt_##structs##_request),                                     \
        .reply_size = sizeof(struct nt_##structs##_reply),                                         \
        .units = has_units,                                                                        \
        .max_request_bytes = request_bytes,                                                        \
        .max_reply_bytes = reply_bytes,                                                            \
        .max_request_fds = request_fds,                                                            \
        .max_fds = reply_fds,                                                                      \
    },
    NT_MESSAGES(X)
#undef X
};

/* Forgotten messages do not compile: the numbers are 1 to END - 1 without a hole. */
#define X(message, ...) +1
static_assert(0 NT_MESSAGES(X) == NT_MESSAGE_END - 1, "the message list has a hole");
#undef X
#define X(message, number, structs, has_units, request_bytes, reply_bytes, request_fds, reply_fds) \
    static_assert((request_fds) <= NT_IPC_MAX_REQUEST_FDS, "a request brings too much");           \
    static_assert(sizeof(struct nt_##structs##_request) % 8 == 0, "bytes would be misaligned");    \
    static_assert(sizeof(struct nt_##structs##_reply) % 8 == 0, "bytes would be misaligned");      \
    static_assert(sizeof(struct nt_##structs##_request) <=                                         \
                      offsetof(struct nt_request, bytes) - offsetof(struct nt_request, hello),     \
                  "the union lacks a member");
NT_MESSAGES(X)
#undef X

/* What every request with a name begins with. */
#define SAME_BEGINNING(structs)                                          \
    static_assert(offsetof(struct nt_##structs##_request, name_units) == \
                      offsetof(struct nt_open_request, name_units),      \
                  "the units are counted at one place")
SAME_BEGINNING(create);
SAME_BEGINNING(list);
SAME_BEGINNING(describe);

const struct nt_message_info *nt_message_info(unsigned type)
{
    if (type == 0 || type >= NT_MESSAGE_END)
        return NULL;
    return &messages[type];
}

int nt_request_decode(const void *buffer, size_t size, struct nt_request *ret_request)
{
    const unsigned char *at = buffer;
    struct nt_request request;
    size_t fixed, padded;

    memset(&request, 0, sizeof(request));
    if (size < sizeof(request.header) || size > NT_IPC_MAX_SIZE)
        return -EBADMSG;
    memcpy(&request.header, at, sizeof(request.header));
    request.info = nt_message_info(request.header.type);
    if (!request.info || request.header.size != size || request.header.zero != 0 ||
        request.header.zero2 != 0 || request.header.bytes_size > request.info->max_request_bytes)
        return -EBADMSG;

    fixed = sizeof(request.header) + request.info->request_size;
    padded = nt_ipc_padded(request.header.bytes_size);
    if (size < fixed || size - fixed < padded)
        return -EBADMSG;
    memcpy(&request.hello, at + sizeof(request.header), request.info->request_size);
    if (padded > 0)
        request.bytes = at + fixed;
    size -= fixed + padded;
    if (request.info->units) {
        request.n_units = request.open.name_units;
        if (request.n_units > NT_IPC_MAX_UNITS || size != request.n_units * sizeof(uint16_t))
            return -EBADMSG;
        request.units = (const uint16_t *)(const void *)(at + fixed + padded);
    } else if (size != 0) {
        return -EBADMSG;
    }
    *ret_request = request;
    return 0;
}
