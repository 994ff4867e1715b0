// SPDX-License-Identifier: MIT
/*
 * The steps of the play. What a step needs it takes from the input: small choices that meet each
 * other often, now and then anything at all.
 */
#include <unistd.h>

#include <ntshm/shared.h>

#include "broker/kept.h"
#include "fuzz/play-world.h"

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
    STEP_SECURE,    /* a create of any kind, in any directory, with a security descriptor */
    STEP_REOPEN,
    STEP_GET_SECURITY,
    STEP_SET_SECURITY,
    STEP_LIST,
    STEP_CREATE_NAMESPACE,
    STEP_OPEN_NAMESPACE,
    STEP_DESTROY_NAMESPACE,
    STEP_LOWER,  /* what the client's token gives up from here on */
    STEP_OFFEND, /* against the wire's rules */
    STEP_KEPT,   /* mailboxes and jobs */
    STEP_COUNT
};

static uint8_t take_byte(struct play_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static uint64_t take_number(struct play_input *input, unsigned n_bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < n_bytes; i++)
        value |= (uint64_t)take_byte(input) << 8 * i;
    return value;
}

static uint16_t name[NT_IPC_MAX_UNITS];

/* One of a few names, so that they meet; or units from the input; or one unit many times. */
static struct play_text take_name(struct play_input *input)
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
        if (choice & 0x10) {
            name[n++] = '\\';
            name[n++] = 'a';
        }
        if (choice & 8)
            name[n++] = (uint16_t)take_number(input, 2);
    } else if (choice < 0xE0) {
        size_t count = choice & 0x1F;

        while (n < count)
            name[n++] = (uint16_t)take_number(input, 2);
    } else {
        n = take_number(input, 2) % (NT_IPC_MAX_UNITS + 1);
        for (size_t i = 0; i < n; i++)
            name[i] = choice;
    }
    return (struct play_text){.units = name, .n_units = n};
}

static uint32_t take_access(struct play_input *input)
{
    static const uint32_t rights[] = {
        SECTION_ALL_ACCESS, SECTION_MAP_READ, SECTION_MAP_WRITE, GENERIC_ALL,
        MAXIMUM_ALLOWED,    SYNCHRONIZE,      EVENT_ALL_ACCESS,  0};
    uint8_t choice = take_byte(input);

    return choice < 0xF0 ? rights[choice % 8] : (uint32_t)take_number(input, 4);
}

static uint64_t take_id(struct play_input *input)
{
    uint8_t choice = take_byte(input);

    return choice < 0xF0 ? play_world.last_id : take_number(input, 8);
}

/* The caller's own directory, one that a reply told of, or nearly it. */
static struct nt_name_root take_root(uint8_t choice)
{
    struct nt_name_root root = play_world.last_root;

    switch (choice % 4) {
    case 0:
        return (struct nt_name_root){0};
    case 2:
        root.secret ^= 1;
        break;
    case 3:
        root.id++;
        break;
    default:
        break;
    }
    return root;
}

static unsigned char bytes_room[NT_IPC_MAX_BYTES];

/* Bytes of a table with now and then another byte, or of the input. */
static size_t take_bytes(struct play_input *input, const void *from, size_t size, uint8_t choice)
{
    if (choice >= 0xE0) {
        size = take_byte(input);
        for (size_t i = 0; i < size; i++)
            bytes_room[i] = take_byte(input);
        return size;
    }
    memcpy(bytes_room, from, size);
    for (unsigned i = 0; i < (choice >> 4 & 3u); i++) {
        size_t at = take_number(input, 2) % size;

        bytes_room[at] = take_byte(input);
    }
    return choice & 0x80 ? take_byte(input) % size : size;
}

static size_t take_security(struct play_input *input)
{
    uint8_t choice = take_byte(input);
    const struct nt_descriptor_block *block = &play_world.security[(choice & 0xF) % N_SECURITY];

    return take_bytes(input, block->bytes, block->size, choice);
}

