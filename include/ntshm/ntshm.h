/* SPDX-License-Identifier: MIT */
/*
 * ntshm.h: what ntshm adds to the Windows interface. Include <windows.h> for everything
 * else. All of these are exported by libntshm and carry the prefix ntshm_.
 */
#ifndef NTSHM_NTSHM_H
#define NTSHM_NTSHM_H

#include <windows.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Levels of a log message. */
#define NTSHM_LOG_ERROR   0
#define NTSHM_LOG_WARNING 1
#define NTSHM_LOG_INFO    2
#define NTSHM_LOG_DEBUG   3

/**
 * ntshm_set_log() - choose who hears what the library has to say
 * @function: called from any thread with a level above, one line of text (UTF-8, no newline)
 *            and @context; NULL (the default) for nobody
 * @context:  handed through to @function
 *
 * The library prints nothing by itself. What it tells here is the real cause behind a Windows
 * error code: which kernel limit was met, why the broker did not answer.
 */
void ntshm_set_log(void (*function)(int level, const char *message, void *context), void *context);

/* An allocation (VirtualAlloc) or view (MapViewOfFile) as a whole. */
struct ntshm_region {
    void *base;               /* first byte; what VirtualAlloc or MapViewOfFile returned */
    size_t size;              /* bytes, a multiple of the page size */
    DWORD allocation_protect; /* PAGE_ value given at allocation */
    DWORD type;               /* MEM_PRIVATE or MEM_MAPPED */
    DWORD protect;            /* the PAGE_ value of all pages; 0 when they differ or when not
                                 all of them are committed */
    DWORD pins;               /* how often the region is pinned now */
};

/**
 * ntshm_region_pin() - keep a region where it is
 * @address:    any address inside a region made by this library
 * @ret_region: filled on success; may be NULL
 *
 * While a region is pinned, VirtualFree and UnmapViewOfFile of it fail with
 * ERROR_INVALID_PARAMETER, as Windows does for memory that a Direct3D 12 heap wraps (D15.4).
 * Pins nest.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_ADDRESS when no region of this library holds @address.
 */
BOOL ntshm_region_pin(const void *address, struct ntshm_region *ret_region);

/**
 * ntshm_region_unpin() - give back one pin
 * @address: any address inside the region
 *
 * Return: TRUE; FALSE with ERROR_INVALID_ADDRESS when the region is not there or not pinned.
 */
BOOL ntshm_region_unpin(const void *address);

/* What a broker holds, all clients together. */
struct ntshm_broker_statistics {
    uint32_t size;     /* sizeof(struct ntshm_broker_statistics), set by the caller */
    uint32_t pid;      /* the broker's process */
    uint64_t instance; /* random, another one for each start of the broker */
    uint64_t clients;  /* connections, this one included */
    uint64_t names;    /* live names: every lease was looked at for this answer */
    uint64_t objects;  /* records in use; equals names */
    uint64_t bytes;    /* memory of the named sections, as asked for */
    uint64_t fds;      /* descriptors that the broker keeps for objects */
    uint64_t requests; /* answered since the start */
};

/**
 * ntshm_broker_statistics() - ask the broker what it holds
 * @statistics: size must be set; filled on success
 *
 * Does not start a broker.
 *
 * Return: TRUE; FALSE with ERROR_INVALID_PARAMETER for a wrong size, ERROR_FILE_NOT_FOUND when
 * no broker runs, or the connection's error.
 */
BOOL ntshm_broker_statistics(struct ntshm_broker_statistics *statistics);

/**
 * ntshm_quiesce() - let go of what the library keeps for speed only
 *
 * Closes the connection to the broker and cached descriptors; the next call that needs them
 * makes them again. Handles, names and views are not touched. For leak checks, and before a
 * program drops privileges.
 */
void ntshm_quiesce(void);

#ifdef __cplusplus
}
#endif

#endif
