// SPDX-License-Identifier: MIT
/*
 * A boundary descriptor is one block: a header, the name's units, the SIDs one behind the other,
 * each part padded to a multiple of 4. That is what the application's handle points at and what
 * travels. The one form, in which two boundaries are compared, is a row of 16-bit units: label,
 * lengths, name, and the SIDs in the order of their bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "rtl/boundary.h"

#define MAGIC 0x6e746264u /* "ntbd" */

struct nt_boundary {
    uint32_t magic;
    uint32_t size; /* of all of it */
    uint32_t n_units;
    uint32_t n_sids;
    uint32_t has_label;
    uint32_t label; /* an integrity RID */
    unsigned char bytes[];
};

/* In front of the one form: whether there is a label, its two halves, and two counts. */
#define N_PREFIX 5u
/* No more fit into NT_BOUNDARY_MAX. */
#define MAX_SIDS (NT_BOUNDARY_MAX / 8)

static size_t name_bytes(size_t n_units)
{
    return (n_units * sizeof(uint16_t) + 3) & ~(size_t)3;
}

NTSTATUS nt_boundary_new(const uint16_t *name, size_t n_units, struct nt_boundary **ret_boundary)
{
    struct nt_boundary *boundary;
    size_t size;

    if (n_units == 0 || n_units > NT_BOUNDARY_MAX / sizeof(*name))
        return STATUS_INVALID_PARAMETER;
    size = sizeof(*boundary) + name_bytes(n_units);
    if (size > NT_BOUNDARY_MAX)
        return STATUS_INVALID_PARAMETER;
    boundary = calloc(1, size);
    if (!boundary)
        return STATUS_NO_MEMORY;
    boundary->magic = MAGIC;
    boundary->size = (uint32_t)size;
    boundary->n_units = (uint32_t)n_units;
    memcpy(boundary->bytes, name, n_units * sizeof(*name));
    *ret_boundary = boundary;
    return STATUS_SUCCESS;
}

struct nt_boundary *nt_boundary_free(struct nt_boundary *boundary)
{
    if (boundary && boundary->magic == MAGIC) {
        boundary->magic = 0;
        free(boundary);
    }
    return NULL;
}

static bool has_sid(const struct nt_boundary *boundary, const SID *sid)
{
    const unsigned char *at = boundary->bytes + name_bytes(boundary->n_units);

    for (uint32_t i = 0; i < boundary->n_sids; i++) {
        if (nt_sid_equal((const SID *)(const void *)at, sid))
            return true;
        at += nt_sid_size((const SID *)(const void *)at);
    }
    return false;
}

NTSTATUS nt_boundary_add_sid(struct nt_boundary **boundary, const SID *sid)
{
    struct nt_boundary *old = *boundary, *grown;
    size_t size = nt_sid_size(sid);

    if (!old || old->magic != MAGIC || nt_sid_check(sid, size) != size)
        return STATUS_INVALID_PARAMETER;
    if (has_sid(old, sid))
        return STATUS_SUCCESS;
    if (size > NT_BOUNDARY_MAX - old->size)
        return STATUS_INVALID_PARAMETER;
    grown = realloc(old, old->size + size);
    if (!grown)
        return STATUS_NO_MEMORY;
    memcpy((unsigned char *)grown + grown->size, sid, size);
    grown->size += (uint32_t)size;
    grown->n_sids++;
    *boundary = grown;
    return STATUS_SUCCESS;
}

NTSTATUS nt_boundary_add_label(struct nt_boundary **boundary, const SID *label)
{
    struct nt_boundary *old = *boundary;
    uint32_t level;

    if (!old || old->magic != MAGIC || nt_sid_check(label, nt_sid_size(label)) == 0)
        return STATUS_INVALID_PARAMETER;
    if (old->has_label || !nt_sid_is_integrity(label, &level))
        return STATUS_INVALID_PARAMETER;
    old->has_label = 1;
    old->label = level;
    return STATUS_SUCCESS;
}

const void *nt_boundary_bytes(const struct nt_boundary *boundary, size_t *ret_size)
{
    *ret_size = boundary && boundary->magic == MAGIC ? boundary->size : 0;
    return *ret_size ? boundary : NULL;
}

