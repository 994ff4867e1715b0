// SPDX-License-Identifier: MIT
/*
 * Jobs: which processes are members, what that limits, and ending them all. A handle's rights are
 * kept by the library: its word is taken from a program of the user who made the job; anybody else
 * must be able to open it so. Whom one may bring in is decided as for mailboxes.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "broker/dispatch.h"
#include "broker/kept.h"
#include "broker/security.h"
#include "broker/step.h"
#include "os/credentials.h"
#include "os/peer.h"
#include "os/pidfd.h"
#include "rtl/status.h"
#include "util/macro.h"

#define MOST_JOBS 32 /* of one process */
#define MOST_IDS  (NT_IPC_MAX_LIST / sizeof(uint32_t))

/* --- the job -------------------------------------------------------------------------------- */

/* The job of that number, if who asks may do @access with it. */
static NTSTATUS find_job(struct nt_broker *broker, const struct nt_broker_client *client,
                         uint64_t id, ACCESS_MASK access, struct nt_broker_object **ret_job)
{
    struct nt_broker_object *job = nt_objects_by_id(&broker->objects, id);
    const struct nt_record *record;
    ACCESS_MASK granted;
    NTSTATUS status = STATUS_SUCCESS;

    if (!job)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    record = nt_object_record(&broker->objects, job);
    if (record->kind != NT_KIND_JOB)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (record->owner != client->peer.uid)
        status = nt_object_check(broker, client, job, access, &granted);
    *ret_job = job;
    return status;
}

static uint32_t limits_of(struct nt_broker *broker, const struct nt_broker_object *job)
{
    return (uint32_t)atomic_load(&nt_object_record(&broker->objects, job)->job_limits);
}

static uint32_t most_of(struct nt_broker *broker, const struct nt_broker_object *job)
{
    return (uint32_t)(atomic_load(&nt_object_record(&broker->objects, job)->job_limits) >> 32);
}

static uint32_t count_active(struct nt_broker *broker, const struct nt_broker_object *job)
{
    const struct nt_broker_object *member;
    uint32_t n = 0;

    LIST_FOREACH (member, &job->members, member)
        n += nt_os_pidfd_is_alive(nt_object_record(&broker->objects, member)->lease_fd);
    return n;
}

/* --- coming in ------------------------------------------------------------------------------ */

/* The kernel lets this broker end that user's processes. */
static bool may_end(const struct nt_broker *broker, uid_t uid)
{
    return uid == broker->uid || nt_os_has_capability(CAP_KILL);
}

/* May one more come in? */
static NTSTATUS check_room(struct nt_broker *broker, const struct nt_broker_object *job, uid_t uid)
{
    uint32_t limits = limits_of(broker, job);

    if ((limits & NT_JOB_KILL_ON_CLOSE) && !may_end(broker, uid))
        return STATUS_NOT_SUPPORTED;
    if ((limits & NT_JOB_ACTIVE_PROCESS) && count_active(broker, job) >= most_of(broker, job))
        return STATUS_QUOTA_EXCEEDED;
    return STATUS_SUCCESS;
}

