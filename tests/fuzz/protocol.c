// SPDX-License-Identifier: MIT
/*
 * Fuzzes the broker behind its socket: an input is a play of several clients. Each step is a
 * byte that says what happens, a byte that says to whom, and what that step needs; what the input
 * has no more bytes for is 0. Hostile bytes must end their own connection and nothing else, and
 * after each step everything that the broker holds must agree (broker_fixture.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntstatus.h>

#include "fuzz/guarded.h"
#include "unit/broker_fixture.h"

#define UID       1000
#define N_CLIENTS 4
#define N_HELD    16
#define MAX_STEPS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum step {
    STEP_RAW,    /* bytes as they are */
    STEP_HELLO,  /* a good hello, with a new token or the one of before */
    STEP_CREATE, /* a well-formed create with fields from the input */
    STEP_OPEN,   /* and an open */
    STEP_STATISTICS,
    STEP_DROP,      /* a reply's descriptors are closed */
    STEP_REAP,      /* time passes */
    STEP_RECONNECT, /* the connection ends, another begins */
    STEP_FILE,      /* a create of a section of a file, with descriptors of any kind */
    STEP_GIFTS,     /* descriptors for whatever comes next */
    STEP_GROW,      /* a section of a file grows, or is said to */
    STEP_COUNT
};

/* What can come along: right and wrong ones (see make_gifts()). */
#define N_GIFTS 10

static struct {
    struct nt_broker broker;
    struct fixture_client clients[N_CLIENTS];
    struct fixture_reply held[N_HELD];
    unsigned next_held;
    int gifts[N_GIFTS];
    uint64_t last_id; /* of an object that a reply told of */
    int lowest_free_fd;
    bool is_ready;
} world;

struct input {
    const uint8_t *at;
    size_t left;
};

static struct guarded message;

static uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static uint64_t take_number(struct input *input, unsigned n_bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n_bytes; i++)
        value |= (uint64_t)take_byte(input) << 8 * i;
    return value;
}

/* Two users, one of them with two connections, and root. */
static uid_t uid_of(size_t i)
{
    static const uid_t uids[N_CLIENTS] = {UID, UID, UID + 1, 0};

    return uids[i];
}

/* Descriptors are given lowest first, so that a leaked one shows here. */
static int lowest_free_fd(void)
{
    int fd = fcntl(world.broker.epoll_fd, F_DUPFD_CLOEXEC, 3);

    FUZZ_CHECK(fd >= 0);
    close(fd);
    return fd;
}

static void check_world(void)
{
    const char *complaint = fixture_complaint(&world.broker);

    if (complaint)
        fprintf(stderr, "%s\n", complaint);
    FUZZ_CHECK(!complaint);
}

