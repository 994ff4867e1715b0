// SPDX-License-Identifier: MIT
/*
 * CreateProcess, from what was asked to two handles; see create.h. Everything that can fail for
 * want of something is made first; a child that is there and cannot be told of is ended again.
 */
#include "lib/process/create.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/file/file.h"
#include "lib/file/path.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/security/object-security.h"
#include "lib/thread/thread.h"
#include "os/file.h"
#include "os/os.h"
#include "os/pidfd.h"
#include "os/spawn.h"
#include "rtl/status.h"
#include "util/macro.h"

/* On the way. */
struct creation {
    const struct nt_program_request *request;
    struct nt_program program;
    struct nt_inherit inherit;
    struct nt_process known; /* what nt_process_adopt() gets: pidfd, page */
    struct nt_file *files[3];
    int directory_fd, null_fd;
    NTSTATUS joined; /* what came of bringing the child into our jobs */
};

static void creation_deinit(struct creation *creation)
{
    nt_inherit_deinit(&creation->inherit);
    nt_program_deinit(&creation->program);
    for (unsigned i = 0; i < 3; i++)
        nt_file_put(creation->files[i]);
    nt_os_close(creation->directory_fd);
    nt_os_close(creation->null_fd);
    nt_os_close(creation->known.pidfd);
    nt_os_close(creation->known.page_fd);
    nt_os_close(atomic_load(&creation->known.resume_fd));
    if (creation->known.page)
        nt_os_unmap(creation->known.page, NT_PAGE_SIZE);
}

static NTSTATUS make_page(struct creation *creation)
{
    void *page;
    int r = nt_os_memfd_new("ntshm-process", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE,
                            &creation->known.page_fd);

    if (r == 0)
        r = nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                      creation->known.page_fd, 0, &page);
    if (r == 0)
        creation->known.page = page;
    return nt_status_from_errno(r);
}

static NTSTATUS open_directory(struct creation *creation)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    NTSTATUS status;
    int r;

    if (!creation->request->directory)
        return STATUS_SUCCESS;
    status = nt_path_from_utf8(creation->request->directory, &path);
    if (!NT_SUCCESS(status))
        return status == STATUS_NO_MEMORY ? status : STATUS_NOT_A_DIRECTORY;
    r = nt_os_file_open(path, O_PATH | O_DIRECTORY, 0, &creation->directory_fd);
    if (r == -ENOENT || r == -ENOTDIR || r == -EACCES || r == -ELOOP)
        return STATUS_NOT_A_DIRECTORY;
    return nt_status_from_errno(r);
}

/* A standard handle that says nothing: what the child writes there goes nowhere. */
static NTSTATUS use_null(struct creation *creation, int *ret_fd)
{
    int r = 0;

    if (creation->null_fd < 0)
        r = nt_os_file_open("/dev/null", O_RDWR, 0, &creation->null_fd);
    *ret_fd = creation->null_fd;
    return nt_status_from_errno(r);
}

static NTSTATUS open_standard(struct creation *creation, int *ret_fds)
{
    const struct nt_program_request *request = creation->request;
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0; i < 3 && NT_SUCCESS(status); i++) {
        HANDLE handle = request->standard[i];

        ret_fds[i] = -1;
        if (!request->use_standard)
            continue;
        if (!handle || handle == INVALID_HANDLE_VALUE) {
            status = use_null(creation, &ret_fds[i]);
            continue;
        }
        status = nt_file_get(handle, 0, &creation->files[i]);
        if (NT_SUCCESS(status))
            ret_fds[i] = creation->files[i]->fd;
    }
    return status;
}

/* The handles, in memory that the child will find. In a move. */
static NTSTATUS pack(struct creation *creation)
{
    const struct nt_program_request *request = creation->request;
    char variable[NT_INHERIT_NAME_SIZE];
    struct nt_inherit_name name;
    NTSTATUS status;
    int page_fd, r = nt_os_dup(creation->known.page_fd, &page_fd);

    if (r < 0)
        return nt_status_from_errno(r);
    nt_inherit_begin(&creation->inherit, creation->program.line, &request->startup, page_fd);
    if (request->inherit && request->list)
        nt_inherit_list(&creation->inherit, request->list, request->n_list);
    else if (request->inherit)
        nt_inherit_all(&creation->inherit);
    status = nt_inherit_seal(&creation->inherit, &name);
    if (!NT_SUCCESS(status))
        return status;
    nt_inherit_name_print(&name, variable);
    return nt_program_set_environment(&creation->program, request->environment, variable);
}

static int join_jobs(int pidfd, void *context)
{
    struct creation *creation = context;

    creation->joined =
        nt_client_join_jobs(pidfd, creation->known.page_fd,
                            (creation->request->flags & CREATE_BREAKAWAY_FROM_JOB) != 0);
    /* One that is not held meanwhile (ThreadSanitizer's) may have ended. */
    if ((creation->joined == STATUS_ACCESS_DENIED ||
         creation->joined == STATUS_PROCESS_IS_TERMINATING) &&
        nt_os_pidfd_wait(pidfd, 0) == 0)
        creation->joined = STATUS_SUCCESS;
    return NT_SUCCESS(creation->joined) ? 0 : -ECANCELED;
}

static int nice_of(ULONG flags)
{
    if (flags & IDLE_PRIORITY_CLASS)
        return 19;
    if (flags & BELOW_NORMAL_PRIORITY_CLASS)
        return 10;
    return INT_MIN;
}