static size_t take_boundary(struct play_input *input)
{
    uint8_t choice = take_byte(input);
    size_t size;
    const void *bytes =
        nt_boundary_bytes(play_world.boundaries[(choice & 0xF) % N_BOUNDARIES], &size);

    return take_bytes(input, bytes, size, choice);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* The next request has the number of the last one, as after a lost reply. */
static void send_again(size_t whom)
{
    if (play_world.clients[whom].number > 0)
        play_world.clients[whom].number--;
}

static void step_create(struct play_input *input, size_t whom)
{
    struct nt_create_request create = {.kind = 1 + take_byte(input) % 3, .size = 4096};
    uint8_t flags = take_byte(input);
    struct play_text text;

    create.access = take_access(input);
    create.flags = flags & 3;
    create.manual_reset = flags >> 2 & 1;
    create.initial_state = flags >> 3 & 1;
    create.protection = flags & 0x40 ? (uint32_t)take_number(input, 4) : PAGE_READWRITE;
    create.attributes = flags & 0x10 ? SEC_RESERVE : SEC_COMMIT;
    if (flags & 0x80)
        create.size = take_number(input, 8);
    text = take_name(input);
    create.name_units = (uint32_t)text.n_units;
    if (flags & 0x20)
        send_again(whom);
    play_send_good(whom, NT_MESSAGE_CREATE, &create, &text);
}

/* What another library shares: the gifts that are there already (STEP_GIFTS), or good memory. */
static void carry_something(size_t whom, bool fence, struct nt_create_request *create)
{
    create->attributes = fence ? NTSHM_SHARED_FENCE : NTSHM_SHARED_RESOURCE;
    if (play_world.clients[whom].n_send_fds == 0)
        play_add_gift(whom, 0);
}

/* Any kind, in any directory, with a descriptor. */
static void step_secure(struct play_input *input, size_t whom)
{
    struct nt_create_request create = {.kind = take_byte(input) % (NT_KIND_LAST + 2),
                                       .size = 4096,
                                       .protection = PAGE_READWRITE,
                                       .attributes = SEC_COMMIT};
    uint8_t flags = take_byte(input);
    size_t n_bytes;
    struct play_text text;

    create.access = take_access(input);
    create.flags = flags & 3;
    create.root = take_root(flags >> 2);
    n_bytes = flags & 0x80 ? 0 : take_security(input);
    text = flags & 0x40 ? play_no_text : take_name(input);
    text.bytes = bytes_room;
    text.n_bytes = n_bytes;
    create.name_units = (uint32_t)text.n_units;
    if (create.kind == NT_KIND_D3D12)
        carry_something(whom, flags & 0x10, &create);
    if (flags & 0x20)
        send_again(whom);
    play_send_good(whom, NT_MESSAGE_CREATE, &create, &text);
}

/* A section of a file: the protection says how many descriptors it should bring. */
static void step_file(struct play_input *input, size_t whom)
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
    struct play_text text;

    for (unsigned i = 0; i < flags >> 6; i++)
        play_add_gift(whom, take_byte(input));
    text = take_name(input);
    create.name_units = (uint32_t)text.n_units;
    play_send_good(whom, NT_MESSAGE_CREATE, &create, &text);
}

static void step_gifts(struct play_input *input, size_t whom)
{
    uint8_t count = take_byte(input) % (NT_IPC_MAX_REQUEST_FDS + 1);

    while (count-- > 0)
        play_add_gift(whom, take_byte(input));
}

static void step_grow(struct play_input *input, size_t whom)
{
    struct nt_grow_request grow = {.id = play_world.last_id, .size = take_number(input, 2)};
    uint8_t choice = take_byte(input);

    if (choice & 1)
        grow.id = take_number(input, 8);
    if (choice & 2)
        grow.size = take_number(input, 8);
    play_send_good(whom, NT_MESSAGE_GROW, &grow, &play_no_text);
}

