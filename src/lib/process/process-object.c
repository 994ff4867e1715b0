// SPDX-License-Identifier: MIT
/*
 * Process objects: how they are made and found, and how they travel. How they end is in children.c;
 * see process-object.h.
 */
#include "lib/process/process-object.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/object/parcel.h"
#include "lib/process/children.h"
#include "lib/process/lock.h"
#include "lib/process/process-wait.h"
#include "lib/security/object-security.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "os/peer.h"
#include "os/pidfd.h"
#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

static LIST_HEAD(, nt_process) all = LIST_HEAD_INITIALIZER(all); /* NT_LOCK_CHILDREN */

/* --- the type ------------------------------------------------------------------------------- */

static void process_last_close(struct nt_object *object)
{
    (void)object; /* who sleeps needs the pidfd still */
}

/* What a struct owns but its memory. */
static void release(struct nt_process *process)
{
    int resume_fd = atomic_load(&process->resume_fd);

    nt_os_close(process->pidfd);
    nt_os_close(process->page_fd);
    nt_os_close(resume_fd);
    if (process->page)
        nt_os_unmap(process->page, NT_PAGE_SIZE);
}

static void process_free(struct nt_object *object)
{
    struct nt_process *process = NT_CONTAINER_OF(object, struct nt_process, object);

    nt_lock_take(NT_LOCK_CHILDREN);
    LIST_REMOVE(process, all);
    nt_lock_drop(NT_LOCK_CHILDREN);
    nt_child_leave(process);
    release(process);
    free(process);
}

static NTSTATUS process_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel)
{
    struct nt_process *process = NT_CONTAINER_OF(object, struct nt_process, object);

    (void)access;
    nt_parcel_put_u64(parcel, (uint64_t)process->pid);
    nt_parcel_put_u64(parcel, process->started);
    nt_parcel_put_fd(parcel, process->pidfd);
    nt_parcel_put_fd(parcel, process->page ? process->page_fd : -1);
    return parcel->status;
}

static NTSTATUS map_page(int fd, struct nt_process_page **ret_page)
{
    uint64_t size;
    void *page;
    int r = nt_os_memfd_check(fd, &size);

    if (r < 0 || size != NT_PAGE_SIZE)
        return STATUS_DATA_ERROR;
    r = nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &page);
    if (r < 0)
        return nt_status_from_errno(r);
    *ret_page = page;
    return STATUS_SUCCESS;
}

static NTSTATUS process_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                               struct nt_object **ret_object)
{
    struct nt_process known = {0}, *process;
    uint64_t pid = nt_parcel_get_u64(parcel);
    NTSTATUS status;
    int r;

    (void)access;
    known.started = nt_parcel_get_u64(parcel);
    known.pidfd = nt_parcel_get_fd(parcel);
    known.page_fd = nt_parcel_get_fd(parcel);
    atomic_init(&known.resume_fd, -1);
    status = parcel->status;
    r = NT_SUCCESS(status) ? nt_os_pidfd_pid(known.pidfd, &known.pid) : 0;
    if (r == -ESRCH) /* it has ended, and its number is what the sender says */
        known.pid = (pid_t)(pid & INT32_MAX);
    else if (r < 0)
        status = STATUS_DATA_ERROR;
    if (NT_SUCCESS(status) && known.page_fd >= 0)
        status = map_page(known.page_fd, &known.page);
    if (!NT_SUCCESS(status)) {
        release(&known);
        return status;
    }
    status = nt_process_adopt(&known, &process);
    if (NT_SUCCESS(status))
        *ret_object = &process->object;
    return status;
}

static bool process_is_same(const struct nt_object *a, const struct nt_object *b)
{
    const struct nt_process *first = NT_CONTAINER_OF(a, const struct nt_process, object);
    const struct nt_process *second = NT_CONTAINER_OF(b, const struct nt_process, object);

    return first->pid == second->pid && first->started == second->started;
}

const struct nt_object_type nt_process_type = {
    .name = "Process",
    .kind = NT_KIND_PROCESS,
    .wait = &nt_process_wait_type,
    .flag = nt_process_flag,
    .pack = process_pack,
    .unpack = process_unpack,
    .is_same = process_is_same,
    .last_close = process_last_close,
    .free = process_free,
};

/* --- making them ---------------------------------------------------------------------------- */

/* One that is open already; NT_LOCK_CHILDREN held. */
static struct nt_process *find_open(pid_t pid, uint64_t started)
{
    struct nt_process *process;

