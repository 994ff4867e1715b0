/* SPDX-License-Identifier: MIT */
/*
 * Boundary descriptors: what tells one private namespace from another (11.33 to 11.44). A boundary
 * is a name, a set of SIDs and at most one integrity label. The handle that the application has is
 * a pointer to one; it is also what travels to the broker, which checks every length in it and
 * puts it into the one form in which two boundaries are the same bytes.
 */
#ifndef NT_RTL_BOUNDARY_H
#define NT_RTL_BOUNDARY_H

#include "rtl/identity.h"

#define NT_BOUNDARY_MAX 16384u /* bytes */

struct nt_boundary; /* boundary.c */

/** nt_boundary_new() - @name: units, at least one. STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY */
NTSTATUS nt_boundary_new(const uint16_t *name, size_t n_units, struct nt_boundary **ret_boundary);
/** nt_boundary_free() - NULL is allowed; returns NULL */
struct nt_boundary *nt_boundary_free(struct nt_boundary *boundary);
/** nt_boundary_add_sid() - @boundary may move; a SID that is there already is no error */
NTSTATUS nt_boundary_add_sid(struct nt_boundary **boundary, const SID *sid);
/** nt_boundary_add_label() - STATUS_INVALID_PARAMETER for a second one, or no label */
NTSTATUS nt_boundary_add_label(struct nt_boundary **boundary, const SID *label);
/** nt_boundary_bytes() - as it travels */
const void *nt_boundary_bytes(const struct nt_boundary *boundary, size_t *ret_size);

/**
 * nt_boundary_canonical() - what came over the wire, in the one form
 * @units: room for NT_BOUNDARY_MAX bytes; SIDs in order, none twice
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for what is no boundary, or one without a SID
 * (11.34, 11.35).
 */
NTSTATUS nt_boundary_canonical(const void *bytes, size_t size, uint16_t *units, size_t *ret_count);
/** nt_boundary_holds() - is @identity within it: every SID its own, its level at or above the label
 * (11.37, 11.38)? @units: the one form */
bool nt_boundary_holds(const uint16_t *units, size_t count, const struct nt_identity *identity);

#endif