static int memfd_of(int seals)
{
    int fd = memfd_create("gift", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    FUZZ_CHECK(fd >= 0 && ftruncate(fd, 8192) == 0);
    FUZZ_CHECK(seals == 0 || fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

/* The regular files are memfds, opened anew: the broker looks at the kind of a description only. */
static void make_gifts(void)
{
    const int frozen = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    int ends[2];

    FUZZ_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    world.gifts[0] = memfd_of(0);
    FUZZ_CHECK(nt_os_reopen(world.gifts[0], O_RDONLY, &world.gifts[1]) == 0);
    world.gifts[2] = memfd_of(0);
    FUZZ_CHECK(nt_os_reopen(world.gifts[2], O_RDONLY, &world.gifts[3]) == 0);
    world.gifts[4] = memfd_of(frozen);
    world.gifts[5] = ends[0];
    world.gifts[6] = ends[1];
    world.gifts[7] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    world.gifts[8] = open("/", O_PATH | O_CLOEXEC);
    FUZZ_CHECK(nt_os_reopen(world.gifts[0], O_WRONLY, &world.gifts[9]) == 0);
}

/* The broker owns what it is given: a copy. */
static void add_gift(size_t client, unsigned choice)
{
    struct fixture_client *to = &world.clients[client];

    if (to->n_send_fds < NT_IPC_MAX_REQUEST_FDS)
        FUZZ_CHECK(nt_os_dup(world.gifts[choice % N_GIFTS], &to->send_fds[to->n_send_fds++]) == 0);
}

static void set_up(void)
{
    int write_fd, read_fd, reader_fd;

    if (world.is_ready)
        return;
    /* What the seam keeps open for speed is open from here on. */
    FUZZ_CHECK(nt_os_lease_new(&write_fd, &read_fd) == 0);
    FUZZ_CHECK(nt_os_lease_reader(write_fd, &reader_fd) == 0);
    nt_os_close(write_fd);
    nt_os_close(read_fd);
    nt_os_close(reader_fd);
    make_gifts();
    FUZZ_CHECK(fixture_init(&world.broker, UID) == 0);
    for (size_t i = 0; i < N_CLIENTS; i++)
        FUZZ_CHECK(fixture_client_init(&world.broker, &world.clients[i], uid_of(i)) == 0);
    world.is_ready = true;
}

static void reconnect(size_t i)
{
    for (size_t k = 0; k < world.clients[i].n_send_fds; k++)
        nt_os_close(world.clients[i].send_fds[k]);
    fixture_client_deinit(&world.broker, &world.clients[i]);
    FUZZ_CHECK(fixture_client_init(&world.broker, &world.clients[i], uid_of(i)) == 0);
}

/* Keeps what came along, and lets go of what was kept longest. */
static void hold(const struct fixture_reply *reply)
{
    struct fixture_reply *place = &world.held[world.next_held++ % N_HELD];

    fixture_reply_deinit(place);
    *place = *reply;
}

static void check_object_reply(const struct fixture_reply *reply)
{
    FUZZ_CHECK(reply->size == sizeof(reply->header) + sizeof(reply->object));
    FUZZ_CHECK(reply->object.payload & NT_PAYLOAD_LEASE);
    FUZZ_CHECK(reply->n_fds == (size_t)__builtin_popcount(reply->object.payload));
    FUZZ_CHECK(reply->n_fds <= nt_message_info(reply->header.type)->max_fds);
    FUZZ_CHECK(reply->object.id != 0);
    world.last_id = reply->object.id;
}

static void check_reply(const struct nt_request_header *request, const struct fixture_reply *reply)
{
    FUZZ_CHECK(reply->header.status != STATUS_PENDING);
    FUZZ_CHECK(reply->header.size == reply->size && reply->header.n_fds == reply->n_fds);
    FUZZ_CHECK(reply->header.type == request->type && reply->header.number == request->number);
    if (!NT_SUCCESS(reply->header.status))
        FUZZ_CHECK(reply->size == sizeof(reply->header) && reply->n_fds == 0);
    else if (request->type == NT_MESSAGE_CREATE || request->type == NT_MESSAGE_OPEN)
        check_object_reply(reply);
    else
        FUZZ_CHECK(reply->n_fds == 0);
}

static void check_request(const struct nt_request *request, const void *bytes, size_t size)
{
    const unsigned char *units = (const unsigned char *)request->units;

    FUZZ_CHECK(request->header.size == size && size <= NT_IPC_MAX_SIZE);
    FUZZ_CHECK(request->info == nt_message_info(request->header.type));
    if (units)
        FUZZ_CHECK(units + 2 * request->n_units == (const unsigned char *)bytes + size);
    else
        FUZZ_CHECK(request->n_units == 0);
}

/* The message lies in the guarded place. */
static void send(size_t client, const void *bytes, size_t size)
{
    bool said_hello = world.clients[client].client.said_hello;
    struct nt_request request;
    struct fixture_reply reply;
    int decoded = nt_request_decode(bytes, size, &request);
    int r = fixture_dispatch(&world.broker, &world.clients[client], bytes, size, &reply);

    FUZZ_CHECK(r == 0 || r == -EBADMSG || r == -EPROTO);
    FUZZ_CHECK((decoded == 0) == (r != -EBADMSG));
    if (decoded == 0)
        check_request(&request, bytes, size);
    if (r == 0) {
        FUZZ_CHECK((request.header.type == NT_MESSAGE_HELLO) != said_hello);
        check_reply(&request.header, &reply);
        hold(&reply);
        return;
    }
    FUZZ_CHECK(reply.header.status == STATUS_PENDING && reply.n_fds == 0);
    reconnect(client);
}

/* A message of a good header, @fixed, and @units. */
static void send_good(size_t client, enum nt_message_type type, const void *fixed,
                      const uint16_t *units, size_t n_units)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {.type = (uint16_t)type,
                                       .number = ++world.clients[client].number};
    unsigned char *bytes;

    header.size = (uint32_t)(sizeof(header) + info->request_size + n_units * sizeof(*units));
    bytes = guarded_take(&message, header.size, 8);
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), fixed, info->request_size);
    if (n_units)
        memcpy(bytes + sizeof(header) + info->request_size, units, n_units * sizeof(*units));
    send(client, bytes, header.size);
}

