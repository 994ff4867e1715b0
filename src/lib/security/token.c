// SPDX-License-Identifier: MIT
/*
 * The objects of tokens, whom they stand for, and what they say to a check. See token-object.h for
 * the three kinds.
 */
#include "lib/security/token.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "ipc/protocol.h"
#include "lib/process/lock.h"
#include "lib/security/thread-token.h"
#include "lib/security/token-object.h"
#include "rtl/status.h"
#include "util/macro.h"

/* --- the objects ---------------------------------------------------------------------------- */

static void ignore(struct nt_object *object)
{
    (void)object;
}

static void free_token(struct nt_object *object)
{
    struct nt_token *token = NT_CONTAINER_OF(object, struct nt_token, object);

    nt_os_credentials_deinit(&token->made);
    free(token->own.owner);
    free(token->own.group);
    free(token->own.dacl);
    free(token);
}

const struct nt_object_type nt_token_type = {
    .name = "Token",
    .kind = NT_KIND_TOKEN,
    .pack = nt_token_pack,
    .unpack = nt_token_unpack,
    .last_close = ignore,
    .free = free_token,
};

static struct nt_token_state process_state = {.privileges = NT_PRIVILEGES_AT_FIRST};

/* The process has these open for as long as it lives. */
#define FOR_EVER(kind)                                                           \
    {                                                                            \
        .object = {.type = &nt_token_type, .opens = 1, .refs = 1}, .of = (kind), \
        .type = TokenPrimary, .state = &process_state,                           \
    }
static struct nt_token process_token = FOR_EVER(NT_TOKEN_OF_PROCESS);
static struct nt_token callers_token = FOR_EVER(NT_TOKEN_OF_CALLER);

/* Of tokens and of changes. */
static _Atomic uint32_t n_numbers;

struct nt_object *nt_token_object(struct nt_token *token)
{
    return &token->object;
}

static struct nt_token *open_again(struct nt_token *token)
{
    nt_abort_if(!nt_object_try_open(&token->object), "a token that is used is closed");
    return token;
}

struct nt_token *nt_token_process(void)
{
    return open_again(&process_token);
}

struct nt_token *nt_token_effective(void)
{
    struct nt_token *mine = nt_thread_token();

    return open_again(mine ? mine : &callers_token);
}

void nt_token_touched(struct nt_token *token)
{
    atomic_store(&token->state->modified, atomic_fetch_add(&n_numbers, 1) + 1);
}

/* --- copies --------------------------------------------------------------------------------- */

static bool copy_bytes(void *ret_copy, const void *bytes, size_t size)
{
    void *copy = NULL;

    if (bytes) {
        copy = malloc(size);
        if (!copy)
            return false;
        memcpy(copy, bytes, size);
    }
    memcpy(ret_copy, &copy, sizeof(copy));
    return true;
}

/* What is copied is freed with the copy, also when it is not all. */
static bool copy_state(struct nt_token_state *copy, struct nt_token_state *state)
{
    bool whole;

    atomic_init(&copy->privileges, atomic_load(&state->privileges));
    atomic_init(&copy->lowered, atomic_load(&state->lowered));
    nt_lock_take(NT_LOCK_TOKENS);
    whole = copy_bytes(&copy->owner, state->owner, sizeof(*state->owner)) &&
            copy_bytes(&copy->group, state->group, sizeof(*state->group)) &&
            copy_bytes(&copy->dacl, state->dacl, state->dacl ? state->dacl->AclSize : 0);
    atomic_init(&copy->has_defaults, atomic_load(&state->has_defaults));
    nt_lock_drop(NT_LOCK_TOKENS);
    return whole;
}

struct nt_token *nt_token_new(TOKEN_TYPE type, SECURITY_IMPERSONATION_LEVEL level)
{
    struct nt_token *token = calloc(1, sizeof(*token));

    if (!token)
        return NULL;
    nt_object_init(&token->object, &nt_token_type);
    token->of = NT_TOKEN_MADE;
    token->type = type;
    token->level = level;
    token->state = &token->own;
    token->number = atomic_fetch_add(&n_numbers, 1) + 1;
    return token;
}

NTSTATUS nt_token_copy(struct nt_token *token, const struct nt_os_credentials *who, TOKEN_TYPE type,
                       SECURITY_IMPERSONATION_LEVEL level, struct nt_token **ret_token)
{
    struct nt_token *copy = nt_token_new(type, level);

    if (!copy)
        return STATUS_NO_MEMORY;
    if (nt_os_credentials_copy(&copy->made, who) < 0 || !copy_state(&copy->own, token->state)) {
        nt_object_close(&copy->object);
        return STATUS_NO_MEMORY;
    }
    nt_token_touched(copy);
    *ret_token = copy;
    return STATUS_SUCCESS;
}

/* --- whom they stand for -------------------------------------------------------------------- */

NTSTATUS nt_token_who(struct nt_token *token, struct nt_os_credentials *ret_who)
{
    int r;

    /* A thread that uses a token is whom the kernel takes it for, and never anybody else. */
    if (token->of == NT_TOKEN_OF_CALLER || token == nt_thread_token())
        r = nt_os_credentials_get(ret_who);
    else if (token->of == NT_TOKEN_OF_PROCESS)
        r = nt_os_credentials_of_process(ret_who);
    else
        r = nt_os_credentials_copy(ret_who, &token->made);
    return r < 0 ? nt_status_from_errno(r) : STATUS_SUCCESS;
}