static void step_open(struct play_input *input, size_t whom)
{
    struct nt_open_request open = {.kind = 1 + take_byte(input) % 3};
    struct play_text text;
    uint8_t flags;

    open.access = take_access(input);
    flags = take_byte(input);
    open.flags = flags & 1;
    open.root = take_root(flags >> 1);
    text = flags & 0x40 ? play_no_text : take_name(input);
    open.name_units = (uint32_t)text.n_units;
    play_send_good(whom, NT_MESSAGE_OPEN, &open, &text);
}

static void step_hello(struct play_input *input, size_t whom)
{
    struct nt_hello_request hello = {.magic = NT_IPC_MAGIC,
                                     .version_min = NT_IPC_VERSION_MIN,
                                     .version_max = NT_IPC_VERSION_MAX};

    if (take_byte(input) & 1)
        hello.token = play_world.clients[take_byte(input) % PLAY_N_CLIENTS].token;
    play_send_good(whom, NT_MESSAGE_HELLO, &hello, &play_no_text);
}

static void step_reopen(struct play_input *input, size_t whom)
{
    struct nt_reopen_request reopen = {.id = take_id(input), .access = take_access(input)};

    play_send_good(whom, NT_MESSAGE_REOPEN, &reopen, &play_no_text);
}

static void step_get_security(struct play_input *input, size_t whom)
{
    struct nt_get_security_request get = {.id = take_id(input)};

    get.information = take_byte(input);
    get.held = take_access(input);
    play_send_good(whom, NT_MESSAGE_GET_SECURITY, &get, &play_no_text);
}

static void step_set_security(struct play_input *input, size_t whom)
{
    struct nt_set_security_request set = {.id = take_id(input)};
    uint8_t information = take_byte(input);
    struct play_text text = {.bytes = bytes_room};

    if (information & 0x80)
        send_again(whom);
    set.information = information & 0x7F;
    set.held = take_access(input);
    text.n_bytes = take_security(input);
    play_send_good(whom, NT_MESSAGE_SET_SECURITY, &set, &text);
}

static void step_list(struct play_input *input, size_t whom)
{
    uint8_t flags = take_byte(input);
    struct nt_list_request list = {.flags = flags & 1, .root = take_root(flags >> 1)};
    struct play_text text = flags & 0x40 ? play_no_text : take_name(input);

    if (flags & 0x80)
        list.index = take_number(input, 8);
    list.name_units = (uint32_t)text.n_units;
    if (flags & 8) { /* what it leads to, instead of what is in it */
        struct nt_describe_request describe = {
            .flags = list.flags, .name_units = list.name_units, .root = list.root};

        play_send_good(whom, NT_MESSAGE_DESCRIBE, &describe, &text);
        return;
    }
    play_send_good(whom, NT_MESSAGE_LIST, &list, &text);
}

/* The boundary, and behind its padding the descriptor. */
static void step_create_namespace(struct play_input *input, size_t whom)
{
    static unsigned char both[NT_IPC_MAX_BYTES];
    uint8_t flags = take_byte(input);
    struct nt_create_namespace_request create = {.boundary_size = (uint32_t)take_boundary(input)};
    struct play_text text = {.bytes = both, .n_bytes = create.boundary_size};

    memcpy(both, bytes_room, create.boundary_size);
    if (flags & 1) {
        size_t at = nt_ipc_padded(create.boundary_size);

        memset(both + create.boundary_size, 0, at - create.boundary_size);
        create.security_size = (uint32_t)take_security(input);
        memcpy(both + at, bytes_room, create.security_size);
        text.n_bytes = at + create.security_size;
    }
    if (flags & 2)
        create.boundary_size = (uint32_t)take_number(input, 4);
    if (flags & 4)
        create.security_size = (uint32_t)take_number(input, 4);
    if (flags & 0x20)
        send_again(whom);
    play_send_good(whom, NT_MESSAGE_CREATE_NAMESPACE, &create, &text);
}

