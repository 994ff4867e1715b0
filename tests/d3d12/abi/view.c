// SPDX-License-Identifier: MIT
/* A view in C (view.h). */
#ifndef VIEW
#    define VIEW abi_view_c
#endif
#define CALL(interface_, method, ...) interface_##_##method(__VA_ARGS__)
#define IID_PLACE(iid)                (&(iid))
#define IID_VALUE(iid)                (&(iid))
#include "view-body.h"