/* --- the one form --------------------------------------------------------------------------- */

static int compare_sids(const void *a, const void *b)
{
    const unsigned char *first = *(const unsigned char *const *)a;
    const unsigned char *second = *(const unsigned char *const *)b;
    size_t first_size = nt_sid_length(first[1]), second_size = nt_sid_length(second[1]);
    int order = memcmp(first, second, first_size < second_size ? first_size : second_size);

    return order ? order : (first_size > second_size) - (first_size < second_size);
}

/* Where each SID is, in order, none twice; false when @bytes are not @count SIDs. */
static bool sort_sids(const unsigned char *bytes, size_t size, const unsigned char **sids,
                      uint32_t *count)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < *count; i++) {
        size_t length = nt_sid_check(bytes, size);

        if (length == 0)
            return false;
        sids[i] = bytes;
        bytes += length;
        size -= length;
    }
    if (size != 0)
        return false;
    qsort(sids, *count, sizeof(*sids), compare_sids);
    for (uint32_t i = 0; i < *count; i++) {
        if (n == 0 || compare_sids(&sids[n - 1], &sids[i]) != 0)
            sids[n++] = sids[i];
    }
    *count = n;
    return true;
}

static bool is_good_header(const struct nt_boundary *header, size_t size)
{
    return header->magic == MAGIC && header->size == size && header->n_units > 0 &&
           header->n_units <= NT_BOUNDARY_MAX / sizeof(uint16_t) && header->n_sids > 0 &&
           header->n_sids <= MAX_SIDS && header->has_label <= 1 &&
           (header->has_label || header->label == 0) &&
           name_bytes(header->n_units) <= size - sizeof(*header);
}

NTSTATUS nt_boundary_canonical(const void *bytes, size_t size, uint16_t *units, size_t *ret_count)
{
    const unsigned char *at = bytes;
    const unsigned char *sids[MAX_SIDS];
    struct nt_boundary header;
    uint16_t *to = units;
    uint32_t n_sids;

    if (size < sizeof(header) || size > NT_BOUNDARY_MAX)
        return STATUS_INVALID_PARAMETER;
    memcpy(&header, bytes, sizeof(header));
    if (!is_good_header(&header, size))
        return STATUS_INVALID_PARAMETER;
    n_sids = header.n_sids;
    at += sizeof(header);
    size -= sizeof(header) + name_bytes(header.n_units);
    if (!sort_sids(at + name_bytes(header.n_units), size, sids, &n_sids))
        return STATUS_INVALID_PARAMETER;

    *to++ = (uint16_t)header.has_label;
    *to++ = (uint16_t)header.label;
    *to++ = (uint16_t)(header.label >> 16);
    *to++ = (uint16_t)header.n_units;
    *to++ = (uint16_t)n_sids;
    memcpy(to, at, header.n_units * sizeof(*to));
    to += header.n_units;
    for (uint32_t i = 0; i < n_sids; i++) {
        memcpy(to, sids[i], nt_sid_length(sids[i][1]));
        to += nt_sid_length(sids[i][1]) / sizeof(*to);
    }
    *ret_count = (size_t)(to - units);
    return STATUS_SUCCESS;
}

bool nt_boundary_holds(const uint16_t *units, size_t count, const struct nt_identity *identity)
{
    const unsigned char *at;
    size_t left;

    if (count < N_PREFIX || units[3] > count - N_PREFIX || units[4] == 0)
        return false;
    if (units[0] && identity->integrity < (units[1] | (uint32_t)units[2] << 16))
        return false;
    at = (const unsigned char *)(units + N_PREFIX + units[3]);
    left = (count - N_PREFIX - units[3]) * sizeof(*units);
    for (unsigned i = 0; i < units[4]; i++) {
        size_t length = nt_sid_check(at, left);
        struct nt_sid sid;

        if (length == 0)
            return false;
        memcpy(sid.bytes, at, length); /* aligned */
        if (!nt_identity_has(identity, &sid.sid))
            return false;
        at += length;
        left -= length;
    }
    return left == 0;
}
