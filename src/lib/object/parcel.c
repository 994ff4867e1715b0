// SPDX-License-Identifier: MIT
/*
 * Parcels: a header, the path of a named object or the descriptor of an unnamed one, then what the
 * type packs. Each piece is padded to 8 bytes; descriptors are told in their order. See parcel.h.
 *
 * An unnamed object gets a random number when it first leaves its process: two objects that bear
 * it are one. Whoever made the number up can only have CompareObjectHandles() call two objects of
 * his own the same.
 */
#include "lib/object/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/object/named.h"
#include "lib/object/parcel-types.h"
#include "lib/security/kept-security.h"
#include "lib/security/object-security.h"
#include "os/file.h"
#include "os/os.h"
#include "rtl/access.h"
#include "rtl/status.h"
#include "util/macro.h"

#define MAGIC      0x6e747031u /* "ntp1" */
#define ATTRIBUTES (OBJ_INHERIT | OBJ_PROTECT_CLOSE)

struct header {
    uint32_t magic;
    uint32_t kind; /* enum nt_kind */
    uint32_t access;
    uint32_t attributes;
    uint64_t id, broker; /* of a named one; else 0 */
    uint64_t identity;   /* of an unnamed one */
    uint32_t path_units;
    uint32_t security_size;              /* a self-relative descriptor; 0: the maker's default */
    uint32_t maker, uid, gid, integrity; /* of an unnamed one; maker: 1, or 0 for not known */
};

/* --- putting -------------------------------------------------------------------------------- */

static void fail(struct nt_parcel *parcel, NTSTATUS status)
{
    if (NT_SUCCESS(parcel->status))
        parcel->status = status;
}

static bool make_room(struct nt_parcel *parcel, size_t size)
{
    size_t capacity = parcel->capacity ? parcel->capacity : 256;
    unsigned char *bytes;

    if (size > NT_PARCEL_BYTES - parcel->size) {
        fail(parcel, STATUS_INSUFFICIENT_RESOURCES);
        return false;
    }
    while (capacity < parcel->size + size)
        capacity *= 2;
    if (capacity == parcel->capacity)
        return true;
    bytes = realloc(parcel->bytes, capacity);
    if (!bytes) {
        fail(parcel, STATUS_NO_MEMORY);
        return false;
    }
    parcel->bytes = bytes;
    parcel->capacity = capacity;
    return true;
}

void nt_parcel_put(struct nt_parcel *parcel, const void *bytes, size_t size)
{
    size_t padded = nt_align_up(size, 8);

    if (!NT_SUCCESS(parcel->status) || size == 0)
        return;
    if (size > NT_PARCEL_BYTES || !make_room(parcel, padded)) {
        fail(parcel, STATUS_INSUFFICIENT_RESOURCES);
        return;
    }
    memcpy(parcel->bytes + parcel->size, bytes, size);
    memset(parcel->bytes + parcel->size + size, 0, padded - size);
    parcel->size += padded;
}

void nt_parcel_put_u32(struct nt_parcel *parcel, uint32_t value)
{
    nt_parcel_put(parcel, &value, sizeof(value));
}

void nt_parcel_put_u64(struct nt_parcel *parcel, uint64_t value)
{
    nt_parcel_put(parcel, &value, sizeof(value));
}

void nt_parcel_give_fd(struct nt_parcel *parcel, int fd)
{
    nt_parcel_put_u32(parcel, fd >= 0);
    if (fd < 0)
        return;
    if (parcel->n_fds == NT_PARCEL_FDS)
        fail(parcel, STATUS_INSUFFICIENT_RESOURCES);
    if (NT_SUCCESS(parcel->status))
        parcel->fds[parcel->n_fds++] = fd;
    else
        nt_os_close(fd);
}

void nt_parcel_put_fd(struct nt_parcel *parcel, int fd)
{
    int copy = -1, r;

    if (!NT_SUCCESS(parcel->status))
        return;
    r = fd >= 0 ? nt_os_dup(fd, &copy) : 0;
    if (r < 0)
        fail(parcel, nt_status_from_errno(r));
    else
        nt_parcel_give_fd(parcel, copy);
}

