/* SPDX-License-Identifier: MIT */
/*
 * What stands behind a section of a file: descriptions of the file that are the section's own and
 * bear its marks, or the layout of an image. For section.c.
 */
#ifndef NT_LIB_MEMORY_SECTION_FILE_H
#define NT_LIB_MEMORY_SECTION_FILE_H

#include "lib/memory/section.h"

/* What a section is made of, before it is one. The owner of the structure owns all of it. */
struct nt_section_backing {
    uint64_t size;          /* of the section, bytes */
    int read_fd;            /* read-only: the file, or an image's layout; -1 for none */
    int write_fd;           /* read-write: a file that the section may write; -1 for none */
    int file_fd;            /* an image's file, which bears its mark; -1 for none */
    struct nt_image *image; /* or NULL */
};

/**
 * nt_section_back() - look at the file, make it as long as the section, and mark it
 * @parameters: file, size and protection count; checked by nt_section_check_attributes()
 * @attributes: what that check gave
 *
 * The order of 17.1. A failure leaves the file as it was, and no mark behind.
 *
 * Return: STATUS_SUCCESS; the errors of nt_file_backing(); STATUS_ACCESS_DENIED also for an
 * executable protection that the kernel would refuse (1.60); STATUS_FILE_LOCK_CONFLICT (16.26);
 * STATUS_MAPPED_FILE_SIZE_ZERO (1.30), STATUS_SECTION_TOO_BIG (1.36, 1.52), STATUS_DISK_FULL
 * (1.34); the errors of nt_image_new().
 */
NTSTATUS nt_section_back(const struct nt_section_parameters *parameters, ULONG attributes,
                         struct nt_section_backing *ret_backing);

/** nt_section_backing_deinit() - for NT_CLEANUP; safe on a zeroed one whose descriptors are -1 */
void nt_section_backing_deinit(struct nt_section_backing *backing);

/**
 * nt_section_may_execute() - 1.60: would the kernel map this executable?
 * @fd: of the file, or -1 for the page file
 */
bool nt_section_may_execute(ULONG protection, int fd);

/**
 * nt_section_grow_file() - make the file behind a section at least @size bytes long
 * @write_fd: read-write
 *
 * Return: STATUS_SUCCESS; STATUS_DISK_FULL, and the file is as it was; what the kernel said.
 */
NTSTATUS nt_section_grow_file(int write_fd, uint64_t size);

#endif
