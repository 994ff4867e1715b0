// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of what the Nt layer has of security data. Contracts are those of the functions
 * without the prefix (winternl.h).
 */
#include <ntstatus.h>
#include <string.h>

#include "api/security-data.h"
#include "api/wide16.h"

NT_TWIN(NTSTATUS, RtlConvertSidToUnicodeString, struct nt_string16 *string, PSID sid,
        BOOLEAN allocate_it)
{
    char text[NT_SID_TEXT_SIZE];
    size_t length, size;

    if (!string)
        return STATUS_ACCESS_VIOLATION;
    if (!nt_api_sid(sid))
        return STATUS_INVALID_SID;
    nt_sid_to_text(sid, text);
    length = strlen(text);
    size = (length + 1) * sizeof(uint16_t);
    if (allocate_it) {
        uint16_t *buffer = malloc(size);

        if (!buffer)
            return STATUS_NO_MEMORY;
        *string = (struct nt_string16){.MaximumLength = (USHORT)size, .Buffer = buffer};
    } else if (string->MaximumLength < size) {
        return STATUS_BUFFER_OVERFLOW;
    }
    string->Length = (USHORT)(length * sizeof(uint16_t));
    for (size_t i = 0; i <= length; i++)
        string->Buffer[i] = (unsigned char)text[i];
    return STATUS_SUCCESS;
}

NT_TWIN(VOID, RtlFreeUnicodeString, struct nt_string16 *string)
{
    if (!string)
        return;
    free(string->Buffer);
    *string = (struct nt_string16){0};
}
