// SPDX-License-Identifier: MIT
/*
 * Creating and opening sections. An unnamed one of the page file is made here with three system
 * calls (memfd_create, ftruncate, seal) and no broker; a named one is one round trip. A file is
 * looked at in section-file.c, before the name is: what is sent to the broker are the section's
 * own descriptions of it.
 *
 * A SEC_RESERVE section of the page file is a memfd that grows while its pages are committed, and
 * a map of what is committed (memory/reserve.h).
 */
#include <stdlib.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/memory/commit.h"
#include "lib/memory/image.h"
#include "lib/memory/large.h"
#include "lib/memory/reserve.h"
#include "lib/memory/section-attributes.h"
#include "lib/memory/section-file.h"
#include "lib/memory/section.h"
#include "lib/object/named.h"
#include "lib/process/numa.h"
#include "lib/security/object-security.h"
#include "os/file.h"
#include "os/os.h"
#include "rtl/reserve-map.h"
#include "util/macro.h"

/* --- the object ----------------------------------------------------------------------------- */

static void drop_descriptors(struct nt_section *section)
{
    if (atomic_fetch_sub_explicit(&section->n_keepers, 1, memory_order_acq_rel) > 1)
        return;
    section->write_fd = nt_os_close(section->write_fd);
    section->read_fd = nt_os_close(section->read_fd);
    section->map_fd = nt_os_close(section->map_fd);
}

static void section_last_close(struct nt_object *object)
{
    struct nt_section *section = NT_CONTAINER_OF(object, struct nt_section, object);

    section->lease_fd = nt_os_close(section->lease_fd);
    drop_descriptors(section);
}

void nt_section_drop(struct nt_section *section)
{
    drop_descriptors(section);
    nt_object_unref(&section->object);
}

/* With the last view: what it shows is needed until then, and so is the promise of memory. */
static void section_free(struct nt_object *object)
{
    struct nt_section *section = NT_CONTAINER_OF(object, struct nt_section, object);

    section->image = nt_image_free(section->image);
    section->reserve = nt_reserve_free(section->reserve);
    nt_commit_release(section->charged);
    free(section);
}

static int section_memory(const struct nt_object *object)
{
    return NT_CONTAINER_OF(object, const struct nt_section, object)->write_fd;
}

