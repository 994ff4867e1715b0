// SPDX-License-Identifier: MIT
/* Run the checks of vtable.h from both languages; at least twenty must have been made. */
#include "vtable.h"

#include <stdio.h>

int main(void)
{
    int passed = 0;
    int failed = 0;

    vtable_check_from_c(&passed, &failed);
    vtable_check_from_cxx(&passed, &failed);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed >= 20 ? 0 : 1;
}
