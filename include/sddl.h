/* SPDX-License-Identifier: MIT */
/*
 * sddl.h - security descriptors and SIDs as text.
 *
 *   O:owner G:group D:flags(ace)(ace)... S:flags(ace)...     in any order, none has to be there
 *   ace: (type;flags;rights;;;sid)
 *
 * Upper and lower case are one. Types are A, D, AU, AL and ML; entries of directory objects
 * (OA...), with conditions (XA...) and with resources (RA...) are refused with ERROR_INVALID_ACL:
 * no object here has them. Rights are words of two letters one behind another, or a number. A SID
 * is written in full (S-1-5-18) or as two letters.
 *
 * The letters of a domain's and a machine's own accounts (DA, DU, LA, LG...) mean the same SIDs on
 * each machine: S-1-5-21-0-0-0 and the account's number. Nobody here has one of them: what they
 * allow is allowed to nobody. root is S-1-22-1-0 and is not LA.
 */
#ifndef NTSHM_SDDL_H
#define NTSHM_SDDL_H

#include "windef.h"
#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SDDL_REVISION_1                    1
#define SDDL_REVISION                      SDDL_REVISION_1

#define SDDL_OWNER                         TEXT("O")
#define SDDL_GROUP                         TEXT("G")
#define SDDL_DACL                          TEXT("D")
#define SDDL_SACL                          TEXT("S")

#define SDDL_PROTECTED                     TEXT("P")
#define SDDL_AUTO_INHERIT_REQ              TEXT("AR")
#define SDDL_AUTO_INHERITED                TEXT("AI")
#define SDDL_NULL_ACL                      TEXT("NO_ACCESS_CONTROL")

#define SDDL_ACCESS_ALLOWED                TEXT("A")
#define SDDL_ACCESS_DENIED                 TEXT("D")
#define SDDL_OBJECT_ACCESS_ALLOWED         TEXT("OA")
#define SDDL_OBJECT_ACCESS_DENIED          TEXT("OD")
#define SDDL_AUDIT                         TEXT("AU")
#define SDDL_ALARM                         TEXT("AL")
#define SDDL_OBJECT_AUDIT                  TEXT("OU")
#define SDDL_OBJECT_ALARM                  TEXT("OL")
#define SDDL_MANDATORY_LABEL               TEXT("ML")

#define SDDL_CONTAINER_INHERIT             TEXT("CI")
#define SDDL_OBJECT_INHERIT                TEXT("OI")
#define SDDL_NO_PROPAGATE                  TEXT("NP")
#define SDDL_INHERIT_ONLY                  TEXT("IO")
#define SDDL_INHERITED                     TEXT("ID")
#define SDDL_AUDIT_SUCCESS                 TEXT("SA")
#define SDDL_AUDIT_FAILURE                 TEXT("FA")

#define SDDL_READ_PROPERTY                 TEXT("RP")
#define SDDL_WRITE_PROPERTY                TEXT("WP")
#define SDDL_CREATE_CHILD                  TEXT("CC")
#define SDDL_DELETE_CHILD                  TEXT("DC")
#define SDDL_LIST_CHILDREN                 TEXT("LC")
#define SDDL_SELF_WRITE                    TEXT("SW")
#define SDDL_LIST_OBJECT                   TEXT("LO")
#define SDDL_DELETE_TREE                   TEXT("DT")
#define SDDL_CONTROL_ACCESS                TEXT("CR")
#define SDDL_READ_CONTROL                  TEXT("RC")
#define SDDL_WRITE_DAC                     TEXT("WD")
#define SDDL_WRITE_OWNER                   TEXT("WO")
#define SDDL_STANDARD_DELETE               TEXT("SD")
#define SDDL_GENERIC_ALL                   TEXT("GA")
#define SDDL_GENERIC_READ                  TEXT("GR")
#define SDDL_GENERIC_WRITE                 TEXT("GW")
#define SDDL_GENERIC_EXECUTE               TEXT("GX")
#define SDDL_FILE_ALL                      TEXT("FA")
#define SDDL_FILE_READ                     TEXT("FR")
#define SDDL_FILE_WRITE                    TEXT("FW")
#define SDDL_FILE_EXECUTE                  TEXT("FX")
#define SDDL_KEY_ALL                       TEXT("KA")
#define SDDL_KEY_READ                      TEXT("KR")
#define SDDL_KEY_WRITE                     TEXT("KW")
#define SDDL_KEY_EXECUTE                   TEXT("KX")
#define SDDL_NO_WRITE_UP                   TEXT("NW")
#define SDDL_NO_READ_UP                    TEXT("NR")
#define SDDL_NO_EXECUTE_UP                 TEXT("NX")