/* Memory that came as a bare descriptor, and a handle's. */
static bool section_is_same(const struct nt_object *a, const struct nt_object *b)
{
    const struct nt_section *one = NT_CONTAINER_OF(a, const struct nt_section, object);
    const struct nt_section *other = NT_CONTAINER_OF(b, const struct nt_section, object);
    struct stat first, second;

    if ((one->attributes | other->attributes) & (SEC_FILE | SEC_IMAGE))
        return false;
    return nt_os_file_stat(nt_section_fd(one, false), &first) == 0 &&
           nt_os_file_stat(nt_section_fd(other, false), &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object);

const struct nt_object_type nt_section_type = {
    .name = "Section",
    .kind = NT_KIND_SECTION,
    .adopt = adopt,
    .memory = section_memory,
    .reach = nt_section_reach,
    .pack = nt_section_pack,
    .unpack = nt_section_unpack,
    .is_same = section_is_same,
    .last_close = section_last_close,
    .free = section_free,
};

struct nt_section *nt_section_new(void)
{
    struct nt_section *section = calloc(1, sizeof(*section));

    if (section) {
        nt_object_init(&section->object, &nt_section_type);
        section->lease_fd = section->write_fd = section->read_fd = section->map_fd = -1;
        section->node = NUMA_NO_PREFERRED_NODE;
        atomic_init(&section->n_keepers, 1);
    }
    return section;
}

int nt_section_fd(const struct nt_section *section, bool write)
{
    if (write || section->read_fd < 0)
        return section->write_fd;
    return section->read_fd;
}

/* --- what is asked for ---------------------------------------------------------------------- */

static NTSTATUS check_parameters(const struct nt_section_parameters *parameters,
                                 ULONG *ret_attributes)
{
    NTSTATUS status = nt_section_check_attributes(parameters->attributes, parameters->protection,
                                                  parameters->file != NULL, ret_attributes);

    if (!NT_SUCCESS(status) || parameters->file)
        return status;
    if (parameters->size == 0 || parameters->size > INT64_MAX)
        return STATUS_INVALID_PARAMETER_4;
    if (parameters->size > (uint64_t)INT64_MAX - NT_PAGE_SIZE)
        return STATUS_SECTION_TOO_BIG;
    return nt_section_may_execute(parameters->protection, -1) ? STATUS_SUCCESS
                                                              : STATUS_ACCESS_DENIED;
}

static void describe(struct nt_section *section, const struct nt_section_parameters *parameters,
                     ULONG attributes, uint64_t size)
{
    section->size = size;
    section->protection = parameters->protection;
    section->attributes = attributes;
    if (parameters->on_node)
        section->node = parameters->node;
}

/*
 * 7.46: memory is told once where it is wanted, before it has a page, and keeps it for every view
 * of every process. The pages of a file are the kernel's to place.
 */
static NTSTATUS prefer_node(const struct nt_section *section)
{
    int fd = nt_section_fd(section, false);

    if (section->node == NUMA_NO_PREFERRED_NODE || fd < 0)
        return STATUS_SUCCESS;
    return nt_commit_status(nt_numa_prefer_memory(fd, section->size, section->node));
}

/* --- without a name ------------------------------------------------------------------------- */

/* The commit map goes into the state, which keeps copies of what it needs. */
static NTSTATUS make_reserved(struct nt_section *section, enum nt_os_memfd_flags flags)
{
    NT_CLEANUP(nt_os_closep) int map_fd = -1;
    NTSTATUS status;
    int r = nt_os_memfd_new("ntshm", 0, flags | NT_OS_MEMFD_GROWABLE, &section->write_fd);

    if (r == 0)
        r = nt_os_memfd_new("ntshm-commit", nt_reserve_map_size(section->size), 0, &map_fd);
    if (r < 0)
        return nt_commit_status(r);
    status = prefer_node(section);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_reserve_new(section->size, section->write_fd, map_fd, &section->reserve);
    if (NT_SUCCESS(status))
        section->map_fd = nt_steal_fd(&map_fd);
    return status;
}

/* NTSHM_COMMIT=strict: the memory is not only promised. */
static NTSTATUS allocate_now(int fd, uint64_t size)
{
    return nt_commit_is_strict() ? nt_commit_status(nt_os_file_allocate(fd, 0, size))
                                 : STATUS_SUCCESS;
}

static NTSTATUS make_memory(struct nt_section *section)
{
    enum nt_os_memfd_flags flags =
        nt_protection_executes(section->protection) ? NT_OS_MEMFD_EXEC : 0;
    NTSTATUS status;
    int r;

    if (section->attributes & SEC_RESERVE)
        return make_reserved(section, flags);
    status = nt_commit_check(section->size);
    if (!NT_SUCCESS(status))
        return status;
    section->charged = section->size;
    r = nt_os_memfd_new("ntshm", section->size, flags, &section->write_fd);
    status = r < 0 ? nt_commit_status(r) : prefer_node(section);
    return NT_SUCCESS(status) ? allocate_now(section->write_fd, section->size) : status;
}

/* The section takes what the backing owns. */
static void take_backing(struct nt_section *section, struct nt_section_backing *backing)
{
    section->read_fd = nt_steal_fd(&backing->read_fd);
    section->write_fd = nt_steal_fd(&backing->write_fd);
    section->image = NT_STEAL(backing->image);
    if (section->image)
        nt_image_keep_file(section->image, nt_steal_fd(&backing->file_fd));
}

/*
 * @backing:  of a file, or NULL for the page file; what is taken of it is the section's
 * @security: of the section; its bytes are taken
 */
static NTSTATUS create_unnamed(const struct nt_section_parameters *parameters, ULONG attributes,
                               struct nt_section_backing *backing,
                               struct nt_descriptor_block *security, ULONG handle_attributes,
                               HANDLE *ret_handle)
{
    struct nt_section *section;
    ACCESS_MASK granted;
    NTSTATUS status;

    status = nt_security_creator_access(NT_KIND_SECTION, parameters->access, &granted);
    if (!NT_SUCCESS(status))
        return status;
    section = nt_section_new();
    if (!section)
        return STATUS_NO_MEMORY;
    status = backing ? nt_security_attach(&section->object, security)
                     : nt_security_attach_to_memory(&section->object, security);
    if (!NT_SUCCESS(status)) {
        nt_object_close(&section->object);
        return status;
    }
    if (backing) {
        describe(section, parameters, attributes, backing->size);
        take_backing(section, backing);
    } else {
        describe(section, parameters, attributes, nt_align_up(parameters->size, NT_PAGE_SIZE));
        status = make_memory(section);
    }
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&section->object, granted, handle_attributes, ret_handle);
    nt_object_close(&section->object);
    return status;
}

