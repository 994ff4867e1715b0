/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that this process keeps: of its unnamed objects, and of itself. Inside lib/security.
 */
#ifndef NT_LIB_SECURITY_KEPT_SECURITY_H
#define NT_LIB_SECURITY_KEPT_SECURITY_H

#include "lib/object/object.h"
#include "rtl/descriptor.h"

/**
 * nt_maker_default() - the descriptor that an object of @maker begins with
 * @maker: where none is known, the calling thread
 */
NTSTATUS nt_maker_default(enum nt_kind kind, const struct nt_maker *maker,
                          struct nt_descriptor_block *ret_block);

/** nt_kept_security_new() - begin to keep @block, whose bytes are taken, also after a failure.
 * STATUS_NO_MEMORY. */
NTSTATUS nt_kept_security_new(struct nt_object_security **security,
                              struct nt_descriptor_block *block);
/** nt_kept_security_free() - nobody uses it any more */
void nt_kept_security_free(struct nt_object_security **security);

/**
 * nt_kept_security_read() - a copy of what is kept, or else @maker's default
 * @ret_descriptor: its parts, in @ret_block
 */
NTSTATUS nt_kept_security_read(struct nt_object_security *const *security, enum nt_kind kind,
                               const struct nt_maker *maker, struct nt_descriptor_block *ret_block,
                               struct nt_descriptor *ret_descriptor);
/**
 * nt_kept_security_change() - keep it with the parts that @information names from @change
 *
 * Nothing is changed when it fails. Return: as nt_descriptor_change().
 */
NTSTATUS nt_kept_security_change(struct nt_object_security **security, enum nt_kind kind,
                                 const struct nt_maker *maker, SECURITY_INFORMATION information,
                                 const struct nt_descriptor *change,
                                 const struct nt_identity *identity);

#endif
