/* SPDX-License-Identifier: MIT */
/*
 * Memory of this system as a dma-buf, which drivers of GPUs import. A part of the seam; see os.h
 * for its rules.
 */
#ifndef NT_OS_DMABUF_H
#define NT_OS_DMABUF_H

#include <stdint.h>

/**
 * nt_os_dmabuf_new() - pages of a memfd as a dma-buf, by /dev/udmabuf
 * @memfd:          sealed against shrinking, and not against writing
 * @offset, @size:  multiples of the page size
 *
 * Return: -ENOENT, -EACCES where there is no such device for us; -EINVAL for other memory or more
 * than the device allows; -errno.
 */
int nt_os_dmabuf_new(int memfd, uint64_t offset, uint64_t size, int *ret_fd);

#endif