/* --- with a name ---------------------------------------------------------------------------- */

/* What an image or the commit state needs beside the descriptors (image.h, reserve.h). */
static NTSTATUS adopt_special(struct nt_section *section, struct nt_client_reply *reply)
{
    NT_CLEANUP(nt_os_closep) int extra_fd = nt_client_take_fd(reply, NT_PAYLOAD_EXTRA);
    int fd = nt_section_fd(section, false);
    NTSTATUS status = STATUS_SUCCESS;

    if (fd < 0 || extra_fd < 0)
        return STATUS_SUCCESS;
    if (section->attributes & SEC_IMAGE) {
        status = nt_image_adopt(fd, section->size,
                                nt_attributes_are_no_execute(section->attributes), &section->image);
        if (NT_SUCCESS(status))
            nt_image_keep_file(section->image, nt_steal_fd(&extra_fd));
    } else if (section->attributes & SEC_RESERVE) {
        status = nt_reserve_new(section->size, fd, extra_fd, &section->reserve);
        if (NT_SUCCESS(status))
            section->map_fd = nt_steal_fd(&extra_fd);
    }
    return status;
}

/* A section from what the broker answered. */
static NTSTATUS adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    struct nt_section *section = nt_section_new();
    NTSTATUS status;

    if (!section)
        return STATUS_NO_MEMORY;
    section->size = reply->object.size;
    section->protection = reply->object.protection;
    section->attributes = reply->object.attributes;
    section->node = reply->object.node;
    section->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    section->read_fd = nt_client_take_fd(reply, NT_PAYLOAD_READ);
    section->write_fd = nt_client_take_fd(reply, NT_PAYLOAD_WRITE);
    status = adopt_special(section, reply);
    if (NT_SUCCESS(status))
        *ret_object = &section->object;
    else
        nt_object_close(&section->object);
    return status;
}

/* The descriptions that the broker gets, in the order of the protocol (ipc/protocol.h). */
static size_t list_fds(const struct nt_section_backing *backing, int *fds)
{
    size_t n = 0;

    fds[n++] = backing->read_fd;
    if (backing->write_fd >= 0)
        fds[n++] = backing->write_fd;
    if (backing->file_fd >= 0)
        fds[n++] = backing->file_fd;
    return n;
}

/*
 * The new section of this process is behind @handle: it owns the promise of @size bytes, says
 * where they are wanted, and allocates. The broker made the memory and has no business with both.
 */
static NTSTATUS commit_named(HANDLE handle, uint64_t size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_section *section;
    NTSTATUS status = nt_handle_get(handle, &nt_section_type, 0, &object, NULL);

    if (!NT_SUCCESS(status)) {
        nt_commit_release(size);
        return status;
    }
    section = NT_CONTAINER_OF(object, struct nt_section, object);
    section->charged = size;
    status = prefer_node(section);
    /* Nobody can write to memory that is handed out read-only: it needs no pages. */
    return NT_SUCCESS(status) && size && section->write_fd >= 0
               ? allocate_now(section->write_fd, size)
               : status;
}

static NTSTATUS create_named_memory(const struct nt_object_name *name,
                                    const struct nt_create_request *request, HANDLE *ret_handle)
{
    /* What is only reserved is promised when it is committed. */
    uint64_t size = request->attributes & SEC_RESERVE ? 0 : request->size;
    NTSTATUS status, committed;
    HANDLE handle;

    status = size ? nt_commit_check(size) : STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        return status;
    status = nt_named_create(name, request, NULL, 0, adopt, &handle);
    if (status != STATUS_SUCCESS)
        nt_commit_release(size);
    if (!NT_SUCCESS(status))
        return status;
    committed = status == STATUS_SUCCESS ? commit_named(handle, size) : STATUS_SUCCESS;
    if (NT_SUCCESS(committed)) {
        *ret_handle = handle;
        return status;
    }
    nt_handle_close(handle);
    return committed;
}

