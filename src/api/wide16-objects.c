// SPDX-License-Identifier: MIT
/*
 * The 16-bit twins of what makes and opens sections and events by name. Contracts are those of
 * the functions without the prefix (memoryapi.h, synchapi.h, winternl.h).
 */
#include "api/wide16.h"

#include <ntshm/shared.h>
#include <ntstatus.h>

/* Native attributes in a local @wide; @handle is zeroed when that fails (11.32). */
#define NT_WIDE16_ATTRIBUTES(wide, given, handle)                                       \
    NT_CLEANUP(nt_wide16_attributes_deinit) struct nt_wide16_attributes wide;           \
    NTSTATUS wide##_status = nt_wide16_attributes_init(&(wide), (const void *)(given)); \
    if (NT_UNLIKELY(!NT_SUCCESS(wide##_status))) {                                      \
        if (handle)                                                                     \
            *(handle) = NULL;                                                           \
        return wide##_status;                                                           \
    }                                                                                   \
    _Static_assert(1, "")

/* --- sections ----------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateFileMappingW, HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
        DWORD high, DWORD low, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateFileMappingW(file, security, protect, high, low, wide.text);
}

NT_TWIN(HANDLE, CreateFileMappingFromApp, HANDLE file, PSECURITY_ATTRIBUTES security, ULONG protect,
        ULONG64 size, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateFileMappingFromApp(file, security, protect, size, wide.text);
}

NT_TWIN(HANDLE, CreateFileMappingNumaW, HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
        DWORD high, DWORD low, const uint16_t *name, DWORD node)
{
    NT_WIDE16(wide, name, NULL);

    return CreateFileMappingNumaW(file, security, protect, high, low, wide.text, node);
}

NT_TWIN(HANDLE, CreateFileMapping2, HANDLE file, SECURITY_ATTRIBUTES *security, ULONG access,
        ULONG protect, ULONG flags, ULONG64 size, const uint16_t *name,
        MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    NT_WIDE16(wide, name, NULL);

    return CreateFileMapping2(file, security, access, protect, flags, size, wide.text, parameters,
                              count);
}

NT_TWIN(HANDLE, OpenFileMappingW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenFileMappingW(access, inherit, wide.text);
}

NT_TWIN(HANDLE, OpenFileMappingFromApp, ULONG access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenFileMappingFromApp(access, inherit, wide.text);
}

NT_TWIN(NTSTATUS, NtCreateSection, PHANDLE section, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, PLARGE_INTEGER size, ULONG protect, ULONG flags,
        HANDLE file)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, section);

    return NtCreateSection(section, access, wide.attributes, size, protect, flags, file);
}

NT_TWIN(NTSTATUS, NtCreateSectionEx, PHANDLE section, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, PLARGE_INTEGER size, ULONG protect, ULONG flags,
        HANDLE file, PMEM_EXTENDED_PARAMETER parameters, ULONG count)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, section);

    return NtCreateSectionEx(section, access, wide.attributes, size, protect, flags, file,
                             parameters, count);
}

NT_TWIN(NTSTATUS, NtOpenSection, PHANDLE section, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, section);

    return NtOpenSection(section, access, wide.attributes);
}

/* --- events ------------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateEventW, LPSECURITY_ATTRIBUTES security, BOOL manual_reset, BOOL initial,
        const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateEventW(security, manual_reset, initial, wide.text);
}

NT_TWIN(HANDLE, CreateEventExW, LPSECURITY_ATTRIBUTES security, const uint16_t *name, DWORD flags,
        DWORD access)
{
    NT_WIDE16(wide, name, NULL);

    return CreateEventExW(security, wide.text, flags, access);
}

NT_TWIN(HANDLE, OpenEventW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenEventW(access, inherit, wide.text);
}

NT_TWIN(NTSTATUS, NtCreateEvent, PHANDLE event, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, EVENT_TYPE type, BOOLEAN initial)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, event);

    return NtCreateEvent(event, access, wide.attributes, type, initial);
}

NT_TWIN(NTSTATUS, NtOpenEvent, PHANDLE event, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, event);

    return NtOpenEvent(event, access, wide.attributes);
}

NT_TWIN(NTSTATUS, NtDuplicateToken, HANDLE existing, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, BOOLEAN effective_only, TOKEN_TYPE type,
        PHANDLE token)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, token);

    return NtDuplicateToken(existing, access, wide.attributes, effective_only, type, token);
}

/* --- semaphores --------------------------------------------------------------------- */

NT_TWIN(HANDLE, CreateSemaphoreW, LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
        const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return CreateSemaphoreW(security, initial, maximum, wide.text);
}

NT_TWIN(HANDLE, CreateSemaphoreExW, LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
        const uint16_t *name, DWORD flags, DWORD access)
{
    NT_WIDE16(wide, name, NULL);

    return CreateSemaphoreExW(security, initial, maximum, wide.text, flags, access);
}

NT_TWIN(HANDLE, OpenSemaphoreW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return OpenSemaphoreW(access, inherit, wide.text);
}

NT_TWIN(NTSTATUS, NtCreateSemaphore, PHANDLE semaphore, ACCESS_MASK access,
        const struct nt_attributes16 *attributes, LONG initial, LONG maximum)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, semaphore);

    return NtCreateSemaphore(semaphore, access, wide.attributes, initial, maximum);
}

