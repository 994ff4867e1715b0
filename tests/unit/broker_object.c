// SPDX-License-Identifier: MIT
/*
 * broker/object: the name space itself. An object lives as long as its lease.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "ipc/sync-words.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

/* Units of a char16_t literal, without its end. */
#define UNITS(literal) (const uint16_t *)(literal), NT_ARRAY_SIZE(literal) - 1

static const struct nt_directory global = {.kind = 0};
static const struct nt_directory session = {.kind = 1, .uid = 7, .session = 1};

static const struct nt_create_request section_request = {
    .kind = NT_KIND_SECTION,
    .access = SECTION_ALL_ACCESS,
    .size = 8192,
    .protection = PAGE_READWRITE,
    .attributes = SEC_COMMIT,
};

/* A name space and one user in it. */
struct space {
    struct nt_broker broker;
    struct nt_user *user;
};

static struct nt_objects *new_space(struct space *space)
{
    require(fixture_init(&space->broker, 7) == 0);
    space->user = nt_user_ref(&space->broker.users, 7);
    return &space->broker.objects;
}

static void end_space(struct space *space)
{
    const char *complaint = fixture_complaint(&space->broker);

    ok(!complaint, "%s", complaint);
    ok_eq(nt_objects_reap_all(&space->broker.objects), 0);
    complaint = fixture_complaint(&space->broker);
    ok(!complaint, "%s", complaint);
    nt_user_unref(&space->broker.users, space->user);
    ok(RB_EMPTY(&space->broker.users.tree));
    fixture_deinit(&space->broker);
}

static NTSTATUS try_create(struct space *space, const struct nt_directory *directory,
                           const uint16_t *name, size_t n_units,
                           const struct nt_create_request *request,
                           struct nt_broker_object **ret_object, int *ret_lease)
{
    struct nt_new_object from = {.directory = *directory,
                                 .name = name,
                                 .n_units = n_units,
                                 .request = request,
                                 .user = space->user,
                                 .token = 1,
                                 .number = 2};
    int leases[2];
    NTSTATUS status = nt_objects_create(&space->broker.objects, &from, ret_object, leases);

    if (NT_SUCCESS(status))
        *ret_lease = leases[0];
    return status;
}

static struct nt_broker_object *create(struct space *space, const struct nt_directory *directory,
                                       const uint16_t *name, size_t n_units,
                                       const struct nt_create_request *request, int *ret_lease)
{
    struct nt_broker_object *object = NULL;

    ok_status(try_create(space, directory, name, n_units, request, &object, ret_lease),
              STATUS_SUCCESS);
    require(object != NULL);
    return object;
}

/* The descriptors that carry @granted, and the first of them beside the lease. */
static NTSTATUS payload_of(struct nt_objects *objects, struct nt_broker_object *object,
                           ACCESS_MASK granted, uint32_t *ret_payload, int *ret_fd)
{
    struct nt_payload_choice choice;
    NTSTATUS status = nt_object_payload(objects, object, granted, &choice);

    *ret_payload = choice.payload;
    *ret_fd = choice.n_fds ? choice.fds[0] : -1;
    return status;
}

TEST(an_object_lives_as_long_as_its_lease, "11.27 2.6 2.7")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *object;
    int lease = -1, reader = -1;

    object = create(&space, &session, UNITS(u"frame"), &section_request, &lease);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"frame")), object);
    require(nt_os_lease_reader(nt_object_record(objects, object)->lease_fd, &reader) == 0);
    lease = nt_os_close(lease);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"frame")), object);
    reader = nt_os_close(reader);
    /* No event loop has heard of it: the lookup looks itself. */
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"frame")), NULL);
    ok_eq(objects->n_objects, 0);
    end_space(&space);
}

TEST(names_are_compared_as_bits, "11.1 2.2")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    int leases[4];

    create(&space, &session, UNITS(u"Frame"), &section_request, &leases[0]);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"frame")), NULL);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"Fram")), NULL);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"Frame\0")), NULL);
    create(&space, &session, UNITS(u"frame"), &section_request, &leases[1]);
    create(&space, &session, UNITS(u"Frame\0"), &section_request, &leases[2]);
    create(&space, &session, UNITS(u"\xd800"), &section_request, &leases[3]);
    ok_ptr_ne(nt_objects_find(objects, &session, UNITS(u"\xd800")), NULL);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"\xd801")), NULL);
    ok_eq(objects->n_objects, 4);
    for (size_t i = 0; i < 4; i++)
        nt_os_close(leases[i]);
    end_space(&space);
}