/* The page of an exit code: memory of a size that nobody can change, so that it can be written. */
static bool is_page(int fd)
{
    const int needed = F_SEAL_SHRINK | F_SEAL_GROW;
    int seals = fcntl(fd, F_GET_SEALS);
    struct stat status;

    return seals >= 0 && (seals & needed) == needed && !(seals & F_SEAL_WRITE) &&
           (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && fstat(fd, &status) == 0 &&
           status.st_size == NT_PAGE_SIZE;
}

static struct nt_directory jobs_of(pid_t pid)
{
    return (struct nt_directory){.kind = NT_STANDS_MEMBER, .uid = (uint32_t)pid};
}

/* @page_fd: borrowed, or -1 */
static NTSTATUS add_member(struct nt_broker *broker, const struct nt_broker_client *client,
                           uint64_t job_id, const struct nt_named_process *process, int page_fd,
                           uint64_t number)
{
    int fds[2] = {-1, -1};
    const struct nt_new_kept what = {
        .kind = NT_KEPT_MEMBER,
        .directory = jobs_of(process->pid),
        .name = job_id,
        .fds = fds,
        .n_fds = page_fd >= 0 ? 2 : 1,
        .process_uid = process->uid,
        .number = number,
    };
    struct nt_broker_object *member;
    NTSTATUS status = nt_kept_process_open(process, &fds[0]);

    if (NT_SUCCESS(status) && page_fd >= 0)
        status = nt_status_from_errno(nt_os_dup(page_fd, &fds[1]));
    if (NT_SUCCESS(status))
        status = nt_keep(&broker->objects, client, &what, &member);
    nt_os_close(fds[0]);
    nt_os_close_foreign(fds[1]);
    /* Making room, the job may have been found without a handle. */
    if (NT_SUCCESS(status) && !member->job) {
        nt_objects_remove(&broker->objects, member);
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (NT_SUCCESS(status))
        nt_object_record(&broker->objects, member->job)->job_total++;
    NT_STEP(member_counted);
    return status;
}

static size_t count_jobs(struct nt_broker *broker, pid_t pid)
{
    const struct nt_directory directory = jobs_of(pid);
    struct nt_broker_object *member = nt_objects_first(&broker->objects, &directory);
    size_t n = 0;

    for (; member; member = nt_objects_next(&broker->objects, member))
        n++;
    return n;
}

/* A worker may have died between a member and its count. */
static void count_anew(struct nt_broker *broker, const struct nt_broker_object *job)
{
    struct nt_record *record = nt_object_record(&broker->objects, job);
    const struct nt_broker_object *member;
    uint64_t n = 0;

    LIST_FOREACH (member, &job->members, member)
        n++;
    if (record->job_total < n)
        record->job_total = n;
}

static NTSTATUS assign(struct nt_broker *broker, const struct nt_broker_client *client,
                       const struct nt_request *request, struct nt_broker_object *job,
                       const struct nt_named_process *process)
{
    const struct nt_directory directory = jobs_of(process->pid);
    uint64_t id = request->assign_job.id;
    NTSTATUS status;

    if (nt_kept_find(&broker->objects, &directory, id)) {
        count_anew(broker, job);
        return STATUS_SUCCESS;
    }
    if (count_jobs(broker, process->pid) >= MOST_JOBS)
        return STATUS_INSUFFICIENT_RESOURCES;
    status = check_room(broker, job, process->uid);
    if (!NT_SUCCESS(status))
        return status;
    return add_member(broker, client, id, process, request->n_fds == 2 ? request->fds[1] : -1,
                      request->header.number);
}

NTSTATUS nt_handle_ASSIGN_JOB(struct nt_broker *broker, struct nt_broker_client *client,
                              struct nt_request *request, struct nt_reply *reply)
{
    struct nt_named_process process;
    struct nt_broker_object *job;
    NTSTATUS status;

    reply->assign_job.zero = 0;
    if (request->n_fds < 1 || (request->n_fds == 2 && !is_page(request->fds[1])))
        return STATUS_INVALID_PARAMETER;
    status = find_job(broker, client, request->assign_job.id, JOB_OBJECT_ASSIGN_PROCESS, &job);
    if (NT_SUCCESS(status))
        status = nt_kept_process(client, request->fds[0], &process);
    if (!NT_SUCCESS(status))
        return status;
    status = assign(broker, client, request, job, &process);
    return status;
}

/* --- children ------------------------------------------------------------------------------- */

/* The jobs that a child of @pid comes into. */
static NTSTATUS choose_jobs(struct nt_broker *broker, pid_t pid, bool breakaway, uint64_t *ids,
                            size_t *ret_n)
{
    const struct nt_directory directory = jobs_of(pid);
    struct nt_broker_object *member = nt_objects_first(&broker->objects, &directory);
    size_t n = 0;

    for (; member; member = nt_objects_next(&broker->objects, member)) {
        uint32_t limits = member->job ? limits_of(broker, member->job) : 0;

        if (!member->job || (limits & NT_JOB_SILENT_BREAKAWAY))
            continue;
        if (breakaway && !(limits & NT_JOB_BREAKAWAY))
            return STATUS_ACCESS_DENIED;
        if (!breakaway && n < MOST_JOBS)
            ids[n++] = nt_kept_name(member);
    }
    *ret_n = n;
    return STATUS_SUCCESS;
}

static NTSTATUS join(struct nt_broker *broker, const struct nt_broker_client *client,
                     const struct nt_request *request, const struct nt_named_process *child,
                     uint64_t id)
{
    const struct nt_directory directory = jobs_of(child->pid);
    struct nt_broker_object *job = nt_objects_by_id(&broker->objects, id);
    NTSTATUS status;

    /* The last handle went meanwhile, or it is in already. */
    if (!job || nt_kept_find(&broker->objects, &directory, id))
        return STATUS_SUCCESS;
    status = check_room(broker, job, child->uid);
    if (!NT_SUCCESS(status))
        return status;
    return add_member(broker, client, id, child, request->n_fds == 2 ? request->fds[1] : -1,
                      request->header.number);
}

/* Out of those jobs again that this request has brought it into, and out of no other. */
static void take_back(struct nt_broker *broker, const struct nt_broker_client *client,
                      uint64_t number, pid_t pid)
{
    const struct nt_directory directory = jobs_of(pid);
    struct nt_broker_object *member = nt_objects_first(&broker->objects, &directory), *next;

    for (; member; member = next) {
        const struct nt_record *record = nt_object_record(&broker->objects, member);

        next = nt_objects_next(&broker->objects, member);
        if (record->token == client->token && record->number == number)
            nt_objects_remove(&broker->objects, member);
    }
}

static NTSTATUS join_all(struct nt_broker *broker, const struct nt_broker_client *client,
                         const struct nt_request *request, const struct nt_named_process *child,
                         size_t *ret_n)
{
    uint64_t ids[MOST_JOBS];
    NTSTATUS status =
        choose_jobs(broker, client->peer.pid, request->join_jobs.breakaway, ids, ret_n);

    for (size_t i = 0; NT_SUCCESS(status) && i < *ret_n; i++)
        status = join(broker, client, request, child, ids[i]);
    /* All or none: the child will not run. */
    if (!NT_SUCCESS(status))
        take_back(broker, client, request->header.number, child->pid);
    return status;
}

NTSTATUS nt_handle_JOIN_JOBS(struct nt_broker *broker, struct nt_broker_client *client,
                             struct nt_request *request, struct nt_reply *reply)
{
    struct nt_named_process child;
    size_t n = 0;
    NTSTATUS status;

    if (request->n_fds < 1 || request->join_jobs.zero != 0 || request->join_jobs.breakaway > 1 ||
        (request->n_fds == 2 && !is_page(request->fds[1])))
        return STATUS_INVALID_PARAMETER;
    status = nt_kept_process(client, request->fds[0], &child);
    if (!NT_SUCCESS(status))
        return status;
    status = child.parent == client->peer.pid ? join_all(broker, client, request, &child, &n)
                                              : STATUS_ACCESS_DENIED;
    reply->join_jobs.n_joined = n;
    return status;
}

/* --- asking and setting --------------------------------------------------------------------- */

/* The job that the process came into last. */
static struct nt_broker_object *latest_job(struct nt_broker *broker, pid_t pid)
{
    const struct nt_directory directory = jobs_of(pid);
    struct nt_broker_object *member = nt_objects_first(&broker->objects, &directory);
    struct nt_broker_object *latest = NULL;

    for (; member; member = nt_objects_next(&broker->objects, member)) {
        if (member->job && (!latest || nt_object_record(&broker->objects, member)->born >
                                           nt_object_record(&broker->objects, latest)->born))
            latest = member;
    }
    return latest ? latest->job : NULL;
}

/* Process ids of those that live, as many as there is room for. */
static NTSTATUS list_members(struct nt_broker *broker, const struct nt_broker_object *job,
                             struct nt_reply *reply)
{
    uint32_t n_active = count_active(broker, job), n = 0;
    uint32_t n_ids = n_active < MOST_IDS ? n_active : (uint32_t)MOST_IDS;
    uint32_t *ids = malloc((n_ids + 1) * sizeof(*ids));
    const struct nt_broker_object *member;

    if (!ids)
        return STATUS_NO_MEMORY;
    LIST_FOREACH (member, &job->members, member) {
        if (n < n_ids && nt_os_pidfd_is_alive(nt_object_record(&broker->objects, member)->lease_fd))
            ids[n++] = member->directory.uid;
    }
    reply->bytes = ids;
    reply->bytes_size = n * sizeof(*ids);
    reply->query_job.n_active = n_active;
    reply->query_job.n_ids = n;
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_QUERY_JOB(struct nt_broker *broker, struct nt_broker_client *client,
                             struct nt_request *request, struct nt_reply *reply)
{
    struct nt_broker_object *job;
    NTSTATUS status = STATUS_SUCCESS;

    if (request->query_job.id == 0) {
        job = latest_job(broker, client->peer.pid);
        status = job ? STATUS_SUCCESS : STATUS_NOT_FOUND;
    } else {
        status = find_job(broker, client, request->query_job.id, JOB_OBJECT_QUERY, &job);
    }
    if (!NT_SUCCESS(status))
        return status;
    reply->query_job.n_total = nt_object_record(&broker->objects, job)->job_total;
    reply->query_job.limits = limits_of(broker, job);
    reply->query_job.most_active = most_of(broker, job);
    return list_members(broker, job, reply);
}

/* Who is a member already must be one whom the broker may end. */
static bool may_end_all(struct nt_broker *broker, const struct nt_broker_object *job)
{
    const struct nt_broker_object *member;

    LIST_FOREACH (member, &job->members, member) {
        if (!may_end(broker, nt_object_record(&broker->objects, member)->process_uid))
            return false;
    }
    return true;
}

NTSTATUS nt_handle_SET_JOB(struct nt_broker *broker, struct nt_broker_client *client,
                           struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_set_job_request *set = &request->set_job;
    struct nt_broker_object *job;
    NTSTATUS status;

    reply->set_job.zero = 0;
    if (set->limits & ~NT_JOB_LIMITS)
        return STATUS_INVALID_PARAMETER;
    status = find_job(broker, client, set->id, JOB_OBJECT_SET_ATTRIBUTES, &job);
    if (!NT_SUCCESS(status))
        return status;
    if ((set->limits & NT_JOB_KILL_ON_CLOSE) &&
        (!may_end(broker, client->peer.uid) || !may_end_all(broker, job)))
        return STATUS_NOT_SUPPORTED;
    atomic_store(&nt_object_record(&broker->objects, job)->job_limits,
                 (uint64_t)set->most_active << 32 | set->limits);
    NT_STEP(job_set);
    return STATUS_SUCCESS;
}

NTSTATUS nt_handle_TERMINATE_JOB(struct nt_broker *broker, struct nt_broker_client *client,
                                 struct nt_request *request, struct nt_reply *reply)
{
    const struct nt_terminate_job_request *terminate = &request->terminate_job;
    struct nt_broker_object *job;
    NTSTATUS status;

    reply->terminate_job.zero = 0;
    if (terminate->zero != 0)
        return STATUS_INVALID_PARAMETER;
    status = find_job(broker, client, terminate->id, JOB_OBJECT_TERMINATE, &job);
    if (!NT_SUCCESS(status))
        return status;
    return nt_kept_end_members(&broker->objects, job, terminate->exit_code);
}

NTSTATUS nt_handle_IS_IN_JOB(struct nt_broker *broker, struct nt_broker_client *client,
                             struct nt_request *request, struct nt_reply *reply)
{
    uint64_t id = request->is_in_job.id;
    struct nt_named_process process;
    struct nt_broker_object *job = NULL;
    struct nt_directory directory;
    NTSTATUS status = STATUS_SUCCESS;

    if (request->n_fds != 1)
        return STATUS_INVALID_PARAMETER;
    if (id != 0)
        status = find_job(broker, client, id, JOB_OBJECT_QUERY, &job);
    if (NT_SUCCESS(status))
        status = nt_kept_process(client, request->fds[0], &process);
    if (!NT_SUCCESS(status))
        return status;
    directory = jobs_of(process.pid);
    reply->is_in_job.is_member = id ? nt_kept_find(&broker->objects, &directory, id) != NULL
                                    : latest_job(broker, process.pid) != NULL;
    return STATUS_SUCCESS;
}