static NTSTATUS status_of_spawn(const struct creation *creation, int r)
{
    switch (r) {
    case 0:
        return STATUS_SUCCESS;
    case -ECANCELED:
        return creation->joined;
    case -ENOEXEC:
    case -EINVAL:
    case -ELIBBAD:
        return STATUS_INVALID_IMAGE_FORMAT;
    case -E2BIG:
        return STATUS_NAME_TOO_LONG;
    case -EACCES:
    case -EPERM:
        return STATUS_ACCESS_DENIED;
    case -EAGAIN:
        return STATUS_INSUFFICIENT_RESOURCES;
    default:
        return nt_path_status(creation->program.path, r);
    }
}

static NTSTATUS spawn(struct creation *creation, const int *standard)
{
    const struct nt_program_request *request = creation->request;
    struct nt_process *known = &creation->known;
    const ULONG session = DETACHED_PROCESS | CREATE_NEW_CONSOLE;
    int resume_fd = -1, r;
    const struct nt_os_spawn what = {
        .path = creation->program.path,
        .arguments = (char *const *)creation->program.arguments,
        .environment = creation->program.environment,
        .directory_fd = creation->directory_fd,
        .standard = {standard[0], standard[1], standard[2]},
        .keep = creation->inherit.fds,
        .n_keep = creation->inherit.n_fds,
        .suspended = request->flags & CREATE_SUSPENDED,
        .session = request->flags & session,
        .group = request->flags & CREATE_NEW_PROCESS_GROUP,
        .nice = nice_of(request->flags),
        .pid = &known->page->pid,
        .failed = &known->page->failed,
        .made = join_jobs,
        .context = creation,
    };

    r = nt_os_spawn(&what, &known->pid, &known->pidfd, &resume_fd);
    atomic_store(&known->resume_fd, resume_fd);
    known->parent = getpid();
    return status_of_spawn(creation, r);
}

/* --- the objects --------------------------------------------------------------------------------
 */

static NTSTATUS protect(struct nt_object *object, enum nt_kind kind, const void *security)
{
    struct nt_descriptor_block block;
    NTSTATUS status = nt_security_for_new(kind, security, &block);

    return NT_SUCCESS(status) ? nt_security_attach(object, &block) : status;
}

static NTSTATUS make_thread(const struct creation *creation, struct nt_process *process,
                            HANDLE *ret_handle)
{
    const struct nt_program_request *request = creation->request;
    struct nt_thread *thread = nt_thread_new_first(process, (uint32_t)process->pid);
    NTSTATUS status;

    if (!thread)
        return STATUS_NO_MEMORY;
    status = protect(&thread->object, NT_KIND_THREAD, request->thread_security);
    if (NT_SUCCESS(status))
        return nt_handle_hand_out(&thread->object, nt_kind_rights(NT_KIND_THREAD)->all,
                                  request->thread_attributes, ret_handle);
    nt_object_close(&thread->object);
    return status;
}

static NTSTATUS hand_out(const struct creation *creation, struct nt_process *process,
                         struct nt_created *ret_created)
{
    const struct nt_program_request *request = creation->request;
    HANDLE thread;
    NTSTATUS status = protect(&process->object, NT_KIND_PROCESS, request->process_security);

    if (NT_SUCCESS(status))
        status = make_thread(creation, process, &thread);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_new(&process->object, nt_kind_rights(NT_KIND_PROCESS)->all,
                           request->process_attributes, &ret_created->process);
    if (!NT_SUCCESS(status)) {
        nt_handle_close(thread);
        return status;
    }
    ret_created->thread = thread;
    ret_created->process_id = ret_created->thread_id = (uint32_t)process->pid;
    return STATUS_SUCCESS;
}

/* It runs, and cannot be told of. */
static void take_back(struct nt_process *process)
{
    nt_process_end(process, 1);
    nt_process_wait(process, UINT64_MAX);
}

static NTSTATUS start(struct creation *creation, struct nt_created *ret_created)
{
    NT_CLEANUP(nt_process_closep) struct nt_process *process = NULL;
    struct nt_process known;
    int standard[3];
    NTSTATUS status = open_standard(creation, standard);

    if (NT_SUCCESS(status))
        status = pack(creation);
    if (NT_SUCCESS(status))
        status = spawn(creation, standard);
    if (!NT_SUCCESS(status))
        return status;
    known = creation->known;
    creation->known = (struct nt_process){.pidfd = -1, .page_fd = -1, .resume_fd = -1};
    status = nt_process_adopt(&known, &process);
    if (NT_SUCCESS(status))
        status = hand_out(creation, process, ret_created);
    if (!NT_SUCCESS(status) && process)
        take_back(process);
    return status;
}

NTSTATUS nt_process_create(const struct nt_program_request *request, struct nt_created *ret_created)
{
    NT_CLEANUP(creation_deinit)
    struct creation creation = {
        .request = request,
        .known = {.pidfd = -1, .page_fd = -1, .resume_fd = -1},
        .directory_fd = -1,
        .null_fd = -1,
    };
    NTSTATUS status;

    nt_process_check();
    nt_children_sweep();
    status = nt_program_find(request, &creation.program);
    if (NT_SUCCESS(status))
        status = open_directory(&creation);
    if (NT_SUCCESS(status))
        status = make_page(&creation);
    if (!NT_SUCCESS(status))
        return status;
    /* Copies of leases lie open until the child has them: no fork may get them too. */
    nt_move_begin();
    status = start(&creation, ret_created);
    nt_inherit_deinit(&creation.inherit);
    nt_move_end();
    return status;
}