TEST(one_name_in_each_directory, "11.2 11.4")
{
    static const struct nt_directory others[] = {{.kind = 1, .uid = 8, .session = 1},
                                                 {.kind = 1, .uid = 7, .session = 2}};
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *here, *there;
    int leases[2];

    here = create(&space, &session, UNITS(u"x"), &section_request, &leases[0]);
    there = create(&space, &global, UNITS(u"x"), &section_request, &leases[1]);
    ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"x")), here);
    ok_ptr_eq(nt_objects_find(objects, &global, UNITS(u"x")), there);
    for (size_t i = 0; i < NT_ARRAY_SIZE(others); i++)
        ok_ptr_eq(nt_objects_find(objects, &others[i], UNITS(u"x")), NULL);
    nt_os_close(leases[0]);
    nt_os_close(leases[1]);
    end_space(&space);
}

TEST(an_id_is_never_used_again, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    uint64_t ids[50];

    for (size_t i = 0; i < NT_ARRAY_SIZE(ids); i++) {
        struct nt_broker_object *object;
        int lease;

        object = create(&space, &session, UNITS(u"x"), &section_request, &lease);
        ids[i] = nt_object_id(objects, object);
        ok_ne(ids[i], 0);
        for (size_t k = 0; k < i; k++)
            ok_ne(ids[k], ids[i]);
        nt_os_close(lease);
        ok_ptr_eq(nt_objects_find(objects, &session, UNITS(u"x")), NULL);
    }
    end_space(&space);
}

static void shows_mode(int fd, int mode)
{
    ok_eq(fcntl(fd, F_GETFL) & O_ACCMODE, mode);
}

