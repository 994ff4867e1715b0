// SPDX-License-Identifier: MIT
/*
 * ipc/protocol and ipc/place: requests are taken when they are exactly what the message list
 * says and not otherwise. Every message is decoded from memory of exactly its size, so that a
 * sanitizer sees the first byte too many.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"
#include "ipc/place.h"
#include "ipc/protocol.h"
#include "util/macro.h"

/* A message of the heap, and its size. */
struct message {
    unsigned char *bytes;
    size_t size;
};

static struct nt_request_header *header_of(const struct message *message)
{
    return (struct nt_request_header *)(void *)message->bytes;
}

static struct nt_create_request *create_of(const struct message *message)
{
    return (struct nt_create_request *)(void *)(message->bytes + sizeof(struct nt_request_header));
}

static void set_units(const struct message *message, uint32_t n_units)
{
    struct nt_open_request *open = (void *)(message->bytes + sizeof(struct nt_request_header));

    if (header_of(message)->type == NT_MESSAGE_CREATE)
        create_of(message)->name_units = n_units;
    else
        open->name_units = n_units;
}

/* A good message of that type with @n_units units, each of its index. */
static struct message new_message(unsigned type, uint32_t n_units)
{
    const struct nt_message_info *info = nt_message_info(type);
    size_t fixed = sizeof(struct nt_request_header) + info->request_size;
    struct message message = {.size = fixed + (info->units ? 2u * n_units : 0)};

    message.bytes = calloc(1, message.size);
    require(message.bytes != NULL);
    *header_of(&message) = (struct nt_request_header){
        .size = (uint32_t)message.size, .type = (uint16_t)type, .number = 77};
    for (uint32_t i = 0; info->units && i < n_units; i++) {
        uint16_t unit = (uint16_t)i;

        memcpy(message.bytes + fixed + 2 * i, &unit, sizeof(unit));
    }
    if (info->units)
        set_units(&message, n_units);
    return message;
}

static void is_refused(const struct message *message)
{
    unsigned char before[sizeof(struct nt_request)];
    struct nt_request request;

    memset(&request, 0x5A, sizeof(request));
    memcpy(before, &request, sizeof(request));
    ok_eq((int64_t)nt_request_decode(message->bytes, message->size, &request), (int64_t)-EBADMSG);
    ok_mem_eq(&request, before, sizeof(request));
}

static void is_taken(const struct message *message)
{
    struct nt_request request;

    ok_eq((int64_t)nt_request_decode(message->bytes, message->size, &request), 0);
}

/* @size bytes of the message in memory of that size, with the header as it was or made to fit. */
static void is_refused_at_size(const struct message *message, size_t size, bool adjust)
{
    struct message other = {malloc(size ? size : 1), size};

    require(other.bytes != NULL);
    memset(other.bytes, 0, size);
    memcpy(other.bytes, message->bytes, size < message->size ? size : message->size);
    if (adjust && size >= sizeof(uint32_t))
        header_of(&other)->size = (uint32_t)size;
    is_refused(&other);
    free(other.bytes);
}

TEST(the_list_knows_its_messages, "")
{
    ok(nt_message_info(0) == NULL);
    ok(nt_message_info(NT_MESSAGE_END) == NULL);
    ok(nt_message_info(0xFFFF) == NULL);
    ok(nt_message_info(UINT32_MAX) == NULL);
    for (unsigned type = 1; type < NT_MESSAGE_END; type++) {
        const struct nt_message_info *info = nt_message_info(type);

        require(info != NULL, "type %u", type);
        ok(info->name && info->name[0]);
        ok(info->max_fds <= 4);
        ok_eq(info->request_size % 8, 0);
    }
    ok_str_eq(nt_message_info(NT_MESSAGE_HELLO)->name, "HELLO");
    ok_eq(nt_message_info(NT_MESSAGE_CREATE)->request_size, sizeof(struct nt_create_request));
    ok_eq(nt_message_info(NT_MESSAGE_OPEN)->reply_size, sizeof(struct nt_object_reply));
}

TEST(a_request_of_exactly_its_size_is_taken, "")
{
    for (unsigned type = 1; type < NT_MESSAGE_END; type++) {
        struct message message = new_message(type, 5);

        test_note("type %u", type);
        is_taken(&message);
        for (size_t size = 0; size <= message.size + 40; size++) {
            if (size == message.size)
                continue;
            is_refused_at_size(&message, size, false);
            is_refused_at_size(&message, size, true);
        }
        free(message.bytes);
    }
}

TEST(a_wrong_header_is_refused, "")
{
    for (unsigned type = 1; type < NT_MESSAGE_END; type++) {
        struct message message = new_message(type, 3);
        struct nt_request_header *header = header_of(&message);
        const struct nt_request_header good = *header;
        static const uint16_t types[] = {0, NT_MESSAGE_END, NT_MESSAGE_END + 1, 0x100, 0xFFFF};

        for (size_t i = 0; i < NT_ARRAY_SIZE(types); i++) {
            header->type = types[i];
            is_refused(&message);
        }
        *header = good;
        for (unsigned bit = 0; bit < 32; bit++) {
            header->size = good.size ^ 1u << bit;
            is_refused(&message);
        }
        *header = good;
        for (unsigned bit = 0; bit < 16; bit++) {
            header->zero = (uint16_t)(1u << bit);
            is_refused(&message);
        }
        *header = good;
        is_taken(&message);
        free(message.bytes);
    }
}