#define SDDL_DOMAIN_ADMINISTRATORS         TEXT("DA")
#define SDDL_DOMAIN_GUESTS                 TEXT("DG")
#define SDDL_DOMAIN_USERS                  TEXT("DU")
#define SDDL_ENTERPRISE_DOMAIN_CONTROLLERS TEXT("ED")
#define SDDL_DOMAIN_DOMAIN_CONTROLLERS     TEXT("DD")
#define SDDL_DOMAIN_COMPUTERS              TEXT("DC")
#define SDDL_BUILTIN_ADMINISTRATORS        TEXT("BA")
#define SDDL_BUILTIN_GUESTS                TEXT("BG")
#define SDDL_BUILTIN_USERS                 TEXT("BU")
#define SDDL_LOCAL_ADMIN                   TEXT("LA")
#define SDDL_LOCAL_GUEST                   TEXT("LG")
#define SDDL_ACCOUNT_OPERATORS             TEXT("AO")
#define SDDL_BACKUP_OPERATORS              TEXT("BO")
#define SDDL_PRINTER_OPERATORS             TEXT("PO")
#define SDDL_SERVER_OPERATORS              TEXT("SO")
#define SDDL_AUTHENTICATED_USERS           TEXT("AU")
#define SDDL_PERSONAL_SELF                 TEXT("PS")
#define SDDL_CREATOR_OWNER                 TEXT("CO")
#define SDDL_CREATOR_GROUP                 TEXT("CG")
#define SDDL_LOCAL_SYSTEM                  TEXT("SY")
#define SDDL_POWER_USERS                   TEXT("PU")
#define SDDL_EVERYONE                      TEXT("WD")
#define SDDL_REPLICATOR                    TEXT("RE")
#define SDDL_INTERACTIVE                   TEXT("IU")
#define SDDL_NETWORK                       TEXT("NU")
#define SDDL_SERVICE                       TEXT("SU")
#define SDDL_RESTRICTED_CODE               TEXT("RC")
#define SDDL_WRITE_RESTRICTED_CODE         TEXT("WR")
#define SDDL_ANONYMOUS                     TEXT("AN")
#define SDDL_SCHEMA_ADMINISTRATORS         TEXT("SA")
#define SDDL_CERT_SERV_ADMINISTRATORS      TEXT("CA")
#define SDDL_RAS_SERVERS                   TEXT("RS")
#define SDDL_ENTERPRISE_ADMINS             TEXT("EA")
#define SDDL_GROUP_POLICY_ADMINS           TEXT("PA")
#define SDDL_ALIAS_PREW2KCOMPACC           TEXT("RU")
#define SDDL_LOCAL_SERVICE                 TEXT("LS")
#define SDDL_NETWORK_SERVICE               TEXT("NS")
#define SDDL_REMOTE_DESKTOP                TEXT("RD")
#define SDDL_NETWORK_CONFIGURATION_OPS     TEXT("NO")
#define SDDL_PERFMON_USERS                 TEXT("MU")
#define SDDL_PERFLOG_USERS                 TEXT("LU")
#define SDDL_IIS_USERS                     TEXT("IS")
#define SDDL_CRYPTO_OPERATORS              TEXT("CY")
#define SDDL_OWNER_RIGHTS                  TEXT("OW")
#define SDDL_EVENT_LOG_READERS             TEXT("ER")
#define SDDL_ENTERPRISE_RO_DCs             TEXT("RO")
#define SDDL_CERTSVC_DCOM_ACCESS           TEXT("CD")
#define SDDL_ALL_APP_PACKAGES              TEXT("AC")
#define SDDL_RDS_REMOTE_ACCESS_SERVERS     TEXT("RA")
#define SDDL_RDS_ENDPOINT_SERVERS          TEXT("ES")
#define SDDL_RDS_MANAGEMENT_SERVERS        TEXT("MS")
#define SDDL_USER_MODE_DRIVERS             TEXT("UD")
#define SDDL_HYPER_V_ADMINS                TEXT("HA")
#define SDDL_CLONEABLE_CONTROLLERS         TEXT("CN")
#define SDDL_ACCESS_CONTROL_ASSISTANCE_OPS TEXT("AA")
#define SDDL_REMOTE_MANAGEMENT_USERS       TEXT("RM")
#define SDDL_AUTHORITY_ASSERTED            TEXT("AS")
#define SDDL_SERVICE_ASSERTED              TEXT("SS")
#define SDDL_PROTECTED_USERS               TEXT("AP")
#define SDDL_KEY_ADMINS                    TEXT("KA")
#define SDDL_ENTERPRISE_KEY_ADMINS         TEXT("EK")
#define SDDL_ML_LOW                        TEXT("LW")
#define SDDL_ML_MEDIUM                     TEXT("ME")
#define SDDL_ML_MEDIUM_PLUS                TEXT("MP")
#define SDDL_ML_HIGH                       TEXT("HI")
#define SDDL_ML_SYSTEM                     TEXT("SI")

