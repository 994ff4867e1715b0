/* SPDX-License-Identifier: MIT */
/*
 * The kinds of objects that share one name space, each with its calls in one form, so that a case
 * can say what holds for every kind.
 */
#ifndef NT_TESTS_API_KINDS_KIT_H
#define NT_TESTS_API_KINDS_KIT_H

#include "api/descriptor_kit.h"

enum kind_number {
    KIND_SECTION,
    KIND_EVENT,
    KIND_MUTEX,
    KIND_SEMAPHORE,
    KIND_TIMER,
    KIND_JOB,
    N_KINDS,
};

struct kind {
    const char *text;
    const wchar_t *type;        /* as NtQueryObject tells */
    DWORD all;                  /* rights */
    DWORD read, write, execute; /* what the generic ones mean */
    bool is_waitable;
    HANDLE (*create)(SECURITY_ATTRIBUTES *security, const wchar_t *name);
    HANDLE (*open)(DWORD access, BOOL is_inherited, const wchar_t *name);
    /* With the Nt layer, and the rights @access. */
    NTSTATUS (*nt_create)(PHANDLE ret_handle, DWORD access, OBJECT_ATTRIBUTES *attributes);
    NTSTATUS (*nt_open)(PHANDLE ret_handle, DWORD access, OBJECT_ATTRIBUTES *attributes);
};

extern const struct kind kinds[N_KINDS];

/* An object of that kind; the case ends when there is none. */
HANDLE new_kind(const struct kind *kind, SECURITY_ATTRIBUTES *security, const wchar_t *name);

/* The name of an object's type, as NtQueryObject tells; valid until the next call. */
const wchar_t *type_of(HANDLE handle);

#endif