/* --- getting -------------------------------------------------------------------------------- */

const void *nt_parcel_get(struct nt_parcel *parcel, size_t size)
{
    const void *at;

    if (!NT_SUCCESS(parcel->status))
        return NULL;
    if (size > parcel->size - parcel->at || nt_align_up(size, 8) > parcel->size - parcel->at) {
        fail(parcel, STATUS_DATA_ERROR);
        return NULL;
    }
    at = parcel->bytes + parcel->at;
    parcel->at += nt_align_up(size, 8);
    return at;
}

uint32_t nt_parcel_get_u32(struct nt_parcel *parcel)
{
    const uint32_t *value = nt_parcel_get(parcel, sizeof(*value));

    return value ? *value : 0;
}

uint64_t nt_parcel_get_u64(struct nt_parcel *parcel)
{
    const uint64_t *value = nt_parcel_get(parcel, sizeof(*value));

    return value ? *value : 0;
}

int nt_parcel_get_fd(struct nt_parcel *parcel)
{
    uint32_t there = nt_parcel_get_u32(parcel);

    if (!NT_SUCCESS(parcel->status) || there == 0)
        return -1;
    if (there != 1 || parcel->fds_at == parcel->n_fds || parcel->fds[parcel->fds_at] < 0) {
        fail(parcel, STATUS_DATA_ERROR);
        return -1;
    }
    return nt_steal_fd(&parcel->fds[parcel->fds_at++]);
}

void nt_parcel_deinit(struct nt_parcel *parcel)
{
    for (size_t i = 0; i < parcel->n_fds; i++)
        parcel->fds[i] = nt_os_close_foreign(parcel->fds[i]);
    free(parcel->bytes);
    *parcel = (struct nt_parcel){0};
}

/* --- packing -------------------------------------------------------------------------------- */

static NTSTATUS number(struct nt_object *object, uint64_t *ret_identity)
{
    uint64_t fresh, before = 0;
    int r;

    *ret_identity = atomic_load(&object->identity);
    if (*ret_identity)
        return STATUS_SUCCESS;
    r = nt_os_random(&fresh, sizeof(fresh));
    if (r < 0)
        return nt_status_from_errno(r);
    fresh |= 1;
    *ret_identity =
        atomic_compare_exchange_strong(&object->identity, &before, fresh) ? fresh : before;
    return STATUS_SUCCESS;
}

static bool has_descriptor(const struct nt_object *object)
{
    return !object->id && !object->type->widen;
}

/* Who made it, and what was set since. */
static NTSTATUS describe(const struct nt_object *object, struct header *header,
                         struct nt_descriptor_block *ret_block)
{
    struct nt_descriptor parts;
    struct nt_maker maker;
    NTSTATUS status = nt_security_maker(object, &maker);

    if (!NT_SUCCESS(status))
        return status;
    if (maker.known) {
        header->maker = 1;
        header->uid = maker.uid;
        header->gid = maker.gid;
        header->integrity = maker.integrity;
    }
    if (!object->security)
        return STATUS_SUCCESS;
    status =
        nt_kept_security_read(&object->security, object->type->kind, &maker, ret_block, &parts);
    header->security_size = (uint32_t)ret_block->size;
    return status;
}

static NTSTATUS pack_common(struct nt_object *object, struct header *header,
                            struct nt_parcel *parcel)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {0};
    NTSTATUS status = STATUS_SUCCESS;

    if (object->id) {
        header->id = object->id;
        header->broker = object->broker;
        header->path_units = object->path ? (uint32_t)object->path->count : 0;
    } else {
        status = number(object, &header->identity);
        if (NT_SUCCESS(status) && has_descriptor(object))
            status = describe(object, header, &security);
    }
    if (!NT_SUCCESS(status))
        return status;
    nt_parcel_put(parcel, header, sizeof(*header));
    if (header->path_units)
        nt_parcel_put(parcel, object->path->units, header->path_units * sizeof(uint16_t));
    nt_parcel_put(parcel, security.bytes, security.size);
    return parcel->status;
}