static void step_open_namespace(struct play_input *input, size_t whom)
{
    uint8_t flags = take_byte(input);
    struct nt_open_namespace_request open = {.boundary_size = (uint32_t)take_boundary(input)};
    struct play_text text = {.bytes = bytes_room, .n_bytes = open.boundary_size};

    if (flags & 1)
        open.boundary_size = (uint32_t)take_number(input, 4);
    play_send_good(whom, NT_MESSAGE_OPEN_NAMESPACE, &open, &text);
}

static void step_destroy_namespace(struct play_input *input, size_t whom)
{
    struct nt_destroy_namespace_request destroy = {.root = take_root(1 + take_byte(input))};

    play_send_good(whom, NT_MESSAGE_DESTROY_NAMESPACE, &destroy, &play_no_text);
}

static void step_lower(struct play_input *input, size_t whom)
{
    static const uint32_t levels[] = {0, NT_IPC_LOWERED | SECURITY_MANDATORY_LOW_RID,
                                      NT_IPC_LOWERED | SECURITY_MANDATORY_SYSTEM_RID};
    uint8_t choice = take_byte(input);

    play_world.clients[whom].lowered = choice < 0xF0 ? levels[choice % 3] : take_byte(input);
    play_world.clients[whom].disabled = take_byte(input) & 0x3F;
}

/* A request that would be right is sent against the rules. */
static void step_offend(struct play_input *input, size_t whom)
{
    enum play_offence offence = take_byte(input) % PLAY_OFFENCES;
    struct nt_statistics_request statistics = {0};
    struct play_client *client = &play_world.clients[whom];
    const void *bytes;
    size_t size;

    client->lowered = client->disabled = 0;
    bytes = play_make_message(whom, NT_MESSAGE_STATISTICS, &statistics, &play_no_text, &size);
    if (!stage_offend(&play_world.broker, whom, offence, bytes, size))
        play_reconnect(whom);
}

static void step_raw(struct play_input *input, size_t whom)
{
    size_t size = take_number(input, 2);
    const void *bytes;

    if (size > input->left)
        size = input->left;
    bytes = guarded_copy(&play_message, input->at, size, 8);
    input->at += size;
    input->left -= size;
    play_send(whom, bytes, size);
}

static void step_statistics(struct play_input *input, size_t whom)
{
    struct nt_statistics_request statistics = {0};

    (void)input;
    play_send_good(whom, NT_MESSAGE_STATISTICS, &statistics, &play_no_text);
}

static void step_reap(struct play_input *input, size_t whom)
{
    (void)input, (void)whom;
    stage_pass_time(&play_world.broker);
}

static void step_reconnect(struct play_input *input, size_t whom)
{
    (void)input;
    play_reconnect(whom);
}

/* --- what is kept about processes ----------------------------------------------------- */

/* One of the values that this process's mailbox gave last. */
static uint64_t take_handle(struct play_input *input)
{
    static const struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};
    struct nt_objects *objects = &play_world.broker.objects;
    struct nt_broker_object *mailbox = nt_kept_find(objects, &mailboxes, (uint64_t)getpid());
    uint64_t next = mailbox ? nt_object_record(objects, mailbox)->next_handle : 0;
    uint8_t choice = take_byte(input);

    return choice & 0x80 ? take_number(input, 8) : 4 * (next - 1 - choice);
}

static void send_push(struct play_input *input, size_t whom)
{
    static unsigned char bytes[NT_IPC_MAX_PARCEL];
    struct nt_push_request push = {0};
    struct play_text text = {.bytes = bytes, .n_bytes = 1 + take_number(input, 2) % sizeof(bytes)};

    play_send_good(whom, NT_MESSAGE_PUSH, &push, &text);
}

