// SPDX-License-Identifier: MIT
/*
 * memoryapi.h: the size of a large page.
 */
#include <windows.h>

#include "lib/memory/large.h"
#include "util/macro.h"

NT_EXPORT SIZE_T WINAPI GetLargePageMinimum(void)
{
    return nt_large_page_minimum();
}