TEST(another_types_number_does_not_fit, "")
{
    for (unsigned type = 1; type < NT_MESSAGE_END; type++) {
        struct message message = new_message(type, 4);
        size_t fixed = sizeof(struct nt_request_header) + nt_message_info(type)->request_size;

        /* Nothing in it looks like a number of units that would fit. */
        memset(message.bytes + sizeof(struct nt_request_header), 0xEE,
               fixed - sizeof(struct nt_request_header));
        for (unsigned other = 1; other < NT_MESSAGE_END; other++) {
            const struct nt_message_info *info = nt_message_info(other);
            bool same_size = info->request_size == nt_message_info(type)->request_size;

            header_of(&message)->type = (uint16_t)other;
            if (other != type && !(same_size && !info->units && !nt_message_info(type)->units))
                is_refused(&message);
        }
        free(message.bytes);
    }
}

TEST(the_units_claimed_are_the_units_sent, "11.16")
{
    static const unsigned types[] = {NT_MESSAGE_CREATE, NT_MESSAGE_OPEN};
    static const uint32_t lies[] = {0,
                                    1,
                                    3,
                                    5,
                                    0x8000,
                                    0x80000004,
                                    UINT32_MAX,
                                    0x7FFFFFFF,
                                    NT_IPC_MAX_UNITS,
                                    NT_IPC_MAX_UNITS + 1};

    for (size_t i = 0; i < NT_ARRAY_SIZE(types); i++) {
        struct message message = new_message(types[i], 4);

        for (size_t k = 0; k < NT_ARRAY_SIZE(lies); k++) {
            set_units(&message, lies[k]);
            is_refused(&message);
        }
        set_units(&message, 4);
        is_taken(&message);
        free(message.bytes);
    }
}

TEST(the_longest_name_fits_and_no_longer_one, "11.16")
{
    static const unsigned types[] = {NT_MESSAGE_CREATE, NT_MESSAGE_OPEN};

    for (size_t i = 0; i < NT_ARRAY_SIZE(types); i++) {
        struct message message = new_message(types[i], NT_IPC_MAX_UNITS);

        is_taken(&message);
        ok(message.size <= NT_IPC_MAX_SIZE);
        free(message.bytes);
        message = new_message(types[i], NT_IPC_MAX_UNITS + 1);
        is_refused(&message);
        free(message.bytes);
    }
    struct message longest = new_message(NT_MESSAGE_CREATE, NT_IPC_MAX_UNITS);

    ok_eq(longest.size + NT_IPC_MAX_BYTES, NT_IPC_MAX_SIZE);
    free(longest.bytes);
}

TEST(half_a_unit_is_refused, "11.17")
{
    struct message message = new_message(NT_MESSAGE_OPEN, 4);

    is_refused_at_size(&message, message.size - 1, true);
    is_refused_at_size(&message, message.size + 1, true);
    free(message.bytes);
}

TEST(a_decoded_request_has_every_field, "")
{
    struct message message = new_message(NT_MESSAGE_CREATE, 3);
    struct nt_create_request *create = create_of(&message);
    struct nt_request request;

    *create = (struct nt_create_request){.kind = 1,
                                         .access = 2,
                                         .flags = 3,
                                         .name_units = 3,
                                         .size = 0x123456789abcdef0ull,
                                         .protection = 5,
                                         .attributes = 6,
                                         .manual_reset = 7,
                                         .initial_state = 8};
    require(nt_request_decode(message.bytes, message.size, &request) == 0);
    ok_mem_eq(&request.create, create, sizeof(*create));
    ok_eq(request.header.number, 77);
    ok_ptr_eq(request.info, nt_message_info(NT_MESSAGE_CREATE));
    ok_eq(request.n_units, 3);
    ok_ptr_eq(request.units, message.bytes + message.size - 6);
    ok_eq(request.units[2], 2);

    /* What was checked is a copy: the bytes may change behind our back. */
    memset(message.bytes, 0xFF, message.size);
    ok_eq(request.create.size, 0x123456789abcdef0ull);
    ok_eq(request.header.type, NT_MESSAGE_CREATE);
    free(message.bytes);
}

TEST(a_request_without_a_name_has_no_units, "")
{
    struct message message = new_message(NT_MESSAGE_HELLO, 0);
    struct nt_request request;

    require(nt_request_decode(message.bytes, message.size, &request) == 0);
    ok_ptr_eq(request.units, NULL);
    ok_eq(request.n_units, 0);
    free(message.bytes);
}

/* --- place ------------------------------------------------------------------------------------ */

TEST(a_users_place_depends_on_nothing_else, "")
{
    struct nt_place place;

    ok_eq(nt_place_init(&place, NULL, 1234), 0);
    ok_str_eq(place.directory, "/tmp/.ntshm-1234");
    ok_str_eq(place.socket, "/tmp/.ntshm-1234/broker");
    ok_str_eq(place.lock, "/tmp/.ntshm-1234/lock");
}

TEST(two_directories_have_two_addresses, "")
{
    struct nt_place a, b, c;

    ok_eq(nt_place_init(&a, "/tmp/a", 1), 0);
    ok_eq(nt_place_init(&b, "/tmp/b", 1), 0);
    ok_eq(nt_place_init(&c, "/tmp/a", 2), 0);
    ok(strcmp(a.incumbent, b.incumbent) != 0);
    ok(strcmp(a.incumbent, c.incumbent) != 0);
}

TEST(a_directory_that_is_too_long_is_refused, "")
{
    struct nt_place place;
    char path[120];

    memset(path, 'd', sizeof(path));
    path[0] = '/';
    path[sizeof(place.directory) - 1] = '\0';
    ok_eq(nt_place_init(&place, path, 0), 0);
    ok_eq(strlen(place.socket), sizeof(place.directory) - 1 + strlen("/broker"));
    path[sizeof(place.directory) - 1] = 'd';
    path[sizeof(place.directory)] = '\0';
    ok_eq((int64_t)nt_place_init(&place, path, 0), (int64_t)-ENAMETOOLONG);
}
