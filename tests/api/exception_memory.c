// SPDX-License-Identifier: MIT
/*
 * Exceptions that views and allocations raise, and the registers that a handler sees and changes.
 */
#include "api/api.h"

static volatile LONG n_calls;
static EXCEPTION_RECORD seen;
static PVOID view_base;

static LONG NTAPI make_writable(EXCEPTION_POINTERS *pointers)
{
    DWORD before;

    seen = *pointers->ExceptionRecord;
    n_calls++;
    return VirtualProtect(view_base, 1, PAGE_READWRITE, &before) ? EXCEPTION_CONTINUE_EXECUTION
                                                                 : EXCEPTION_CONTINUE_SEARCH;
}

TEST(store_into_a_read_only_view_is_a_violation, "10.13")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile char *view = (volatile char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    PVOID handler = AddVectoredExceptionHandler(1, make_writable);
    DWORD before;

    view[5] = 1;
    view_base = (PVOID)view;
    ok_succeeds(VirtualProtect(view_base, GRANULE, PAGE_READONLY, &before));
    view[5] = 2;
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionCode, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(seen.ExceptionInformation[0], 1);
    ok_eq(seen.ExceptionInformation[1], (ULONG_PTR)(view + 5));
    ok_eq(view[5], 2);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    drop(section, view);
}

static LONG NTAPI note_guard(EXCEPTION_POINTERS *pointers)
{
    seen = *pointers->ExceptionRecord;
    n_calls++;
    return seen.ExceptionCode == (DWORD)EXCEPTION_GUARD_PAGE ? EXCEPTION_CONTINUE_EXECUTION
                                                             : EXCEPTION_CONTINUE_SEARCH;
}

static DWORD protection_of(const volatile void *address)
{
    MEMORY_BASIC_INFORMATION information;

    require(VirtualQuery((LPCVOID)address, &information, sizeof(information)) != 0);
    return information.Protect;
}

TEST(guard_page_raises_once, "9.25 8.17")
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    PVOID handler = AddVectoredExceptionHandler(1, note_guard);
    DWORD before;

    ok_succeeds(
        VirtualProtect((LPVOID)(memory + PAGE), PAGE, PAGE_READWRITE | PAGE_GUARD, &before));
    ok_eq(before, PAGE_READWRITE);
    ok_eq(protection_of(memory + PAGE), PAGE_READWRITE | PAGE_GUARD);
    memory[PAGE + 9] = 3;
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionCode, (DWORD)EXCEPTION_GUARD_PAGE);
    ok_eq(seen.NumberParameters, 2);
    ok_eq(seen.ExceptionInformation[0], 1);
    ok_eq(seen.ExceptionInformation[1], (ULONG_PTR)(memory + PAGE + 9));
    ok_eq(memory[PAGE + 9], 3);
    ok_eq(protection_of(memory + PAGE), PAGE_READWRITE);
    memory[PAGE] = 4;
    ok_eq(n_calls, 1);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

TEST(guard_that_has_fired_parts_it_from_its_neighbour, "8.17 8.23")
{
    volatile char *memory = (volatile char *)VirtualAlloc(NULL, 3 * PAGE, MEM_RESERVE | MEM_COMMIT,
                                                          PAGE_READWRITE | PAGE_GUARD);
    PVOID handler = AddVectoredExceptionHandler(1, note_guard);
    const DWORD guarded = PAGE_READWRITE | PAGE_GUARD;

    require(memory != NULL && handler != NULL);
    memory[PAGE] = 1;
    ok_region(memory, .allocation_base = memory, .allocation_protect = guarded, .state = MEM_COMMIT,
              .protect = guarded, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(memory + PAGE, .allocation_base = memory, .allocation_protect = guarded,
              .state = MEM_COMMIT, .protect = PAGE_READWRITE, .type = MEM_PRIVATE, .size = PAGE);
    ok_region(memory + 2 * PAGE, .allocation_base = memory, .allocation_protect = guarded,
              .state = MEM_COMMIT, .protect = guarded, .type = MEM_PRIVATE, .size = PAGE);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
    ok_succeeds(RemoveVectoredExceptionHandler(handler));
}

TEST(guard_page_of_a_view_raises_once, "9.25 8.17")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile char *view = (volatile char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    PVOID handler = AddVectoredExceptionHandler(1, note_guard);
    DWORD before;

    view[3 * PAGE] = 11;
    ok_succeeds(
        VirtualProtect((LPVOID)(view + 3 * PAGE), PAGE, PAGE_READWRITE | PAGE_GUARD, &before));
    ok_eq(view[3 * PAGE], 11);
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionInformation[0], 0);
    ok_eq(protection_of(view + 3 * PAGE), PAGE_READWRITE);
    view[3 * PAGE] = 12;
    ok_eq(n_calls, 1);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    drop(section, view);
}

