// SPDX-License-Identifier: MIT
//
// Guards in C++: a first block that is left by a C++ exception leaves its guard.
#ifndef _WIN32
#    include "api/api.h"

#    include <ntshm/ntshm.h>

namespace
{

DWORD code_of_store(volatile char *address)
{
    volatile DWORD code = 0;

    NTSHM_TRY(guard)
    {
        *address = 1;
    }
    NTSHM_EXCEPT(guard)
    {
        code = guard.record.ExceptionCode;
    }
    NTSHM_END
    return code;
}

void throw_in_a_guard()
{
    NTSHM_TRY(guard)
    {
        throw 5;
    }
    NTSHM_EXCEPT(guard)
    {
        ok(false, "a C++ exception is none of Windows'");
    }
    NTSHM_END
}

} // namespace

TEST(cpp_exception_leaves_the_guard, "")
{
    auto *memory =
        static_cast<volatile char *>(VirtualAlloc(nullptr, GRANULE, MEM_RESERVE, PAGE_READWRITE));
    int caught = 0;

    try {
        throw_in_a_guard();
    } catch (int number) {
        caught = number;
    }
    ok_eq(caught, 5);
    ok_ptr_eq(ntshm_guard_innermost(), nullptr);
    ok_eq(code_of_store(memory), 0xC0000005);
    ok_succeeds(VirtualFree(const_cast<char *>(memory), 0, MEM_RELEASE));
}
#endif
