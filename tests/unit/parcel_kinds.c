// SPDX-License-Identifier: MIT
/*
 * Parcels of every kind of object: the same comes out, no cut one is taken, no changed bit does
 * harm, and without its descriptors nothing comes of it that has some.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/file/file.h"
#include "lib/memory/image.h"
#include "lib/memory/region.h"
#include "lib/memory/section.h"
#include "lib/object/directory.h"
#include "lib/object/named.h"
#include "lib/object/parcel.h"
#include "lib/object/shared.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/security/token.h"
#include "lib/sync/event.h"
#include "lib/sync/mutex.h"
#include "lib/sync/semaphore.h"
#include "lib/sync/timer.h"
#include "os/os.h"
#include "unit/image_unit.h"

static NTSTATUS unpack(const struct nt_parcel *parcel, size_t size, size_t n_fds,
                       struct nt_object **ret_object)
{
    int fds[NT_PARCEL_FDS];
    ACCESS_MASK access;
    ULONG attributes;

    for (size_t i = 0; i < n_fds; i++)
        require(nt_os_dup(parcel->fds[i], &fds[i]) == 0);
    return nt_parcel_unpack(parcel->bytes, size, fds, n_fds, ret_object, &access, &attributes);
}

/* What comes out is closed at once; inside a move, as a named one has to be. */
static NTSTATUS try(const struct nt_parcel *parcel, size_t size, size_t n_fds)
{
    struct nt_object *object = NULL;
    NTSTATUS status;

    nt_move_begin();
    status = unpack(parcel, size, n_fds, &object);
    if (NT_SUCCESS(status))
        nt_object_close(object);
    else
        ok_ptr_eq(object, NULL);
    nt_move_end();
    return status;
}

static void check_cut(const struct nt_parcel *parcel)
{
    for (size_t size = 0; size < parcel->size; size++)
        ok_status(try(parcel, size, parcel->n_fds), STATUS_DATA_ERROR);
    for (size_t n = 0; n < parcel->n_fds; n++)
        ok_status(try(parcel, parcel->size, n), STATUS_DATA_ERROR);
}