TEST(guard_page_armed_again_raises_again, "9.25")
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    PVOID handler = AddVectoredExceptionHandler(1, note_guard);
    DWORD before;

    for (int i = 1; i <= 20; i++) {
        ok_succeeds(VirtualProtect((LPVOID)memory, PAGE, PAGE_READWRITE | PAGE_GUARD, &before));
        memory[0] = (char)i;
        ok_eq(n_calls, i);
    }
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

#if defined(__x86_64__)
/* As if the function that lies there had returned 1. */
static LONG NTAPI leave_function(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    seen = *pointers->ExceptionRecord;
    n_calls++;
    context->Rip = *(DWORD64 *)context->Rsp;
    context->Rsp += 8;
    context->Rax = 1;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(running_a_view_without_execute_is_a_violation, "3.49")
{
    HANDLE section = new_section(NULL, PAGE_READWRITE, GRANULE);
    volatile char *view = (volatile char *)MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    PVOID handler = AddVectoredExceptionHandler(1, leave_function);
    int (*function)(void) = (int (*)(void))(ULONG_PTR)view;

    require(put_code(view));
    ok_eq(function(), 1);
    ok_eq(n_calls, 1);
    ok_eq(seen.ExceptionCode, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(seen.ExceptionInformation[0], 8);
    ok_eq(seen.ExceptionInformation[1], (ULONG_PTR)view);
    ok_ptr_eq(seen.ExceptionAddress, view);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    drop(section, view);
}

static CONTEXT registers;

/* Steps over the three bytes of the store below. */
static LONG NTAPI change_registers(EXCEPTION_POINTERS *pointers)
{
    CONTEXT *context = pointers->ContextRecord;

    registers = *context;
    n_calls++;
    context->Rip += 3;
    context->Rcx = 0x1122334455667788;
    context->R15 = 99;
    context->Xmm1.Low = 0x5566;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(handler_sees_and_changes_registers, "")
{
    volatile char *memory =
        (volatile char *)VirtualAlloc(NULL, GRANULE, MEM_RESERVE, PAGE_READWRITE);
    PVOID handler = AddVectoredExceptionHandler(1, change_registers);
    DWORD64 rcx = 0x4444, r15 = 0x1515, xmm = 0x7777;

    __asm__ volatile("mov %[rcx], %%rcx\n\t"
                     "mov %[r15], %%r15\n\t"
                     "movq %[xmm], %%xmm1\n\t"
                     ".byte 0xc6, 0x00, 0x07\n\t" /* movb $7, (%rax) */
                     "mov %%rcx, %[rcx]\n\t"
                     "mov %%r15, %[r15]\n\t"
                     "movq %%xmm1, %[xmm]"
                     : [rcx] "+m"(rcx), [r15] "+m"(r15), [xmm] "+m"(xmm)
                     : "a"(memory)
                     : "rcx", "r15", "xmm1", "memory");
    ok_eq(n_calls, 1);
    ok_eq(registers.ContextFlags & CONTEXT_FULL, CONTEXT_FULL);
    ok_eq(registers.Rax, (DWORD64)memory);
    ok_eq(registers.Rcx, 0x4444);
    ok_eq(registers.R15, 0x1515);
    ok_eq(registers.Xmm1.Low, 0x7777);
    ok_eq(registers.MxCsr, registers.FltSave.MxCsr);
    ok(registers.SegCs != 0 && registers.EFlags != 0 && registers.Rsp != 0);
    ok_eq(rcx, 0x1122334455667788);
    ok_eq(r15, 99);
    ok_eq(xmm, 0x5566);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
    ok_succeeds(VirtualFree((LPVOID)memory, 0, MEM_RELEASE));
}

static LONG NTAPI change_a_raised_one(EXCEPTION_POINTERS *pointers)
{
    n_calls++;
    pointers->ContextRecord->Rcx = 5;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(registers_of_a_raised_exception_may_be_changed, "")
{
    PVOID handler = AddVectoredExceptionHandler(1, change_a_raised_one);
    volatile int returned = 0;

    RaiseException(0xE0001234, 0, 0, NULL);
    returned++;
    ok_eq(returned, 1);
    ok_eq(n_calls, 1);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}

static LONG NTAPI note_address(EXCEPTION_POINTERS *pointers)
{
    seen = *pointers->ExceptionRecord;
    pointers->ContextRecord->Rip += 3;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(address_that_is_none_is_told_as_the_highest, "")
{
    PVOID handler = AddVectoredExceptionHandler(1, note_address);

    __asm__ volatile(".byte 0xc6, 0x00, 0x07" : : "a"(0x8000000000000000ull) : "memory");
    ok_eq(seen.ExceptionCode, (DWORD)EXCEPTION_ACCESS_VIOLATION);
    ok_eq(seen.ExceptionInformation[0], 0);
    ok_eq(seen.ExceptionInformation[1], ~(ULONG_PTR)0);
    ok(RemoveVectoredExceptionHandler(handler) != 0);
}
#endif
