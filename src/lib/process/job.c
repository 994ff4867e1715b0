// SPDX-License-Identifier: MIT
/*
 * Jobs; see job.h.
 */
#include "lib/process/job.h"

#include <stdlib.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/object/named.h"
#include "lib/object/parcel.h"
#include "lib/process/process-object.h"
#include "lib/sync/wait.h"
#include "os/os.h"
#include "os/pidfd.h"
#include "rtl/status.h"
#include "util/macro.h"

struct nt_job {
    struct nt_object object;
    int lease_fd;
};

/* --- the type ------------------------------------------------------------------------------- */

static void job_last_close(struct nt_object *object)
{
    struct nt_job *job = NT_CONTAINER_OF(object, struct nt_job, object);

    job->lease_fd = nt_os_close(job->lease_fd);
}

static void job_free(struct nt_object *object)
{
    free(NT_CONTAINER_OF(object, struct nt_job, object));
}

static struct nt_job *new_job(void)
{
    struct nt_job *job = calloc(1, sizeof(*job));

    if (job) {
        nt_object_init(&job->object, &nt_job_type);
        job->lease_fd = -1;
    }
    return job;
}

static NTSTATUS job_adopt(struct nt_client_reply *reply, struct nt_object **ret_object)
{
    struct nt_job *job = new_job();

    if (!job)
        return STATUS_NO_MEMORY;
    job->lease_fd = nt_client_take_fd(reply, NT_PAYLOAD_LEASE);
    *ret_object = &job->object;
    return STATUS_SUCCESS;
}

/* Only the end of a job's time signals it, and that limit there is none here. */
static _Atomic uint32_t *job_flag(struct nt_object *object)
{
    static _Atomic uint32_t never;

    (void)object;
    return &never;
}

static NTSTATUS job_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    (void)access;
    nt_parcel_put_fd(parcel, NT_CONTAINER_OF(object, struct nt_job, object)->lease_fd);
    return parcel->status;
}

static NTSTATUS job_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                           struct nt_object **ret_object)
{
    NT_CLEANUP(nt_os_closep) int lease_fd = nt_parcel_get_fd(parcel);
    struct nt_job *job;

    (void)access;
    if (!NT_SUCCESS(parcel->status))
        return parcel->status;
    if (lease_fd < 0)
        return STATUS_DATA_ERROR;
    job = new_job();
    if (!job)
        return STATUS_NO_MEMORY;
    job->lease_fd = nt_steal_fd(&lease_fd);
    *ret_object = &job->object;
    return STATUS_SUCCESS;
}

const struct nt_object_type nt_job_type = {
    .name = "Job",
    .kind = NT_KIND_JOB,
    .adopt = job_adopt,
    .wait = &nt_wait_on_flag,
    .flag = job_flag,
    .pack = job_pack,
    .unpack = job_unpack,
    .last_close = job_last_close,
    .free = job_free,
};

/* --- by name -------------------------------------------------------------------------------- */

NTSTATUS nt_job_create(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_create_request request = {.kind = NT_KIND_JOB, .access = access};
    struct nt_object_name nameless = {
        .units = nameless.storage,
        .attributes = name->attributes,
        .security = name->security,
    };

    return nt_named_create(name->count ? name : &nameless, &request, NULL, 0, job_adopt,
                           ret_handle);
}

NTSTATUS nt_job_open(const struct nt_object_name *name, ACCESS_MASK access, HANDLE *ret_handle)
{
    const struct nt_open_request request = {.kind = NT_KIND_JOB, .access = access};

    return nt_named_open(name, &request, job_adopt, ret_handle);
}

/* --- members -------------------------------------------------------------------------------- */

static NTSTATUS find_job(HANDLE handle, ACCESS_MASK access, struct nt_object **ret_object)
{
    return nt_handle_get(handle, &nt_job_type, access, ret_object, NULL);
}

/* A descriptor of the process behind a handle; NULL stands for the calling one. */
static NTSTATUS own_pidfd(const struct nt_process *process, int *ret_pidfd)
{
    int r = process ? nt_os_dup(process->pidfd, ret_pidfd) : nt_os_pidfd_open(getpid(), ret_pidfd);

    return nt_status_from_errno(r);
}

