// SPDX-License-Identifier: MIT
/*
 * Walks over small operations; see kit.h.
 */
#include "fault/kit.h"

#include <errno.h>
#include <limits.h>
#include <windows.h>

#include "harness/test.h"

uint32_t fault_result(bool success)
{
    return success ? 0 : GetLastError();
}

static void prepare_call(void *context)
{
    const struct fault_call *call = context;

    if (call->prepare)
        call->prepare();
}

static uint32_t run_call(void *context)
{
    const struct fault_call *call = context;

    SetLastError(ERROR_SUCCESS);
    return call->run();
}

static void undo_call(void *context)
{
    const struct fault_call *call = context;

    if (call->undo)
        call->undo();
}

/* A failure is told as what it was, or as what the caller can do about it. */
static const uint32_t *errors_of(unsigned kind, int error)
{
    static const uint32_t memory[] = {ERROR_NOT_ENOUGH_MEMORY, ERROR_COMMITMENT_LIMIT,
                                      ERROR_NO_SYSTEM_RESOURCES, ERROR_OUTOFMEMORY, 0};
    static const uint32_t descriptors[] = {ERROR_TOO_MANY_OPEN_FILES, 0};
    static const uint32_t space[] = {ERROR_DISK_FULL, ERROR_COMMITMENT_LIMIT, 0};
    static const uint32_t unmapped[] = {ERROR_INVALID_ADDRESS, 0};

    if (kind == NT_OS_MSYNC && error == ENOMEM) /* there it says that nothing is mapped */
        return unmapped;
    if (kind == FAULT_ALLOCATION || error == ENOMEM)
        return memory;
    return error == EMFILE ? descriptors : space;
}

void fault_walk_call(const struct fault_call *call)
{
    static const int errors[] = {ENOMEM, EMFILE, ENOSPC, 0};
    struct fault_operation operation = {
        .name = call->name,
        .prepare = prepare_call,
        .run = run_call,
        .undo = undo_call,
        .errors = errors_of,
        .must_meet = call->must_meet,
        .may_survive = call->may_survive,
        .ignored = call->ignored,
        .context = (void *)call,
    };

    /* Once without failures: what is made on first use, and kept, is there then. */
    prepare_call(operation.context);
    fault_arm(UINT_MAX, 0);
    ok(call->run() == 0, "%s fails without a failure", call->name);
    fault_disarm();
    undo_call(operation.context);
    fault_walk(&operation, errors);
}
