/* SPDX-License-Identifier: MIT */
/*
 * ntshm/shared.h - kernel objects that carry another library's memory: what stands behind the
 * handles of ID3D12Device::CreateSharedHandle (D12.10).
 *
 * Such an object is made once, of a type and up to three descriptors, and never changes. It has
 * what every object has: a name or none, in the one name space; a security descriptor; handles
 * that are inherited, duplicated into other processes, compared, closed. The name lives as long as
 * a handle is open anywhere; the descriptors that somebody took out live on their own.
 *
 * All functions return like their relatives CreateEventW and OpenEventW, and set the last error.
 */
#ifndef NTSHM_SHARED_H
#define NTSHM_SHARED_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NTSHM_SHARED_RESOURCE   1 /* a heap or a resource; type name "DxgkSharedResource" */
#define NTSHM_SHARED_FENCE      2 /* type name "DxgkSharedSyncObject" */

#define NTSHM_SHARED_FDS        3

/* The one access right that exists: all of it (D12.5). GENERIC_ALL maps to it. */
#define NTSHM_SHARED_ALL_ACCESS 0x000F0003

struct ntshm_shared {
    UINT type;                 /* NTSHM_SHARED_ */
    UINT n_fds;                /* at least 1 */
    int fds[NTSHM_SHARED_FDS]; /* what they are is the business of who made the object */
};

/*
 * What the first descriptor of a heap or resource begins with: a *label*, sealed memory that nobody
 * can write any more. The rest of it is the library's that made it. Whoever asks what an object is
 * (`ntshm show`) reads this much of a copy, and believes none of it further.
 */
#define NTSHM_SHARED_LABEL_MAGIC    0x6c33446eu /* nD3l */
#define NTSHM_SHARED_LABEL_HEAP     1
#define NTSHM_SHARED_LABEL_RESOURCE 2

struct ntshm_shared_label {
    UINT32 magic, version;
    UINT32 type;        /* NTSHM_SHARED_LABEL_ */
    UINT32 memory_kind; /* NTSHM_D3D12_MEMORY_ of <ntshm/d3d12.h> */
};

/**
 * ntshm_create_sharedW() - a new object
 * @attributes: inheritance and security descriptor, or NULL
 * @name:       or NULL; a name that is taken by anything is an error
 * @shared:     its descriptors stay the caller's: the object gets others of the same descriptions.
 *              Memory and files, ends of pipes, dma-bufs, and what graphics drivers export; sockets
 *              and the like are refused. A memfd should have mode 0600 and its seals before
 *
 * Return: a handle with all rights; NULL with ERROR_ALREADY_EXISTS (an object of this type),
 * ERROR_INVALID_HANDLE (of another type), ERROR_ACCESS_DENIED, ERROR_PATH_NOT_FOUND,
 * ERROR_INVALID_NAME, ERROR_FILENAME_EXCED_RANGE (more than MAX_PATH units),
 * ERROR_INVALID_PARAMETER, ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_QUOTA,
 * ERROR_NOT_ENOUGH_MEMORY, ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_SUPPORTED (a name, and a broker of
 * an older version). The last error is set on success too, to 0.
 */
HANDLE WINAPI ntshm_create_sharedW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name,
                                   const struct ntshm_shared *shared)
    NTSHM_WIDE(ntshm_create_sharedW);

/**
 * ntshm_open_sharedW() - the object of that name, of either type
 * @access: GENERIC_ALL, NTSHM_SHARED_ALL_ACCESS, MAXIMUM_ALLOWED or standard rights; not 0
 *
 * Return: a handle; NULL with ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE (something else has the
 * name), ERROR_ACCESS_DENIED, ...
 */
HANDLE WINAPI ntshm_open_sharedW(DWORD access, BOOL inherit, LPCWSTR name)
    NTSHM_WIDE(ntshm_open_sharedW);

/**
 * ntshm_take_shared() - what an object carries
 * @handle:     with NTSHM_SHARED_ALL_ACCESS
 * @ret_shared: descriptors of the caller's own, above 2 and close-on-exec
 *
 * Return: FALSE with ERROR_INVALID_HANDLE (also for an object of another type),
 * ERROR_ACCESS_DENIED, ERROR_TOO_MANY_OPEN_FILES.
 */
BOOL WINAPI ntshm_take_shared(HANDLE handle, struct ntshm_shared *ret_shared);

/* The memory under a section, kept by its own descriptor. */
struct ntshm_kept_memory {
    void *section; /* the library's */
    int fd;        /* read and write; borrowed: good until ntshm_drop_memory() */
    UINT64 size;   /* bytes of the section; where pages are only reserved (SEC_RESERVE) the memory
                      is no longer than what has been committed */
};

/**
 * ntshm_keep_memory() - keep the memory under a section, for another library's heap on it
 * @section:  its handle carries FILE_MAP_WRITE; of the page file or of a file, not an image
 * @ret_kept: filled on success; given back with ntshm_drop_memory()
 *
 * It keeps neither the section's name nor its handle. No system call is made.
 *
 * Return: FALSE with ERROR_INVALID_HANDLE, ERROR_ACCESS_DENIED (the handle, or the section's
 * protection, does not allow writing), ERROR_NOT_SUPPORTED (an image), ERROR_INVALID_PARAMETER.
 */
BOOL WINAPI ntshm_keep_memory(HANDLE section, struct ntshm_kept_memory *ret_kept);
/**
 * ntshm_dup_memory() - a descriptor of kept memory that may go to other processes
 * @ret_fd: the caller's, above 2 and close-on-exec; who gets it cannot open the memory anew with
 *          more rights, unless he is its user
 *
 * Return: FALSE with ERROR_TOO_MANY_OPEN_FILES, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED
 * (another user's memory, which he left open to all).
 */
BOOL WINAPI ntshm_dup_memory(const struct ntshm_kept_memory *kept, int *ret_fd);
/** ntshm_drop_memory() - the end of it; dropped already, or zeroed, is no work */
void WINAPI ntshm_drop_memory(struct ntshm_kept_memory *kept);

#ifdef __cplusplus
}
#endif

#endif