NTSTATUS nt_parcel_pack(struct nt_object *object, ACCESS_MASK access, ULONG attributes,
                        struct nt_parcel *ret_parcel)
{
    struct header header = {
        .magic = MAGIC,
        .kind = object->type->kind,
        .access = access,
        .attributes = attributes & ATTRIBUTES,
    };
    NTSTATUS status;

    *ret_parcel = (struct nt_parcel){0};
    if (!object->type->pack)
        return STATUS_NOT_SUPPORTED;
    status = pack_common(object, &header, ret_parcel);
    if (NT_SUCCESS(status))
        status = object->type->pack(object, access, ret_parcel);
    return NT_SUCCESS(status) ? ret_parcel->status : status;
}

static bool carries_all(int fd, ACCESS_MASK access)
{
    int flags;

    if (fd < 0 || nt_os_file_flags(fd, &flags) < 0)
        return false;
    if (flags & O_PATH)
        return true;
    return ((flags & O_ACCMODE) == O_WRONLY || (access & (FILE_READ_DATA | FILE_EXECUTE))) &&
           ((flags & O_ACCMODE) == O_RDONLY || (access & FILE_WRITE_DATA));
}

bool nt_parcel_suits_others(const struct nt_parcel *parcel)
{
    const struct header *header = (const struct header *)parcel->bytes;

    if (parcel->size < sizeof(*header))
        return false;
    switch (header->kind) {
    case NT_KIND_EVENT:
    case NT_KIND_MUTANT:
    case NT_KIND_SEMAPHORE:
    case NT_KIND_TIMER:
        return header->id != 0;
    case NT_KIND_FILE:
        return parcel->n_fds == 1 && carries_all(parcel->fds[0], header->access);
    default:
        return true;
    }
}

/* --- unpacking ------------------------------------------------------------------------------ */

static const struct nt_object_type *type_of(uint32_t kind)
{
    for (size_t i = 0; i < nt_n_parcel_types; i++) {
        if ((uint32_t)nt_parcel_types[i]->kind == kind && nt_parcel_types[i]->unpack)
            return nt_parcel_types[i];
    }
    return NULL;
}

static bool is_good(const struct header *header)
{
    bool named = header->id != 0;

    if (header->magic != MAGIC || !type_of(header->kind) || (header->attributes & ~ATTRIBUTES) ||
        (header->access & ~nt_kind_rights((enum nt_kind)header->kind)->valid) || header->maker > 1)
        return false;
    if (named)
        return header->kind <= NT_KIND_LAST && header->broker && !header->security_size &&
               !header->maker;
    return header->identity && !header->broker && !header->path_units;
}

/* What is kept of an unnamed object's descriptor. */
static NTSTATUS unpack_security(struct nt_parcel *parcel, const struct header *header,
                                struct nt_descriptor_block *ret_block)
{
    const void *bytes;
    struct nt_descriptor parts;

    if (header->security_size == 0)
        return STATUS_SUCCESS;
    bytes = nt_parcel_get(parcel, header->security_size);
    if (!bytes || !NT_SUCCESS(nt_descriptor_from_relative(bytes, header->security_size, &parts)))
        return STATUS_DATA_ERROR;
    ret_block->bytes = malloc(header->security_size);
    if (!ret_block->bytes)
        return STATUS_NO_MEMORY;
    memcpy(ret_block->bytes, bytes, header->security_size);
    ret_block->size = header->security_size;
    return STATUS_SUCCESS;
}

static NTSTATUS unpack_path(struct nt_parcel *parcel, const struct header *header,
                            struct nt_object_path **ret_path)
{
    size_t size = (size_t)header->path_units * sizeof(uint16_t);
    const void *units;

    if (header->path_units == 0)
        return STATUS_SUCCESS;
    units = nt_parcel_get(parcel, size);
    if (!units)
        return parcel->status;
    *ret_path = malloc(sizeof(**ret_path) + size);
    if (!*ret_path)
        return STATUS_NO_MEMORY;
    (*ret_path)->count = header->path_units;
    memcpy((*ret_path)->units, units, size);
    return STATUS_SUCCESS;
}