    LIST_FOREACH (process, &all, all) {
        if (process->pid == pid && process->started == started &&
            nt_object_try_open(&process->object))
            return process;
    }
    return NULL;
}

/* What @known has beyond what is there; the lock is held. What stays in @known is not needed. */
static void merge(struct nt_process *process, struct nt_process *known)
{
    if (!process->page && known->page) {
        process->page_fd = nt_steal_fd(&known->page_fd);
        process->page = NT_STEAL(known->page);
    }
    if (known->parent)
        process->parent = known->parent;
    if (atomic_load(&process->resume_fd) < 0)
        atomic_store(&process->resume_fd, atomic_exchange(&known->resume_fd, -1));
}

static struct nt_process *new_process(struct nt_process *known, const struct nt_maker *maker)
{
    struct nt_process *process = calloc(1, sizeof(*process));

    if (!process)
        return NULL;
    nt_object_init(&process->object, &nt_process_type);
    process->pid = known->pid;
    process->started = known->started;
    process->pidfd = nt_steal_fd(&known->pidfd);
    process->page_fd = -1;
    atomic_init(&process->resume_fd, -1);
    process->object.maker = *maker;
    return process;
}

/* Who it is of: its user is the owner in the descriptor that the object begins with. */
static struct nt_maker find_maker(const struct nt_process *known)
{
    struct nt_os_process_times times;
    struct nt_os_owner owner;

    if (nt_os_pidfd_owner(known->pidfd, &owner) < 0 || nt_os_process_times(known->pid, &times) < 0)
        return (struct nt_maker){0};
    return (struct nt_maker){
        .known = true,
        .uid = owner.effective,
        .gid = times.group,
        .integrity =
            owner.effective == 0 ? SECURITY_MANDATORY_HIGH_RID : SECURITY_MANDATORY_MEDIUM_RID,
    };
}

/* A child that nobody can be told of. */
static void bury(int pidfd)
{
    struct nt_os_exit ended;

    nt_os_pidfd_kill(pidfd);
    nt_os_pidfd_wait(pidfd, UINT64_MAX);
    nt_os_pidfd_reap(pidfd, &ended);
}

NTSTATUS nt_process_adopt(const struct nt_process *known, struct nt_process **ret_process)
{
    struct nt_process rest = *known, *process;
    struct nt_maker maker;
    uint64_t started;

    /* The number is its own as long as it has not been reaped. */
    if (nt_os_process_began(rest.pid, &started) == 0 && nt_os_pidfd_signal(rest.pidfd, 0) != -ESRCH)
        rest.started = started;
    maker = find_maker(&rest);

    nt_lock_take(NT_LOCK_CHILDREN);
    process = find_open(rest.pid, rest.started);
    if (!process) {
        process = new_process(&rest, &maker);
        if (process)
            LIST_INSERT_HEAD(&all, process, all);
    }
    if (process)
        merge(process, &rest);
    nt_lock_drop(NT_LOCK_CHILDREN);
    if (!process && rest.parent)
        bury(rest.pidfd);
    release(&rest);
    if (!process)
        return STATUS_NO_MEMORY;
    *ret_process = process;
    return STATUS_SUCCESS;
}

NTSTATUS nt_process_from_pidfd(int pidfd, struct nt_process **ret_process)
{
    struct nt_process known = {.pidfd = pidfd, .page_fd = -1, .resume_fd = -1};
    int r = nt_os_pidfd_pid(pidfd, &known.pid);

    if (r < 0) {
        nt_os_close(pidfd);
        return r == -ESRCH ? STATUS_INVALID_CID : nt_status_from_errno(r);
    }
    return nt_process_adopt(&known, ret_process);
}

/* The page again: what made this process has one of its own. */
static NTSTATUS add_own_page(struct nt_process *known)
{
    int fd;

    if (!nt_process_own_page(&fd))
        return STATUS_SUCCESS;
    if (nt_os_dup(fd, &known->page_fd) < 0)
        return STATUS_TOO_MANY_OPENED_FILES;
    return map_page(known->page_fd, &known->page);
}

NTSTATUS nt_process_new_self(struct nt_process **ret_process)
{
    struct nt_process known = {.pidfd = -1, .page_fd = -1, .resume_fd = -1};
    NTSTATUS status;

    nt_process_check();
    known.pid = getpid();
    status = nt_status_from_errno(nt_os_pidfd_open(known.pid, &known.pidfd));
    if (NT_SUCCESS(status))
        status = add_own_page(&known);
    if (!NT_SUCCESS(status)) {
        release(&known);
        return status;
    }
    return nt_process_adopt(&known, ret_process);
}