TEST(a_payload_carries_what_was_granted, "2.21 2.22")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *object;
    uint32_t payload;
    int lease, fd, again;

    object = create(&space, &session, UNITS(u"x"), &section_request, &lease);
    ok_status(payload_of(objects, object, SECTION_MAP_WRITE, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, NT_PAYLOAD_WRITE);
    shows_mode(fd, O_RDWR);
    ok_status(payload_of(objects, object, SECTION_MAP_READ, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, NT_PAYLOAD_READ);
    shows_mode(fd, O_RDONLY);
    ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
    ok(write(fd, "x", 1) < 0);
    /* One description serves all who may only read. */
    payload_of(objects, object, SECTION_MAP_EXECUTE, &payload, &again);
    ok_eq(again, fd);
    ok_eq(payload, NT_PAYLOAD_READ);
    ok_status(payload_of(objects, object, SECTION_QUERY, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, 0);
    ok_eq((int64_t)fd, -1);
    ok_eq(objects->n_fds, 3);
    nt_os_close(lease);
    end_space(&space);
}

TEST(a_sections_memory_is_sealed_and_private, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *object;
    struct stat status;
    int lease, fd, seals;

    object = create(&space, &session, UNITS(u"x"), &section_request, &lease);
    fd = nt_object_record(objects, object)->write_fd;
    ok(fstat(fd, &status) == 0);
    ok_eq(status.st_size, 8192);
    ok_eq(status.st_mode & 0777, 0600);
    seals = fcntl(fd, F_GET_SEALS);
    ok_eq(seals & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
          F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    nt_os_close(lease);
    end_space(&space);
}

TEST(an_events_page_begins_as_asked, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);

    for (unsigned set = 0; set < 2; set++) {
        struct nt_create_request request = {.kind = NT_KIND_EVENT, .initial_state = set};
        struct nt_broker_object *object;
        uint32_t payload, word = 99;
        int lease, fd;

        object = create(&space, &session, UNITS(u"event"), &request, &lease);
        ok_status(payload_of(objects, object, SYNCHRONIZE, &payload, &fd), STATUS_SUCCESS);
        ok_eq(payload, NT_PAYLOAD_WRITE);
        /* The high half of its state. */
        ok_eq(pread(fd, &word, sizeof(word), NT_SYNC_PLACE + 4), 4);
        ok_eq(word, set);
        ok_status(payload_of(objects, object, READ_CONTROL, &payload, &fd), STATUS_SUCCESS);
        ok_eq(payload, 0);
        nt_os_close(lease);
        ok_eq(nt_objects_reap_all(objects), 0);
    }
    end_space(&space);
}

TEST(a_user_above_its_quota_creates_nothing, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *object = NULL;
    unsigned before = fixture_count_fds();
    int first, second = -1;

    space.broker.users.limits[NT_CHARGE_OBJECTS] = 1;
    create(&space, &session, UNITS(u"a"), &section_request, &first);
    ok_status(try_create(&space, &session, UNITS(u"b"), &section_request, &object, &second),
              STATUS_QUOTA_EXCEEDED);
    ok_ptr_eq(object, NULL);
    ok_eq((int64_t)second, -1);
    ok_eq(objects->n_objects, 1);
    nt_os_close(first);
    ok_eq(nt_objects_reap_all(objects), 0);
    ok_eq(fixture_count_fds(), before);
    create(&space, &session, UNITS(u"b"), &section_request, &second);
    nt_os_close(second);
    end_space(&space);
}

TEST(a_full_arena_is_a_clear_error, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    uint32_t used = objects->arena.records_used_up_to;
    struct nt_broker_object *object = NULL;
    int lease = -1;

    objects->arena.records_used_up_to = NT_ARENA_RECORDS;
    ok_status(try_create(&space, &session, UNITS(u"x"), &section_request, &object, &lease),
              STATUS_INSUFFICIENT_RESOURCES);
    objects->arena.records_used_up_to = used;
    end_space(&space);
}

TEST(a_section_above_the_file_limit_is_above_the_commit_limit, "")
{
    struct nt_create_request request = section_request;
    struct rlimit limit = {64 << 20, 64 << 20};
    struct space space;
    struct nt_broker_object *object = NULL;
    int lease = -1;

    new_space(&space);
    request.size = 128 << 20;
    ok(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    ok_status(try_create(&space, &session, UNITS(u"x"), &request, &object, &lease),
              STATUS_COMMITMENT_LIMIT);
    ok_eq((int64_t)lease, -1);
    end_space(&space);
}

TEST(reaping_takes_only_the_dead, "11.27")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    int leases[40];
    uint16_t name[1];

    for (size_t i = 0; i < NT_ARRAY_SIZE(leases); i++) {
        name[0] = (uint16_t)(i + 1);
        create(&space, &session, name, 1, &section_request, &leases[i]);
    }
    for (size_t i = 0; i < NT_ARRAY_SIZE(leases); i += 2)
        nt_os_close(leases[i]);
    ok_eq(nt_objects_reap_all(objects), 20);
    for (size_t i = 0; i < NT_ARRAY_SIZE(leases); i++) {
        name[0] = (uint16_t)(i + 1);
        ok((nt_objects_find(objects, &session, name, 1) != NULL) == (i % 2 == 1), "object %zu", i);
    }
    for (size_t i = 1; i < NT_ARRAY_SIZE(leases); i += 2)
        nt_os_close(leases[i]);
    end_space(&space);
}

TEST(everything_is_closed_at_the_end, "")
{
    unsigned before = fixture_count_fds();
    struct space space;
    int leases[3];

    new_space(&space);
    create(&space, &session, UNITS(u"a"), &section_request, &leases[0]);
    create(&space, &global, UNITS(u"b"), &section_request, &leases[1]);
    create(&space, &session, UNITS(u"c"), &section_request, &leases[2]);
    nt_user_unref(&space.broker.users, space.user);
    fixture_deinit(&space.broker);
    ok(RB_EMPTY(&space.broker.users.tree));
    for (size_t i = 0; i < 3; i++)
        nt_os_close(leases[i]);
    ok_eq(fixture_count_fds(), before);
}

/* The control of fixture_complaint(): each thing that can be wrong is seen. */
TEST(what_does_not_agree_is_seen, "")
{
    struct space space;
    struct nt_objects *objects = new_space(&space);
    struct nt_broker_object *object;
    struct nt_record *record;
    int lease, fd;

    object = create(&space, &session, UNITS(u"frame"), &section_request, &lease);
    record = nt_object_record(objects, object);
    ok(!fixture_complaint(&space.broker));
    objects->n_bytes++;
    ok(fixture_complaint(&space.broker) != NULL);
    objects->n_bytes--;
    objects->arena.records_used_up_to++;
    ok(fixture_complaint(&space.broker) != NULL);
    objects->arena.records_used_up_to--;
    objects->arena.blocks_used_up_to++;
    ok(fixture_complaint(&space.broker) != NULL);
    objects->arena.blocks_used_up_to--;
    space.user->used[NT_CHARGE_OBJECTS]++;
    ok(fixture_complaint(&space.broker) != NULL);
    space.user->used[NT_CHARGE_OBJECTS]--;
    objects->arena.blocks[record->name_block].bytes[0] ^= 1;
    ok(fixture_complaint(&space.broker) != NULL);
    objects->arena.blocks[record->name_block].bytes[0] ^= 1;
    fd = record->write_fd;
    record->write_fd = 900;
    ok(fixture_complaint(&space.broker) != NULL);
    record->write_fd = fd;
    nt_os_close(lease);
    end_space(&space);
}
