// SPDX-License-Identifier: MIT
/*
 * Where the words of a waitable object are, and who may touch them.
 *
 * A named object's words end its page: behind that of a mutex is private memory, for the links that
 * the kernel walks when its owner dies (os/robust.h).
 */
#include "lib/sync/waitable.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <ntstatus.h>

#include "lib/security/object-security.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "rtl/status.h"
#include "util/macro.h"

static size_t page_size(const struct nt_object_type *type)
{
    return type->kind == NT_KIND_MUTANT ? 2 * NT_PAGE_SIZE : NT_PAGE_SIZE;
}

void nt_waitable_last_close(struct nt_object *object)
{
    struct nt_waitable *waitable = NT_WAITABLE(object);

    waitable->lease_fd = nt_os_close(waitable->lease_fd);
    waitable->page_fd = nt_os_close(waitable->page_fd);
}

void nt_waitable_free(struct nt_object *object)
{
    struct nt_waitable *waitable = NT_WAITABLE(object);

    if (waitable->slab)
        nt_slab_give(waitable->slab, waitable->words);
    else if (waitable->page)
        nt_os_unmap(waitable->page, page_size(object->type));
    free(waitable);
}

static struct nt_waitable *new_waitable(const struct nt_object_type *type, size_t struct_size)
{
    struct nt_waitable *waitable = calloc(1, struct_size);

    if (waitable) {
        nt_object_init(&waitable->object, type);
        waitable->lease_fd = -1;
        waitable->page_fd = -1;
    }
    return waitable;
}

/* --- unnamed -------------------------------------------------------------------------------- */

/* The words and the descriptor of an unnamed one. */
static NTSTATUS furnish(struct nt_waitable *waitable, const struct nt_create_request *request,
                        const void *security)
{
    enum nt_kind kind = waitable->object.type->kind;
    struct nt_descriptor_block block;
    NTSTATUS status = nt_security_for_new(kind, security, &block);
    void *slot;

    if (NT_SUCCESS(status))
        status = nt_security_attach(&waitable->object, &block);
    if (NT_SUCCESS(status))
        status = nt_slab_take(&waitable->slab, &slot);
    if (!NT_SUCCESS(status))
        return status;
    waitable->words = slot;
    nt_sync_words_init(waitable->words, kind, request->initial_state);
    return STATUS_SUCCESS;
}

static NTSTATUS create_unnamed(const struct nt_object_type *type, size_t struct_size,
                               const struct nt_object_name *name,
                               const struct nt_create_request *request,
                               NTSTATUS (*begin)(struct nt_object *object), HANDLE *ret_handle)
{
    struct nt_waitable *waitable;
    ACCESS_MASK granted;
    NTSTATUS status;

    status = nt_security_creator_access(type->kind, request->access, &granted);
    if (!NT_SUCCESS(status))
        return status;
    waitable = new_waitable(type, struct_size);
    if (!waitable)
        return STATUS_NO_MEMORY;
    waitable->manual_reset = request->manual_reset;
    waitable->maximum = (uint32_t)request->size;
    status = furnish(waitable, request, name ? name->security : NULL);
    if (NT_SUCCESS(status) && begin)
        status = begin(&waitable->object);
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&waitable->object, granted, name ? name->attributes : 0,
                                  ret_handle);
    nt_object_close(&waitable->object);
    return status;
}

/* --- named ---------------------------------------------------------------------------------- */

/* @fd: kept with success only. */
static NTSTATUS map_page(struct nt_waitable *waitable, int fd)
{
    size_t size = page_size(waitable->object.type);
    void *page = NULL, *shared;
    int r;

    if (size == NT_PAGE_SIZE) {
        r = nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &page);
    } else {
        r = nt_os_map(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
                      &page);
        if (r == 0)
            r = nt_os_map(page, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0,
                          &shared);
        if (r < 0 && page)
            nt_os_unmap(page, size);
    }
    if (r < 0)
        return nt_status_from_errno(r);
    waitable->page = page;
    waitable->page_fd = fd;
    waitable->words = (struct nt_sync_words *)((char *)page + NT_SYNC_PLACE);
    return STATUS_SUCCESS;
}

/* What came for one that has a name. Without its page nobody can wait for it or change it. */
static NTSTATUS settle_named(struct nt_waitable *waitable, int page_fd, int lease_fd, bool needs)
{
    NTSTATUS status = STATUS_SUCCESS;

    waitable->lease_fd = lease_fd;
    if (page_fd < 0)
        return needs ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
    status = map_page(waitable, page_fd);
    if (!NT_SUCCESS(status))
        nt_os_close(page_fd);
    return status;
}

NTSTATUS nt_waitable_adopt(const struct nt_object_type *type, size_t struct_size,
                           ACCESS_MASK changes, struct nt_client_reply *reply,
                           struct nt_object **ret_object)
{
    struct nt_waitable *waitable = new_waitable(type, struct_size);
    NTSTATUS status;

    if (!waitable)
        return STATUS_NO_MEMORY;
    waitable->manual_reset = reply->object.manual_reset;
    waitable->maximum = (uint32_t)reply->object.size;
    status =
        settle_named(waitable, nt_client_take_fd(reply, NT_PAYLOAD_WRITE),
                     nt_client_take_fd(reply, NT_PAYLOAD_LEASE), reply->object.access & changes);
    if (NT_SUCCESS(status))
        *ret_object = &waitable->object;
    else
        nt_object_close(&waitable->object);
    return status;
}

