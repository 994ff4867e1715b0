/* SPDX-License-Identifier: MIT */
/*
 * The kernel's list of this process's mappings, beyond nt_os_vma_query() (os.h). A part of the
 * seam; see os.h for its rules.
 */
#ifndef NT_OS_MAPS_H
#define NT_OS_MAPS_H

#include "os/os.h"

/**
 * nt_os_vma_name() - the file that is mapped at @address
 * @ret_vma:  the mapping that holds @address
 * @ret_name: its path as the kernel tells it, for the caller to free; NULL for anonymous memory
 *
 * Return: 0; -ENOENT when nothing is mapped at @address; -errno.
 */
int nt_os_vma_name(uint64_t address, struct nt_os_vma *ret_vma, char **ret_name);

/**
 * nt_os_fd_text() - what /proc/self/fd says that a descriptor is of, for the caller to free
 *
 * A path, perhaps with " (deleted)" behind it. Return: 0 or -errno.
 */
int nt_os_fd_text(int fd, char **ret_text);

/**
 * nt_os_maps_text() - nt_os_vma_query() by /proc/self/maps (maps-text.c)
 */
int nt_os_maps_text(uint64_t address, struct nt_os_vma *ret_vma);
/** nt_os_maps_text_name() - nt_os_vma_name() by /proc/self/maps */
int nt_os_maps_text_name(uint64_t address, struct nt_os_vma *ret_vma, char **ret_name);
/** nt_os_maps_text_drop() - close what it keeps open, unless another thread is reading it */
void nt_os_maps_text_drop(void);
/** nt_os_maps_text_forget() - the same in a forked child: it is the parent's list */
void nt_os_maps_text_forget(void);

/**
 * nt_os_maps_parse_line() - one line of a maps file, up to its newline
 * @line:     changed
 * @ret_name: as in nt_os_vma_name(); may be NULL
 *
 * Return: 0; -EIO for what is no such line; -ENOMEM.
 */
int nt_os_maps_parse_line(char *line, struct nt_os_vma *ret_vma, char **ret_name);

/** nt_os_copy_text() - a copy, for the caller to free; -ENOMEM */
int nt_os_copy_text(const char *text, char **ret_copy);

#endif
