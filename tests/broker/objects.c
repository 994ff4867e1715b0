// SPDX-License-Identifier: MIT
/*
 * The broker's name space by itself, without its event loop: here nothing but the look at the lease
 * can take a dead name away, so these cases show that a lookup makes it.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/object.h"
#include "harness/test.h"
#include "os/os.h"
#include "rtl/name.h"
#include "util/macro.h"

struct world {
    struct nt_users users;
    struct nt_objects objects;
    struct nt_user *user;
    struct nt_directory directory;
};

static void world_init(struct world *world, uint64_t max_fds)
{
    memset(world, 0, sizeof(*world));
    nt_users_init(&world->users, max_fds);
    require(nt_objects_init(&world->objects, &world->users, NULL) == 0);
    world->user = nt_user_ref(&world->users, 1000);
    require(world->user != NULL);
    world->directory = (struct nt_directory){.kind = 1, .uid = 1000, .session = 1};
}

static void world_deinit(struct world *world)
{
    nt_objects_deinit(&world->objects);
    for (int i = 0; i < NT_CHARGE_COUNT; i++)
        ok_eq(world->user->used[i], 0);
    nt_user_unref(&world->users, world->user);
    nt_os_drop_caches();
}

static NTSTATUS create(struct world *world, const uint16_t *name, size_t n_units,
                       struct nt_broker_object **ret_object, int *ret_lease)
{
    const struct nt_create_request request = {
        .kind = NT_KIND_SECTION, .size = 4096, .protection = PAGE_READWRITE};

    const struct nt_new_object from = {.directory = world->directory,
                                       .name = name,
                                       .n_units = n_units,
                                       .request = &request,
                                       .user = world->user,
                                       .token = 1,
                                       .number = 1};
    int leases[2];
    NTSTATUS status = nt_objects_create(&world->objects, &from, ret_object, leases);

    if (NT_SUCCESS(status))
        *ret_lease = leases[0];
    return status;
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

static struct nt_broker_object *find(struct world *world, const uint16_t *name, size_t n_units)
{
    return nt_objects_find(&world->objects, &world->directory, name, n_units);
}

/* What a lookup would answer that believes the index and does not look at the lease. */
static struct nt_broker_object *find_without_looking(struct world *world, const uint16_t *name,
                                                     size_t n_units)
{
    for (uint32_t i = 0; i < world->objects.arena.records_used_up_to; i++) {
        struct nt_broker_object *object = world->objects.by_record[i];

        if (object && nt_name_compare(object->name, object->n_units, name, n_units) == 0)
            return object;
    }
    return NULL;
}

static const uint16_t name_a[] = {'n', 'a', 'm', 'e'};
#define NAME_A name_a, NT_ARRAY_SIZE(name_a)

TEST(find_looks_at_the_lease_before_it_answers, "2.6 11.27")
{
    struct nt_broker_object *object;
    struct world world;
    int lease = -1;

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    ok_ptr_eq(find(&world, NAME_A), object);
    nt_os_close(lease);
    /* The control: the name still stands in the index, and a lookup that trusts it is wrong. */
    ok_ptr_eq(find_without_looking(&world, NAME_A), object);
    ok_eq(world.objects.n_objects, 1);
    ok_ptr_eq(find(&world, NAME_A), NULL);
    ok_ptr_eq(find_without_looking(&world, NAME_A), NULL);
    ok_eq(world.objects.n_objects, 0);
    ok_eq(world.objects.n_bytes, 0);
    ok_eq(world.objects.n_fds, 0);
    world_deinit(&world);
}

TEST(a_new_object_takes_a_dead_ones_name, "2.7 11.27")
{
    struct nt_broker_object *object;
    struct world world;
    uint64_t first_id;
    int lease = -1;

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    first_id = nt_object_id(&world.objects, object);
    nt_os_close(lease);
    ok_ptr_eq(find(&world, NAME_A), NULL);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    /* The record is used again, under another generation. */
    ok_ne(nt_object_id(&world.objects, object), first_id);
    ok_ptr_eq(find(&world, NAME_A), object);
    nt_os_close(lease);
    world_deinit(&world);
}

TEST(any_reader_of_the_lease_keeps_the_name, "11.27")
{
    struct nt_broker_object *object;
    struct world world;
    int lease = -1, second = -1;

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    require(nt_os_lease_reader(nt_object_record(&world.objects, object)->lease_fd, &second) == 0);
    nt_os_close(lease);
    ok_ptr_eq(find(&world, NAME_A), object);
    ok_eq(nt_objects_reap_all(&world.objects), 1);
    nt_os_close(second);
    ok_eq(nt_objects_reap_all(&world.objects), 0);
    ok_ptr_eq(find(&world, NAME_A), NULL);
    world_deinit(&world);
}

TEST(names_are_compared_as_bits_and_by_directory, "2.2 11.1 11.2 11.4")
{
    static const uint16_t upper[] = {'N', 'A', 'M', 'E'}, longer[] = {'n', 'a', 'm', 'e', 0};
    static const uint16_t surrogate[] = {0xd800};
    struct nt_directory other = {.kind = 0};
    struct nt_broker_object *object;
    struct world world;
    int leases[2] = {-1, -1};

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &leases[0]) == STATUS_SUCCESS);
    ok_ptr_eq(find(&world, upper, NT_ARRAY_SIZE(upper)), NULL);
    ok_ptr_eq(find(&world, longer, NT_ARRAY_SIZE(longer)), NULL);
    ok_ptr_eq(find(&world, name_a, 3), NULL);
    ok_ptr_eq(nt_objects_find(&world.objects, &other, NAME_A), NULL);
    other = (struct nt_directory){.kind = 1, .uid = 1001, .session = 1};
    ok_ptr_eq(nt_objects_find(&world.objects, &other, NAME_A), NULL);
    /* A lone surrogate is a unit like any other. */
    require(create(&world, surrogate, 1, &object, &leases[1]) == STATUS_SUCCESS);
    ok_ptr_eq(find(&world, surrogate, 1), object);
    for (size_t i = 0; i < NT_ARRAY_SIZE(leases); i++)
        nt_os_close(leases[i]);
    world_deinit(&world);
}

