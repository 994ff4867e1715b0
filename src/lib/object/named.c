// SPDX-License-Identifier: MIT
/*
 * From a reply to a handle.
 */
#include "lib/object/named.h"
#include "lib/process/lock.h"

static NTSTATUS adopt_reply(struct nt_client_reply *reply, nt_adopt_function adopt,
                            ULONG attributes, HANDLE *ret_handle)
{
    struct nt_object *object;
    NTSTATUS status = adopt(reply, &object);

    if (!NT_SUCCESS(status))
        return status;
    object->id = reply->object.id;
    object->broker = reply->instance;
    return nt_handle_hand_out(object, reply->object.access, attributes, ret_handle);
}

NTSTATUS nt_named_create(const struct nt_object_name *name, const struct nt_create_request *request,
                         nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_client_reply reply;
    NTSTATUS status, adopted;

    nt_move_begin();
    status = adopted = nt_client_create(name, request, &reply);
    if (NT_SUCCESS(status)) {
        adopted = adopt_reply(&reply, adopt, name->attributes, ret_handle);
        nt_client_reply_deinit(&reply);
    }
    nt_move_end();
    return NT_SUCCESS(adopted) ? status : adopted;
}

NTSTATUS nt_named_open(const struct nt_object_name *name, const struct nt_open_request *request,
                       nt_adopt_function adopt, HANDLE *ret_handle)
{
    struct nt_client_reply reply;
    NTSTATUS status;

    nt_move_begin();
    status = nt_client_open(name, request, &reply);
    if (NT_SUCCESS(status)) {
        status = adopt_reply(&reply, adopt, name->attributes, ret_handle);
        nt_client_reply_deinit(&reply);
    }
    nt_move_end();
    return status;
}