static uint16_t name[NT_IPC_MAX_UNITS];

/* One of a few names, so that they meet; or units from the input; or one unit many times. */
static size_t take_name(struct input *input)
{
    static const char *const names[] = {"a",
                                        "b",
                                        "Global\\a",
                                        "Local\\a",
                                        "Session\\1\\a",
                                        "Session\\0\\b",
                                        "\\BaseNamedObjects\\a",
                                        "\\Sessions\\1\\BaseNamedObjects\\b"};
    uint8_t choice = take_byte(input);
    size_t n = 0;

    if (choice < 0xC0) {
        for (const char *c = names[choice % 8]; *c; c++)
            name[n++] = (unsigned char)*c;
        if (choice & 8)
            name[n++] = (uint16_t)take_number(input, 2);
        return n;
    }
    if (choice < 0xE0) {
        size_t count = choice & 0x1F;

        while (n < count)
            name[n++] = (uint16_t)take_number(input, 2);
        return n;
    }
    n = take_number(input, 2) % (NT_IPC_MAX_UNITS + 1);
    for (size_t i = 0; i < n; i++)
        name[i] = choice;
    return n;
}

static uint32_t take_access(struct input *input)
{
    static const uint32_t rights[] = {
        SECTION_ALL_ACCESS, SECTION_MAP_READ, SECTION_MAP_WRITE, GENERIC_ALL,
        MAXIMUM_ALLOWED,    SYNCHRONIZE,      EVENT_ALL_ACCESS,  0};
    uint8_t choice = take_byte(input);

    return choice < 0xF0 ? rights[choice % 8] : (uint32_t)take_number(input, 4);
}

static void step_create(struct input *input, size_t client)
{
    struct nt_create_request create = {.kind = 1 + take_byte(input) % 3, .size = 4096};
    uint8_t flags = take_byte(input);
    size_t n_units;

    create.access = take_access(input);
    create.flags = flags & 3;
    create.manual_reset = flags >> 2 & 1;
    create.initial_state = flags >> 3 & 1;
    create.protection = flags & 0x40 ? (uint32_t)take_number(input, 4) : PAGE_READWRITE;
    create.attributes = flags & 0x10 ? SEC_RESERVE : SEC_COMMIT;
    if (flags & 0x80)
        create.size = take_number(input, 8);
    n_units = take_name(input);
    create.name_units = (uint32_t)n_units;
    /* Now and then the same request again, as after a lost reply. */
    if (flags & 0x20)
        world.clients[client].number--;
    send_good(client, NT_MESSAGE_CREATE, &create, name, n_units);
}

/* A section of a file: the protection says how many descriptors it should bring. */
static void step_file(struct input *input, size_t client)
{
    static const uint32_t protections[] = {PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
                                           PAGE_EXECUTE_READWRITE};
    uint8_t flags = take_byte(input);
    struct nt_create_request create = {
        .kind = NT_KIND_SECTION,
        .access = SECTION_ALL_ACCESS,
        .flags = flags & 3,
        .size = flags & 4 ? take_number(input, 8) : 4096,
        .protection = protections[flags >> 3 & 3],
        .attributes = SEC_FILE | (flags & 0x20 ? SEC_IMAGE : 0),
    };
    size_t n_units;

    for (unsigned i = 0; i < flags >> 6; i++)
        add_gift(client, take_byte(input));
    n_units = take_name(input);
    create.name_units = (uint32_t)n_units;
    send_good(client, NT_MESSAGE_CREATE, &create, name, n_units);
}

