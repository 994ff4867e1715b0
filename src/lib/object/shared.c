// SPDX-License-Identifier: MIT
/*
 * Objects that carry descriptors; see shared.h.
 */
#include "lib/object/shared.h"

#include <errno.h>
#include <stdlib.h>

#include <ntstatus.h>

#include "lib/object/named.h"
#include "lib/object/parcel.h"
#include "lib/security/object-security.h"
#include "os/carried.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

struct nt_shared {
    struct nt_object object;
    uint32_t type;             /* NTSHM_SHARED_ */
    int lease_fd;              /* -1 for one without a name */
    int fds[NTSHM_SHARED_FDS]; /* -1 behind the last; all of them where the rights give none */
};

/* --- the object ----------------------------------------------------------------------------- */

static struct nt_shared *shared_of(struct nt_object *object)
{
    return NT_CONTAINER_OF(object, struct nt_shared, object);
}

static void last_close(struct nt_object *object)
{
    struct nt_shared *shared = shared_of(object);

    shared->lease_fd = nt_os_close(shared->lease_fd);
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++)
        shared->fds[i] = nt_os_close(shared->fds[i]);
}

static void free_shared(struct nt_object *object)
{
    free(shared_of(object));
}

/* One open, without descriptors; @type is one. */
static struct nt_shared *new_shared(uint32_t type)
{
    struct nt_shared *shared = calloc(1, sizeof(*shared));

    if (!shared)
        return NULL;
    nt_object_init(&shared->object,
                   type == NTSHM_SHARED_FENCE ? &nt_shared_fence_type : &nt_shared_resource_type);
    shared->type = type;
    shared->lease_fd = -1;
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++)
        shared->fds[i] = -1;
    return shared;
}

static bool carries_all(ACCESS_MASK access)
{
    return (access & NTSHM_SHARED_ALL_ACCESS) == NTSHM_SHARED_ALL_ACCESS;
}

/* From a process with less it came without. */
static ACCESS_MASK reach(const struct nt_object *object)
{
    const struct nt_shared *shared = NT_CONTAINER_OF(object, const struct nt_shared, object);

    return shared->fds[0] >= 0 ? ~(ACCESS_MASK)0 : (ACCESS_MASK)STANDARD_RIGHTS_REQUIRED;
}

/* Other descriptors of the same descriptions; all or none. */
static int copy_fds(const int *fds, size_t n, int *ret_fds)
{
    size_t i = 0;
    int r = 0;

    while (i < n && (r = nt_os_dup(fds[i], &ret_fds[i])) == 0)
        i++;
    while (r < 0 && i > 0) {
        i--;
        ret_fds[i] = nt_os_close(ret_fds[i]);
    }
    return r;
}

/* --- in other processes --------------------------------------------------------------------- */

static NTSTATUS pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    const struct nt_shared *shared = shared_of(object);

    nt_parcel_put_u32(parcel, shared->type);
    nt_parcel_put_fd(parcel, shared->lease_fd);
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++)
        nt_parcel_put_fd(parcel, carries_all(access) ? shared->fds[i] : -1);
    return parcel->status;
}

/* What came is what an object carries: one after the other, of kinds that may be. */
static NTSTATUS check(const struct nt_shared *shared, ACCESS_MASK access)
{
    if (carries_all(access) != (shared->fds[0] >= 0))
        return STATUS_DATA_ERROR;
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++) {
        int r = shared->fds[i] < 0 ? 0 : nt_os_carried_check(shared->fds[i]);

        if (r == -EINVAL || (i > 0 && shared->fds[i] >= 0 && shared->fds[i - 1] < 0))
            return STATUS_DATA_ERROR;
        if (r < 0)
            return nt_status_from_errno(r);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS unpack(struct nt_parcel *parcel, ACCESS_MASK access, struct nt_object **ret_object)
{
    uint32_t type = nt_parcel_get_u32(parcel);
    struct nt_shared *shared;
    NTSTATUS status;

    if (!NT_SUCCESS(parcel->status))
        return parcel->status;
    if (!nt_shared_is_type(type))
        return STATUS_DATA_ERROR;
    shared = new_shared(type);
    if (!shared)
        return STATUS_NO_MEMORY;
    shared->lease_fd = nt_parcel_get_fd(parcel);
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++)
        shared->fds[i] = nt_parcel_get_fd(parcel);
    status = parcel->status;
    if (NT_SUCCESS(status))
        status = check(shared, access);
    if (NT_SUCCESS(status))
        *ret_object = &shared->object;
    else
        nt_object_close(&shared->object);
    return status;
}

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    struct nt_shared *shared;

    if (!nt_shared_is_type(reply->object.attributes))
        return STATUS_CONNECTION_DISCONNECTED;
    shared = new_shared(reply->object.attributes);
    if (!shared)
        return STATUS_NO_MEMORY;
    shared->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    shared->fds[0] = nt_client_take_fd(reply, NT_PAYLOAD_READ);
    shared->fds[1] = nt_client_take_fd(reply, NT_PAYLOAD_WRITE);
    shared->fds[2] = nt_client_take_fd(reply, NT_PAYLOAD_EXTRA);
    *ret_object = &shared->object;
    return STATUS_SUCCESS;
}

