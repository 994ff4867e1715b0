// SPDX-License-Identifier: MIT
/*
 * Objects that carry descriptors, when something fails inside: made, opened, taken from, packed and
 * unpacked, in the program and in the broker. Each comes whole or not at all, and no descriptor is
 * left anywhere.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntshm/shared.h>
#include <ntstatus.h>
#include <windows.h>

#include "fault/kit.h"
#include "harness/test.h"
#include "lib/object/parcel.h"
#include "lib/process/lock.h"
#include "rtl/status.h"
#include "unit/broker_fixture.h"
#include "util/macro.h"

/* How messages are lost is library.c's to look at. */
#define TALK (FAULT_BIT(SEND) | FAULT_BIT(RECV) | FAULT_BIT(SOCKET) | FAULT_BIT(CONNECT))
#define LOOK FAULT_BIT(STAT)

static struct ntshm_shared shared;
static HANDLE source, made;

static void begin(void)
{
    shared = (struct ntshm_shared){.type = NTSHM_SHARED_FENCE, .n_fds = 3};
    shared.fds[0] = memfd_create("fault", MFD_CLOEXEC);
    require(shared.fds[0] >= 0 && pipe2(&shared.fds[1], O_CLOEXEC) == 0);
}

static void end(void)
{
    for (UINT i = 0; i < shared.n_fds; i++)
        ok_eq(close(shared.fds[i]), 0);
}

static void close_made(void)
{
    ok_succeeds(CloseHandle(made));
    made = NULL;
}

static void greet_broker(void)
{
    made = CreateEventA(NULL, TRUE, FALSE, A_("greeting"));
    require(made != NULL);
    close_made();
}

/* --- the program's side ----------------------------------------------------------------------- */

static uint32_t run_unnamed(void)
{
    made = ntshm_create_sharedW(NULL, NULL, &shared);
    return fault_result(made != NULL);
}

static uint32_t run_named(void)
{
    made = ntshm_create_sharedW(NULL, L_("fault"), &shared);
    return fault_result(made != NULL);
}

static uint32_t run_open(void)
{
    made = ntshm_open_sharedW(GENERIC_ALL, FALSE, L_("source"));
    return fault_result(made != NULL);
}

static struct ntshm_shared taken;

static uint32_t run_take(void)
{
    return fault_result(ntshm_take_shared(source, &taken));
}

static void drop_taken(void)
{
    for (UINT i = 0; i < taken.n_fds; i++)
        ok_eq(close(taken.fds[i]), 0);
}

TEST_DEADLINE(a_shared_object_is_made_whole_or_not_at_all, "D12.9 11.27", 120)
{
    static const struct fault_call calls[] = {
        {"ntshm_create_sharedW, no name", NULL, run_unnamed, close_made,
         FAULT_MEMORY | FAULT_BIT(DUP) | LOOK, 0, 0},
        {"ntshm_create_sharedW", greet_broker, run_named, close_made, FAULT_MEMORY | LOOK, 0, TALK},
    };

    begin();
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    end();
}

TEST_DEADLINE(a_shared_object_is_opened_whole_or_not_at_all, "D14.1 D13.4", 120)
{
    static const struct fault_call calls[] = {
        {"ntshm_open_sharedW", greet_broker, run_open, close_made, FAULT_MEMORY, 0, TALK},
        {"ntshm_take_shared", NULL, run_take, drop_taken, FAULT_BIT(DUP), 0, 0},
    };

    begin();
    source = ntshm_create_sharedW(NULL, L_("source"), &shared);
    require(source != NULL);
    for (size_t i = 0; i < ARRAYSIZE(calls); i++)
        fault_walk_call(&calls[i]);
    ok_succeeds(CloseHandle(source));
    end();
}

static NTSTATUS through_parcel(void)
{
    struct nt_parcel parcel = {.bytes = NULL};
    struct nt_object *object = NULL, *copy = NULL;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status = nt_handle_get(source, NULL, 0, &object, NULL);

    if (NT_SUCCESS(status))
        status = nt_parcel_pack(object, NTSHM_SHARED_ALL_ACCESS, 0, &parcel);
    nt_object_close(object);
    nt_move_begin();
    if (NT_SUCCESS(status)) {
        status = nt_parcel_unpack(parcel.bytes, parcel.size, parcel.fds, parcel.n_fds, &copy,
                                  &access, &attributes);
        parcel.n_fds = 0;
    }
    if (NT_SUCCESS(status))
        status = nt_handle_hand_out(copy, access, attributes, &made);
    nt_move_end();
    nt_parcel_deinit(&parcel);
    return status;
}

static uint32_t run_parcel(void)
{
    return nt_status_to_win32(through_parcel());
}

TEST_DEADLINE(a_shared_object_travels_whole_or_not_at_all, "D18.1", 120)
{
    struct fault_call call = {"parcel, shared object",
                              NULL,
                              run_parcel,
                              close_made,
                              FAULT_MEMORY | FAULT_BIT(DUP) | LOOK,
                              0,
                              0};

    begin();
    for (unsigned named = 0; named < 2; named++) {
        source = ntshm_create_sharedW(NULL, named ? L_("source") : NULL, &shared);
        require(source != NULL);
        fault_walk_call(&call);
        ok_succeeds(CloseHandle(source));
    }
    end();
}

