/* SPDX-License-Identifier: MIT */
/*
 * What a token is made of; inside lib/security only. Others use token.h.
 *
 * Three kinds: the process's one, which says what the kernel says of the process at each question;
 * the caller's, which is the same but says what the kernel says of the thread that asks (threads
 * may have credentials of their own) and is what a thread without a token of its own uses; and
 * those that were made (DuplicateToken, ImpersonateSelf), which remember whom they were made for.
 * The first two share one state: what a program sets in the process's token counts for all its
 * threads.
 */
#ifndef NT_LIB_SECURITY_TOKEN_OBJECT_H
#define NT_LIB_SECURITY_TOKEN_OBJECT_H

#include "lib/security/privilege.h"
#include "lib/security/token.h"

/* What a program sets; NT_LOCK_TOKENS guards what is not atomic. */
struct nt_token_state {
    nt_privileges_word privileges;
    _Atomic uint32_t lowered;  /* 0, or NT_IPC_LOWERED | level */
    _Atomic uint32_t modified; /* a number that no other change of any token has */
    _Atomic bool has_defaults; /* one of the following is set */
    struct nt_sid *owner;      /* NULL: nt_identity_owner() and its kin */
    struct nt_sid *group;
    ACL *dacl;
};

struct nt_token {
    struct nt_object object;
    enum { NT_TOKEN_OF_PROCESS, NT_TOKEN_OF_CALLER, NT_TOKEN_MADE } of;
    TOKEN_TYPE type;
    SECURITY_IMPERSONATION_LEVEL level;
    uint32_t number;               /* 0: the process's */
    struct nt_os_credentials made; /* whom it was made for */
    struct nt_token_state *state;
    struct nt_token_state own; /* of one that was made */
};

/** nt_token_who() - whom the kernel takes the bearer for now; deinit it. STATUS_NO_MEMORY. */
NTSTATUS nt_token_who(struct nt_token *token, struct nt_os_credentials *ret_who);

/** nt_token_privileges_here() - of the calling thread's effective token, for the length of a call
 */
const nt_privileges_word *nt_token_privileges_here(void);

/** nt_token_new() - one that was made, for nobody yet; one open; NULL without memory */
struct nt_token *nt_token_new(TOKEN_TYPE type, SECURITY_IMPERSONATION_LEVEL level);

/* Its part of a parcel (token-parcel.c). */
NTSTATUS nt_token_pack(struct nt_object *object, ACCESS_MASK access, struct nt_parcel *parcel);
NTSTATUS nt_token_unpack(struct nt_parcel *parcel, ACCESS_MASK access,
                         struct nt_object **ret_object);

/**
 * nt_token_copy() - another token with the state of @token, for @who
 * @ret_token: one open, which becomes the caller's
 */
NTSTATUS nt_token_copy(struct nt_token *token, const struct nt_os_credentials *who, TOKEN_TYPE type,
                       SECURITY_IMPERSONATION_LEVEL level, struct nt_token **ret_token);

/** nt_token_owner(), nt_token_primary_group() - of what the bearer creates */
void nt_token_owner(struct nt_token *token, const struct nt_identity *identity,
                    struct nt_sid *ret_sid);
void nt_token_primary_group(struct nt_token *token, const struct nt_identity *identity,
                            struct nt_sid *ret_sid);

/** nt_token_touched() - it has been changed */
void nt_token_touched(struct nt_token *token);

#endif
