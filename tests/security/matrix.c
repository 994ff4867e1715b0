// SPDX-License-Identifier: MIT
/*
 * The matrix: who gets what. Three users and root open objects of three kinds, made with forty
 * descriptors by two creators, with every right by itself and in combinations, from a broker in
 * system mode that runs as a user of its own. In each cell what the broker grants must be what the
 * access check says, and what the kernel then permits on the descriptors that came must never be
 * more: mapping for writing, changing the size, opening again for writing, changing the mode,
 * adding seals. Who is granted nothing gets no descriptor at all.
 *
 * What the kernel cannot hold back is not counted (docs/SECURITY.md): execute, and waiting.
 *
 * The control runs the same cells against a broker whose access check grants everything, and must
 * count errors.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntshm/shared.h>
#include <ntstatus.h>
#include <windows.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "rtl/access-check.h"
#include "rtl/sddl.h"
#include "util/macro.h"

#define BROKER_UID 61000u

struct person {
    uid_t uid;
    gid_t groups[2]; /* beside the one of the uid's number; 0 for none */
};

/* The first two may create sections in Global\. */
static const struct person people[] = {
    {61001, {62001, 62002}},
    {0, {0, 0}},
    {61002, {62001, 0}},
    {61003, {0, 0}},
};

#define N_CREATORS   2u
#define GLOBAL_GROUP "62002"

/* @1 to @3 are the users, @4 is the group that two of them are in, @5 the first one's other. */
static const char *const descriptors[] = {
    NULL,
    "D:NO_ACCESS_CONTROL",
    "D:",
    "O:@1",
    "D:(A;;GA;;;WD)",
    "D:(A;;GR;;;WD)",
    "D:(A;;GW;;;WD)",
    "D:(A;;GX;;;WD)",
    "D:(A;;0x1;;;WD)",
    "D:(A;;0x2;;;WD)",
    "D:(A;;0x4;;;WD)",
    "D:(A;;0x6;;;@3)",
    "D:(A;;RC;;;WD)",
    "D:(A;;WD;;;WD)",
    "D:(A;;WO;;;WD)",
    "D:(A;;SD;;;WD)",
    "D:(A;;0x100000;;;WD)",
    "D:(D;;GA;;;WD)",
    "D:(D;;GW;;;WD)(A;;GA;;;WD)",
    "D:(A;;GA;;;WD)(D;;GW;;;WD)",
    "D:(D;;0x2;;;@2)(A;;GA;;;WD)",
    "D:(A;;GR;;;WD)(D;;GA;;;WD)(A;;GW;;;WD)",
    "D:(A;;GA;;;@2)",
    "D:(A;;GA;;;@3)",
    "D:(A;;GR;;;@4)",
    "D:(A;;GA;;;@4)",
    "D:(D;;GA;;;@4)(A;;GA;;;WD)",
    "D:(A;;GA;;;@5)",
    "D:(D;;GA;;;@5)(A;;GA;;;AU)",
    "D:(A;;GR;;;AU)(A;;GW;;;@4)",
    "D:(A;;GA;;;BA)",
    "D:(A;;GA;;;SY)",
    "D:(D;;GA;;;BA)(A;;GA;;;WD)",
    "D:(A;;GR;;;OW)",
    "D:(A;;GR;;;OW)(A;;GW;;;WD)",
    "D:(D;;WD;;;OW)(A;;GR;;;WD)",
    "D:(A;IO;GA;;;WD)",
    "D:(A;OICI;GA;;;CO)(A;;GR;;;WD)",
    "D:(A;;GA;;;WD)S:(ML;;NW;;;ME)",
    "D:(A;;GA;;;WD)S:(ML;;NWNR;;;ME)",
    "D:(A;;GRGW;;;WD)S:(ML;;NWNRNX;;;LW)",
    "G:@4D:(A;;GR;;;CG)(A;;RC;;;AN)",
};

#define N_DESCRIPTORS NT_ARRAY_SIZE(descriptors)

static const enum nt_kind kinds[] = {NT_KIND_SECTION, NT_KIND_EVENT, NT_KIND_D3D12};