static void send_about_job(struct play_input *input, size_t whom, unsigned which)
{
    uint64_t id = take_byte(input) & 1 ? take_number(input, 8) : play_world.last_id;
    struct nt_create_request create = {.kind = NT_KIND_JOB, .access = 0x1F003F};
    struct nt_assign_job_request assign = {.id = id};
    struct nt_set_job_request set = {.id = id};
    struct nt_terminate_job_request terminate = {.id = id};

    if (which == 0) {
        play_send_good(whom, NT_MESSAGE_CREATE, &create, &play_no_text);
    } else if (which == 1) {
        play_send_good(whom, NT_MESSAGE_ASSIGN_JOB, &assign, &play_no_text);
    } else if (which == 2) {
        set.limits = (uint32_t)take_number(input, 2);
        set.most_active = take_byte(input);
        play_send_good(whom, NT_MESSAGE_SET_JOB, &set, &play_no_text);
    } else if (which == 3) {
        terminate.exit_code = take_byte(input);
        play_send_good(whom, NT_MESSAGE_TERMINATE_JOB, &terminate, &play_no_text);
    } else if (which == 4) { /* what asks has nothing but the number */
        assign.id = take_byte(input) & 1 ? 0 : id;
        play_send_good(whom, NT_MESSAGE_QUERY_JOB, &assign, &play_no_text);
    } else {
        assign.id = take_byte(input) & 1 ? 0 : id;
        play_send_good(whom, NT_MESSAGE_IS_IN_JOB, &assign, &play_no_text);
    }
}

static void step_kept(struct play_input *input, size_t whom)
{
    uint8_t choice = take_byte(input);
    struct nt_fetch_request fetch;
    struct nt_join_jobs_request join = {.breakaway = choice >> 7};
    unsigned which = (choice & 0x1f) % 10;

    if (choice & 0x20)
        play_add_gift(whom, SELF_GIFT);
    if (choice & 0x40)
        play_add_gift(whom, take_byte(input));
    if (which == 0) {
        send_push(input, whom);
    } else if (which <= 2) { /* a drop has the same structure */
        fetch.handle = take_handle(input);
        play_send_good(whom, which == 1 ? NT_MESSAGE_FETCH : NT_MESSAGE_DROP, &fetch,
                       &play_no_text);
    } else if (which == 3) {
        play_send_good(whom, NT_MESSAGE_JOIN_JOBS, &join, &play_no_text);
    } else {
        send_about_job(input, whom, which - 4);
    }
}

void play_step(struct play_input *input)
{
    static void (*const steps[STEP_COUNT])(struct play_input *, size_t) = {
        [STEP_RAW] = step_raw,
        [STEP_HELLO] = step_hello,
        [STEP_CREATE] = step_create,
        [STEP_OPEN] = step_open,
        [STEP_STATISTICS] = step_statistics,
        [STEP_REAP] = step_reap,
        [STEP_RECONNECT] = step_reconnect,
        [STEP_FILE] = step_file,
        [STEP_GIFTS] = step_gifts,
        [STEP_GROW] = step_grow,
        [STEP_SECURE] = step_secure,
        [STEP_REOPEN] = step_reopen,
        [STEP_GET_SECURITY] = step_get_security,
        [STEP_SET_SECURITY] = step_set_security,
        [STEP_LIST] = step_list,
        [STEP_CREATE_NAMESPACE] = step_create_namespace,
        [STEP_OPEN_NAMESPACE] = step_open_namespace,
        [STEP_DESTROY_NAMESPACE] = step_destroy_namespace,
        [STEP_LOWER] = step_lower,
        [STEP_OFFEND] = step_offend,
        [STEP_KEPT] = step_kept,
    };
    enum step step = take_byte(input) % STEP_COUNT;
    uint8_t whom = take_byte(input);

    if (step == STEP_DROP)
        play_drop_held(&play_world.held[whom % N_HELD]);
    else
        steps[step](input, whom % PLAY_N_CLIENTS);
    play_check_world();
}
