/* SPDX-License-Identifier: MIT */
/*
 * Reading what the kernel tells about memory: /proc/meminfo, /proc/self/cgroup and the files of
 * memory cgroups, versions 1 and 2. Texts go in, numbers come out; nothing here opens a file.
 */
#ifndef NT_LIB_MEMORY_COMMIT_TEXTS_H
#define NT_LIB_MEMORY_COMMIT_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No limit, or nothing known. */
#define NT_COMMIT_UNLIMITED UINT64_MAX

/**
 * nt_commit_field() - the number behind a name at the start of a line
 * @name: "MemAvailable:" (then the number is in kB) or "inactive_file" (then in bytes)
 *
 * Return: bytes, or @otherwise when there is no such line.
 */
uint64_t nt_commit_field(const char *text, const char *name, uint64_t otherwise);

/** nt_commit_number() - a whole file that is one number, or "max"; unlimited when it is neither */
uint64_t nt_commit_number(const char *text);

/**
 * nt_commit_machine_room() - how much more the machine can hold
 * @meminfo:    the text of /proc/meminfo
 * @overcommit: that of /proc/sys/vm/overcommit_memory
 *
 * MemAvailable and the free swap; with overcommit_memory = 2 what is left of CommitLimit.
 * NT_COMMIT_UNLIMITED when the text says nothing.
 */
uint64_t nt_commit_machine_room(const char *meminfo, const char *overcommit);

/* What the files of one memory cgroup say; NT_COMMIT_UNLIMITED for a limit that there is not. */
struct nt_commit_group {
    uint64_t limit, usage;           /* memory.max, memory.current (limit_in_bytes, usage_...) */
    uint64_t cache;                  /* of the usage: file pages that are given up on need */
    uint64_t swap_limit, swap_usage; /* version 2: swap alone; version 1: memory and swap */
};

/**
 * nt_commit_group_room() - how much more a cgroup can hold
 * @version:   1 or 2
 * @swap_free: of the machine
 */
uint64_t nt_commit_group_room(const struct nt_commit_group *group, int version, uint64_t swap_free);

/**
 * nt_commit_group_path() - this process's memory cgroup, out of /proc/self/cgroup
 * @version:  1: the line of the memory controller; 2: the line that begins with "0::"
 * @ret_path: "/a/b", "" for the root; "/.." (outside the name space) counts as the root
 *
 * Return: false when there is no such line, or it is too long.
 */
bool nt_commit_group_path(const char *text, int version, char *ret_path, size_t size);

#endif
