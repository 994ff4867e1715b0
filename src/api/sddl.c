// SPDX-License-Identifier: MIT
/*
 * sddl.h: SIDs and security descriptors as text, of all three widths. SDDL itself is ASCII
 * (rtl/sddl.h): text is turned into UTF-8 first, of which no byte above 127 means anything there.
 */
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <ntstatus.h>
#include <sddl.h>

#include "api/error.h"
#include "api/wide16.h"
#include "rtl/sddl.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* What is given away lies in a block that LocalFree frees. */
static NTSTATUS give_bytes(const void *bytes, size_t size, void **ret_block)
{
    void *block = LocalAlloc(LMEM_FIXED, size);

    if (!block)
        return STATUS_NO_MEMORY;
    memcpy(block, bytes, size);
    *ret_block = block;
    return STATUS_SUCCESS;
}

static NTSTATUS give_text(const char *text, size_t length, unsigned width, void **ret_block)
{
    void *block = LocalAlloc(LMEM_FIXED, (length + 1) * width);

    if (!block)
        return STATUS_NO_MEMORY;
    nt_text_convert(text, 1, length, block, width, length);
    nt_text_set(block, width, length, 0);
    *ret_block = block;
    return STATUS_SUCCESS;
}

/* --- SIDs ----------------------------------------------------------------------------------- */

static NTSTATUS sid_to_text(const SID *sid, unsigned width, void **ret_text)
{
    char text[NT_SID_TEXT_SIZE];

    if (!sid || !ret_text)
        return STATUS_INVALID_PARAMETER;
    if (!nt_sid_check(sid, SECURITY_MAX_SID_SIZE))
        return STATUS_INVALID_SID;
    nt_sid_to_text(sid, text);
    return give_text(text, strlen(text), width, ret_text);
}

NT_EXPORT BOOL WINAPI ConvertSidToStringSidA(PSID sid, LPSTR *text)
{
    return nt_api_result(sid_to_text(sid, 1, (void **)text));
}

NT_EXPORT BOOL WINAPI ConvertSidToStringSidW(PSID sid, LPWSTR *text)
{
    return nt_api_result(sid_to_text(sid, NATIVE, (void **)text));
}

NT_TWIN(BOOL, ConvertSidToStringSidW, PSID sid, uint16_t **text)
{
    return nt_api_result(sid_to_text(sid, 2, (void **)text));
}

static NTSTATUS sid_from_text(const void *text, unsigned width, PSID *ret_sid)
{
    NT_CLEANUP(nt_freep) char *ascii = NULL;
    struct nt_sid sid;
    NTSTATUS status;
    size_t length;

    if (!text || !ret_sid)
        return STATUS_INVALID_PARAMETER;
    ascii = nt_text_new(text, width, SIZE_MAX, 1, &length);
    if (!ascii)
        return STATUS_NO_MEMORY;
    status = nt_sddl_sid(ascii, length, &sid);
    return NT_SUCCESS(status) ? give_bytes(&sid, nt_sid_size(&sid.sid), ret_sid) : status;
}

NT_EXPORT BOOL WINAPI ConvertStringSidToSidA(LPCSTR text, PSID *sid)
{
    return nt_api_result(sid_from_text(text, 1, sid));
}

NT_EXPORT BOOL WINAPI ConvertStringSidToSidW(LPCWSTR text, PSID *sid)
{
    return nt_api_result(sid_from_text(text, NATIVE, sid));
}

NT_TWIN(BOOL, ConvertStringSidToSidW, const uint16_t *text, PSID *sid)
{
    return nt_api_result(sid_from_text(text, 2, sid));
}

/* --- descriptors ---------------------------------------------------------------------------- */

