/* SPDX-License-Identifier: MIT */
/*
 * namespaceapi.h - private namespaces: names that other programs cannot take.
 *
 * A boundary is a name and a set of SIDs, and perhaps an integrity label. Whoever is within it -
 * holds every one of its SIDs, and is at or above its label - may create the namespace of that
 * boundary; there is one for each boundary. The process that created or opened it chooses a prefix
 * (the alias), and then the name "alias\x" of any kind of object is x in the namespace:
 *
 *   HANDLE boundary = CreateBoundaryDescriptorW(L"my product", 0);
 *   AddSIDToBoundaryDescriptor(&boundary, administrators);
 *   HANDLE space = CreatePrivateNamespaceW(NULL, boundary, L"mine");
 *   HANDLE section = CreateFileMappingW(..., L"mine\\shared");
 *
 * The alias is the process's own: another one may use another for the same namespace, and the same
 * for another namespace. The namespace can be opened as long as the process that created it keeps
 * its handle; objects in it live on as long as somebody has handles to them.
 * AddIntegrityLabelToBoundaryDescriptor and the A functions are in winbase.h.
 */
#ifndef NTSHM_NAMESPACEAPI_H
#define NTSHM_NAMESPACEAPI_H

#include "minwindef.h"
#include "minwinbase.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PRIVATE_NAMESPACE_FLAG_DESTROY                  0x1
#define CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID 0x1

/*
 * CreateBoundaryDescriptor - a boundary without a SID; it needs one before it can be used (11.34).
 * @Name: its name, not empty; NUL-terminated
 * @Flags: 0 or CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID, which adds nothing: there are no
 *   app containers
 * Return: the boundary, which is no handle of the process: DeleteBoundaryDescriptor ends it, not
 * CloseHandle (11.33). NULL with ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_NO_UNICODE_TRANSLATION (A function: not UTF-8).
 */
HANDLE WINAPI CreateBoundaryDescriptorW(LPCWSTR Name, ULONG Flags)
    NTSHM_WIDE(CreateBoundaryDescriptorW);

/*
 * AddSIDToBoundaryDescriptor - one SID more that a creator must hold (11.36).
 * @BoundaryDescriptor: the boundary; it may move, so the variable is written
 * @RequiredSid: copied; one that is there already changes nothing
 * Return: FALSE with ERROR_INVALID_PARAMETER (not a boundary, not a SID, or no room for more),
 * ERROR_NOT_ENOUGH_MEMORY.
 */
BOOL WINAPI AddSIDToBoundaryDescriptor(HANDLE *BoundaryDescriptor, PSID RequiredSid);

/* DeleteBoundaryDescriptor - frees it; NULL is allowed. Namespaces that were made with it stay. */
VOID WINAPI DeleteBoundaryDescriptor(HANDLE BoundaryDescriptor);

/*
 * CreatePrivateNamespace - the namespace of a boundary, and a handle to it.
 * @lpPrivateNamespaceAttributes: inheritance, and the descriptor that says who may open it and
 *   create in it (11.51); NULL for the default one
 * @lpBoundaryDescriptor: with at least one SID; the caller must be within it
 * @lpAliasPrefix: the prefix for names of this process; without a backslash, and none of Global,
 *   Local and Session
 * Return: a handle, to be closed with ClosePrivateNamespace. NULL with ERROR_ALREADY_EXISTS (the
 * boundary has a namespace: open it, 11.39), ERROR_ACCESS_DENIED (the caller is outside the
 * boundary, 11.38), ERROR_DUP_NAME (this process uses the alias already, 11.41),
 * ERROR_INVALID_PARAMETER (also: no SID, 11.35), ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_ENOUGH_QUOTA.
 */
HANDLE WINAPI CreatePrivateNamespaceW(LPSECURITY_ATTRIBUTES lpPrivateNamespaceAttributes,
                                      LPVOID lpBoundaryDescriptor, LPCWSTR lpAliasPrefix)
    NTSHM_WIDE(CreatePrivateNamespaceW);

/*
 * OpenPrivateNamespace - the namespace that somebody created with the same boundary: same name,
 * same SIDs in any order, same label (11.44). The caller need not be within it; the namespace's
 * descriptor decides (11.42).
 * Return: a handle, to be closed with ClosePrivateNamespace. NULL with ERROR_PATH_NOT_FOUND (there
 * is none, or its creator is gone: 11.43, 11.49), ERROR_ACCESS_DENIED, and the errors of
 * CreatePrivateNamespace.
 */
HANDLE WINAPI OpenPrivateNamespaceW(LPVOID lpBoundaryDescriptor, LPCWSTR lpAliasPrefix)
    NTSHM_WIDE(OpenPrivateNamespaceW);

/*
 * ClosePrivateNamespace - closes the handle; the alias means nothing any more (11.47). Objects in
 * the namespace live on.
 * @Flags: 0, or PRIVATE_NAMESPACE_FLAG_DESTROY: it cannot be opened any more, and its boundary is
 *   free for another (11.48)
 * Return: FALSE with ERROR_INVALID_HANDLE (no handle of a namespace), ERROR_INVALID_PARAMETER,
 * ERROR_ACCESS_DENIED (it may not destroy it: then it stays open).
 */
BOOLEAN WINAPI ClosePrivateNamespace(HANDLE Handle, ULONG Flags);

#ifdef UNICODE
#    define CreatePrivateNamespace   CreatePrivateNamespaceW
#    define OpenPrivateNamespace     OpenPrivateNamespaceW
#    define CreateBoundaryDescriptor CreateBoundaryDescriptorW
#else
#    define CreatePrivateNamespace   CreatePrivateNamespaceA
#    define OpenPrivateNamespace     OpenPrivateNamespaceA
#    define CreateBoundaryDescriptor CreateBoundaryDescriptorA
#endif

#ifdef __cplusplus
}
#endif

#endif
