// SPDX-License-Identifier: MIT
/*
 * Answers to GetTokenInformation. Each is made by a function that counts its bytes and writes them
 * only where there is room: first without a buffer, and when it fits once more into the program's.
 */
#include "lib/security/token-query.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ntstatus.h>

#include "lib/client/client.h"
#include "lib/security/token-object.h"
#include "os/os.h"
#include "util/macro.h"

/* Whom the answer is about. */
struct subject {
    struct nt_token *token;
    struct nt_os_credentials who;
    struct nt_identity identity;
    ACL *dacl;
};

/* --- numbers -------------------------------------------------------------------------------- */

/* Local numbers: a logon is a user, and root's is the one that Windows gives the system. */
static LUID logon_of_user(uint32_t uid)
{
    return uid == 0 ? (LUID){.LowPart = 0x3E7} : (LUID){.LowPart = uid, .HighPart = 1};
}

static LUID number_of(uint32_t number)
{
    return (LUID){.LowPart = (DWORD)getpid(), .HighPart = (LONG)number};
}

static ULONG count_groups(const struct subject *subject)
{
    struct nt_sid sid;
    uint32_t attributes;
    ULONG n = 0;

    while (nt_identity_group(&subject->identity, n, &sid, &attributes))
        n++;
    return n;
}

static void fill_statistics(const struct subject *subject, TOKEN_STATISTICS *statistics)
{
    LUID_AND_ATTRIBUTES list[NT_PRIVILEGES_MOST];
    struct nt_token *token = subject->token;

    *statistics = (TOKEN_STATISTICS){
        .TokenId = number_of(token->number),
        .AuthenticationId = logon_of_user(subject->who.uid),
        .ExpirationTime.QuadPart = INT64_MAX,
        .TokenType = token->type,
        .ImpersonationLevel = token->level,
        .GroupCount = count_groups(subject),
        .PrivilegeCount = nt_privileges_list(&token->state->privileges, &subject->who, list),
        .ModifiedId = number_of(atomic_load(&token->state->modified)),
    };
}

/* What the broker said, or will say as long as nobody has told it otherwise. */
static DWORD session_of(const struct subject *subject)
{
    uint32_t session;

    if (nt_client_session(&session))
        return session;
    return subject->who.uid != 0 || nt_os_audit_session(getpid(), &session) == 0 ? 1 : 0;
}

/* Answers of fixed size. */
union fixed {
    DWORD number;
    TOKEN_TYPE type;
    SECURITY_IMPERSONATION_LEVEL level;
    TOKEN_ELEVATION elevation;
    TOKEN_ELEVATION_TYPE elevation_type;
    TOKEN_MANDATORY_POLICY policy;
    TOKEN_ORIGIN origin;
    TOKEN_SOURCE source;
    TOKEN_STATISTICS statistics;
};

/* 0: it is not one of them. */
static ULONG make_fixed(const struct subject *subject, TOKEN_INFORMATION_CLASS what,
                        union fixed *fixed)
{
    memset(fixed, 0, sizeof(*fixed));
    switch ((unsigned)what) {
    case TokenType:
        fixed->type = subject->token->type;
        return sizeof(fixed->type);
    case TokenImpersonationLevel:
        fixed->level = subject->token->level;
        return sizeof(fixed->level);
    case TokenStatistics:
        fill_statistics(subject, &fixed->statistics);
        return sizeof(fixed->statistics);
    case TokenSource:
        memcpy(fixed->source.SourceName, "Linux", sizeof("Linux"));
        return sizeof(fixed->source);
    case TokenOrigin:
        fixed->origin.OriginatingLogonSession = logon_of_user(subject->who.uid);
        return sizeof(fixed->origin);
    case TokenElevation:
        fixed->elevation.TokenIsElevated = subject->who.uid == 0;
        return sizeof(fixed->elevation);
    case TokenElevationType:
        fixed->elevation_type = TokenElevationTypeDefault;
        return sizeof(fixed->elevation_type);
    case TokenMandatoryPolicy:
        fixed->policy.Policy = TOKEN_MANDATORY_POLICY_NO_WRITE_UP;
        return sizeof(fixed->policy);
    case TokenSessionId:
        fixed->number = session_of(subject);
        return sizeof(fixed->number);
    case TokenHasRestrictions:
    case TokenIsAppContainer:
    case TokenAppContainerNumber:
    case TokenIsRestricted:
    case TokenSandBoxInert:
    case TokenUIAccess:
    case TokenVirtualizationAllowed:
    case TokenVirtualizationEnabled:
        return sizeof(fixed->number);
    default:
        return 0;
    }
}