static const ACCESS_MASK masks[] = {
    0x1,
    0x2,
    0x4,
    0x8,
    0x10,
    DELETE,
    READ_CONTROL,
    WRITE_DAC,
    WRITE_OWNER,
    SYNCHRONIZE,
    ACCESS_SYSTEM_SECURITY,
    MAXIMUM_ALLOWED,
    GENERIC_READ,
    GENERIC_WRITE,
    GENERIC_EXECUTE,
    GENERIC_ALL,
    GENERIC_READ | GENERIC_WRITE,
    0x3,
    0x6,
    0xC,
    0x7 | READ_CONTROL,
    MAXIMUM_ALLOWED | 0x2,
    READ_CONTROL | WRITE_DAC,
    SYNCHRONIZE | 0x2,
    0x40,
    0,
};

/* --- the people ----------------------------------------------------------------------------- */

static void become(size_t who)
{
    const struct person *person = &people[who];
    size_t n = (person->groups[0] != 0) + (person->groups[1] != 0);

    if (person->uid != 0)
        kit_become_member(person->uid, person->groups, n);
}

static void identify(size_t who, struct nt_identity *ret_identity)
{
    const struct person *person = &people[who];
    size_t n = (person->groups[0] != 0) + (person->groups[1] != 0);

    if (person->uid == 0) {
        gid_t groups[NT_IDENTITY_INLINE];
        int count = getgroups(NT_IDENTITY_INLINE, groups);

        require(nt_identity_init(ret_identity, 0, getegid(), groups,
                                 count > 0 ? (size_t)count : 0) == 0);
        ret_identity->in_force = NT_IN_FORCE_ALL;
    } else {
        require(nt_identity_init(ret_identity, person->uid, person->uid, person->groups, n) == 0);
        /* Of no weight for an open. */
        ret_identity->in_force = 0;
    }
}

/* --- the descriptors ------------------------------------------------------------------------ */

/* The table's text with the people's SIDs. */
static void spell(const char *text, char *ret_sddl, size_t size)
{
    size_t used = 0;

    for (; *text && used < size - 32; text++) {
        if (*text != '@') {
            ret_sddl[used++] = *text;
            continue;
        }
        switch (*++text) {
        case '1':
        case '2':
        case '3':
            used +=
                (size_t)sprintf(ret_sddl + used, "S-1-22-1-%u", 61000u + (unsigned)(*text - '0'));
            break;
        case '4':
            used += (size_t)sprintf(ret_sddl + used, "S-1-22-2-62001");
            break;
        default:
            used += (size_t)sprintf(ret_sddl + used, "S-1-22-2-62002");
            break;
        }
    }
    ret_sddl[used] = '\0';
}

/* What the application gives; no bytes for the one that gives nothing. */
static void give(size_t which, struct nt_descriptor_block *ret_block)
{
    char sddl[256];

    *ret_block = (struct nt_descriptor_block){NULL, 0};
    if (!descriptors[which])
        return;
    spell(descriptors[which], sddl, sizeof(sddl));
    require(NT_SUCCESS(nt_sddl_parse(sddl, strlen(sddl), ret_block)), "%s", sddl);
}

/* A descriptor of which the creator cannot be the owner is made by nobody. */
static bool is_made(size_t creator, size_t which)
{
    return !descriptors[which] || strncmp(descriptors[which], "O:@1", 4) != 0 || creator == 0 ||
           people[creator].uid == 0;
}

/* What the object has then, by the rules. */
static void expect_descriptor(size_t creator, enum nt_kind kind, size_t which,
                              struct nt_descriptor_block *ret_block)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block given;
    struct nt_descriptor view;
    struct nt_identity identity;

    identify(creator, &identity);
    give(which, &given);
    if (given.bytes)
        require(NT_SUCCESS(nt_descriptor_from_relative(given.bytes, given.size, &view)));
    require(NT_SUCCESS(nt_descriptor_for_new(kind, given.bytes ? &view : NULL, NULL, &identity,
                                             ret_block)),
            "%s", descriptors[which] ? descriptors[which] : "(none)");
    nt_identity_deinit(&identity);
}

/* --- one request ---------------------------------------------------------------------------- */

/* A name at the end, bytes before it. */
struct message {
    _Alignas(8) unsigned char bytes[4096];
    size_t size;
};

static void append(struct message *message, const void *bytes, size_t size)
{
    require(message->size + nt_ipc_padded(size) <= sizeof(message->bytes));
    memcpy(message->bytes + message->size, bytes, size);
    message->size += size;
}