TEST(the_longest_name_is_kept_whole, "11.16")
{
    static uint16_t name[NT_NAME_MAX_UNITS], kept[NT_NAME_MAX_UNITS + NT_BLOCK_BYTES];
    const struct nt_record *record;
    struct nt_broker_object *object;
    struct world world;
    int lease = -1;
    size_t at = 0;

    for (size_t i = 0; i < NT_ARRAY_SIZE(name); i++)
        name[i] = (uint16_t)(i * 7 + 1);
    world_init(&world, 1024);
    require(create(&world, name, NT_ARRAY_SIZE(name), &object, &lease) == STATUS_SUCCESS);
    ok_ptr_eq(find(&world, name, NT_ARRAY_SIZE(name)), object);
    record = nt_object_record(&world.objects, object);
    for (uint32_t i = record->name_block; i != NT_ARENA_NONE && at < sizeof(name);
         i = world.objects.arena.blocks[i].next) {
        memcpy((char *)kept + at, world.objects.arena.blocks[i].bytes, NT_BLOCK_BYTES);
        at += NT_BLOCK_BYTES;
    }
    ok(at >= sizeof(name));
    ok_mem_eq(kept, name, sizeof(name));
    nt_os_close(lease);
    world_deinit(&world);
}

/* 1024 descriptors allow 960 to be charged: two for each of 480 names. */
TEST(one_user_gets_no_more_than_the_quota_and_it_comes_back, "")
{
    struct nt_broker_object *object;
    struct world world;
    int leases[600];
    uint16_t name;
    size_t n = 0;
    NTSTATUS status = STATUS_SUCCESS;

    world_init(&world, 1024);
    for (name = 1; n < NT_ARRAY_SIZE(leases); name++) {
        status = create(&world, &name, 1, &object, &leases[n]);
        if (!NT_SUCCESS(status))
            break;
        n++;
    }
    ok_status(status, STATUS_QUOTA_EXCEEDED);
    ok_eq(n, 480);
    ok_eq(world.objects.n_objects, 480);
    /* One name less, one name more: the charge went with its object. */
    nt_os_close(leases[--n]);
    ok_eq(nt_objects_reap_all(&world.objects), 479);
    ok_status(create(&world, &name, 1, &object, &leases[n]), STATUS_SUCCESS);
    n++;
    while (n > 0)
        nt_os_close(leases[--n]);
    ok_eq(nt_objects_reap_all(&world.objects), 0);
    world_deinit(&world);
}

/* Whoever closes a name and then makes another stays where he was, however full it is. */
TEST(a_dead_name_makes_room_at_the_quota, "11.27")
{
    struct nt_broker_object *object;
    struct world world;
    int leases[480], lease = -1;
    uint16_t name = 1;

    world_init(&world, 1024);
    for (size_t n = 0; n < NT_ARRAY_SIZE(leases); n++, name++)
        require(create(&world, &name, 1, &object, &leases[n]) == STATUS_SUCCESS);
    nt_os_close(leases[0]);
    ok_status(create(&world, &name, 1, &object, &lease), STATUS_SUCCESS);
    nt_os_close(lease);
    for (size_t n = 1; n < NT_ARRAY_SIZE(leases); n++)
        nt_os_close(leases[n]);
    ok_eq(nt_objects_reap_all(&world.objects), 0);
    world_deinit(&world);
}

TEST(who_may_only_read_gets_a_description_that_cannot_write, "2.22 13.6")
{
    struct nt_broker_object *object;
    struct world world;
    uint32_t payload;
    int lease = -1, fd = -1, again = -1;

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    ok_status(payload_of(&world.objects, object, SECTION_QUERY, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, 0);
    ok_eq(fd, -1);
    ok_status(payload_of(&world.objects, object, SECTION_MAP_READ, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, NT_PAYLOAD_READ);
    ok_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    /* Made once and shared by all who may only read. */
    ok_status(payload_of(&world.objects, object, SECTION_MAP_READ, &payload, &again),
              STATUS_SUCCESS);
    ok_eq(again, fd);
    ok_status(payload_of(&world.objects, object, SECTION_MAP_WRITE, &payload, &fd), STATUS_SUCCESS);
    ok_eq(payload, NT_PAYLOAD_WRITE);
    ok_eq(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    nt_os_close(lease);
    world_deinit(&world);
}

TEST(memory_and_lease_are_closed_to_other_users, "")
{
    struct nt_broker_object *object;
    const struct nt_record *record;
    struct world world;
    struct stat st;
    int lease = -1;

    world_init(&world, 1024);
    require(create(&world, NAME_A, &object, &lease) == STATUS_SUCCESS);
    record = nt_object_record(&world.objects, object);
    require(fstat(record->write_fd, &st) == 0);
    ok_eq(st.st_mode & 07777, 0600);
    ok_eq(fcntl(record->write_fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
          F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    require(fstat(lease, &st) == 0);
    ok(S_ISFIFO(st.st_mode));
    ok_eq(st.st_mode & 07777, 0400);
    ok_eq(fcntl(lease, F_GETPIPE_SZ), 4096);
    ok_eq(fcntl(lease, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK);
    ok_eq(fcntl(lease, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    nt_os_close(lease);
    world_deinit(&world);
}