#define SDDL_SEPERATORC                    TEXT(';')
#define SDDL_DELIMINATORC                  TEXT(':')
#define SDDL_ACE_BEGINC                    TEXT('(')
#define SDDL_ACE_ENDC                      TEXT(')')

/*
 * ConvertSidToStringSid - a SID in full (S-1-5-18), also one that has letters.
 * @Sid:       the SID
 * @StringSid: receives the text, which LocalFree frees
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (a NULL), ERROR_INVALID_SID,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI ConvertSidToStringSidA(PSID Sid, LPSTR *StringSid);
BOOL WINAPI ConvertSidToStringSidW(PSID Sid, LPWSTR *StringSid) NTSHM_WIDE(ConvertSidToStringSidW);

/*
 * ConvertStringSidToSid - the SID that a text names.
 * @StringSid: S-1-..., or two letters
 * @Sid:       receives the SID, which LocalFree frees
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (a NULL), ERROR_INVALID_SID (no SID, or there is
 * something behind it), ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI ConvertStringSidToSidA(LPCSTR StringSid, PSID *Sid);
BOOL WINAPI ConvertStringSidToSidW(LPCWSTR StringSid, PSID *Sid) NTSHM_WIDE(ConvertStringSidToSidW);

/*
 * ConvertStringSecurityDescriptorToSecurityDescriptor - the descriptor that a text says.
 * @StringSecurityDescriptor: the text; an empty one has no part
 * @StringSDRevision:         SDDL_REVISION_1
 * @SecurityDescriptor:       receives it, self-relative; LocalFree frees it
 * @SecurityDescriptorSize:   receives its bytes; may be NULL
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (a NULL, or a part that is none),
 * ERROR_UNKNOWN_REVISION, ERROR_INVALID_ACL (an entry that is none, or of a kind that no object
 * here has), ERROR_INVALID_SID, ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(
    LPCSTR StringSecurityDescriptor, DWORD StringSDRevision,
    PSECURITY_DESCRIPTOR *SecurityDescriptor, PULONG SecurityDescriptorSize);
BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(
    LPCWSTR StringSecurityDescriptor, DWORD StringSDRevision,
    PSECURITY_DESCRIPTOR *SecurityDescriptor, PULONG SecurityDescriptorSize)
    NTSHM_WIDE(ConvertStringSecurityDescriptorToSecurityDescriptorW);

/*
 * ConvertSecurityDescriptorToStringSecurityDescriptor - a descriptor as text.
 * @SecurityDescriptor:          absolute or self-relative
 * @RequestedStringSDRevision:   SDDL_REVISION_1
 * @SecurityInformation:         the parts: OWNER_, GROUP_, DACL_, SACL_SECURITY_INFORMATION, and
 *                               LABEL_SECURITY_INFORMATION for the label of the SACL alone
 * @StringSecurityDescriptor:    receives the text, which LocalFree frees
 * @StringSecurityDescriptorLen: receives its characters and the NUL; may be NULL
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER (no @StringSecurityDescriptor),
 * ERROR_UNKNOWN_REVISION, ERROR_INVALID_SECURITY_DESCR (NULL, or what is not one),
 * ERROR_INVALID_ACL (also for an entry that no text says), ERROR_INVALID_SID,
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(
    PSECURITY_DESCRIPTOR SecurityDescriptor, DWORD RequestedStringSDRevision,
    SECURITY_INFORMATION SecurityInformation, LPSTR *StringSecurityDescriptor,
    PULONG StringSecurityDescriptorLen);
BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(
    PSECURITY_DESCRIPTOR SecurityDescriptor, DWORD RequestedStringSDRevision,
    SECURITY_INFORMATION SecurityInformation, LPWSTR *StringSecurityDescriptor,
    PULONG StringSecurityDescriptorLen)
    NTSHM_WIDE(ConvertSecurityDescriptorToStringSecurityDescriptorW);

/* clang-format off */
#ifdef UNICODE
#    define ConvertSidToStringSid ConvertSidToStringSidW
#    define ConvertStringSidToSid ConvertStringSidToSidW
#    define ConvertStringSecurityDescriptorToSecurityDescriptor ConvertStringSecurityDescriptorToSecurityDescriptorW
#    define ConvertSecurityDescriptorToStringSecurityDescriptor ConvertSecurityDescriptorToStringSecurityDescriptorW
#else
#    define ConvertSidToStringSid ConvertSidToStringSidA
#    define ConvertStringSidToSid ConvertStringSidToSidA
#    define ConvertStringSecurityDescriptorToSecurityDescriptor ConvertStringSecurityDescriptorToSecurityDescriptorA
#    define ConvertSecurityDescriptorToStringSecurityDescriptor ConvertSecurityDescriptorToStringSecurityDescriptorA
#endif
/* clang-format on */

#ifdef __cplusplus
}
#endif
#endif