static void check_changed(struct nt_parcel *parcel)
{
    unsigned refused = 0;

    for (size_t i = 0; i < parcel->size * 8; i++) {
        parcel->bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        refused += !NT_SUCCESS(try(parcel, parcel->size, parcel->n_fds));
        parcel->bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    ok(refused > 64, "%u refused", refused);
}

/* Takes the handle. */
static void check_kind(HANDLE handle, ACCESS_MASK access)
{
    struct nt_object *object = NULL, *copy = NULL;
    struct nt_parcel parcel;
    HANDLE other = NULL;

    require(NT_SUCCESS(nt_handle_get(handle, NULL, 0, &object, NULL)));
    test_note("%s", object->type->name);
    ok_status(nt_parcel_pack(object, access, 0, &parcel), STATUS_SUCCESS);
    nt_move_begin();
    ok_status(unpack(&parcel, parcel.size, parcel.n_fds, &copy), STATUS_SUCCESS);
    require(copy != NULL);
    ok_ptr_eq(copy->type, object->type);
    ok_status(nt_handle_hand_out(copy, access, 0, &other), STATUS_SUCCESS);
    nt_move_end();
    ok_status(nt_handle_compare(handle, other), STATUS_SUCCESS);
    ok_status(nt_handle_close(other), STATUS_SUCCESS);
    check_cut(&parcel);
    check_changed(&parcel);
    nt_parcel_deinit(&parcel);
    nt_object_close(object);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}

TEST(events_and_their_kin_are_packed, "12.30")
{
    HANDLE handle = NULL;

    ok_status(nt_event_create(NULL, true, false, EVENT_ALL_ACCESS, &handle), STATUS_SUCCESS);
    check_kind(handle, EVENT_ALL_ACCESS);
    ok_status(nt_mutex_create(NULL, false, MUTANT_ALL_ACCESS, &handle), STATUS_SUCCESS);
    check_kind(handle, MUTANT_ALL_ACCESS);
    ok_status(nt_semaphore_create(NULL, 1, 5, SEMAPHORE_ALL_ACCESS, &handle), STATUS_SUCCESS);
    check_kind(handle, SEMAPHORE_ALL_ACCESS);
    ok_status(nt_timer_create(NULL, true, TIMER_ALL_ACCESS, &handle), STATUS_SUCCESS);
    check_kind(handle, TIMER_ALL_ACCESS);
}

TEST(tokens_and_processes_are_packed, "12.30")
{
    struct nt_process *self;
    HANDLE handle = NULL;

    ok_status(nt_handle_hand_out(nt_token_object(nt_token_process()), TOKEN_ALL_ACCESS, 0, &handle),
              STATUS_SUCCESS);
    check_kind(handle, TOKEN_QUERY);
    require(NT_SUCCESS(nt_process_new_self(&self)));
    ok_status(nt_handle_hand_out(&self->object, PROCESS_ALL_ACCESS, 0, &handle), STATUS_SUCCESS);
    check_kind(handle, PROCESS_ALL_ACCESS);
}

TEST(pipes_are_packed, "12.30")
{
    int ends[2];
    HANDLE handle = NULL;

    require(nt_os_pipe(&ends[0], &ends[1]) == 0);
    ok_status(nt_file_borrow(ends[0], &handle), STATUS_SUCCESS);
    check_kind(handle, FILE_GENERIC_READ);
    ok_status(nt_file_borrow(ends[1], &handle), STATUS_SUCCESS);
    check_kind(handle, FILE_WRITE_DATA);
    nt_os_close(ends[0]);
    nt_os_close(ends[1]);
}

/* What the broker knows keeps its number, its path and its lease. */
TEST(named_objects_are_packed, "2.6 12.30")
{
    struct nt_directory_object *directory = nt_directory_new();
    struct nt_object_path *path = nt_directory_nameless_path();
    HANDLE handle = NULL;
    int write_fd;

    require(directory && path);
    require(nt_os_lease_new(&write_fd, &directory->lease_fd) == 0);
    directory->root.id = 5;
    directory->root.secret = 6;
    nt_move_begin();
    ok_status(nt_named_hand_out(&directory->object, 77, 88, path, DIRECTORY_QUERY, 0, &handle),
              STATUS_SUCCESS);
    nt_move_end();
    check_kind(handle, DIRECTORY_QUERY);
    ok(nt_os_lease_is_dead(write_fd));
    nt_os_close(write_fd);
}

/* A layout that nobody can change any more, and the file that it was made of. */
TEST(images_are_packed, "14.2")
{
    struct nt_section *section = nt_section_new();
    struct image_spec spec = movable();
    HANDLE handle = NULL;
    struct nt_image *image;
    int layout;

    require(section != NULL);
    make_spec(&spec, &image, &layout);
    nt_image_keep_file(image, -1);
    section->size = nt_image_size(image);
    section->protection = PAGE_READONLY;
    section->attributes = SEC_IMAGE | SEC_FILE;
    section->read_fd = layout;
    section->image = image;
    ok_status(nt_handle_hand_out(&section->object, SECTION_ALL_ACCESS, 0, &handle), STATUS_SUCCESS);
    check_kind(handle, SECTION_MAP_READ | SECTION_MAP_EXECUTE);
}

/* --- what carries descriptors --------------------------------------------------------------- */

static HANDLE new_shared(UINT type, unsigned n_fds)
{
    struct nt_object_name nameless = {.units = nameless.storage};
    struct ntshm_shared shared = {.type = type, .n_fds = n_fds};
    HANDLE handle = NULL;

    for (unsigned i = 0; i < n_fds; i++)
        require(nt_os_memfd_new("shared", PAGE, NT_OS_MEMFD_PRIVATE, &shared.fds[i]) == 0);
    ok_status(nt_shared_create(&nameless, &shared, &handle), STATUS_SUCCESS);
    for (unsigned i = 0; i < n_fds; i++)
        nt_os_close(shared.fds[i]);
    return handle;
}

TEST(shared_objects_are_packed, "D12.10 D18.1")
{
    check_kind(new_shared(NTSHM_SHARED_RESOURCE, 1), NTSHM_SHARED_ALL_ACCESS);
    check_kind(new_shared(NTSHM_SHARED_FENCE, 3), NTSHM_SHARED_ALL_ACCESS);
    check_kind(new_shared(NTSHM_SHARED_RESOURCE, 2), READ_CONTROL);
}

/* Of another kind than objects carry: nothing comes of it, and nothing stays open. */
TEST(shared_objects_with_other_descriptors_are_refused, "")
{
    HANDLE handle = new_shared(NTSHM_SHARED_RESOURCE, 2);
    struct nt_object *object = NULL;
    struct nt_parcel parcel;
    uint64_t *presence;

    require(NT_SUCCESS(nt_handle_get(handle, NULL, 0, &object, NULL)));
    ok_status(nt_parcel_pack(object, NTSHM_SHARED_ALL_ACCESS, 0, &parcel), STATUS_SUCCESS);
    ok_eq(parcel.n_fds, 2);
    ok_status(try(&parcel, parcel.size, 2), STATUS_SUCCESS);
    /* One after the other: the first and the third are none, nor the second and the third. */
    presence = (uint64_t *)(void *)(parcel.bytes + parcel.size) - 3;
    ok(presence[0] == 1 && presence[1] == 1 && presence[2] == 0);
    presence[1] = 0;
    presence[2] = 1;
    ok_status(try(&parcel, parcel.size, 2), STATUS_DATA_ERROR);
    presence[0] = 0;
    presence[1] = 1;
    ok_status(try(&parcel, parcel.size, 2), STATUS_DATA_ERROR);
    presence[0] = 1;
    presence[2] = 0;
    ok_status(try(&parcel, parcel.size, 2), STATUS_SUCCESS);
    nt_os_close(parcel.fds[1]);
    parcel.fds[1] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok_status(try(&parcel, parcel.size, 2), STATUS_DATA_ERROR);
    nt_os_close(parcel.fds[1]);
    parcel.fds[1] = open("/dev/zero", O_RDWR | O_CLOEXEC);
    ok_status(try(&parcel, parcel.size, 2), STATUS_DATA_ERROR);
    nt_parcel_deinit(&parcel);
    nt_object_close(object);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}

/* A descriptor that somebody gave goes along. */
TEST(a_descriptor_of_security_goes_along, "13.8")
{
    SECURITY_DESCRIPTOR_RELATIVE relative = {.Revision = 1, .Control = SE_SELF_RELATIVE};
    const struct nt_section_parameters parameters = {
        .size = PAGE,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
        .access = SECTION_ALL_ACCESS,
    };
    struct nt_object_name name = {.units = name.storage, .security = &relative};
    HANDLE handle = NULL;

    ok_status(nt_section_create(&name, &parameters, &handle), STATUS_SUCCESS);
    check_kind(handle, SECTION_ALL_ACCESS);
}

/* --- memory that the broker made ------------------------------------------------------------ */

static HANDLE named_section(ULONG attributes)
{
    const struct nt_section_parameters parameters = {
        .size = 2 * PAGE,
        .protection = PAGE_READWRITE,
        .attributes = attributes,
        .access = SECTION_ALL_ACCESS,
    };
    struct nt_object_name name;
    HANDLE handle = NULL;

    ok_status(nt_object_name_from_utf8(&name, A_("named"), 0), STATUS_SUCCESS);
    ok_status(nt_section_create(&name, &parameters, &handle), STATUS_SUCCESS);
    nt_object_name_deinit(&name);
    return handle;
}

static int reopening_is_forbidden(enum nt_os_call call)
{
    return call == NT_OS_REOPEN ? EACCES : 0;
}

/* Another user's broker: its memory cannot be opened anew here, and it gives what can only read. */
static void check_read_only(HANDLE section, size_t n_fds)
{
    struct nt_object *object = NULL;
    struct nt_parcel parcel;
    NTSTATUS status;

    require(NT_SUCCESS(nt_handle_get(section, NULL, 0, &object, NULL)));
    nt_os_set_fault(reopening_is_forbidden);
    status = nt_parcel_pack(object, SECTION_MAP_READ, 0, &parcel);
    nt_os_set_fault(NULL);
    ok_status(status, STATUS_SUCCESS);
    ok_eq(parcel.n_fds, n_fds);
    for (size_t i = 1; i < parcel.n_fds; i++)
        ok_eq(fcntl(parcel.fds[i], F_GETFL) & O_ACCMODE, O_RDONLY);
    ok_status(try(&parcel, parcel.size, parcel.n_fds), STATUS_SUCCESS);
    nt_parcel_deinit(&parcel);
    nt_object_close(object);
    ok_status(nt_handle_close(section), STATUS_SUCCESS);
}

TEST(the_broker_gives_what_can_only_read, "2.23")
{
    check_read_only(named_section(SEC_COMMIT), 2);
    check_read_only(named_section(SEC_RESERVE), 3);
}

/* Nobody can do that for memory that has no name. */
TEST(what_cannot_be_made_read_only_stays_here, "")
{
    const struct nt_section_parameters parameters = {
        .size = PAGE,
        .protection = PAGE_READWRITE,
        .attributes = SEC_COMMIT,
        .access = SECTION_ALL_ACCESS,
    };
    struct nt_object *object = NULL;
    struct nt_parcel parcel;
    HANDLE handle = NULL;
    NTSTATUS status;

    require(NT_SUCCESS(nt_section_create(NULL, &parameters, &handle)));
    require(NT_SUCCESS(nt_handle_get(handle, NULL, 0, &object, NULL)));
    nt_os_set_fault(reopening_is_forbidden);
    status = nt_parcel_pack(object, SECTION_MAP_READ, 0, &parcel);
    nt_os_set_fault(NULL);
    ok_status(status, STATUS_ACCESS_DENIED);
    nt_parcel_deinit(&parcel);
    nt_object_close(object);
    ok_status(nt_handle_close(handle), STATUS_SUCCESS);
}
