/* SPDX-License-Identifier: MIT */
/*
 * What is in a PROC_THREAD_ATTRIBUTE_LIST. The memory is the program's.
 */
#ifndef NT_API_PROCESS_ATTRIBUTES_H
#define NT_API_PROCESS_ATTRIBUTES_H

#include <windows.h>

struct nt_process_attribute {
    DWORD_PTR attribute;
    PVOID value; /* the program's */
    SIZE_T size;
};

struct _PROC_THREAD_ATTRIBUTE_LIST {
    DWORD magic;
    DWORD room, count;
    struct nt_process_attribute entries[];
};

/**
 * nt_api_attribute() - the one of that number; NULL
 *
 * @list: may be NULL
 */
const struct nt_process_attribute *nt_api_attribute(const struct _PROC_THREAD_ATTRIBUTE_LIST *list,
                                                    DWORD_PTR attribute);

#endif