NT_TWIN(NTSTATUS, NtOpenSemaphore, PHANDLE semaphore, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, semaphore);

    return NtOpenSemaphore(semaphore, access, wide.attributes);
}

/* --- directories and private namespaces --------------------------------------------- */

NT_TWIN(NTSTATUS, NtCreateDirectoryObject, PHANDLE directory, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, directory);

    return NtCreateDirectoryObject(directory, access, wide.attributes);
}

NT_TWIN(NTSTATUS, NtOpenDirectoryObject, PHANDLE directory, ACCESS_MASK access,
        const struct nt_attributes16 *attributes)
{
    NT_WIDE16_ATTRIBUTES(wide, attributes, directory);

    return NtOpenDirectoryObject(directory, access, wide.attributes);
}

NT_TWIN(HANDLE, CreateBoundaryDescriptorW, const uint16_t *name, ULONG flags)
{
    NT_WIDE16(wide, name, NULL);

    return CreateBoundaryDescriptorW(wide.text, flags);
}

NT_TWIN(HANDLE, CreatePrivateNamespaceW, LPSECURITY_ATTRIBUTES security, LPVOID boundary,
        const uint16_t *alias)
{
    NT_WIDE16(wide, alias, NULL);

    return CreatePrivateNamespaceW(security, boundary, wide.text);
}

NT_TWIN(HANDLE, OpenPrivateNamespaceW, LPVOID boundary, const uint16_t *alias)
{
    NT_WIDE16(wide, alias, NULL);

    return OpenPrivateNamespaceW(boundary, wide.text);
}

/* --- shared memory of another library ------------------------------------------------ */

NT_TWIN(HANDLE, ntshm_create_sharedW, LPSECURITY_ATTRIBUTES attributes, const uint16_t *name,
        const struct ntshm_shared *shared)
{
    NT_WIDE16(wide, name, NULL);

    return ntshm_create_sharedW(attributes, wide.text, shared);
}

NT_TWIN(HANDLE, ntshm_open_sharedW, DWORD access, BOOL inherit, const uint16_t *name)
{
    NT_WIDE16(wide, name, NULL);

    return ntshm_open_sharedW(access, inherit, wide.text);
}

/* --- strings ------------------------------------------------------------------------ */

NT_TWIN(VOID, RtlInitUnicodeString, struct nt_string16 *string, const uint16_t *source)
{
    size_t most = UINT16_MAX / sizeof(*source) - 1; /* a NUL more must fit too */
    size_t length = 0;

    while (source && length < most && source[length])
        length++;
    *string = (struct nt_string16){
        .Length = (USHORT)(length * sizeof(*source)),
        .MaximumLength = (USHORT)(source ? (length + 1) * sizeof(*source) : 0),
        .Buffer = (uint16_t *)(uintptr_t)source,
    };
}
