// SPDX-License-Identifier: MIT
/*
 * The registers of a thread: the kernel's signal frame and Windows' CONTEXT, which is the same
 * for the machine and differs only in names and places. On a machine that is not known here
 * exceptions are told without registers.
 */
#include <stdint.h>
#include <string.h>

#include "lib/fault/exception.h"
#include "util/macro.h"

#if defined(__x86_64__)

#    define ERROR_WRITE        2u /* bits of a page fault's error code */
#    define ERROR_INSTRUCTION  16u
#    define DIRECTION_FLAG     0x400u
#    define RED_ZONE           128u

/*
 * Where the kernel keeps what FXSAVE does not know (arch/x86, struct _fpx_sw_bytes): the first
 * word says that an XSAVE header follows the 512 bytes, whose first word says which parts of the
 * state are not in their initial one.
 */
#    define FX_SIZE            512u
#    define FX_SOFTWARE        464u
#    define FX_MAGIC           0x46505853u
#    define XSTATE_X87_AND_SSE 3u

static const struct {
    int saved;
    size_t offset;
} integer_registers[] = {
    {REG_RAX, offsetof(CONTEXT, Rax)}, {REG_RCX, offsetof(CONTEXT, Rcx)},
    {REG_RDX, offsetof(CONTEXT, Rdx)}, {REG_RBX, offsetof(CONTEXT, Rbx)},
    {REG_RSP, offsetof(CONTEXT, Rsp)}, {REG_RBP, offsetof(CONTEXT, Rbp)},
    {REG_RSI, offsetof(CONTEXT, Rsi)}, {REG_RDI, offsetof(CONTEXT, Rdi)},
    {REG_R8, offsetof(CONTEXT, R8)},   {REG_R9, offsetof(CONTEXT, R9)},
    {REG_R10, offsetof(CONTEXT, R10)}, {REG_R11, offsetof(CONTEXT, R11)},
    {REG_R12, offsetof(CONTEXT, R12)}, {REG_R13, offsetof(CONTEXT, R13)},
    {REG_R14, offsetof(CONTEXT, R14)}, {REG_R15, offsetof(CONTEXT, R15)},
    {REG_RIP, offsetof(CONTEXT, Rip)},
};

/* The 512 bytes of FXSAVE that a signal brought; getcontext() saves less. */
static uint8_t *floating_point(const ucontext_t *saved)
{
    uint8_t *state = (uint8_t *)saved->uc_mcontext.fpregs;

    return state && state != (const uint8_t *)&saved->__fpregs_mem ? state : NULL;
}

void nt_context_read(const ucontext_t *saved, CONTEXT *ret_context)
{
    const greg_t *registers = saved->uc_mcontext.gregs;
    const uint8_t *state = floating_point(saved);
    uint64_t segments = (uint64_t)registers[REG_CSGSFS];

    memset(ret_context, 0, sizeof(*ret_context));
    /* Each holds the processor's bit. NOLINTNEXTLINE(misc-redundant-expression) */
    ret_context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_SEGMENTS;
    for (unsigned i = 0; i < NT_ARRAY_SIZE(integer_registers); i++)
        memcpy((char *)ret_context + integer_registers[i].offset,
               &registers[integer_registers[i].saved], sizeof(DWORD64));
    ret_context->EFlags = (DWORD)registers[REG_EFL];
    ret_context->SegCs = (WORD)segments;
    ret_context->SegGs = (WORD)(segments >> 16);
    ret_context->SegFs = (WORD)(segments >> 32);
    ret_context->SegSs = (WORD)(segments >> 48);
    if (!state)
        return;
    ret_context->ContextFlags |= CONTEXT_FLOATING_POINT;
    memcpy(&ret_context->FltSave, state, sizeof(ret_context->FltSave));
    ret_context->MxCsr = ret_context->FltSave.MxCsr;
}

