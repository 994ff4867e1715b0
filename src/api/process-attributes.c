// SPDX-License-Identifier: MIT
/*
 * Lists of attributes for CreateProcess; see process-attributes.h.
 */
#include "api/process-attributes.h"

#include "util/macro.h"

#define MAGIC 0x4c415450u /* "PTAL" */
#define MOST  64u         /* as many attributes as there may be */

static BOOL failed(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

NT_EXPORT BOOL WINAPI InitializeProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list,
                                                        DWORD count, DWORD flags, PSIZE_T size)
{
    SIZE_T needed = sizeof(*list) + count * sizeof(list->entries[0]);
    BOOL enough;

    if (flags || count > MOST || !size)
        return failed(ERROR_INVALID_PARAMETER);
    enough = list && *size >= needed;
    *size = needed;
    if (!enough)
        return failed(ERROR_INSUFFICIENT_BUFFER);
    list->magic = MAGIC;
    list->room = count;
    list->count = 0;
    return TRUE;
}

const struct nt_process_attribute *nt_api_attribute(const struct _PROC_THREAD_ATTRIBUTE_LIST *list,
                                                    DWORD_PTR attribute)
{
    for (DWORD i = 0; list && list->magic == MAGIC && i < list->count; i++) {
        if (list->entries[i].attribute == attribute)
            return &list->entries[i];
    }
    return NULL;
}

NT_EXPORT BOOL WINAPI UpdateProcThreadAttribute(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags,
                                                DWORD_PTR attribute, PVOID value, SIZE_T size,
                                                PVOID previous, PSIZE_T returned)
{
    (void)returned;
    if (!list || list->magic != MAGIC || flags || previous)
        return failed(ERROR_INVALID_PARAMETER);
    if (attribute != PROC_THREAD_ATTRIBUTE_HANDLE_LIST)
        return failed(ERROR_NOT_SUPPORTED);
    if (size == 0 || size % sizeof(HANDLE))
        return failed(ERROR_BAD_LENGTH);
    if (!value)
        return failed(ERROR_INVALID_PARAMETER);
    if (nt_api_attribute(list, attribute))
        return failed(ERROR_OBJECT_NAME_EXISTS);
    if (list->count == list->room)
        return failed(ERROR_GEN_FAILURE);
    list->entries[list->count++] =
        (struct nt_process_attribute){.attribute = attribute, .value = value, .size = size};
    return TRUE;
}

NT_EXPORT void WINAPI DeleteProcThreadAttributeList(LPPROC_THREAD_ATTRIBUTE_LIST list)
{
    if (list)
        list->magic = 0;
}
