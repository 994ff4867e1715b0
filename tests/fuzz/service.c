// SPDX-License-Identifier: MIT
/*
 * What a service thread does with a message. Each input is a request as it comes from another
 * process, with a descriptor or without; what it did is undone, or confirmed, as its last bit says.
 * Left out is only what a request may do to the fuzzer itself by right: write into its memory, and
 * throw its pages out.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <ntstatus.h>

#include "lib/process/service-protocol.h"
#include "os/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_harmless(const uint8_t *data, size_t size)
{
    struct nt_service_request request;

    if (size < sizeof(request))
        return true;
    memcpy(&request, data, sizeof(request));
#ifdef __SANITIZE_THREAD__
    /* It ends a program that maps where it keeps its own. */
    if (request.base || request.lowest || request.highest)
        return false;
#endif
    return request.kind != NT_SERVICE_WRITE && request.kind != NT_SERVICE_EMPTY &&
           request.kind != NT_SERVICE_SET_SET && request.kind != NT_SERVICE_LOCK &&
           request.size < (1u << 30);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fds[NT_OS_MAX_FDS], fd = -1;
    struct nt_service_answer answer;
    size_t n_fds = 0;

    if (size > sizeof(struct nt_service_request) + NT_SERVICE_BYTES || !is_harmless(data, size))
        return 0;
    if (size % 2 && nt_os_memfd_new("fuzz", 4096, NT_OS_MEMFD_PRIVATE, &fd) == 0)
        fds[n_fds++] = fd;
    nt_service_work(data, size, fds, n_fds, &answer);
    /* What was mapped or allocated is taken away either way; a source is closed in one of them. */
    if (size && data[size - 1] % 2)
        nt_service_commit(&answer.undo);
    nt_service_undo(&answer.undo);
    nt_service_answer_deinit(&answer);
    return 0;
}
