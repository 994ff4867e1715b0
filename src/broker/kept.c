// SPDX-License-Identifier: MIT
/*
 * Records about processes; see kept.h.
 */
#include "broker/kept.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/client.h"
#include "broker/step.h"
#include "os/os.h"
#include "os/peer.h"
#include "os/pidfd.h"
#include "rtl/status.h"
#include "util/macro.h"

#define N_UNITS (sizeof(uint64_t) / sizeof(uint16_t))

uint64_t nt_kept_name(const struct nt_broker_object *object)
{
    uint64_t name = 0;

    if (object->n_units == N_UNITS)
        memcpy(&name, object->name, sizeof(name));
    return name;
}

/* --- processes ------------------------------------------------------------------------------ */

/* May who asks act on it? Root on everybody's, others on what is theirs altogether. */
static bool is_own(const struct nt_broker_client *client, const struct nt_os_owner *owner)
{
    uid_t uid = client->peer.uid;

    return uid == 0 || (owner->real == uid && owner->effective == uid && owner->saved == uid);
}

NTSTATUS nt_kept_process(const struct nt_broker_client *client, int fd,
                         struct nt_named_process *ret_process)
{
    struct nt_os_owner owner;
    int r = nt_os_pidfd_owner(fd, &owner);

    if (r == -EBADF)
        return STATUS_INVALID_PARAMETER;
    if (r == -ESRCH)
        return STATUS_PROCESS_IS_TERMINATING;
    if (r < 0)
        return nt_status_from_errno(r);
    if (!is_own(client, &owner))
        return STATUS_ACCESS_DENIED;
    *ret_process = (struct nt_named_process){
        .fd = fd, .pid = owner.pid, .parent = owner.parent, .uid = owner.real};
    return STATUS_SUCCESS;
}

NTSTATUS nt_kept_process_open(const struct nt_named_process *process, int *ret_pidfd)
{
    int pidfd = -1;
    int r = nt_os_pidfd_open(process->pid, &pidfd);

    /* The number was that process's all the time. */
    if (r == 0 && !nt_os_pidfd_is_alive(process->fd))
        r = -ESRCH;
    if (r < 0) {
        nt_os_close(pidfd);
        return r == -ESRCH ? STATUS_PROCESS_IS_TERMINATING : nt_status_from_errno(r);
    }
    *ret_pidfd = pidfd;
    return STATUS_SUCCESS;
}

/* --- making and finding --------------------------------------------------------------------- */

NTSTATUS nt_keep(struct nt_objects *objects, const struct nt_broker_client *client,
                 const struct nt_new_kept *what, struct nt_broker_object **ret_object)
{
    const struct nt_create_request as_object = {.kind = (uint32_t)what->kind};
    uint16_t name[N_UNITS];
    const struct nt_new_object new_object = {
        .directory = what->directory,
        .name = name,
        .n_units = N_UNITS,
        .request = &as_object,
        .fds = what->fds,
        .n_fds = what->n_fds,
        .security = what->bytes,
        .security_size = what->size,
        .user = client->charge.user,
        .gid = client->peer.gid,
        .token = client->token,
        .number = what->number,
        .process_uid = what->process_uid,
    };
    int leases[2];

    memcpy(name, &what->name, sizeof(name));
    return nt_objects_create(objects, &new_object, ret_object, leases);
}

struct nt_broker_object *nt_kept_find(struct nt_objects *objects,
                                      const struct nt_directory *directory, uint64_t name)
{
    struct nt_broker_object *object;
    const struct nt_record *record;
    uint16_t units[N_UNITS];

    memcpy(units, &name, sizeof(units));
    object = nt_objects_find(objects, directory, units, N_UNITS);
    if (!object)
        return NULL;
    record = nt_object_record(objects, object);
    if (!nt_kept_has_process(record) || nt_os_pidfd_is_alive(record->lease_fd))
        return object;
    nt_objects_remove(objects, object);
    return NULL;
}

/* --- parts ---------------------------------------------------------------------------------- */

static struct nt_broker_object *job_of(struct nt_objects *objects, uint64_t id)
{
    struct nt_broker_object *job = nt_objects_by_id(objects, id);

    return job && nt_object_record(objects, job)->kind == NT_KIND_JOB ? job : NULL;
}

/* The name of a record that is in no tree yet. */
static uint64_t name_of_record(const struct nt_objects *objects, uint32_t index)
{
    uint64_t name = 0;

    if (objects->arena.records[index].name_units == N_UNITS)
        nt_arena_load_name(&objects->arena, index, (uint16_t *)(void *)&name);
    return name;
}

