// SPDX-License-Identifier: MIT
/*
 * The token of another process: a snapshot of whom the kernel takes it for. What that process has
 * set in its own token it alone knows, so defaults and privileges are told as every token begins.
 */
#include <errno.h>

#include <ntstatus.h>

#include "lib/process/process-object.h"
#include "lib/security/token-object.h"
#include "os/credentials.h"
#include "rtl/status.h"
#include "util/macro.h"

NTSTATUS nt_token_of_process(struct nt_process *process, struct nt_token **ret_token)
{
    struct nt_token *token = nt_token_new(TokenPrimary, SecurityAnonymous);
    int r;

    if (!token)
        return STATUS_NO_MEMORY;
    r = nt_os_credentials_of(process->pid, &token->made);
    /* Whoever has not ended now had that number then. */
    if (r < 0 || nt_process_has_ended(process)) {
        nt_object_close(&token->object);
        return r < 0 && r != -ENOENT && r != -ESRCH ? nt_status_from_errno(r)
                                                    : STATUS_PROCESS_IS_TERMINATING;
    }
    atomic_store(&token->state->privileges, NT_PRIVILEGES_AT_FIRST);
    nt_token_touched(token);
    *ret_token = token;
    return STATUS_SUCCESS;
}