static NTSTATUS descriptor_from_text(const void *text, unsigned width, DWORD revision,
                                     PSECURITY_DESCRIPTOR *ret_descriptor, ULONG *ret_size)
{
    NT_CLEANUP(nt_descriptor_block_deinit) struct nt_descriptor_block block = {0};
    NT_CLEANUP(nt_freep) char *ascii = NULL;
    NTSTATUS status;
    size_t length;

    if (!text || !ret_descriptor)
        return STATUS_INVALID_PARAMETER;
    if (revision != SDDL_REVISION_1)
        return STATUS_UNKNOWN_REVISION;
    ascii = nt_text_new(text, width, SIZE_MAX, 1, &length);
    if (!ascii)
        return STATUS_NO_MEMORY;
    status = nt_sddl_parse(ascii, length, &block);
    if (NT_SUCCESS(status))
        status = give_bytes(block.bytes, block.size, ret_descriptor);
    if (NT_SUCCESS(status) && ret_size)
        *ret_size = (ULONG)block.size;
    return status;
}

NT_EXPORT BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorA(
    LPCSTR text, DWORD revision, PSECURITY_DESCRIPTOR *descriptor, PULONG size)
{
    return nt_api_result(descriptor_from_text(text, 1, revision, descriptor, size));
}

NT_EXPORT BOOL WINAPI ConvertStringSecurityDescriptorToSecurityDescriptorW(
    LPCWSTR text, DWORD revision, PSECURITY_DESCRIPTOR *descriptor, PULONG size)
{
    return nt_api_result(descriptor_from_text(text, NATIVE, revision, descriptor, size));
}

NT_TWIN(BOOL, ConvertStringSecurityDescriptorToSecurityDescriptorW, const uint16_t *text,
        DWORD revision, PSECURITY_DESCRIPTOR *descriptor, PULONG size)
{
    return nt_api_result(descriptor_from_text(text, 2, revision, descriptor, size));
}

/* What to print, and in which width. */
struct printed {
    PSECURITY_DESCRIPTOR descriptor;
    DWORD revision;
    SECURITY_INFORMATION information;
    unsigned width;
};

static NTSTATUS descriptor_to_text(const struct printed *printed, void **ret_text,
                                   ULONG *ret_length)
{
    NT_CLEANUP(nt_freep) char *text = NULL;
    struct nt_descriptor descriptor;
    NTSTATUS status;
    size_t length;

    if (!ret_text)
        return STATUS_INVALID_PARAMETER;
    if (printed->revision != SDDL_REVISION_1)
        return STATUS_UNKNOWN_REVISION;
    if (!printed->descriptor)
        return STATUS_INVALID_SECURITY_DESCR;
    status = nt_descriptor_from_application(printed->descriptor, &descriptor);
    if (NT_SUCCESS(status))
        status = nt_sddl_print(&descriptor, printed->information, &text, &length);
    if (NT_SUCCESS(status))
        status = give_text(text, length, printed->width, ret_text);
    if (NT_SUCCESS(status) && ret_length)
        *ret_length = (ULONG)length + 1;
    return status;
}

NT_EXPORT BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorA(
    PSECURITY_DESCRIPTOR descriptor, DWORD revision, SECURITY_INFORMATION information, LPSTR *text,
    PULONG length)
{
    const struct printed printed = {descriptor, revision, information, 1};

    return nt_api_result(descriptor_to_text(&printed, (void **)text, length));
}

NT_EXPORT BOOL WINAPI ConvertSecurityDescriptorToStringSecurityDescriptorW(
    PSECURITY_DESCRIPTOR descriptor, DWORD revision, SECURITY_INFORMATION information, LPWSTR *text,
    PULONG length)
{
    const struct printed printed = {descriptor, revision, information, NATIVE};

    return nt_api_result(descriptor_to_text(&printed, (void **)text, length));
}

NT_TWIN(BOOL, ConvertSecurityDescriptorToStringSecurityDescriptorW, PSECURITY_DESCRIPTOR descriptor,
        DWORD revision, SECURITY_INFORMATION information, uint16_t **text, PULONG length)
{
    const struct printed printed = {descriptor, revision, information, 2};

    return nt_api_result(descriptor_to_text(&printed, (void **)text, length));
}
