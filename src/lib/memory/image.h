/* SPDX-License-Identifier: MIT */
/*
 * Image sections: a PE file laid out in memory. At creation the file is parsed (rtl/pe.h) and
 * copied, headers and sections at their RVAs, into a memfd that is then sealed against writing
 * too; a view is a private mapping of that memfd with the protection of each section. So neither
 * a change nor a truncation of the file reaches a view, and unmodified pages are shared by all
 * views of the section, also across processes.
 *
 * A view that is not at its preferred base shows a second memfd wherever base relocations touch
 * a section: made for this view, relocated, and gone with it. Its pages are a file's pages like
 * the others, so that what VirtualQuery tells of a page, and copying it when it is written, is
 * the same for both.
 */
#ifndef NT_LIB_MEMORY_IMAGE_H
#define NT_LIB_MEMORY_IMAGE_H

#include <windows.h>
#include <winternl.h>

#include "lib/memory/region.h"
#include "lib/memory/section.h"

/* It has one owner, the section, and goes with the section's last reference, not handle. */
struct nt_image;

/*
 * What a layout is called in /proc/PID/maps: this, and the path that the file had, unless that is
 * longer than the kernel lets names be. So every process that maps it can tell the file (8.31).
 */
#define NT_IMAGE_MEMFD      "ntshm-image:"
#define NT_IMAGE_MEMFD_SIZE 249 /* bytes, with the NUL, less what the kernel puts before it */

/**
 * nt_image_new() - parse the file behind @file_fd and lay it out
 * @file_fd:    readable; read with pread, copied once, then the copy is parsed
 * @no_execute: SEC_IMAGE_NO_EXECUTE: no page of a view is ever executable (14.17, 14.18)
 * @ret_fd:     the memfd of the layout, the caller's; views map it
 *
 * The memory that the layout takes is what the file has for it, whatever SizeOfImage says.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_FILE_FOR_SECTION (empty, 1.31),
 * STATUS_INVALID_IMAGE_NOT_MZ, _NE_FORMAT, _WIN_16, _PROTECT, _FORMAT (14.11 to 14.15);
 * STATUS_NOT_SUPPORTED for a writable section that all processes are to share
 * (IMAGE_SCN_MEM_SHARED); STATUS_ACCESS_DENIED for executable sections of a file that lies where
 * nothing may execute (1.60); STATUS_NO_MEMORY, STATUS_COMMITMENT_LIMIT, what the kernel said of
 * the file.
 */
NTSTATUS nt_image_new(int file_fd, bool no_execute, struct nt_image **ret_image, int *ret_fd);
/**
 * nt_image_keep_file() - keep a description of the file open as long as the image is there
 * @fd: consumed; it bears the mark NT_MARK_IMAGE_SECTION (14.19 to 14.22)
 */
void nt_image_keep_file(struct nt_image *image, int fd);
/** nt_image_file() - that description, borrowed; -1 for none */
int nt_image_file(const struct nt_image *image);
/**
 * nt_image_adopt() - the same as nt_image_new() for a layout that another process made
 * @layout_fd: as nt_image_new() gave it, borrowed; nothing in it is believed: the seals are
 *             looked at, then the headers are parsed again
 * @size:      of the section
 *
 * Return: as nt_image_new(); STATUS_INVALID_IMAGE_FORMAT for what nt_image_new() cannot have made.
 */
NTSTATUS nt_image_adopt(int layout_fd, uint64_t size, bool no_execute, struct nt_image **ret_image);
/** nt_image_free() - NULL is allowed; returns NULL */
struct nt_image *nt_image_free(struct nt_image *image);

/** nt_image_size() - SizeOfImage rounded up to a page (1.52 to 1.54) */
uint64_t nt_image_size(const struct nt_image *image);
/** nt_image_describe() - SectionImageInformation */
void nt_image_describe(const struct nt_image *image, SECTION_IMAGE_INFORMATION *ret_information);

/**
 * nt_image_map() - a view of an image section (section 14)
 * @section: held open; its image is not NULL
 * @request: checked as for any view, handle rights too (14.4); protect does not matter (14.3)
 *
 * Without @request's base: at the preferred base when that is free, else where there is room, for
 * PE32 below 4 GiB. A view that begins @request's offset into the image lies so much above the
 * base. What is not where it prefers to be is relocated and its ImageBase says where it is; an
 * image that has no relocations stays as it is.
 *
 * Return: STATUS_SUCCESS; STATUS_IMAGE_NOT_AT_BASE, also a success (14.2);
 * STATUS_CONFLICTING_ADDRESSES, STATUS_INVALID_VIEW_SIZE, STATUS_INVALID_PARAMETER_4 (the end
 * lies beyond the address space), STATUS_INVALID_IMAGE_FORMAT (its relocations are damaged),
 * STATUS_NO_MEMORY, STATUS_COMMITMENT_LIMIT; STATUS_ACCESS_DENIED when the kernel refuses
 * executable pages; else the kernel's.
 */
NTSTATUS nt_image_map(struct nt_section *section, const struct nt_view_request *request,
                      void **ret_base, size_t *ret_size);

#endif