NTSTATUS nt_job_assign(HANDLE handle, HANDLE process_handle)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *job = NULL;
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    NTSTATUS status = find_job(handle, JOB_OBJECT_ASSIGN_PROCESS, &job);

    if (NT_SUCCESS(status))
        status = nt_process_find(process_handle, PROCESS_SET_QUOTA | PROCESS_TERMINATE, &process);
    if (NT_SUCCESS(status))
        status = own_pidfd(process, &pidfd);
    if (!NT_SUCCESS(status))
        return status;
    return nt_client_assign_job(job->id, job->broker, pidfd,
                                process && process->page ? process->page_fd : -1);
}

NTSTATUS nt_job_terminate(HANDLE handle, uint32_t exit_code)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *job = NULL;
    NTSTATUS status = find_job(handle, JOB_OBJECT_TERMINATE, &job);

    return NT_SUCCESS(status) ? nt_client_terminate_job(job->id, job->broker, exit_code) : status;
}

NTSTATUS nt_job_contains(HANDLE handle, HANDLE process_handle, bool *ret_is_member)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *job = NULL;
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    NTSTATUS status = STATUS_SUCCESS;

    if (handle)
        status = find_job(handle, JOB_OBJECT_QUERY, &job);
    if (NT_SUCCESS(status)) {
        status = nt_process_find(process_handle, PROCESS_QUERY_INFORMATION, &process);
        if (status == STATUS_ACCESS_DENIED)
            status = nt_process_find(process_handle, PROCESS_QUERY_LIMITED_INFORMATION, &process);
    }
    if (NT_SUCCESS(status))
        status = own_pidfd(process, &pidfd);
    if (!NT_SUCCESS(status))
        return status;
    return nt_client_is_in_job(job ? job->id : 0, job ? job->broker : 0, pidfd, ret_is_member);
}

/* --- what it is ----------------------------------------------------------------------------- */

#define UNITS_PER_SECOND UINT64_C(10000000)

/* What its living members have used; the time of those that ended nobody keeps. */
static void add_times(struct nt_job_state *state)
{
    uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

    for (uint32_t i = 0; i < state->n_ids; i++) {
        struct nt_os_process_times times;

        if (nt_os_process_times((pid_t)state->ids[i], &times) < 0)
            continue;
        state->user += times.user * UNITS_PER_SECOND / ticks;
        state->kernel += times.kernel * UNITS_PER_SECOND / ticks;
    }
}

static NTSTATUS take_state(struct nt_client_reply *reply, struct nt_job_state *state)
{
    if (reply->bytes_size < reply->query_job.n_ids * sizeof(uint32_t))
        return STATUS_CONNECTION_DISCONNECTED;
    *state = (struct nt_job_state){
        .n_total = reply->query_job.n_total,
        .n_active = reply->query_job.n_active,
        .limits = reply->query_job.limits,
        .most_active = reply->query_job.most_active,
        .n_ids = reply->query_job.n_ids,
        .ids = NT_STEAL(reply->bytes),
    };
    add_times(state);
    return STATUS_SUCCESS;
}

NTSTATUS nt_job_query(HANDLE handle, struct nt_job_state *ret_state)
{
    NT_CLEANUP(nt_client_reply_deinit) struct nt_client_reply reply = {.n_fds = 0};
    NT_CLEANUP(nt_object_closep) struct nt_object *job = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    if (handle)
        status = find_job(handle, JOB_OBJECT_QUERY, &job);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_client_query_job(job ? job->id : 0, job ? job->broker : 0, &reply);
    if (!handle && (status == STATUS_NOT_FOUND || status == STATUS_CONNECTION_REFUSED))
        return STATUS_ACCESS_DENIED;
    return NT_SUCCESS(status) ? take_state(&reply, ret_state) : status;
}

void nt_job_state_deinit(struct nt_job_state *state)
{
    free(state->ids);
    state->ids = NULL;
}

NTSTATUS nt_job_set_limits(HANDLE handle, uint32_t limits, uint32_t most_active)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *job = NULL;
    NTSTATUS status = find_job(handle, JOB_OBJECT_SET_ATTRIBUTES, &job);

    if (!NT_SUCCESS(status))
        return status;
    if (limits & ~NT_JOB_LIMITS)
        return STATUS_NOT_SUPPORTED;
    return nt_client_set_job(job->id, job->broker, limits, most_active);
}