static uint32_t append_name(struct message *message, const char *name)
{
    for (size_t i = 0; name[i]; i++) {
        uint16_t unit = (unsigned char)name[i];

        append(message, &unit, sizeof(unit));
    }
    return (uint32_t)strlen(name);
}

static void name_object(size_t creator, enum nt_kind kind, size_t which, char *name, size_t size)
{
    snprintf(name, size, "Global\\matrix-%zu-%d-%zu", creator, (int)kind, which);
}

/* What NTSHM_BROKER names, without "system:". */
static const char *broker_directory(void)
{
    const char *place = getenv("NTSHM_BROKER");

    require(place && strchr(place, ':'));
    return strchr(place, ':') + 1;
}

static int connect_and_greet(void)
{
    struct kit_reply reply;
    int fd = kit_connect(broker_directory());

    require(kit_hello(fd, 0, &reply));
    return fd;
}

static bool ask(int fd, const struct message *message, struct kit_reply *ret_reply)
{
    return kit_send(fd, message->bytes, message->size) && kit_receive(fd, ret_reply, 20000) == 1;
}

/* Memory of the maker's own, for what another library shares. */
static int carried_memory(void)
{
    int fd = memfd_create("matrix", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(fd >= 0 && ftruncate(fd, NT_PAGE_SIZE) == 0 && fchmod(fd, 0600) == 0);
    require(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0);
    return fd;
}

static bool ask_with(int fd, const struct message *message, int carried,
                     struct kit_reply *ret_reply)
{
    struct iovec part = {(void *)message->bytes, message->size};

    return nt_os_socket_send(fd, &part, 1, &carried, carried >= 0, true) == 0 &&
           kit_receive(fd, ret_reply, 20000) == 1;
}

static uint32_t attributes_of(enum nt_kind kind)
{
    if (kind == NT_KIND_D3D12)
        return NTSHM_SHARED_RESOURCE;
    return kind == NT_KIND_SECTION ? SEC_COMMIT : 0;
}

static void create_object(int fd, size_t creator, enum nt_kind kind, size_t which, uint64_t number)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block given;
    struct nt_request_header header = {.type = NT_MESSAGE_CREATE, .number = number};
    struct nt_create_request create = {
        .kind = (uint32_t)kind,
        .access = GENERIC_ALL,
        .size = kind == NT_KIND_SECTION ? NT_PAGE_SIZE : 0,
        .protection = kind == NT_KIND_SECTION ? PAGE_READWRITE : 0,
        .attributes = attributes_of(kind),
    };
    struct message message = {.size = 0};
    struct kit_reply reply;
    int carried = -1;
    char name[64];

    give(which, &given);
    name_object(creator, kind, which, name, sizeof(name));
    message.size = sizeof(header) + sizeof(create);
    if (given.bytes)
        append(&message, given.bytes, given.size);
    message.size = nt_ipc_padded(message.size);
    create.name_units = append_name(&message, name);
    header.size = (uint32_t)message.size;
    header.bytes_size = (uint32_t)given.size;
    memcpy(message.bytes, &header, sizeof(header));
    memcpy(message.bytes + sizeof(header), &create, sizeof(create));
    if (kind == NT_KIND_D3D12)
        carried = carried_memory();
    require(ask_with(fd, &message, carried, &reply));
    nt_os_close(carried);
    ok_status(reply.header.status, STATUS_SUCCESS);
    /* The lease lives as long as this process. */
}

/* --- what the kernel permits ---------------------------------------------------------------- */

/* Tries everything that changes memory or description; returns what worked, for the message. */
static const char *find_way_to_write(int fd)
{
    char path[32];
    void *memory = mmap(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int again;

    if (memory != MAP_FAILED) {
        munmap(memory, NT_PAGE_SIZE);
        return "mmap";
    }
    memory = mmap(NULL, NT_PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED) {
        int r = mprotect(memory, NT_PAGE_SIZE, PROT_READ | PROT_WRITE);

        munmap(memory, NT_PAGE_SIZE);
        if (r == 0)
            return "mprotect";
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, O_RDWR | O_CLOEXEC);
    if (again >= 0) {
        close(again);
        return "open again";
    }
    return pwrite(fd, "x", 1, 0) == 1 ? "write" : NULL;
}

/* What nobody may do whatever he was granted. */
static const char *find_way_to_change(int fd)
{
    if (ftruncate(fd, 0) == 0 || ftruncate(fd, 2 * NT_PAGE_SIZE) == 0)
        return "ftruncate";
    if (fchmod(fd, 0777) == 0)
        return "fchmod";
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0)
        return "F_ADD_SEALS";
    return NULL;
}