NTSTATUS nt_waitable_create(const struct nt_object_type *type, size_t struct_size,
                            const struct nt_object_name *name,
                            const struct nt_create_request *request,
                            NTSTATUS (*begin)(struct nt_object *object), HANDLE *ret_handle)
{
    if (!name || name->count == 0)
        return create_unnamed(type, struct_size, name, request, begin, ret_handle);
    return nt_named_create(name, request, NULL, 0, type->adopt, ret_handle);
}

NTSTATUS nt_waitable_open(const struct nt_object_type *type, const struct nt_object_name *name,
                          ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = type->kind, .access = access};

    return nt_named_open(name, &request, type->adopt, ret_handle);
}

/* --- in parcels ----------------------------------------------------------------------------- */

#define IN_A_SLAB 0x10000u /* beside manual_reset */

NTSTATUS nt_waitable_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    struct nt_waitable *waitable = NT_WAITABLE(object);
    uint32_t offset;
    int fd;

    (void)access;
    nt_parcel_put_u32(parcel, waitable->manual_reset | (waitable->slab ? IN_A_SLAB : 0));
    nt_parcel_put_u32(parcel, waitable->maximum);
    if (waitable->slab) {
        nt_slab_export(waitable->slab, waitable->words, &fd, &offset);
        nt_parcel_put_u32(parcel, offset);
        nt_parcel_put_fd(parcel, fd);
    } else {
        nt_parcel_put_fd(parcel, waitable->page_fd);
        nt_parcel_put_fd(parcel, waitable->lease_fd);
    }
    return parcel->status;
}

static NTSTATUS unpack_slot(struct nt_waitable *waitable, struct nt_parcel *parcel)
{
    uint32_t offset = nt_parcel_get_u32(parcel);
    int fd = nt_parcel_get_fd(parcel);
    NTSTATUS status;
    void *slot;

    if (!NT_SUCCESS(parcel->status)) {
        nt_os_close(fd);
        return parcel->status;
    }
    status = nt_slab_import(fd, offset, &waitable->slab, &slot);
    if (NT_SUCCESS(status))
        waitable->words = slot;
    return status;
}

/* A page that its maker can take away would end who looks at it. */
static bool is_page(int fd)
{
    uint64_t size;

    return nt_os_memfd_check(fd, &size) == 0 && size == NT_PAGE_SIZE;
}

static NTSTATUS unpack_page(struct nt_waitable *waitable, struct nt_parcel *parcel, bool needs)
{
    NT_CLEANUP(nt_os_closep) int page_fd = nt_parcel_get_fd(parcel);
    NT_CLEANUP(nt_os_closep) int lease_fd = nt_parcel_get_fd(parcel);

    if (!NT_SUCCESS(parcel->status))
        return parcel->status;
    if ((page_fd < 0 && needs) || (page_fd >= 0 && !is_page(page_fd)))
        return STATUS_DATA_ERROR;
    return settle_named(waitable, nt_steal_fd(&page_fd), nt_steal_fd(&lease_fd), needs);
}

NTSTATUS nt_waitable_unpack(const struct nt_object_type *type, size_t struct_size,
                            ACCESS_MASK changes, ACCESS_MASK access, struct nt_parcel *parcel,
                            struct nt_object **ret_object)
{
    uint32_t flags = nt_parcel_get_u32(parcel);
    uint32_t maximum = nt_parcel_get_u32(parcel);
    struct nt_waitable *waitable;
    NTSTATUS status;

    if (!NT_SUCCESS(parcel->status))
        return parcel->status;
    waitable = new_waitable(type, struct_size);
    if (!waitable)
        return STATUS_NO_MEMORY;
    waitable->manual_reset = flags & 1;
    waitable->maximum = maximum;
    status = flags & IN_A_SLAB ? unpack_slot(waitable, parcel)
                               : unpack_page(waitable, parcel, access & changes);
    if (NT_SUCCESS(status))
        *ret_object = &waitable->object;
    else
        nt_object_close(&waitable->object);
    return status;
}

/* --- which one it is ------------------------------------------------------------------------ */

bool nt_waitable_is_same(const struct nt_object *a, const struct nt_object *b)
{
    const struct nt_waitable *one = NT_CONTAINER_OF(a, const struct nt_waitable, object);
    const struct nt_waitable *other = NT_CONTAINER_OF(b, const struct nt_waitable, object);

    /* A slab is mapped once. */
    return one->slab && one->words == other->words;
}

uint64_t nt_waitable_key(const struct nt_object *object)
{
    const struct nt_waitable *waitable = NT_CONTAINER_OF(object, const struct nt_waitable, object);

    return waitable->slab ? nt_slab_key(waitable->slab, waitable->words) : object->id;
}

NTSTATUS nt_waitable_get(HANDLE handle, const struct nt_object_type *type, ACCESS_MASK access,
                         struct nt_waitable **ret_waitable)
{
    struct nt_object *object;
    NTSTATUS status = nt_handle_get(handle, type, access, &object, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *ret_waitable = NT_WAITABLE(object);
    if ((*ret_waitable)->words)
        return STATUS_SUCCESS;
    nt_object_close(object);
    return STATUS_ACCESS_DENIED;
}