uint32_t nt_token_integrity(const struct nt_token *token, uint32_t natural)
{
    uint32_t lowered = atomic_load(&token->state->lowered), level = lowered & ~NT_IPC_LOWERED;

    return lowered && level < natural ? level : natural;
}

NTSTATUS nt_token_identity(struct nt_token *token, struct nt_identity *ret_identity)
{
    NT_CLEANUP(nt_os_credentials_deinit) struct nt_os_credentials who = {.more = NULL};
    NTSTATUS status = nt_token_who(token, &who);

    if (!NT_SUCCESS(status))
        return status;
    if (nt_identity_init(ret_identity, who.uid, who.gid, nt_os_credentials_groups(&who),
                         who.n_groups) < 0)
        return STATUS_NO_MEMORY;
    ret_identity->integrity = nt_token_integrity(token, ret_identity->integrity);
    ret_identity->in_force = nt_privileges_in_force(&token->state->privileges, &who);
    return STATUS_SUCCESS;
}

/* --- for what is created -------------------------------------------------------------------- */

bool nt_token_defaults(struct nt_token *token, struct nt_token_defaults *ret_defaults)
{
    struct nt_token_state *state = token->state;
    bool whole;

    memset(ret_defaults, 0, sizeof(*ret_defaults));
    if (!atomic_load(&state->has_defaults))
        return false;
    nt_lock_take(NT_LOCK_TOKENS);
    if (state->owner) {
        ret_defaults->owner = *state->owner;
        ret_defaults->defaults.owner = &ret_defaults->owner.sid;
    }
    if (state->group) {
        ret_defaults->group = *state->group;
        ret_defaults->defaults.group = &ret_defaults->group.sid;
    }
    whole = copy_bytes(&ret_defaults->dacl, state->dacl, state->dacl ? state->dacl->AclSize : 0);
    nt_lock_drop(NT_LOCK_TOKENS);
    ret_defaults->defaults.dacl = ret_defaults->dacl;
    ret_defaults->no_memory = !whole;
    return true;
}

void nt_token_defaults_deinit(struct nt_token_defaults *defaults)
{
    free(defaults->dacl);
    defaults->dacl = NULL;
}

/* --- the calling thread --------------------------------------------------------------------- */

static struct nt_token_state *state_here(void)
{
    struct nt_token *mine = nt_thread_token();

    return mine ? mine->state : &process_state;
}

bool nt_token_has_defaults(void)
{
    return atomic_load(&state_here()->has_defaults);
}

const nt_privileges_word *nt_token_privileges_here(void)
{
    return &state_here()->privileges;
}

NTSTATUS nt_token_limits(struct nt_token_limits *ret_limits)
{
    struct nt_token *mine = nt_thread_token();
    struct nt_token_state *state = state_here();

    ret_limits->lowered = atomic_load(&state->lowered);
    ret_limits->disabled = nt_privileges_disabled(&state->privileges);
    return mine && mine->level < SecurityImpersonation ? STATUS_BAD_IMPERSONATION_LEVEL
                                                       : STATUS_SUCCESS;
}

/* --- handles -------------------------------------------------------------------------------- */

/* GetCurrentProcessToken() and its kin. */
#define HANDLE_OF_PROCESS   ((LONG_PTR)-4)
#define HANDLE_OF_THREAD    ((LONG_PTR)-5)
#define HANDLE_OF_EFFECTIVE ((LONG_PTR)-6)
#define RIGHTS_OF_PSEUDO    ((ACCESS_MASK)(TOKEN_QUERY | TOKEN_QUERY_SOURCE))

static NTSTATUS from_pseudo(LONG_PTR value, ACCESS_MASK access, struct nt_token **ret_token)
{
    if (access & ~RIGHTS_OF_PSEUDO)
        return value == HANDLE_OF_THREAD && !nt_thread_token() ? STATUS_NO_TOKEN
                                                               : STATUS_ACCESS_DENIED;
    if (value == HANDLE_OF_THREAD)
        return nt_thread_token_open(ret_token);
    *ret_token = value == HANDLE_OF_PROCESS ? nt_token_process() : nt_token_effective();
    return STATUS_SUCCESS;
}

NTSTATUS nt_token_from_handle(HANDLE handle, ACCESS_MASK access, struct nt_token **ret_token)
{
    struct nt_object *object;
    LONG_PTR value = (LONG_PTR)handle;
    NTSTATUS status;

    nt_process_check();
    if (value <= HANDLE_OF_PROCESS && value >= HANDLE_OF_EFFECTIVE)
        return from_pseudo(value, access, ret_token);
    status = nt_handle_get(handle, &nt_token_type, access, &object, NULL);
    if (NT_SUCCESS(status))
        *ret_token = NT_CONTAINER_OF(object, struct nt_token, object);
    return status;
}

void nt_token_closep(struct nt_token **token)
{
    if (*token)
        nt_object_close(&(*token)->object);
    *token = NULL;
}
