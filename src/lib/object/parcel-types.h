/* SPDX-License-Identifier: MIT */
/*
 * The types whose objects can be sent to other processes.
 */
#ifndef NT_LIB_OBJECT_PARCEL_TYPES_H
#define NT_LIB_OBJECT_PARCEL_TYPES_H

#include <stddef.h>

#include "lib/object/object.h"

extern const struct nt_object_type *const nt_parcel_types[];
extern const size_t nt_n_parcel_types;

#endif
