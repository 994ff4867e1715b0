/* SPDX-License-Identifier: MIT */
/*
 * ntshm/interlocked.h - atomic operations on 16, 32 and 64 bits and on pointers, inline. All are
 * full barriers, those with Acquire, Release and NoFence in their names too.
 *
 * Increment, Decrement, Add and the plain InterlockedCompareExchange's kin return as on Windows:
 * Increment, Decrement and Add the new value, all others the old one.
 */
#ifndef NTSHM_INTERLOCKED_H
#define NTSHM_INTERLOCKED_H

#ifdef __cplusplus
extern "C" {
#endif

/* The functions for one type; names end in @suffix ("", 16, 64). */
#define NTSHM_INTERLOCKED(type, suffix)                                                    \
    FORCEINLINE type InterlockedIncrement##suffix(type volatile *target)                   \
    {                                                                                      \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                            \
    }                                                                                      \
    FORCEINLINE type InterlockedDecrement##suffix(type volatile *target)                   \
    {                                                                                      \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                            \
    }                                                                                      \
    FORCEINLINE type InterlockedExchange##suffix(type volatile *target, type value)        \
    {                                                                                      \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                       \
    }                                                                                      \
    FORCEINLINE type InterlockedCompareExchange##suffix(type volatile *target, type value, \
                                                        type comparand)                    \
    {                                                                                      \
        __atomic_compare_exchange_n(target, &comparand, value, 0, __ATOMIC_SEQ_CST,        \
                                    __ATOMIC_SEQ_CST);                                     \
        return comparand;                                                                  \
    }                                                                                      \
    FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile *target, type value)     \
    {                                                                                      \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                        \
    }                                                                                      \
    FORCEINLINE type InterlockedAdd##suffix(type volatile *target, type value)             \
    {                                                                                      \
        return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                        \
    }                                                                                      \
    FORCEINLINE type InterlockedAnd##suffix(type volatile *target, type value)             \
    {                                                                                      \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                        \
    }                                                                                      \
    FORCEINLINE type InterlockedOr##suffix(type volatile *target, type value)              \
    {                                                                                      \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                         \
    }                                                                                      \
    FORCEINLINE type InterlockedXor##suffix(type volatile *target, type value)             \
    {                                                                                      \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                        \
    }

NTSHM_INTERLOCKED(SHORT, 16)
NTSHM_INTERLOCKED(LONG, )
NTSHM_INTERLOCKED(LONG64, 64)

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value,
                                                    PVOID comparand)
{
    __atomic_compare_exchange_n(target, &comparand, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return comparand;
}

FORCEINLINE BOOLEAN InterlockedBitTestAndSet(LONG volatile *target, LONG bit)
{
    LONG mask = (LONG)(1u << (bit & 31));

    return (__atomic_fetch_or(target + bit / 32, mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

FORCEINLINE BOOLEAN InterlockedBitTestAndReset(LONG volatile *target, LONG bit)
{
    LONG mask = (LONG)(1u << (bit & 31));

    return (__atomic_fetch_and(target + bit / 32, ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

/* The names with a weaker order, and those of the compiler's intrinsics on Windows. */
#define InterlockedIncrementAcquire              InterlockedIncrement
#define InterlockedIncrementAcquire64            InterlockedIncrement64
#define InterlockedDecrementAcquire              InterlockedDecrement
#define InterlockedDecrementAcquire64            InterlockedDecrement64
#define InterlockedExchangeAcquire               InterlockedExchange
#define InterlockedExchangeAcquire64             InterlockedExchange64
#define InterlockedCompareExchangeAcquire        InterlockedCompareExchange
#define InterlockedCompareExchangeAcquire64      InterlockedCompareExchange64
#define InterlockedExchangeAddAcquire            InterlockedExchangeAdd
#define InterlockedExchangeAddAcquire64          InterlockedExchangeAdd64
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedIncrementRelease              InterlockedIncrement
#define InterlockedIncrementRelease64            InterlockedIncrement64
#define InterlockedDecrementRelease              InterlockedDecrement
#define InterlockedDecrementRelease64            InterlockedDecrement64
#define InterlockedExchangeRelease               InterlockedExchange
#define InterlockedExchangeRelease64             InterlockedExchange64
#define InterlockedCompareExchangeRelease        InterlockedCompareExchange
#define InterlockedCompareExchangeRelease64      InterlockedCompareExchange64
#define InterlockedExchangeAddRelease            InterlockedExchangeAdd
#define InterlockedExchangeAddRelease64          InterlockedExchangeAdd64
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer
#define InterlockedIncrementNoFence              InterlockedIncrement
#define InterlockedIncrementNoFence64            InterlockedIncrement64
#define InterlockedDecrementNoFence              InterlockedDecrement
#define InterlockedDecrementNoFence64            InterlockedDecrement64
#define InterlockedExchangeNoFence               InterlockedExchange
#define InterlockedExchangeNoFence64             InterlockedExchange64
#define InterlockedCompareExchangeNoFence        InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence64      InterlockedCompareExchange64
#define InterlockedExchangeAddNoFence            InterlockedExchangeAdd
#define InterlockedExchangeAddNoFence64          InterlockedExchangeAdd64
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer
#define _InterlockedIncrement                    InterlockedIncrement
#define _InterlockedIncrement16                  InterlockedIncrement16
#define _InterlockedIncrement64                  InterlockedIncrement64
#define _InterlockedDecrement                    InterlockedDecrement
#define _InterlockedDecrement16                  InterlockedDecrement16
#define _InterlockedDecrement64                  InterlockedDecrement64
#define _InterlockedExchange                     InterlockedExchange
#define _InterlockedExchange16                   InterlockedExchange16
#define _InterlockedExchange64                   InterlockedExchange64
#define _InterlockedCompareExchange              InterlockedCompareExchange
#define _InterlockedCompareExchange16            InterlockedCompareExchange16
#define _InterlockedCompareExchange64            InterlockedCompareExchange64
#define _InterlockedExchangeAdd                  InterlockedExchangeAdd
#define _InterlockedExchangeAdd16                InterlockedExchangeAdd16
#define _InterlockedExchangeAdd64                InterlockedExchangeAdd64
#define _InterlockedAdd                          InterlockedAdd
#define _InterlockedAdd16                        InterlockedAdd16
#define _InterlockedAdd64                        InterlockedAdd64
#define _InterlockedAnd                          InterlockedAnd
#define _InterlockedAnd16                        InterlockedAnd16
#define _InterlockedAnd64                        InterlockedAnd64
#define _InterlockedOr                           InterlockedOr
#define _InterlockedOr16                         InterlockedOr16
#define _InterlockedOr64                         InterlockedOr64
#define _InterlockedXor                          InterlockedXor
#define _InterlockedXor16                        InterlockedXor16
#define _InterlockedXor64                        InterlockedXor64
#define _InterlockedExchangePointer              InterlockedExchangePointer
#define _InterlockedCompareExchangePointer       InterlockedCompareExchangePointer

#ifdef __cplusplus
}
#endif
#endif