/* Writes only what differs: state that the processor need not restore stays so. */
static void write_floating_point(const CONTEXT *context, uint8_t *state)
{
    XMM_SAVE_AREA32 wanted = context->FltSave;
    uint32_t magic;
    uint64_t header;

    /* MxCsr is there twice; the one that was changed counts. */
    if (memcmp(&wanted.MxCsr, state + offsetof(XMM_SAVE_AREA32, MxCsr), sizeof(DWORD)) == 0)
        wanted.MxCsr = context->MxCsr;
    if (memcmp(&wanted, state, FX_SOFTWARE) == 0)
        return;
    memcpy(state, &wanted, FX_SOFTWARE);
    memcpy(&magic, state + FX_SOFTWARE, sizeof(magic));
    if (magic != FX_MAGIC)
        return;
    memcpy(&header, state + FX_SIZE, sizeof(header));
    header |= XSTATE_X87_AND_SSE;
    memcpy(state + FX_SIZE, &header, sizeof(header));
}

void nt_context_write(const CONTEXT *context, ucontext_t *saved)
{
    greg_t *registers = saved->uc_mcontext.gregs;
    uint8_t *state = floating_point(saved);

    for (unsigned i = 0; i < NT_ARRAY_SIZE(integer_registers); i++)
        memcpy(&registers[integer_registers[i].saved],
               (const char *)context + integer_registers[i].offset, sizeof(DWORD64));
    registers[REG_EFL] = context->EFlags;
    if (state && (context->ContextFlags & CONTEXT_FLOATING_POINT) == CONTEXT_FLOATING_POINT)
        write_floating_point(context, state);
}

bool nt_context_is_same(const ucontext_t *one, const ucontext_t *other)
{
    return memcmp(one->uc_mcontext.gregs, other->uc_mcontext.gregs,
                  sizeof(one->uc_mcontext.gregs)) == 0;
}

ULONG_PTR nt_context_access(const ucontext_t *saved)
{
    greg_t error = saved->uc_mcontext.gregs[REG_ERR];

    if (error & ERROR_INSTRUCTION)
        return EXCEPTION_EXECUTE_FAULT;
    return error & ERROR_WRITE ? EXCEPTION_WRITE_FAULT : EXCEPTION_READ_FAULT;
}

uintptr_t nt_context_instruction(const ucontext_t *saved)
{
    return (uintptr_t)saved->uc_mcontext.gregs[REG_RIP];
}

uintptr_t nt_context_stack(const ucontext_t *saved)
{
    return (uintptr_t)saved->uc_mcontext.gregs[REG_RSP];
}

bool nt_context_call(ucontext_t *saved, void (*function)(void *), void *argument, void *stack)
{
    greg_t *registers = saved->uc_mcontext.gregs;

    /* As if called: the return address would lie at the stack pointer. */
    registers[REG_RSP] = (greg_t)(nt_align_down((uintptr_t)stack - RED_ZONE, 16) - 8);
    registers[REG_RIP] = (greg_t)function;
    registers[REG_RDI] = (greg_t)argument;
    registers[REG_EFL] &= ~(greg_t)DIRECTION_FLAG;
    return true;
}

#elif defined(__aarch64__)

#    include <asm/sigcontext.h>

#    define ESR_CLASS(esr)        ((esr) >> 26 & 63)
#    define CLASS_INSTRUCTION_LOW 0x20u
#    define CLASS_INSTRUCTION     0x21u
#    define ESR_WRITE             (1u << 6)

/* A record that the kernel put behind the general registers, or NULL. */
static void *find_record(const ucontext_t *saved, uint32_t magic)
{
    struct _aarch64_ctx *record = (struct _aarch64_ctx *)saved->uc_mcontext.__reserved;

    for (; record->magic && record->size; record = (void *)((char *)record + record->size)) {
        if (record->magic == magic)
            return record;
    }
    return NULL;
}

