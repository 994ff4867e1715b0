// SPDX-License-Identifier: MIT
/*
 * A thread's token hangs on a record that the thread points at and that a list holds: the thread's
 * end frees it (pthread_setspecific), and so does a fork in the child, where the other threads are
 * not any more. The thread that forked goes on as it was.
 */
#include "lib/security/thread-token.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <ntstatus.h>

#include "lib/process/lock.h"
#include "lib/security/token-object.h"
#include "rtl/status.h"
#include "util/macro.h"

struct record {
    LIST_ENTRY(record) link;
    struct nt_token *token; /* one open; NULL after RevertToSelf */
};

/* NT_LOCK_TOKENS */
static LIST_HEAD(, record) records = LIST_HEAD_INITIALIZER(records);

static _Thread_local struct record *mine __attribute__((tls_model("initial-exec")));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static void end_of_thread(void *pointer)
{
    struct record *record = pointer;

    mine = NULL;
    nt_lock_take(NT_LOCK_TOKENS);
    LIST_REMOVE(record, link);
    nt_lock_drop(NT_LOCK_TOKENS);
    nt_token_closep(&record->token);
    free(record);
}

static void make_key(void)
{
    key_error = pthread_key_create(&key, end_of_thread);
}

/* The record is the thread's until it ends. */
static NTSTATUS make_record(void)
{
    struct record *record;

    pthread_once(&once, make_key);
    record = key_error ? NULL : calloc(1, sizeof(*record));
    if (!record || pthread_setspecific(key, record) != 0) {
        free(record);
        return STATUS_NO_MEMORY;
    }
    nt_lock_take(NT_LOCK_TOKENS);
    LIST_INSERT_HEAD(&records, record, link);
    nt_lock_drop(NT_LOCK_TOKENS);
    mine = record;
    return STATUS_SUCCESS;
}

struct nt_token *nt_thread_token(void)
{
    return mine ? mine->token : NULL;
}

/* Whether the kernel takes the calling thread for whom the token was made. */
static NTSTATUS check_kernel(struct nt_token *token)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials is = {.more = NULL};
    int r = nt_os_credentials_get(&is);

    if (r < 0)
        return nt_status_from_errno(r);
    return token->of != NT_TOKEN_MADE || nt_os_credentials_equal(&is, &token->made)
               ? STATUS_SUCCESS
               : STATUS_CANNOT_IMPERSONATE;
}

NTSTATUS nt_thread_token_set(struct nt_token *token)
{
    struct nt_token *before;
    NTSTATUS status = STATUS_SUCCESS;

    if (token && token->type != TokenImpersonation)
        return STATUS_BAD_TOKEN_TYPE;
    if (token)
        status = check_kernel(token);
    if (NT_SUCCESS(status) && token && !mine)
        status = make_record();
    if (!NT_SUCCESS(status) || !mine)
        return status;
    if (token)
        nt_abort_if(!nt_object_try_open(nt_token_object(token)), "a token in use is closed");
    before = mine->token;
    mine->token = token;
    nt_token_closep(&before);
    return STATUS_SUCCESS;
}

/* A token that says what the kernel says of this thread, where that is not what it says of the
 * process. */
static NTSTATUS open_changed(struct nt_token **ret_token)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials is = {.more = NULL};
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials process = {.more = NULL};
    NT_CLEANUP(nt_token_closep) struct nt_token *own = nt_token_process();
    int r = nt_os_credentials_get(&is);

    if (r == 0)
        r = nt_os_credentials_of_process(&process);
    if (r < 0)
        return nt_status_from_errno(r);
    if (nt_os_credentials_equal(&is, &process))
        return STATUS_NO_TOKEN;
    return nt_token_copy(own, &is, TokenImpersonation, SecurityImpersonation, ret_token);
}

NTSTATUS nt_thread_token_open(struct nt_token **ret_token)
{
    struct nt_token *token = nt_thread_token();

    if (!token)
        return open_changed(ret_token);
    if (token->level == SecurityAnonymous)
        return STATUS_CANT_OPEN_ANONYMOUS;
    *ret_token = nt_token_effective();
    return STATUS_SUCCESS;
}

/* --- fork ----------------------------------------------------------------------------------- */

void nt_thread_tokens_forked(void)
{
    struct record *record, *next;

    for (record = LIST_FIRST(&records); record; record = next) {
        next = LIST_NEXT(record, link);
        if (record == mine)
            continue;
        LIST_REMOVE(record, link);
        nt_token_closep(&record->token);
        free(record);
    }
}

void nt_thread_tokens_renew(void)
{
    /* What another thread was at is not known: its record stays where it is. */
    LIST_INIT(&records);
    if (mine)
        LIST_INSERT_HEAD(&records, mine, link);
}