/* --- what has a size of its own ------------------------------------------------------------- */

/* A SID behind @at bytes of the answer; where it lies goes to @place. Returns what they are then.
 */
static size_t put_sid(char *buffer, size_t at, const SID *sid, PSID *place)
{
    size_t size = nt_sid_size(sid);

    if (buffer) {
        memcpy(buffer + at, sid, size);
        *place = buffer + at;
    }
    return at + size;
}

/* TOKEN_USER, TOKEN_MANDATORY_LABEL and their kin begin with a pointer. */
static size_t put_pointer(char *buffer, size_t head, const SID *sid, DWORD attributes)
{
    SID_AND_ATTRIBUTES *entry = (SID_AND_ATTRIBUTES *)(void *)buffer;

    if (buffer && head == sizeof(*entry))
        entry->Attributes = attributes;
    return put_sid(buffer, head, sid, (PSID *)(void *)buffer);
}

static size_t put_user(const struct subject *subject, char *buffer)
{
    struct nt_sid sid;

    nt_identity_user(&subject->identity, &sid);
    return put_pointer(buffer, sizeof(TOKEN_USER), &sid.sid, 0);
}

static size_t put_groups(const struct subject *subject, char *buffer)
{
    TOKEN_GROUPS *groups = (TOKEN_GROUPS *)(void *)buffer;
    ULONG n = count_groups(subject);
    size_t at = offsetof(TOKEN_GROUPS, Groups) + n * sizeof(SID_AND_ATTRIBUTES);
    SID_AND_ATTRIBUTES *entries = buffer ? groups->Groups : NULL, ignored;

    if (buffer)
        groups->GroupCount = n;
    for (ULONG i = 0; i < n; i++) {
        SID_AND_ATTRIBUTES *entry = entries ? &entries[i] : &ignored;
        struct nt_sid sid;
        uint32_t attributes;

        nt_identity_group(&subject->identity, i, &sid, &attributes);
        entry->Attributes = attributes;
        at = put_sid(buffer, at, &sid.sid, &entry->Sid);
    }
    return at;
}

/* Nobody is restricted, and nobody is in a container. */
static size_t put_no_groups(const struct subject *subject, char *buffer)
{
    (void)subject;
    if (buffer)
        ((TOKEN_GROUPS *)(void *)buffer)->GroupCount = 0;
    return offsetof(TOKEN_GROUPS, Groups);
}

static size_t put_privileges(const struct subject *subject, char *buffer)
{
    LUID_AND_ATTRIBUTES list[NT_PRIVILEGES_MOST];
    ULONG n = nt_privileges_list(&subject->token->state->privileges, &subject->who, list);

    if (buffer) {
        ((TOKEN_PRIVILEGES *)(void *)buffer)->PrivilegeCount = n;
        memcpy(buffer + offsetof(TOKEN_PRIVILEGES, Privileges), list, n * sizeof(*list));
    }
    return offsetof(TOKEN_PRIVILEGES, Privileges) + n * sizeof(*list);
}

static size_t put_owner(const struct subject *subject, char *buffer)
{
    struct nt_sid sid;

    nt_token_owner(subject->token, &subject->identity, &sid);
    return put_pointer(buffer, sizeof(TOKEN_OWNER), &sid.sid, 0);
}

static size_t put_primary_group(const struct subject *subject, char *buffer)
{
    struct nt_sid sid;

    nt_token_primary_group(subject->token, &subject->identity, &sid);
    return put_pointer(buffer, sizeof(TOKEN_PRIMARY_GROUP), &sid.sid, 0);
}