static int memory_fd;

static uint32_t run_memory(void)
{
    struct ntshm_kept_memory kept;
    uint32_t result = fault_result(ntshm_keep_memory(source, &kept));

    if (result == ERROR_SUCCESS) {
        result = fault_result(ntshm_dup_memory(&kept, &memory_fd));
        ntshm_drop_memory(&kept);
    }
    return result;
}

static void close_memory(void)
{
    ok_eq(close(memory_fd), 0);
}

TEST_DEADLINE(the_memory_of_a_section_comes_or_does_not, "D15.6", 120)
{
    const struct fault_call call = {"ntshm_keep_memory",
                                    NULL,
                                    run_memory,
                                    close_memory,
                                    FAULT_BIT(DUP) | FAULT_BIT(CHMOD),
                                    0,
                                    0};

    source = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL);
    require(source != NULL);
    fault_walk_call(&call);
    ok_succeeds(CloseHandle(source));
}

/* --- the broker's side ------------------------------------------------------------------------ */

static struct nt_broker broker;
static struct fixture_client client;
static struct fixture_reply reply;
static uint64_t n_objects;

static uint32_t ask(unsigned type, const void *fixed, size_t n_fds)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {.type = (uint16_t)type, .number = ++client.number};
    static const uint16_t name[] = {'n', 'a', 'm', 'e'};
    _Alignas(8) unsigned char bytes[512] = {0};
    int fds[3], r;

    for (size_t i = 0; i < n_fds; i++)
        require((fds[i] = fcntl(shared.fds[i], F_DUPFD_CLOEXEC, 3)) >= 0);
    header.size = (uint32_t)(sizeof(header) + info->request_size + sizeof(name));
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), fixed, info->request_size);
    memcpy(bytes + sizeof(header) + info->request_size, name, sizeof(name));
    r = nt_dispatch(&broker, &client.client, bytes, header.size, fds, n_fds);
    (void)fault_disarm();
    if (r < 0)
        return STATUS_CONNECTION_DISCONNECTED;
    fixture_receive(&client, &reply);
    return (uint32_t)reply.header.status;
}

static uint32_t run_broker_create(void *context)
{
    const struct nt_create_request create = {.kind = NT_KIND_D3D12,
                                             .access = GENERIC_ALL,
                                             .attributes = NTSHM_SHARED_FENCE,
                                             .name_units = 4};

    (void)context;
    return ask(NT_MESSAGE_CREATE, &create, 3);
}

static uint32_t run_broker_open(void *context)
{
    const struct nt_open_request open = {
        .kind = NT_KIND_D3D12, .access = GENERIC_ALL, .name_units = 4};

    (void)context;
    return ask(NT_MESSAGE_OPEN, &open, 0);
}

static void drop_reply(void *context)
{
    (void)context;
    fixture_reply_deinit(&reply);
    fixture_reap(&broker);
}

static bool is_clean(void *context)
{
    const char *complaint;

    (void)context;
    fixture_reap(&broker);
    complaint = fixture_complaint(&broker);
    if (complaint)
        test_note("%s", complaint);
    return !complaint && broker.objects.n_objects == n_objects;
}

static const uint32_t *broker_errors(unsigned kind, int error)
{
    static const uint32_t memory[] = {STATUS_NO_MEMORY, 0};
    static const uint32_t descriptors[] = {STATUS_TOO_MANY_OPENED_FILES, 0};

    return kind == FAULT_ALLOCATION || error == ENOMEM ? memory : descriptors;
}

TEST_DEADLINE(the_broker_keeps_all_of_it_or_nothing, "D12.9 11.27", 120)
{
    static const int of_descriptors[] = {ENOMEM, EMFILE, 0};
    struct fault_operation create = {
        .name = "broker: create a shared object",
        .run = run_broker_create,
        .undo = drop_reply,
        .is_clean = is_clean,
        .errors = broker_errors,
        .must_meet = FAULT_MEMORY | FAULT_BIT(PIPE) | LOOK,
        .ignored = FAULT_BIT(SEND),
    };
    struct fault_operation open = create;
    struct fixture_reply kept;
    int write_fd, read_fd, reader_fd;

    begin();
    require(fixture_init(&broker, getuid()) == 0);
    require(fixture_client_init(&broker, &client, getuid()) == 0);
    ok_status(fixture_hello(&broker, &client, 0), STATUS_SUCCESS);
    /* What the seam keeps open for speed is open from here on. */
    require(nt_os_lease_new(&write_fd, &read_fd) == 0);
    require(nt_os_lease_reader(write_fd, &reader_fd) == 0);
    nt_os_close(write_fd);
    nt_os_close(read_fd);
    nt_os_close(reader_fd);
    n_objects = 0;
    fault_walk(&create, of_descriptors);
    require(run_broker_create(NULL) == STATUS_SUCCESS);
    kept = reply;
    n_objects = 1;
    open.name = "broker: open a shared object";
    open.run = run_broker_open;
    open.must_meet = 0;
    fault_walk(&open, of_descriptors);
    fixture_reply_deinit(&kept);
    n_objects = 0;
    ok(is_clean(NULL));
    fixture_client_deinit(&broker, &client);
    fixture_deinit(&broker);
    end();
}
