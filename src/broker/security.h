/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of objects, and the check against them. A record keeps one only when it differs from
 * the default; the default one follows from who made the object.
 */
#ifndef NT_BROKER_SECURITY_H
#define NT_BROKER_SECURITY_H

#include "broker/broker.h"
#include "rtl/access-check.h"

/* The descriptor of an object, and what it points into; it must not be moved. */
struct nt_object_descriptor {
    struct nt_descriptor descriptor;
    struct nt_descriptor_block block;
    struct nt_descriptor_default storage;
};

/**
 * nt_object_descriptor() - an object's descriptor; nt_object_descriptor_deinit() on success
 *
 * Return: STATUS_SUCCESS; STATUS_NO_MEMORY.
 */
NTSTATUS nt_object_descriptor(struct nt_objects *objects, const struct nt_broker_object *object,
                              struct nt_object_descriptor *ret);
void nt_object_descriptor_deinit(struct nt_object_descriptor *descriptor);

/**
 * nt_object_check() - what @client gets when it opens the object
 * @desired: as asked, generic bits and MAXIMUM_ALLOWED included
 *
 * Return: STATUS_SUCCESS; the statuses of nt_access_open(); STATUS_NO_MEMORY.
 */
NTSTATUS nt_object_check(struct nt_broker *broker, const struct nt_broker_client *client,
                         const struct nt_broker_object *object, ACCESS_MASK desired,
                         ACCESS_MASK *ret_granted);

/**
 * nt_new_security() - the descriptor of a new object, from what its creator sent
 * @bytes, @size: self-relative; nothing in it is believed
 * @ret_block:    what to keep; nothing for the default one
 *
 * Return: STATUS_SUCCESS; the statuses of nt_descriptor_from_relative() and
 * nt_descriptor_for_new().
 */
NTSTATUS nt_new_security(const struct nt_identity *identity, uint32_t kind, const void *bytes,
                         size_t size, struct nt_descriptor_block *ret_block);

#endif
