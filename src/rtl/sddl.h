/* SPDX-License-Identifier: MIT */
/*
 * SDDL: descriptors as text, both ways (O:BAG:SYD:PAI(A;;GA;;;WD)S:(ML;;NW;;;HI)). Text is bytes of
 * ASCII here; whoever has wider characters turns them first. Resource and conditional entries,
 * which no object here may have, are refused with STATUS_INVALID_ACL.
 */
#ifndef NT_RTL_SDDL_H
#define NT_RTL_SDDL_H

#include "rtl/descriptor.h"

/** nt_sddl_parse() - STATUS_INVALID_PARAMETER, STATUS_INVALID_ACL, STATUS_INVALID_SID,
 * STATUS_UNKNOWN_REVISION, STATUS_NO_MEMORY */
NTSTATUS nt_sddl_parse(const char *text, size_t length, struct nt_descriptor_block *ret_block);
/** nt_sddl_print() - the parts that @information names; @ret_text is malloc'ed */
NTSTATUS nt_sddl_print(const struct nt_descriptor *descriptor, SECURITY_INFORMATION information,
                       char **ret_text, size_t *ret_length);
/** nt_sddl_sid() - "BA", "S-1-5-18"; the whole of @text */
NTSTATUS nt_sddl_sid(const char *text, size_t length, struct nt_sid *ret_sid);

#endif