static size_t put_default_dacl(const struct subject *subject, char *buffer)
{
    if (buffer) {
        memcpy(buffer + sizeof(TOKEN_DEFAULT_DACL), subject->dacl, subject->dacl->AclSize);
        ((TOKEN_DEFAULT_DACL *)(void *)buffer)->DefaultDacl =
            (PACL)(void *)(buffer + sizeof(TOKEN_DEFAULT_DACL));
    }
    return sizeof(TOKEN_DEFAULT_DACL) + subject->dacl->AclSize;
}

static size_t put_integrity(const struct subject *subject, char *buffer)
{
    struct nt_sid sid;

    nt_sid_of_integrity(&sid, subject->identity.integrity);
    return put_pointer(buffer, sizeof(TOKEN_MANDATORY_LABEL), &sid.sid,
                       SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED);
}

/* A pointer, and NULL in it. */
static size_t put_nobody(const struct subject *subject, char *buffer)
{
    (void)subject;
    if (buffer)
        memset(buffer, 0, sizeof(PSID));
    return sizeof(PSID);
}

typedef size_t (*put_function)(const struct subject *subject, char *buffer);

static put_function find_put(TOKEN_INFORMATION_CLASS what)
{
    static const put_function functions[MaxTokenInfoClass] = {
        [TokenUser] = put_user,
        [TokenGroups] = put_groups,
        [TokenPrivileges] = put_privileges,
        [TokenOwner] = put_owner,
        [TokenPrimaryGroup] = put_primary_group,
        [TokenDefaultDacl] = put_default_dacl,
        [TokenRestrictedSids] = put_no_groups,
        [TokenIntegrityLevel] = put_integrity,
        [TokenCapabilities] = put_no_groups,
        [TokenAppContainerSid] = put_nobody,
    };

    return (unsigned)what < MaxTokenInfoClass ? functions[what] : NULL;
}

/* --- asking --------------------------------------------------------------------------------- */

static NTSTATUS answer(const struct subject *subject, TOKEN_INFORMATION_CLASS what, void *buffer,
                       ULONG size, ULONG *ret_length)
{
    put_function put = find_put(what);
    union fixed fixed;
    size_t length = put ? put(subject, NULL) : make_fixed(subject, what, &fixed);

    *ret_length = (ULONG)length;
    if (size < length)
        return STATUS_BUFFER_TOO_SMALL;
    if (!buffer)
        return STATUS_ACCESS_VIOLATION;
    if (put)
        put(subject, buffer);
    else
        memcpy(buffer, &fixed, length);
    return STATUS_SUCCESS;
}

/* STATUS_SUCCESS when there is an answer. */
static NTSTATUS check_class(struct nt_token *token, TOKEN_INFORMATION_CLASS what)
{
    struct subject nobody = {.token = token};
    union fixed fixed;

    /* Whoever is not impersonating has no level of it. */
    if ((unsigned)what < TokenUser || (unsigned)what >= MaxTokenInfoClass ||
        (what == TokenImpersonationLevel && token->type == TokenPrimary))
        return STATUS_INVALID_INFO_CLASS;
    if (what == TokenLogonSid)
        return STATUS_NOT_FOUND;
    if (find_put(what) || what == TokenStatistics || what == TokenSessionId)
        return STATUS_SUCCESS;
    return make_fixed(&nobody, what, &fixed) ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_token_query(struct nt_token *token, TOKEN_INFORMATION_CLASS what, void *buffer,
                        ULONG size, ULONG *ret_length)
{
    struct subject subject = {.token = token};
    NTSTATUS status = check_class(token, what);

    *ret_length = 0;
    if (!NT_SUCCESS(status))
        return status;
    status = nt_token_identity(token, &subject.identity);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_token_who(token, &subject.who);
    if (NT_SUCCESS(status) && what == TokenDefaultDacl)
        status = nt_token_default_dacl(token, &subject.identity, &subject.dacl);
    if (NT_SUCCESS(status))
        status = answer(&subject, what, buffer, size, ret_length);
    free(subject.dacl);
    nt_os_credentials_deinit(&subject.who);
    nt_identity_deinit(&subject.identity);
    return status;
}

TOKEN_TYPE nt_token_type_of(const struct nt_token *token)
{
    return token->type;
}

SECURITY_IMPERSONATION_LEVEL nt_token_level_of(const struct nt_token *token)
{
    return token->level;
}
