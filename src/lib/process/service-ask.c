// SPDX-License-Identifier: MIT
/*
 * The asker's side of a request (service-protocol.h): find the thread, make sure that it belongs to
 * the process that is meant, ask, wait no longer than is decent, and confirm. A process that ends
 * meanwhile is told by its pidfd, which is polled beside the connection.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/service-protocol.h"
#include "os/remote.h"
#include "rtl/status.h"
#include "util/macro.h"

/* What a call that failed about the other side means. */
static NTSTATUS why(struct nt_process *process, int error)
{
    if (nt_process_has_ended(process))
        return STATUS_PROCESS_IS_TERMINATING;
    switch (-error) {
    case ECONNREFUSED: /* nobody listens */
    case ENOENT:
        return nt_os_process_is_ending(process->pid) ? STATUS_PROCESS_IS_TERMINATING
                                                     : STATUS_NOT_SUPPORTED;
    case ESRCH:
    case ECONNRESET: /* it is just about to end, or has stopped to serve */
    case EPIPE:
        return STATUS_PROCESS_IS_TERMINATING;
    case EAGAIN: /* more are waiting than it serves */
        return STATUS_IO_TIMEOUT;
    case EPERM:
    case EACCES:
        return STATUS_ACCESS_DENIED;
    default:
        return nt_status_from_errno(error);
    }
}

/*
 * The listener is the process that is meant: its number is that of the one with the pidfd, which
 * had not ended yet when that was compared.
 */
static NTSTATUS check_peer(struct nt_process *process, int fd)
{
    struct nt_os_peer peer;
    int r = nt_os_socket_peer(fd, &peer);

    if (r < 0)
        return why(process, r);
    if (nt_process_has_ended(process))
        return STATUS_PROCESS_IS_TERMINATING;
    if (peer.pid != process->pid)
        return STATUS_NOT_SUPPORTED;
    return peer.uid == geteuid() || geteuid() == 0 ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS connect_to(struct nt_process *process, int *ret_fd)
{
    char name[NT_SERVICE_NAME_SIZE];
    NTSTATUS status = STATUS_NOT_SUPPORTED;

    for (unsigned i = 0; i < NT_SERVICE_NAMES && status == STATUS_NOT_SUPPORTED; i++) {
        int r = nt_service_name(process->pid, i, name);

        *ret_fd = nt_os_close(*ret_fd);
        if (r == 0)
            r = nt_os_socket_connect_abstract(name, ret_fd);
        status = r < 0 ? why(process, r) : check_peer(process, *ret_fd);
    }
    return status;
}

static int send_request(int fd, const struct nt_service_call *call)
{
    const struct nt_parcel *parcel = call->parcel;
    struct iovec parts[2] = {
        {(void *)&call->request, sizeof(call->request)},
        {parcel ? parcel->bytes : (void *)call->bytes, call->request.n_bytes},
    };

    return nt_os_socket_send(fd, parts, parts[1].iov_len ? 2 : 1, parcel ? parcel->fds : NULL,
                             parcel ? parcel->n_fds : 0, false);
}

/* Until the other side says something, hangs up, ends, or the time is over. */
static NTSTATUS await(struct nt_process *process, int fd, uint64_t deadline)
{
    struct pollfd entries[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = process->pidfd, .events = POLLIN}};
    int r = nt_os_poll(entries, 2, deadline);

    if (r < 0)
        return nt_status_from_errno(r);
    if (entries[0].revents)
        return STATUS_SUCCESS;
    return entries[1].revents ? STATUS_PROCESS_IS_TERMINATING : STATUS_IO_TIMEOUT;
}

/* What came is an answer; @size bytes of it. */
static NTSTATUS read_answer(struct nt_service_call *call, const unsigned char *bytes, size_t size)
{
    if (size < sizeof(call->reply))
        return STATUS_DATA_ERROR;
    memcpy(&call->reply, bytes, sizeof(call->reply));
    if (call->reply.magic != NT_SERVICE_MAGIC ||
        call->reply.n_bytes != size - sizeof(call->reply)) {
        call->reply.n_bytes = 0;
        return STATUS_DATA_ERROR;
    }
    /* A parcel's readers want it aligned. */
    call->answer = malloc(call->reply.n_bytes + 1u);
    if (!call->answer)
        return STATUS_NO_MEMORY;
    memcpy(call->answer, bytes + sizeof(call->reply), call->reply.n_bytes);
    return STATUS_SUCCESS;
}

static NTSTATUS receive(struct nt_process *process, int fd, struct nt_service_call *call)
{
    size_t room = sizeof(call->reply) + NT_SERVICE_BYTES, size;
    NT_CLEANUP(nt_freep) unsigned char *bytes = malloc(room);
    int fds[NT_OS_MAX_FDS];
    int r;

    if (!bytes)
        return STATUS_NO_MEMORY;
    r = nt_os_socket_recv(fd, bytes, room, &size, fds, NT_PARCEL_FDS, &call->n_fds, NULL, false);
    if (r < 0) {
        call->n_fds = 0;
        return why(process, r);
    }
    memcpy(call->fds, fds, call->n_fds * sizeof(fds[0]));
    return read_answer(call, bytes, size);
}

/*
 * The answer is taken. Where something else is done now (a source closed) the end of that is waited
 * for: the other side hangs up.
 */
static NTSTATUS confirm(struct nt_process *process, int fd, const struct nt_service_call *call,
                        uint64_t deadline)
{
    uint32_t word = NT_SERVICE_CONFIRM;
    const struct iovec part = {&word, sizeof(word)};
    int r = nt_os_socket_send(fd, &part, 1, NULL, 0, false);

    if (r == 0 && call->request.kind == NT_SERVICE_TAKE && NT_SUCCESS(call->reply.status))
        await(process, fd, deadline);
    /* What it did not hear it has undone, but for what it cannot undo. */
    return r < 0 && NT_SUCCESS(call->reply.status) ? why(process, r) : call->reply.status;
}

static NTSTATUS ask(struct nt_process *process, struct nt_service_call *call)
{
    uint64_t deadline = nt_os_now_ns() + (call->patience_ns ? call->patience_ns
                                                            : NT_SERVICE_SECONDS * 1000000000ull);
    NT_CLEANUP(nt_os_closep) int fd = -1;
    NTSTATUS status = connect_to(process, &fd);
    int r;

    if (!NT_SUCCESS(status))
        return status;
    r = send_request(fd, call);
    if (r < 0)
        return why(process, r);
    status = await(process, fd, deadline);
    if (NT_SUCCESS(status))
        status = receive(process, fd, call);
    return NT_SUCCESS(status) ? confirm(process, fd, call, deadline) : status;
}

NTSTATUS nt_service_ask(struct nt_process *process, enum nt_service_kind kind,
                        struct nt_service_call *call)
{
    size_t n_bytes = call->parcel ? call->parcel->size : call->n_bytes;

    call->n_fds = 0;
    call->answer = NULL;
    if (n_bytes > NT_SERVICE_BYTES)
        return STATUS_INVALID_PARAMETER;
    call->request.magic = NT_SERVICE_MAGIC;
    call->request.kind = (uint32_t)kind;
    call->request.n_bytes = (uint32_t)n_bytes;
    return ask(process, call);
}

void nt_service_call_deinit(struct nt_service_call *call)
{
    for (size_t i = 0; i < call->n_fds; i++)
        nt_os_close_foreign(call->fds[i]);
    call->n_fds = 0;
    free(call->answer);
    call->answer = NULL;
}
