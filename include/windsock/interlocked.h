/*
 * windsock/interlocked.h - the Interlocked operations, inline on the compiler's atomics; all are full barriers.
 *
 * https://learn.microsoft.com/windows/win32/sync/interlocked-variable-access
 */
#ifndef WINDSOCK_INTERLOCKED_H_
#define WINDSOCK_INTERLOCKED_H_

#include <minwindef.h>

#ifdef __cplusplus
extern "C++" {
#endif

#define WINDSOCK_INTERLOCKED(suffix, type)                                                                    \
    static __inline__ type InterlockedIncrement##suffix(type volatile *addend)                                \
    {                                                                                                         \
        return __atomic_add_fetch(addend, 1, __ATOMIC_SEQ_CST);                                               \
    }                                                                                                         \
    static __inline__ type InterlockedDecrement##suffix(type volatile *addend)                                \
    {                                                                                                         \
        return __atomic_sub_fetch(addend, 1, __ATOMIC_SEQ_CST);                                               \
    }                                                                                                         \
    static __inline__ type InterlockedExchange##suffix(type volatile *target, type value)                     \
    {                                                                                                         \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                                          \
    }                                                                                                         \
    static __inline__ type InterlockedExchangeAdd##suffix(type volatile *addend, type value)                  \
    {                                                                                                         \
        return __atomic_fetch_add(addend, value, __ATOMIC_SEQ_CST);                                           \
    }                                                                                                         \
    static __inline__ type InterlockedAdd##suffix(type volatile *addend, type value)                          \
    {                                                                                                         \
        return __atomic_add_fetch(addend, value, __ATOMIC_SEQ_CST);                                           \
    }                                                                                                         \
    static __inline__ type InterlockedAnd##suffix(type volatile *target, type value)                          \
    {                                                                                                         \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                           \
    }                                                                                                         \
    static __inline__ type InterlockedOr##suffix(type volatile *target, type value)                           \
    {                                                                                                         \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                            \
    }                                                                                                         \
    static __inline__ type InterlockedXor##suffix(type volatile *target, type value)                          \
    {                                                                                                         \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                           \
    }                                                                                                         \
    static __inline__ type InterlockedCompareExchange##suffix(type volatile *target, type value, type expected) \
    {                                                                                                         \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);         \
        return expected;                                                                                      \
    }

/* The operations on LONG have no suffix. */
WINDSOCK_INTERLOCKED(, LONG)
WINDSOCK_INTERLOCKED(64, LONG64)

static __inline__ PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

static __inline__ PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value, PVOID expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

static __inline__ void MemoryBarrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#undef WINDSOCK_INTERLOCKED

#ifdef __cplusplus
}
#endif

#endif