/*
 * Forwards the list is whole even where a raw clone() has met another thread at it; what points
 * back is made again. Who sleeps on them is the parent's, all but none: who forks does not sleep.
 */
void nt_processes_forked(void)
{
    struct nt_process *process, **link = &LIST_FIRST(&all);

    for (process = LIST_FIRST(&all); process; process = LIST_NEXT(process, all)) {
        process->all.le_prev = link;
        link = &LIST_NEXT(process, all);
        process->watched.le_prev = NULL;
        process->n_watchers = 0;
    }
}

/* --- finding them --------------------------------------------------------------------------- */

bool nt_process_is_self(const struct nt_process *process)
{
    return process->pid == getpid() && nt_os_pidfd_is_alive(process->pidfd);
}

void nt_process_closep(struct nt_process **process)
{
    if (*process)
        nt_object_close(&(*process)->object);
    *process = NULL;
}

NTSTATUS nt_process_find(HANDLE handle, ACCESS_MASK access, struct nt_process **ret_process)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    struct nt_object *object;
    NTSTATUS status;

    *ret_process = NULL;
    if (handle == (HANDLE)(LONG_PTR)-1)
        return STATUS_SUCCESS;
    status = nt_handle_get(handle, &nt_process_type, access, &object, NULL);
    if (!NT_SUCCESS(status))
        return status;
    process = NT_CONTAINER_OF(object, struct nt_process, object);
    if (!nt_process_is_self(process))
        *ret_process = NT_STEAL(process);
    return STATUS_SUCCESS;
}

NTSTATUS nt_process_find_any(HANDLE handle, ACCESS_MASK access, struct nt_process **ret_process)
{
    NTSTATUS status = nt_process_find(handle, access, ret_process);

    if (NT_SUCCESS(status) && !*ret_process)
        status = nt_process_new_self(ret_process);
    return status;
}

/* Root opens all, others what is theirs: the user of the calling thread, in all three places. */
static NTSTATUS check_user(int pidfd)
{
    struct nt_os_owner owner;
    uid_t uid = geteuid();
    int r;

    if (uid == 0)
        return STATUS_SUCCESS;
    r = nt_os_pidfd_owner(pidfd, &owner);
    if (r == -ESRCH) /* a zombie is nobody's secret, but whose it was is not known any more */
        return STATUS_INVALID_CID;
    if (r < 0 || owner.real != uid || owner.effective != uid || owner.saved != uid)
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

static NTSTATUS open_process(pid_t pid, struct nt_process **ret_process)
{
    NT_CLEANUP(nt_os_closep) int pidfd = -1;
    NTSTATUS status;
    int r;

    if (pid == getpid())
        return nt_process_new_self(ret_process);
    if (pid <= 0)
        return STATUS_INVALID_CID;
    r = nt_os_pidfd_open(pid, &pidfd);
    if (r < 0)
        return r == -ESRCH ? STATUS_INVALID_CID : nt_status_from_errno(r);
    status = check_user(pidfd);
    if (!NT_SUCCESS(status))
        return status;
    return nt_process_from_pidfd(nt_steal_fd(&pidfd), ret_process);
}

NTSTATUS nt_process_open(uint32_t pid, ACCESS_MASK access, ULONG attributes, HANDLE *ret_handle)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    NT_CLEANUP(nt_object_closep) struct nt_object *same = NULL;
    ACCESS_MASK granted;
    NTSTATUS status;

    nt_process_check();
    status = open_process((pid_t)pid, &process);
    if (!NT_SUCCESS(status))
        return status;
    if (process->object.security) {
        /* Who made it has said who may. */
        access = nt_access_map(NT_KIND_PROCESS, access);
        status = nt_security_check(&process->object, access, &granted, &same);
    } else {
        status = nt_access_grant_owner(NT_KIND_PROCESS, access, &granted);
    }
    if (!NT_SUCCESS(status))
        return status;
    /* Whoever may ask all may ask what is little. */
    if (granted & PROCESS_QUERY_INFORMATION)
        granted |= PROCESS_QUERY_LIMITED_INFORMATION;
    return nt_handle_new(&process->object, granted, attributes, ret_handle);
}