static NTSTATUS settle(struct nt_object *object, const struct header *header,
                       struct nt_object_path **path, struct nt_descriptor_block *security)
{
    if (header->id) {
        nt_named_settle(object, header->id, header->broker, NT_STEAL(*path));
        return STATUS_SUCCESS;
    }
    atomic_store(&object->identity, header->identity);
    if (header->maker)
        object->maker = (struct nt_maker){
            .known = true, .uid = header->uid, .gid = header->gid, .integrity = header->integrity};
    return security->bytes ? nt_kept_security_new(&object->security, security) : STATUS_SUCCESS;
}

/* Only a file's may be a socket: one may be made so that closing it takes as long as it likes. */
static NTSTATUS check_fds(const struct nt_parcel *parcel, uint32_t kind)
{
    struct stat stat;

    for (size_t i = 0; i < parcel->n_fds && kind != NT_KIND_FILE; i++) {
        int r = parcel->fds[i] < 0 ? -EBADF : nt_os_file_stat(parcel->fds[i], &stat);

        if (r == -EBADF) /* none: whoever wants it says so */
            continue;
        if (r < 0 || S_ISSOCK(stat.st_mode))
            return r < 0 ? nt_status_from_errno(r) : STATUS_DATA_ERROR;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS unpack(struct nt_parcel *parcel, struct header *ret_header,
                       struct nt_object **ret_object)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {0};
    NT_CLEANUP(nt_freep) struct nt_object_path *path = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    const struct header *header = nt_parcel_get(parcel, sizeof(*header));
    NTSTATUS status;

    if (!header || !is_good(header))
        return STATUS_DATA_ERROR;
    *ret_header = *header;
    status = check_fds(parcel, header->kind);
    if (NT_SUCCESS(status))
        status = unpack_path(parcel, ret_header, &path);
    if (NT_SUCCESS(status))
        status = unpack_security(parcel, ret_header, &security);
    if (NT_SUCCESS(status))
        status = type_of(ret_header->kind)->unpack(parcel, ret_header->access, &object);
    if (NT_SUCCESS(status))
        status = parcel->status;
    if (NT_SUCCESS(status) && (parcel->at != parcel->size || parcel->fds_at != parcel->n_fds))
        status = STATUS_DATA_ERROR;
    if (NT_SUCCESS(status))
        status = settle(object, ret_header, &path, &security);
    if (NT_SUCCESS(status))
        *ret_object = NT_STEAL(object);
    return status;
}

/* An aligned copy: nobody changes it any more. The descriptors are taken in any case. */
static NTSTATUS receive(const void *bytes, size_t size, int *fds, size_t n_fds,
                        struct nt_parcel *ret_parcel)
{
    *ret_parcel = (struct nt_parcel){0};
    for (size_t i = 0; i < n_fds; i++) {
        if (i < NT_PARCEL_FDS)
            ret_parcel->fds[ret_parcel->n_fds++] = nt_steal_fd(&fds[i]);
        else
            fds[i] = nt_os_close_foreign(fds[i]);
    }
    if (n_fds > NT_PARCEL_FDS || size < sizeof(struct header) || size > NT_PARCEL_BYTES ||
        !nt_is_aligned(size, 8))
        return STATUS_DATA_ERROR;
    ret_parcel->bytes = malloc(size);
    if (!ret_parcel->bytes)
        return STATUS_NO_MEMORY;
    memcpy(ret_parcel->bytes, bytes, size);
    ret_parcel->size = ret_parcel->capacity = size;
    return STATUS_SUCCESS;
}

NTSTATUS nt_parcel_unpack(const void *bytes, size_t size, int *fds, size_t n_fds,
                          struct nt_object **ret_object, ACCESS_MASK *ret_access,
                          ULONG *ret_attributes)
{
    NT_CLEANUP(nt_parcel_deinit) struct nt_parcel parcel;
    struct header header;
    NTSTATUS status = receive(bytes, size, fds, n_fds, &parcel);

    if (NT_SUCCESS(status))
        status = unpack(&parcel, &header, ret_object);
    if (!NT_SUCCESS(status))
        return status;
    *ret_access = header.access;
    *ret_attributes = header.attributes;
    return STATUS_SUCCESS;
}
