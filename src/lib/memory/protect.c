// SPDX-License-Identifier: MIT
/*
 * PAGE_ values as sets of what they allow. See protect.h.
 */
#include "lib/memory/protect.h"

#include <sys/mman.h>

bool nt_protect_is_valid(ULONG protect)
{
    ULONG base = protect & NT_PROTECT_BASE;
    ULONG modifiers = protect & ~NT_PROTECT_BASE;

    if (base == 0 || (base & (base - 1)))
        return false;
    if (modifiers & ~(ULONG)(PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE))
        return false;
    /* Each modifier stands alone, and none makes sense without any access. */
    return modifiers == 0 || (!(modifiers & (modifiers - 1)) && base != PAGE_NOACCESS);
}

ULONG nt_protect_without_execute(ULONG protect)
{
    switch (protect) {
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        return PAGE_READONLY;
    case PAGE_EXECUTE_WRITECOPY:
        return PAGE_WRITECOPY;
    default:
        return protect;
    }
}

ULONG nt_protect_of_copy(ULONG protect)
{
    ULONG written = protect & PAGE_EXECUTE_WRITECOPY ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;

    return (protect & ~NT_PROTECT_BASE) | written;
}

int nt_protect_to_kernel(ULONG protect)
{
    enum nt_protect_capability can = nt_protect_capabilities(protect);
    int bits = PROT_NONE;

    if (protect & PAGE_GUARD)
        return PROT_NONE;
    if (can & NT_PROTECT_READ)
        bits |= PROT_READ;
    if ((can & NT_PROTECT_WRITE) || nt_protect_is_copy(protect))
        bits |= PROT_WRITE;
    if (can & NT_PROTECT_EXECUTE)
        bits |= PROT_EXEC;
    return bits;
}
