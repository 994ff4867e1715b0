// SPDX-License-Identifier: MIT
/*
 * ntshm/ntshm.h: what an object is, asked by its name.
 */
#include <stdio.h>

#include <ntshm/ntshm.h>
#include <ntstatus.h>

#include "api/error.h"
#include "api/type-name.h"
#include "lib/client/client.h"
#include "util/macro.h"

static void tell(const struct nt_describe_reply *is, struct ntshm_name_description *description)
{
    *description = (struct ntshm_name_description){
        .size = sizeof(*description),
        .allowed = is->allowed,
        .owner = is->owner,
        .group = is->gid,
        .integrity = is->integrity,
        .creator = is->creator,
        .session = is->session,
        .has_security = is->has_security,
        .age_ns = is->age_ns,
        .bytes = is->size,
        .protection = is->protection,
        .attributes = is->kind == NT_KIND_SECTION ? is->attributes : 0,
        .manual_reset = is->manual_reset,
        .node = is->node,
        .lease_device = is->lease_device,
        .lease_inode = is->lease_inode,
        .memory_device = is->memory_device,
        .memory_inode = is->memory_inode,
        .memory_used = is->memory_used,
    };
    snprintf(description->type, sizeof(description->type), "%s",
             nt_api_type_name(is->kind, is->attributes));
}

static NTSTATUS parse(const char *text, struct nt_object_name *ret_name)
{
    NTSTATUS status;

    if (!text || text[0] != '\\')
        return nt_object_name_from_utf8(ret_name, text, 0);
    status = nt_object_text_from_utf8(ret_name, text, 0);
    ret_name->absolute = true;
    return status;
}

NT_EXPORT BOOL ntshm_describe_name(const char *text, struct ntshm_name_description *description)
{
    NT_CLEANUP(nt_object_name_deinit) struct nt_object_name name = {.heap = NULL};
    struct nt_describe_reply is;
    NTSTATUS status;

    if (!text || !description || description->size != sizeof(*description))
        return nt_api_result(STATUS_INVALID_PARAMETER);
    status = parse(text, &name);
    if (NT_SUCCESS(status))
        status = nt_client_describe(&name, &is);
    if (NT_SUCCESS(status))
        tell(&is, description);
    return nt_api_result(status);
}