static NTSTATUS create_named(const struct nt_object_name *name,
                             const struct nt_section_parameters *parameters, ULONG attributes,
                             const struct nt_section_backing *backing, HANDLE *ret_handle)
{
    struct nt_create_request request = {
        .kind = NT_KIND_SECTION,
        .access = parameters->access,
        .size = backing ? backing->size : nt_align_up(parameters->size, NT_PAGE_SIZE),
        .protection = parameters->protection,
        .attributes = attributes,
        .node = parameters->on_node ? parameters->node : NUMA_NO_PREFERRED_NODE,
    };
    int fds[NT_OS_MAX_FDS];

    if (backing)
        return nt_named_create(name, &request, fds, list_fds(backing, fds), adopt, ret_handle);
    return create_named_memory(name, &request, ret_handle);
}

/* --- the two ways in ------------------------------------------------------------------------ */

/* @security: of an unnamed one; a named one's goes with its name. */
static NTSTATUS create(const struct nt_object_name *name,
                       const struct nt_section_parameters *parameters, ULONG attributes,
                       struct nt_descriptor_block *security, HANDLE *ret_handle)
{
    bool named = name && name->count != 0;
    ULONG handle_attributes = name ? name->attributes : 0;
    struct nt_section_backing backing;
    NTSTATUS status;

    if (!parameters->file && !(attributes & SEC_LARGE_PAGES)) {
        if (named)
            return create_named(name, parameters, attributes, NULL, ret_handle);
        return create_unnamed(parameters, attributes, NULL, security, handle_attributes,
                              ret_handle);
    }
    status = parameters->file ? nt_section_back(parameters, attributes, &backing)
                              : nt_large_back(parameters, named, &backing);
    if (!NT_SUCCESS(status))
        return status;
    if (named)
        status = create_named(name, parameters, attributes, &backing, ret_handle);
    else
        status = create_unnamed(parameters, attributes, &backing, security, handle_attributes,
                                ret_handle);
    nt_section_backing_deinit(&backing);
    return status;
}

/* The descriptor is looked at before a file is, so that a bad one leaves the file as it is. */
NTSTATUS nt_section_create(const struct nt_object_name *name,
                           const struct nt_section_parameters *parameters, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block security = {0};
    ULONG attributes = 0;
    NTSTATUS status;

    status = check_parameters(parameters, &attributes);
    if (NT_SUCCESS(status))
        status = nt_security_for_new(NT_KIND_SECTION, name ? name->security : NULL, &security);
    return NT_SUCCESS(status) ? create(name, parameters, attributes, &security, ret_handle)
                              : status;
}

NTSTATUS nt_section_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_SECTION, .access = access};

    return nt_named_open(name, &request, adopt, ret_handle);
}

/* --- growing -------------------------------------------------------------------------------- */

static bool can_grow(const struct nt_section *section)
{
    return (section->attributes & (SEC_FILE | SEC_IMAGE)) == SEC_FILE &&
           nt_section_protection_writes(section->protection);
}

/* The size that everybody sees, at least @size when that is known to be the file's. */
static void raise_size(struct nt_section *section, uint64_t size)
{
    uint64_t before = atomic_load(&section->size);

    while (before < size && !atomic_compare_exchange_weak(&section->size, &before, size))
        ;
}

/* Tells the broker (0: only asks), so that later and other openers see it too. */
static NTSTATUS share_size(struct nt_section *section, uint64_t size)
{
    uint64_t shared;
    NTSTATUS status;

    if (section->object.id == 0)
        return STATUS_SUCCESS;
    status = nt_client_grow(section->object.id, section->object.broker, size, &shared);
    if (NT_SUCCESS(status))
        raise_size(section, shared);
    return status;
}

uint64_t nt_section_refresh_size(struct nt_section *section)
{
    /* Where the broker is gone nobody makes it larger: what is known holds. */
    if (can_grow(section))
        (void)share_size(section, 0);
    return atomic_load(&section->size);
}

NTSTATUS nt_section_extend(HANDLE handle, uint64_t size, uint64_t *ret_size)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    struct nt_section *section;
    NTSTATUS status;

    status = nt_handle_get(handle, &nt_section_type, SECTION_EXTEND_SIZE, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    section = NT_CONTAINER_OF(object, struct nt_section, object);
    if (!can_grow(section) || section->write_fd < 0)
        return STATUS_SECTION_NOT_EXTENDED;
    if (size > nt_section_refresh_size(section)) {
        status = nt_section_grow_file(section->write_fd, size);
        if (NT_SUCCESS(status))
            status = share_size(section, size);
        if (!NT_SUCCESS(status))
            return status;
        raise_size(section, size);
    }
    *ret_size = atomic_load(&section->size);
    return STATUS_SUCCESS;
}
