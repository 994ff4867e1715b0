// SPDX-License-Identifier: MIT
/*
 * The message list as a table, and the decoding of requests: every length is checked against
 * what was received before anything is read.
 */
#include <errno.h>
#include <string.h>

#include "ipc/protocol.h"

static const struct nt_message_info messages[NT_MESSAGE_END] = {
#define X(message, number, structs, has_units, request_fds, reply_fds) \
    [number] = {                                                       \
        .name = #message,                                              \
        .request_size = sizeof(struct nt_##structs##_request),         \
        .reply_size = sizeof(struct nt_##structs##_reply),             \
        .units = has_units,                                            \
        .max_request_fds = request_fds,                                \
        .max_fds = reply_fds,                                          \
    },
    NT_MESSAGES(X)
#undef X
};

/* Forgotten messages do not compile: the numbers are 1 to END - 1 without a hole. */
#define X(message, number, structs, has_units, request_fds, reply_fds) +1
static_assert(0 NT_MESSAGES(X) == NT_MESSAGE_END - 1, "the message list has a hole");
#undef X
#define X(message, number, structs, has_units, request_fds, reply_fds)                          \
    static_assert((request_fds) <= NT_IPC_MAX_REQUEST_FDS, "a request brings too much");        \
    static_assert(sizeof(struct nt_##structs##_request) % 8 == 0, "units would be misaligned"); \
    static_assert(sizeof(struct nt_##structs##_request) <=                                      \
                      sizeof(struct nt_request) - offsetof(struct nt_request, hello),           \
                  "the union lacks a member");
NT_MESSAGES(X)
#undef X

const struct nt_message_info *nt_message_info(unsigned type)
{
    if (type == 0 || type >= NT_MESSAGE_END)
        return NULL;
    return &messages[type];
}

/* How many units the request says it has. */
static uint32_t claimed_units(const struct nt_request *request)
{
    return request->header.type == NT_MESSAGE_CREATE ? request->create.name_units
                                                     : request->open.name_units;
}

int nt_request_decode(const void *buffer, size_t size, struct nt_request *ret_request)
{
    const unsigned char *bytes = buffer;
    struct nt_request request;
    size_t fixed, rest;

    memset(&request, 0, sizeof(request));
    if (size < sizeof(request.header) || size > NT_IPC_MAX_SIZE)
        return -EBADMSG;
    memcpy(&request.header, bytes, sizeof(request.header));
    request.info = nt_message_info(request.header.type);
    if (!request.info || request.header.size != size || request.header.zero != 0)
        return -EBADMSG;

    fixed = sizeof(request.header) + request.info->request_size;
    if (size < fixed)
        return -EBADMSG;
    memcpy(&request.hello, bytes + sizeof(request.header), request.info->request_size);

    rest = size - fixed;
    if (request.info->units) {
        request.n_units = claimed_units(&request);
        if (request.n_units > NT_IPC_MAX_UNITS || rest != request.n_units * sizeof(uint16_t))
            return -EBADMSG;
        request.units = (const uint16_t *)(const void *)(bytes + fixed);
    } else if (rest != 0) {
        return -EBADMSG;
    }
    *ret_request = request;
    return 0;
}