bool nt_kept_belongs(struct nt_objects *objects, uint32_t index)
{
    const struct nt_record *record = &objects->arena.records[index];
    struct nt_broker_object *mailbox;

    if (record->kind == NT_KEPT_MEMBER)
        return job_of(objects, name_of_record(objects, index));
    mailbox = nt_objects_kept_by_id(objects, record->directory_id);
    return mailbox && nt_object_record(objects, mailbox)->kind == NT_KEPT_MAILBOX;
}

void nt_kept_enter(struct nt_objects *objects, struct nt_broker_object *object)
{
    uint32_t kind = nt_object_record(objects, object)->kind;

    LIST_INIT(&object->members);
    if (kind == NT_KEPT_MAILBOX)
        objects->n_mailboxes++;
    if (kind != NT_KEPT_MEMBER)
        return;
    object->job = job_of(objects, nt_kept_name(object));
    if (object->job)
        LIST_INSERT_HEAD(&object->job->members, object, member);
}

static void drop_parcels(struct nt_objects *objects, struct nt_broker_object *mailbox)
{
    const struct nt_directory directory = {.kind = NT_STANDS_PARCEL,
                                           .id = nt_object_id(objects, mailbox)};
    struct nt_broker_object *parcel;

    while ((parcel = nt_objects_first(objects, &directory)))
        nt_objects_remove(objects, parcel);
}

static void leave_job(struct nt_objects *objects, struct nt_broker_object *job)
{
    uint32_t limits = (uint32_t)atomic_load(&nt_object_record(objects, job)->job_limits);

    /* Its members live on where only the broker ends. */
    if ((limits & NT_JOB_KILL_ON_CLOSE) && !objects->ending)
        nt_kept_end_members(objects, job, 0);
    NT_STEP(job_ended);
    while (!LIST_EMPTY(&job->members))
        nt_objects_remove(objects, LIST_FIRST(&job->members));
    NT_STEP(job_emptied);
}

void nt_kept_leave(struct nt_objects *objects, struct nt_broker_object *object)
{
    uint32_t kind = nt_object_record(objects, object)->kind;

    if (kind == NT_KEPT_MAILBOX) {
        objects->n_mailboxes--;
        drop_parcels(objects, object);
    } else if (kind == NT_KIND_JOB) {
        leave_job(objects, object);
    } else if (kind == NT_KEPT_MEMBER && object->job) {
        LIST_REMOVE(object, member);
        object->job = NULL;
    }
}

/* --- the end of members --------------------------------------------------------------------- */

/* What it ended with is told before it ends, as everybody does who ends a process. */
static void tell_code(const struct nt_broker_object *member, const struct nt_record *record,
                      uint32_t exit_code)
{
    const uint64_t ended_as = NT_EXIT_PAGE_ENDED | exit_code;
    struct nt_exit_page page;
    ssize_t n;

    if (record->write_fd < 0)
        return;
    do
        n = pread(record->write_fd, &page, sizeof(page), 0);
    while (n < 0 && errno == EINTR);
    /* Another one's, or told already. */
    if (n != sizeof(page) || page.ended_as != 0 ||
        (page.pid != 0 && page.pid != member->directory.uid))
        return;
    do
        n = pwrite(record->write_fd, &ended_as, sizeof(ended_as), 0);
    while (n < 0 && errno == EINTR);
}

static NTSTATUS end_member(const struct nt_broker_object *member, const struct nt_record *record,
                           uint32_t exit_code)
{
    struct nt_os_owner owner;
    int r = nt_os_pidfd_owner(record->lease_fd, &owner);

    if (r == -ESRCH)
        return STATUS_SUCCESS;
    /* The same rule as kill(2)'s, whoever the broker is: a program may have become another's. */
    if (r < 0 || (owner.real != record->process_uid && owner.saved != record->process_uid))
        return STATUS_ACCESS_DENIED;
    tell_code(member, record, exit_code);
    r = nt_os_pidfd_kill(record->lease_fd);
    return r == 0 || r == -ESRCH ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

NTSTATUS nt_kept_end_members(struct nt_objects *objects, struct nt_broker_object *job,
                             uint32_t exit_code)
{
    struct nt_broker_object *member;
    NTSTATUS status = STATUS_SUCCESS;

    LIST_FOREACH (member, &job->members, member) {
        NTSTATUS one = end_member(member, nt_object_record(objects, member), exit_code);

        NT_STEP(member_ended);
        if (!NT_SUCCESS(one))
            status = one;
    }
    return status;
}
