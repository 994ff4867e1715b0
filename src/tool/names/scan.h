/* SPDX-License-Identifier: MIT */
/*
 * Looking through /proc for who has an object: who has it open holds the read end of its lease,
 * a pipe, and who only maps its memory has that in /proc/PID/maps. Nothing here asks the process,
 * and nothing waits for it or touches a file that it has open: links are read, never followed.
 */
#ifndef NT_TOOL_SCAN_H
#define NT_TOOL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many have an object open, for many objects in one pass. */
struct nt_lease_count {
    uint64_t inode;   /* of the lease; 0 counts nothing */
    unsigned handles; /* read ends: a handle that was duplicated within its process is one */
    unsigned holders; /* processes */
    /* In work: the last process that had one, and how many. */
    pid_t last_holder;
    unsigned last_handles;
};

/**
 * nt_scan_leases() - count the holders of each
 * @leases:     in any order; sorted by inode when it returns
 * @ret_hidden: processes that may not be looked into, kernel threads apart
 *
 * This process is not counted, nor are brokers, which have read ends for a moment when they hand
 * them out, and longer when a handle is on its way to another process. Return: 0; -errno of /proc.
 */
int nt_scan_leases(struct nt_lease_count *leases, size_t n, unsigned *ret_hidden);
/** nt_scan_find() - by inode, in what nt_scan_leases() sorted; NULL */
const struct nt_lease_count *nt_scan_find(const struct nt_lease_count *leases, size_t n,
                                          uint64_t inode);

/* A piece of another process's address space that shows the memory. */
struct nt_scan_view {
    uint64_t base, size, offset;
    char access[5]; /* "rw-s", as /proc tells it */
};

/* A process that has something of the object. */
struct nt_scan_holder {
    pid_t pid;
    uid_t uid;         /* effective */
    char command[64];  /* as it is: not cleaned */
    unsigned handles;  /* read ends of the lease */
    unsigned readable; /* descriptors of the memory that can only be read, */
    unsigned writable; /* and that can be written */
    bool keeps;        /* the write end is here: a broker */
    struct nt_scan_view *views;
    size_t n_views;
    bool views_hidden; /* they may not be looked at */
};

struct nt_scan {
    struct nt_scan_holder *holders;
    size_t n_holders;
    unsigned hidden; /* as above */
    bool proc_hides; /* /proc shows other users' processes not at all (hidepid) */
};

/* What to look for. */
struct nt_scan_key {
    uint64_t lease_inode;
    uint64_t memory_inode; /* of descriptors; 0: none */
    uint64_t map_device;   /* as /proc/PID/maps tells it: makedev() of its two numbers */
    uint64_t map_inode;
    bool is_memory; /* it is a memfd; else a file */
};

/** nt_scan_object() - everybody who has it open, a descriptor of it, or maps it. Return: 0; -errno.
 */
int nt_scan_object(const struct nt_scan_key *key, struct nt_scan *ret_scan);
void nt_scan_deinit(struct nt_scan *scan);

/** nt_scan_map_of() - device and inode of what is mapped at @address here, as maps tells them */
bool nt_scan_map_of(const void *address, uint64_t *ret_device, uint64_t *ret_inode);

#endif