void nt_context_read(const ucontext_t *saved, CONTEXT *ret_context)
{
    const struct fpsimd_context *state = find_record(saved, FPSIMD_MAGIC);

    memset(ret_context, 0, sizeof(*ret_context));
    ret_context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    ret_context->Cpsr = (DWORD)saved->uc_mcontext.pstate;
    memcpy(ret_context->X, saved->uc_mcontext.regs, sizeof(ret_context->X));
    ret_context->Fp = saved->uc_mcontext.regs[29];
    ret_context->Lr = saved->uc_mcontext.regs[30];
    ret_context->Sp = saved->uc_mcontext.sp;
    ret_context->Pc = saved->uc_mcontext.pc;
    if (!state)
        return;
    ret_context->ContextFlags |= CONTEXT_FLOATING_POINT;
    memcpy(ret_context->V, state->vregs, sizeof(ret_context->V));
    ret_context->Fpcr = state->fpcr;
    ret_context->Fpsr = state->fpsr;
}

void nt_context_write(const CONTEXT *context, ucontext_t *saved)
{
    struct fpsimd_context *state = find_record(saved, FPSIMD_MAGIC);

    saved->uc_mcontext.pstate = context->Cpsr;
    memcpy(saved->uc_mcontext.regs, context->X, sizeof(context->X));
    saved->uc_mcontext.regs[29] = context->Fp;
    saved->uc_mcontext.regs[30] = context->Lr;
    saved->uc_mcontext.sp = context->Sp;
    saved->uc_mcontext.pc = context->Pc;
    if (!state || (context->ContextFlags & CONTEXT_FLOATING_POINT) != CONTEXT_FLOATING_POINT)
        return;
    memcpy(state->vregs, context->V, sizeof(context->V));
    state->fpcr = context->Fpcr;
    state->fpsr = context->Fpsr;
}

bool nt_context_is_same(const ucontext_t *one, const ucontext_t *other)
{
    const mcontext_t *a = &one->uc_mcontext, *b = &other->uc_mcontext;

    return memcmp(a->regs, b->regs, sizeof(a->regs)) == 0 && a->sp == b->sp && a->pc == b->pc &&
           a->pstate == b->pstate;
}

ULONG_PTR nt_context_access(const ucontext_t *saved)
{
    const struct esr_context *state = find_record(saved, ESR_MAGIC);
    unsigned kind = state ? ESR_CLASS(state->esr) : 0;

    if (kind == CLASS_INSTRUCTION_LOW || kind == CLASS_INSTRUCTION)
        return EXCEPTION_EXECUTE_FAULT;
    return state && state->esr & ESR_WRITE ? EXCEPTION_WRITE_FAULT : EXCEPTION_READ_FAULT;
}

uintptr_t nt_context_instruction(const ucontext_t *saved)
{
    return saved->uc_mcontext.pc;
}

uintptr_t nt_context_stack(const ucontext_t *saved)
{
    return saved->uc_mcontext.sp;
}

bool nt_context_call(ucontext_t *saved, void (*function)(void *), void *argument, void *stack)
{
    saved->uc_mcontext.sp = nt_align_down((uintptr_t)stack, 16);
    saved->uc_mcontext.pc = (uintptr_t)function;
    saved->uc_mcontext.regs[0] = (uintptr_t)argument;
    return true;
}

#else

void nt_context_read(const ucontext_t *saved, CONTEXT *ret_context)
{
    (void)saved;
    memset(ret_context, 0, sizeof(*ret_context));
}

void nt_context_write(const CONTEXT *context, ucontext_t *saved)
{
    (void)context;
    (void)saved;
}

bool nt_context_is_same(const ucontext_t *one, const ucontext_t *other)
{
    (void)one;
    (void)other;
    return true;
}

ULONG_PTR nt_context_access(const ucontext_t *saved)
{
    (void)saved;
    return EXCEPTION_READ_FAULT;
}

uintptr_t nt_context_instruction(const ucontext_t *saved)
{
    (void)saved;
    return 0;
}

uintptr_t nt_context_stack(const ucontext_t *saved)
{
    (void)saved;
    return 0;
}

bool nt_context_call(ucontext_t *saved, void (*function)(void *), void *argument, void *stack)
{
    (void)saved;
    (void)function;
    (void)argument;
    (void)stack;
    return false;
}

#endif
