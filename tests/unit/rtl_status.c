// SPDX-License-Identifier: MIT
/*
 * rtl/status: both tables of errors. The numbers are written out here, so that neither a slip in
 * the table nor one in a header goes unseen.
 */
#include <errno.h>

#include "harness/test.h"
#include "rtl/status.h"
#include "util/macro.h"

static const struct {
    uint32_t status;
    uint32_t error;
} pairs[] = {
    {0xC0000005u, 998},         /* ACCESS_VIOLATION */
    {0xC0000004u, 24},          /* INFO_LENGTH_MISMATCH */
    {0xC0000006u, 999},         /* IN_PAGE_ERROR */
    {0xC0000008u, 6},           /* INVALID_HANDLE */
    {0xC000000Du, 87},          /* INVALID_PARAMETER */
    {0xC00000EFu, 87},          /* INVALID_PARAMETER_1 */
    {0xC00000F0u, 87},          /* INVALID_PARAMETER_2 */
    {0xC00000F1u, 87},          /* INVALID_PARAMETER_3 */
    {0xC00000F2u, 87},          /* INVALID_PARAMETER_4 */
    {0xC00000F3u, 87},          /* INVALID_PARAMETER_5 */
    {0xC00000F4u, 87},          /* INVALID_PARAMETER_6 */
    {0xC00000F5u, 87},          /* INVALID_PARAMETER_7 */
    {0xC00000F6u, 87},          /* INVALID_PARAMETER_8 */
    {0xC00000F7u, 87},          /* INVALID_PARAMETER_9 */
    {0xC00000F8u, 87},          /* INVALID_PARAMETER_10 */
    {0xC00000F9u, 87},          /* INVALID_PARAMETER_11 */
    {0xC00000FAu, 87},          /* INVALID_PARAMETER_12 */
    {0xC0000017u, 8},           /* NO_MEMORY */
    {0xC0000018u, 487},         /* CONFLICTING_ADDRESSES */
    {0xC0000019u, 487},         /* NOT_MAPPED_VIEW */
    {0xC000001Au, 87},          /* UNABLE_TO_FREE_VM */
    {0xC000001Bu, 87},          /* UNABLE_TO_DELETE_SECTION */
    {0xC000001Fu, 5},           /* INVALID_VIEW_SIZE */
    {0xC0000020u, 193},         /* INVALID_FILE_FOR_SECTION */
    {0xC0000021u, 5},           /* ALREADY_COMMITTED */
    {0xC0000022u, 5},           /* ACCESS_DENIED */
    {0xC0000023u, 122},         /* BUFFER_TOO_SMALL */
    {0xC0000024u, 6},           /* OBJECT_TYPE_MISMATCH */
    {0xC000002Du, 487},         /* NOT_COMMITTED */
    {0xC0000033u, 123},         /* OBJECT_NAME_INVALID */
    {0xC0000034u, 2},           /* OBJECT_NAME_NOT_FOUND */
    {0xC0000035u, 183},         /* OBJECT_NAME_COLLISION */
    {0xC0000039u, 161},         /* OBJECT_PATH_INVALID */
    {0xC000003Au, 3},           /* OBJECT_PATH_NOT_FOUND */
    {0xC000003Bu, 161},         /* OBJECT_PATH_SYNTAX_BAD */
    {0xC0000040u, 8},           /* SECTION_TOO_BIG */
    {0xC0000043u, 32},          /* SHARING_VIOLATION */
    {0xC0000045u, 87},          /* INVALID_PAGE_PROTECTION */
    {0xC0000049u, 87},          /* SECTION_NOT_IMAGE */
    {0xC000004Eu, 87},          /* SECTION_PROTECTION */
    {0xC0000054u, 33},          /* FILE_LOCK_CONFLICT */
    {0xC0000058u, 1305},        /* UNKNOWN_REVISION */
    {0xC000005Au, 1307},        /* INVALID_OWNER */
    {0xC0000061u, 1314},        /* PRIVILEGE_NOT_HELD */
    {0xC0000077u, 1336},        /* INVALID_ACL */
    {0xC0000078u, 1337},        /* INVALID_SID */
    {0xC0000079u, 1338},        /* INVALID_SECURITY_DESCR */
    {0xC000007Bu, 193},         /* INVALID_IMAGE_FORMAT */
    {0xC000011Bu, 193},         /* INVALID_IMAGE_NE_FORMAT */
    {0xC000012Fu, 193},         /* INVALID_IMAGE_NOT_MZ */
    {0xC0000130u, 193},         /* INVALID_IMAGE_PROTECT */
    {0xC0000131u, 193},         /* INVALID_IMAGE_WIN_16 */
    {0xC000007Fu, 112},         /* DISK_FULL */
    {0xC0000087u, 14},          /* SECTION_NOT_EXTENDED */
    {0xC0000088u, 487},         /* NOT_MAPPED_DATA */
    {0xC000009Au, 1450},        /* INSUFFICIENT_RESOURCES */
    {0xC000009Fu, 487},         /* FREE_VM_NOT_AT_BASE */
    {0xC00000A0u, 487},         /* MEMORY_NOT_ALLOCATED */
    {0xC00000BBu, 50},          /* NOT_SUPPORTED */
    {0xC00000E6u, 1360},        /* GENERIC_NOT_MAPPED */
    {0xC000011Eu, 1006},        /* MAPPED_FILE_SIZE_ZERO */
    {0xC0000121u, 5},           /* CANNOT_DELETE */
    {0xC000012Du, 1455},        /* COMMITMENT_LIMIT */
    {0xC0000141u, 59},          /* INVALID_ADDRESS */
    {0xC00001ACu, 1656},        /* NOT_SAME_OBJECT */
    {0xC0000220u, 1132},        /* MAPPED_ALIGNMENT */
    {0xC0000235u, 6},           /* HANDLE_NOT_CLOSABLE */
    {0xC0000243u, 1224},        /* USER_MAPPED_FILE */
    {0x80000005u, 234},         /* BUFFER_OVERFLOW */
    {0x8000000Du, 299},         /* PARTIAL_COPY */
    {0x40000000u, 698},         /* OBJECT_NAME_EXISTS */
    {0x80000001u, 0x80000001u}, /* GUARD_PAGE_VIOLATION */
    {0x00000000u, 0},           /* SUCCESS */
    {0x00000102u, 1460},        /* TIMEOUT */
    {0x00000103u, 997},         /* PENDING */
    {0x00000080u, 735},         /* ABANDONED_WAIT_0 */
    {0xC0000001u, 31},          /* UNSUCCESSFUL */
    {0xC0000002u, 1},           /* NOT_IMPLEMENTED */
    {0xC0000003u, 87},          /* INVALID_INFO_CLASS */
    {0xC0000030u, 87},          /* INVALID_PARAMETER_MIX */
    {0xC0000044u, 1816},        /* QUOTA_EXCEEDED */
    {0xC000011Fu, 4},           /* TOO_MANY_OPENED_FILES */
    {0xC0000162u, 1113},        /* UNMAPPABLE_CHARACTER */
    {0xC0000236u, 1225},        /* CONNECTION_REFUSED */
    {0x40000003u, 700},         /* IMAGE_NOT_AT_BASE */
    {0xC000020Cu, 1236},        /* CONNECTION_DISCONNECTED */
};