static void step_gifts(struct input *input, size_t client)
{
    uint8_t count = take_byte(input) % (NT_IPC_MAX_REQUEST_FDS + 1);

    while (count-- > 0)
        add_gift(client, take_byte(input));
}

static void step_grow(struct input *input, size_t client)
{
    struct nt_grow_request grow = {.id = world.last_id, .size = take_number(input, 2)};
    uint8_t choice = take_byte(input);

    if (choice & 1)
        grow.id = take_number(input, 8);
    if (choice & 2)
        grow.size = take_number(input, 8);
    send_good(client, NT_MESSAGE_GROW, &grow, NULL, 0);
}

static void step_open(struct input *input, size_t client)
{
    struct nt_open_request open = {.kind = 1 + take_byte(input) % 3};
    size_t n_units;

    open.access = take_access(input);
    open.flags = take_byte(input) & 1;
    n_units = take_name(input);
    open.name_units = (uint32_t)n_units;
    send_good(client, NT_MESSAGE_OPEN, &open, name, n_units);
}

static void step_hello(struct input *input, size_t client)
{
    struct nt_hello_request hello = {.magic = NT_IPC_MAGIC,
                                     .version_min = NT_IPC_VERSION_MIN,
                                     .version_max = NT_IPC_VERSION_MAX};

    if (take_byte(input) & 1)
        hello.token = 1 + take_byte(input) % 3;
    send_good(client, NT_MESSAGE_HELLO, &hello, NULL, 0);
}

static void step_raw(struct input *input, size_t client)
{
    size_t size = take_number(input, 2);
    const void *bytes;

    if (size > input->left)
        size = input->left;
    bytes = guarded_copy(&message, input->at, size, 8);
    input->at += size;
    input->left -= size;
    send(client, bytes, size);
}

static void take_step(struct input *input)
{
    enum step step = take_byte(input) % STEP_COUNT;
    uint8_t whom = take_byte(input);
    size_t client = whom % N_CLIENTS;
    struct nt_statistics_request statistics = {0};

    switch (step) {
    case STEP_RAW:
        step_raw(input, client);
        break;
    case STEP_HELLO:
        step_hello(input, client);
        break;
    case STEP_CREATE:
        step_create(input, client);
        break;
    case STEP_OPEN:
        step_open(input, client);
        break;
    case STEP_STATISTICS:
        send_good(client, NT_MESSAGE_STATISTICS, &statistics, NULL, 0);
        break;
    case STEP_DROP:
        fixture_reply_deinit(&world.held[whom % N_HELD]);
        break;
    case STEP_REAP:
        fixture_reap(&world.broker);
        break;
    case STEP_RECONNECT:
        reconnect(client);
        break;
    case STEP_FILE:
        step_file(input, client);
        break;
    case STEP_GIFTS:
        step_gifts(input, client);
        break;
    case STEP_GROW:
        step_grow(input, client);
        break;
    case STEP_COUNT:
        break;
    }
    check_world();
}

/* Back to the beginning: when nobody holds anything, nothing is left. */
static void tear_down(void)
{
    world.last_id = 0;
    for (size_t i = 0; i < N_HELD; i++)
        fixture_reply_deinit(&world.held[i]);
    for (size_t i = 0; i < N_CLIENTS; i++)
        reconnect(i);
    fixture_reap(&world.broker);
    check_world();
    FUZZ_CHECK(world.broker.objects.n_objects == 0 && world.broker.objects.n_fds == 0);
    if (!world.lowest_free_fd)
        world.lowest_free_fd = lowest_free_fd();
    FUZZ_CHECK(lowest_free_fd() == world.lowest_free_fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    set_up();
    for (int i = 0; i < MAX_STEPS && input.left > 0; i++)
        take_step(&input);
    tear_down();
    return 0;
}
