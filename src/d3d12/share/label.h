/* SPDX-License-Identifier: MIT */
/*
 * The label of a shared heap or resource: what the one who opens it has to know besides the memory.
 *
 * It travels as a sealed memfd that nobody can write any more. Nevertheless it may be of a stranger
 * who wrote into it what he liked: it is copied, and nothing in the copy is used before
 * nt_d3d_label_check() has said that it makes sense by itself. Whether the memory is what the label
 * says is checked where it is opened (nt_d3d_memory_open()).
 */
#ifndef NT_D3D12_LABEL_H
#define NT_D3D12_LABEL_H

#include <d3d12.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_D3D_LABEL_MAGIC   0x6c33446eu /* nD3l */
#define NT_D3D_LABEL_VERSION 1u

enum nt_d3d_label_type { NT_D3D_LABEL_HEAP = 1, NT_D3D_LABEL_RESOURCE = 2 };

struct nt_d3d_label {
    uint32_t magic, version;
    uint32_t type;        /* enum nt_d3d_label_type */
    uint32_t memory_kind; /* enum nt_d3d_memory_kind: EXPORT, MEMFD, DMABUF or SECTION */
    uint64_t size;        /* of the memory that the application may use */
    uint64_t base;        /* EXPORT: where that begins in the driver's allocation */
    uint64_t allocation;  /* EXPORT: bytes of the driver's allocation */
    uint32_t type_index;  /* EXPORT: of the memory type it was made with */
    uint32_t zero;
    unsigned char device_uuid[16], driver_uuid[16]; /* EXPORT, and textures in the driver's own
                                                       order: only the same ones can open it */
    D3D12_HEAP_PROPERTIES properties;
    uint32_t heap_flags;
    uint64_t alignment;
    D3D12_RESOURCE_DESC desc; /* of a resource, else zero */
};

/**
 * nt_d3d_label_check() - copy a label from outside, if it makes sense
 * @bytes: untrusted, of any alignment
 *
 * Sense: sizes that do not wrap, one of the kinds, flags of shared memory, and a description
 * exactly when there is a resource. Properties and description are checked by those who make such
 * things. Return: false, and @ret_label is not written.
 */
bool nt_d3d_label_check(const void *bytes, size_t size, struct nt_d3d_label *ret_label);

/**
 * nt_d3d_label_read() - the same from a descriptor, which must be a memfd that nobody can change
 *
 * Return: 0; -EINVAL when it is not, or makes no sense; -errno.
 */
int nt_d3d_label_read(int fd, struct nt_d3d_label *ret_label);

/**
 * nt_d3d_label_write() - a descriptor with @label in it
 *
 * Return: 0; -errno.
 */
int nt_d3d_label_write(const struct nt_d3d_label *label, int *ret_fd);

/** nt_d3d_label_is_of() - whether it was made on this device by this build of its driver */
bool nt_d3d_label_is_of(const struct nt_d3d_label *label, const unsigned char *device_uuid,
                        const unsigned char *driver_uuid);

#endif
