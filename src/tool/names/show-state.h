/* SPDX-License-Identifier: MIT */
/*
 * What an object is and the state that it is in, asked without changing it.
 */
#ifndef NT_TOOL_SHOW_STATE_H
#define NT_TOOL_SHOW_STATE_H

#include <json-c/json.h>
#include <ntshm/ntshm.h>
#include <stdbool.h>

/** nt_state_granted() - the rights of a handle */
bool nt_state_granted(HANDLE handle, ACCESS_MASK *ret_granted);

/** nt_state_add_described() - adds to @facts what the broker alone tells of size and attributes */
void nt_state_add_described(struct json_object *facts, const struct ntshm_name_description *is);

/**
 * nt_state_add() - adds what a handle tells: "shows", "signalled", "count", "processes", ...
 * @is: NULL where the broker does not say
 */
void nt_state_add(struct json_object *facts, HANDLE handle,
                  const struct ntshm_name_description *is);

#endif