#define SHARED_TYPE(type_name)                                                                  \
    {                                                                                           \
        .name = type_name, .kind = NT_KIND_D3D12, .reach = reach, .adopt = adopt, .pack = pack, \
        .unpack = unpack, .last_close = last_close, .free = free_shared,                        \
    }

const struct nt_object_type nt_shared_resource_type = SHARED_TYPE("DxgkSharedResource");
const struct nt_object_type nt_shared_fence_type = SHARED_TYPE("DxgkSharedSyncObject");

/* --- creating and opening ------------------------------------------------------------------- */

static NTSTATUS check_parameters(const struct ntshm_shared *shared)
{
    if (!nt_shared_is_type(shared->type) || shared->n_fds < 1 || shared->n_fds > NTSHM_SHARED_FDS)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < shared->n_fds; i++) {
        int r = nt_os_carried_check(shared->fds[i]);

        if (r < 0)
            return r == -EBADF || r == -EINVAL ? STATUS_INVALID_PARAMETER : nt_status_from_errno(r);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS create_unnamed(const struct nt_object_name *name, const struct ntshm_shared *from,
                               HANDLE *ret_handle)
{
    struct nt_descriptor_block security;
    struct nt_shared *shared;
    NTSTATUS status = nt_security_for_new(NT_KIND_D3D12, name->security, &security);

    if (!NT_SUCCESS(status))
        return status;
    shared = new_shared(from->type);
    if (!shared) {
        nt_descriptor_block_deinit(&security);
        return STATUS_NO_MEMORY;
    }
    status = nt_security_attach(&shared->object, &security);
    if (NT_SUCCESS(status))
        status = nt_status_from_errno(copy_fds(from->fds, from->n_fds, shared->fds));
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&shared->object, NTSHM_SHARED_ALL_ACCESS, name->attributes,
                                  ret_handle);
    nt_object_close(&shared->object);
    return status;
}

NTSTATUS nt_shared_create(const struct nt_object_name *name, const struct ntshm_shared *shared,
                          HANDLE *ret_handle)
{
    struct nt_create_request request = {
        .kind = NT_KIND_D3D12,
        .access = NTSHM_SHARED_ALL_ACCESS,
    };
    NTSTATUS status = check_parameters(shared);

    if (!NT_SUCCESS(status))
        return status;
    if (name->count == 0)
        return create_unnamed(name, shared, ret_handle);
    request.attributes = shared->type;
    return nt_named_create(name, &request, shared->fds, shared->n_fds, adopt, ret_handle);
}

NTSTATUS nt_shared_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_D3D12, .access = access};

    return nt_named_open(name, &request, adopt, ret_handle);
}

/* --- what it carries ------------------------------------------------------------------------ */

static size_t count_fds(const struct nt_shared *shared)
{
    size_t n = 0;

    while (n < NTSHM_SHARED_FDS && shared->fds[n] >= 0)
        n++;
    return n;
}

NTSTATUS nt_shared_take(HANDLE handle, struct ntshm_shared *ret_shared)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct ntshm_shared taken = {.type = 0};
    const struct nt_shared *shared;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(handle, NULL, 0, &object, &access);

    if (!NT_SUCCESS(status))
        return status;
    if (object->type != &nt_shared_resource_type && object->type != &nt_shared_fence_type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    shared = shared_of(object);
    taken.type = shared->type;
    taken.n_fds = (UINT)count_fds(shared);
    if (!carries_all(access) || taken.n_fds == 0)
        return STATUS_ACCESS_DENIED;
    for (size_t i = 0; i < NTSHM_SHARED_FDS; i++)
        taken.fds[i] = -1;
    status = nt_status_from_errno(copy_fds(shared->fds, taken.n_fds, taken.fds));
    if (NT_SUCCESS(status))
        *ret_shared = taken;
    return status;
}