static ACCESS_MASK rights_that_write(enum nt_kind kind)
{
    return kind == NT_KIND_SECTION ? SECTION_MAP_WRITE : SYNCHRONIZE | EVENT_MODIFY_STATE;
}

static ACCESS_MASK rights_that_show(enum nt_kind kind)
{
    return rights_that_write(kind) |
           (kind == NT_KIND_SECTION ? SECTION_MAP_READ | SECTION_MAP_EXECUTE : 0u);
}

/* --- the cells ------------------------------------------------------------------------------ */

struct count {
    unsigned cells, granted, wrong;
};

static void complain(struct count *count, const char *what, const char *name, size_t which,
                     ACCESS_MASK mask, unsigned expected, unsigned got)
{
    if (count->wrong++ < 5)
        test_note("%s %s [%s] asked 0x%x: expected 0x%x, got 0x%x", name, what,
                  descriptors[which] ? descriptors[which] : "(none)", (unsigned)mask, expected,
                  got);
}

static void look_at_descriptors(struct count *count, enum nt_kind kind, const char *name,
                                size_t which, ACCESS_MASK mask, const struct kit_reply *reply)
{
    ACCESS_MASK granted = reply->object.access;

    if (kind == NT_KIND_D3D12) {
        bool all = (granted & NTSHM_SHARED_ALL_ACCESS) == NTSHM_SHARED_ALL_ACCESS;

        /* The memory is its maker's; nobody else gets hold of it. */
        if (reply->n_fds != (all ? 2 : 1))
            complain(count, "all or nothing", name, which, mask, all + 1, (unsigned)reply->n_fds);
        return;
    }
    if (reply->n_fds > 1 && !(granted & rights_that_show(kind)))
        complain(count, "brought a descriptor", name, which, mask, 1, (unsigned)reply->n_fds);
    /* Root could open anything: the kernel holds nothing back from it. */
    if (geteuid() == 0)
        return;
    for (size_t i = 0; i < reply->n_fds; i++) {
        const char *way = i ? find_way_to_write(reply->fds[i]) : NULL;
        const char *change = find_way_to_change(reply->fds[i]);

        if (way && !(granted & rights_that_write(kind)))
            complain(count, way, name, which, mask, granted, rights_that_write(kind));
        if (!way && i && (granted & rights_that_write(kind)))
            complain(count, "cannot be written", name, which, mask, granted, 0);
        if (change)
            complain(count, change, name, which, mask, granted, 0);
    }
}

static void try_cell(int fd, uint64_t number, struct count *count, enum nt_kind kind,
                     const char *name, size_t which, const struct nt_descriptor *descriptor,
                     const struct nt_identity *identity, ACCESS_MASK mask)
{
    struct nt_request_header header = {.type = NT_MESSAGE_OPEN, .number = number};
    struct nt_open_request open = {.kind = (uint32_t)kind, .access = mask};
    struct message message = {.size = sizeof(header) + sizeof(open)};
    struct kit_reply reply;
    ACCESS_MASK granted = 0;
    NTSTATUS expected = nt_access_open(kind, descriptor, identity, mask, &granted);

    open.name_units = append_name(&message, name);
    header.size = (uint32_t)message.size;
    memcpy(message.bytes, &header, sizeof(header));
    memcpy(message.bytes + sizeof(header), &open, sizeof(open));
    require(ask(fd, &message, &reply));
    count->cells++;
    if (reply.header.status != expected) {
        complain(count, "status", name, which, mask, (unsigned)expected,
                 (unsigned)reply.header.status);
    } else if (NT_SUCCESS(expected)) {
        count->granted++;
        if (reply.object.access != granted)
            complain(count, "granted", name, which, mask, granted, reply.object.access);
        look_at_descriptors(count, kind, name, which, mask, &reply);
    } else if (reply.n_fds != 0) {
        complain(count, "refused, with a descriptor", name, which, mask, 0, (unsigned)reply.n_fds);
    }
    kit_reply_drop(&reply);
}