/* The table is searched by halves: one row out of order would hide others. */
TEST(every_status_has_its_win32_error, "11.9 11.10 11.12 11.15 12.3 12.30 3.24")
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(pairs); i++) {
        ULONG error = nt_status_to_win32((NTSTATUS)pairs[i].status);

        ok(error == pairs[i].error, "%#x gives %u, not %u", pairs[i].status, error, pairs[i].error);
    }
}

TEST(an_unknown_status_is_not_taken_for_a_neighbour, "")
{
    static const uint32_t unknown[] = {0xC0000007u, 0x00000001u, 0xFFFFFFFFu, 0x7FFFFFFFu,
                                       0x80000000u, 0xC0000000u, 0xC0000244u, 0x40000001u};

    for (size_t i = 0; i < NT_ARRAY_SIZE(unknown); i++)
        ok_eq(nt_status_to_win32((NTSTATUS)unknown[i]), 317);
}

static const struct {
    int error;
    uint32_t status;
} kernel[] = {
    {0, 0},
    {ENOMEM, 0xC0000017u},
    {EMFILE, 0xC000011Fu},
    {ENFILE, 0xC000011Fu},
    {EACCES, 0xC0000022u},
    {EPERM, 0xC0000022u},
    {EEXIST, 0xC0000018u},
    {EINVAL, 0xC000000Du},
    {EBADF, 0xC0000008u},
    {EILSEQ, 0xC0000162u},
    {EFBIG, 0xC000007Fu},
    {ENOSPC, 0xC000007Fu},
    {EDQUOT, 0xC000007Fu},
    {ETIMEDOUT, 0x00000102u},
    {ENOENT, 0xC0000236u},
    {ECONNREFUSED, 0xC0000236u},
    {ECONNRESET, 0xC000020Cu},
    {EPIPE, 0xC000020Cu},
    {EPROTO, 0xC000020Cu},
    {EBADMSG, 0xC000020Cu},
    {EMSGSIZE, 0xC000020Cu},
    {EIO, 0xC0000001u},
    {EINTR, 0xC0000001u},
};

TEST(what_the_kernel_says_has_its_status, "")
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(kernel); i++) {
        test_note("errno %d", kernel[i].error);
        ok_status(nt_status_from_errno(kernel[i].error), kernel[i].status);
        ok_status(nt_status_from_errno(-kernel[i].error), kernel[i].status);
    }
}
