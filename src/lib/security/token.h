/* SPDX-License-Identifier: MIT */
/*
 * Tokens. The process has a primary one, which is what the kernel says of the process at the moment
 * of each question; a thread may have an impersonation token (SetThreadToken, ImpersonateSelf), and
 * a thread whose kernel credentials were changed for it alone has one that says so. The effective
 * token - the thread's if there is one, else the process's - is what default descriptors, owners
 * and every check use, here and in the broker (13.8, 13.12, 13.20, 12.12).
 *
 * A token never has more than the kernel's credentials of the thread that uses it: what it adds is
 * what was given up (a lower integrity level, privileges not enabled) and the defaults for what is
 * created (owner, group, DACL).
 */
#ifndef NT_LIB_SECURITY_TOKEN_H
#define NT_LIB_SECURITY_TOKEN_H

#include "lib/object/object.h"
#include "rtl/descriptor.h"

struct nt_token; /* token.c; its first member is struct nt_object object */
extern const struct nt_object_type nt_token_type;

/** nt_token_effective() - the calling thread's effective token; give it back with
 * nt_object_close(). Never fails: the process's is always there. */
struct nt_token *nt_token_effective(void);
/** nt_token_process() - the process's own; nt_object_close() it, too */
struct nt_token *nt_token_process(void);
struct nt_process;
/**
 * nt_token_of_process() - of another process: whom the kernel takes it for now
 * @ret_token: one open
 *
 * Return: STATUS_SUCCESS; STATUS_PROCESS_IS_TERMINATING; STATUS_NO_MEMORY.
 */
NTSTATUS nt_token_of_process(struct nt_process *process, struct nt_token **ret_token);
/** nt_token_closep() - for NT_CLEANUP; NULL is allowed */
void nt_token_closep(struct nt_token **token);
/** nt_token_object() - its object */
struct nt_object *nt_token_object(struct nt_token *token);

/**
 * nt_token_identity() - what a check knows of @token
 *
 * Integrity and privileges in force are the token's own. Return: STATUS_SUCCESS;
 * STATUS_NO_MEMORY. nt_identity_deinit() when no more needed.
 */
NTSTATUS nt_token_identity(struct nt_token *token, struct nt_identity *ret_identity);

/** nt_token_integrity() - @natural, which follows from the user, or what it was lowered to */
uint32_t nt_token_integrity(const struct nt_token *token, uint32_t natural);

/* What a token has set for what is created; deinit frees the copies. */
struct nt_token_defaults {
    struct nt_descriptor_defaults defaults; /* points into the rest */
    struct nt_sid owner, group;
    void *dacl;
    bool no_memory; /* for the copies: nothing may be made of it */
};

/** nt_token_defaults() - false when the token has none of its own: the identity's rule */
bool nt_token_defaults(struct nt_token *token, struct nt_token_defaults *ret_defaults);
/** nt_token_has_defaults() - of the calling thread's effective token; takes no lock */
bool nt_token_has_defaults(void);
void nt_token_defaults_deinit(struct nt_token_defaults *defaults);

/* What the effective token gave up, for the header of a request (ipc/protocol.h). */
struct nt_token_limits {
    uint32_t lowered;  /* 0, or NT_IPC_LOWERED | level */
    uint32_t disabled; /* enum nt_in_force */
};

/**
 * nt_token_limits() - of the calling thread's effective token; takes no lock, makes no call
 *
 * Return: STATUS_SUCCESS; STATUS_BAD_IMPERSONATION_LEVEL for one with which nothing may be opened
 * or created (SecurityAnonymous, SecurityIdentification).
 */
NTSTATUS nt_token_limits(struct nt_token_limits *ret_limits);

/** nt_token_from_handle() - one open of the token behind @handle, pseudo handles included
 * STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED, STATUS_NO_TOKEN */
NTSTATUS nt_token_from_handle(HANDLE handle, ACCESS_MASK access, struct nt_token **ret_token);

#endif