static void try_object(int fd, uint64_t *number, struct count *count, size_t creator,
                       enum nt_kind kind, size_t which, const struct nt_identity *identity)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block;
    struct nt_descriptor descriptor;
    char name[64];

    expect_descriptor(creator, kind, which, &block);
    require(NT_SUCCESS(nt_descriptor_from_relative(block.bytes, block.size, &descriptor)));
    name_object(creator, kind, which, name, sizeof(name));
    for (size_t i = 0; i < NT_ARRAY_SIZE(masks); i++)
        try_cell(fd, ++*number, count, kind, name, which, &descriptor, identity, masks[i]);
}

/* --- the processes -------------------------------------------------------------------------- */

CHILD(matrix_creator)
{
    size_t creator = (size_t)atoi(argv[1]);
    uint64_t number = 0;
    char line[16];
    int fd;

    become(creator);
    fd = connect_and_greet();
    for (size_t k = 0; k < NT_ARRAY_SIZE(kinds); k++) {
        for (size_t i = 0; i < N_DESCRIPTORS; i++) {
            if (is_made(creator, i))
                create_object(fd, creator, kinds[k], i, ++number);
        }
    }
    test_say("ready");
    test_hear(line, sizeof(line), 60000);
    return 0;
}

/* Says "cells granted wrong". */
CHILD(matrix_opener)
{
    size_t who = (size_t)atoi(argv[1]);
    struct count count = {0, 0, 0};
    struct nt_identity identity;
    uint64_t number = 0;
    char line[64];
    int fd;

    become(who);
    identify(who, &identity);
    fd = connect_and_greet();
    for (size_t c = 0; c < N_CREATORS; c++) {
        for (size_t k = 0; k < NT_ARRAY_SIZE(kinds); k++) {
            for (size_t i = 0; i < N_DESCRIPTORS; i++) {
                if (is_made(c, i))
                    try_object(fd, &number, &count, c, kinds[k], i, &identity);
            }
        }
    }
    close(fd);
    nt_identity_deinit(&identity);
    snprintf(line, sizeof(line), "%u %u %u", count.cells, count.granted, count.wrong);
    test_say(line);
    return 0;
}

static void run_opener(size_t who, struct count *total)
{
    struct test_child child;
    struct count count;
    char argument[8], line[64];

    snprintf(argument, sizeof(argument), "%zu", who);
    require(test_child_start(&child, "matrix_opener", argument));
    require(test_child_read_line(&child, line, sizeof(line), 60000));
    require(sscanf(line, "%u %u %u", &count.cells, &count.granted, &count.wrong) == 3);
    ok_eq(test_child_wait(&child, 20000), 0);
    total->cells += count.cells;
    total->granted += count.granted;
    total->wrong += count.wrong;
}

static struct count run_matrix(void)
{
    static const char *const arguments[] = {"--global-group=" GLOBAL_GROUP, NULL};
    struct test_child creators[N_CREATORS];
    struct kit_broker broker;
    struct count total = {0, 0, 0};

    kit_need_root();
    kit_broker_start_system(&broker, "matrix", BROKER_UID, arguments);
    for (size_t c = 0; c < N_CREATORS; c++) {
        char argument[8];

        snprintf(argument, sizeof(argument), "%zu", c);
        require(test_child_start(&creators[c], "matrix_creator", argument));
        test_child_expect(&creators[c], "ready", 30000);
    }
    for (size_t who = 0; who < NT_ARRAY_SIZE(people); who++)
        run_opener(who, &total);
    for (size_t c = 0; c < N_CREATORS; c++) {
        test_child_write_line(&creators[c], "go");
        ok_eq(test_child_wait(&creators[c], 20000), 0);
    }
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
    return total;
}

TEST_DEADLINE(nobody_gets_more_than_the_access_check_says,
              "2.14 2.15 2.16 2.17 13.10 13.11 13.13 "
              "13.14 13.20 13.40",
              120)
{
    struct count total;

    kit_open_house();
    total = run_matrix();
    ok(total.cells >= 22500, "%u cells", total.cells);
    ok(total.granted > total.cells / 8 && total.granted < total.cells, "%u granted", total.granted);
    ok_eq(total.wrong, 0);
}

TEST_DEADLINE(the_matrix_notices_a_broker_that_grants_everything, "", 120)
{
    struct count total;

    setenv("NTSHM_BROKER_PATH", NT_GRANT_ALL_BROKER, 1);
    kit_open_house();
    total = run_matrix();
    ok(total.wrong > 1000, "%u of %u cells", total.wrong, total.cells);
}
