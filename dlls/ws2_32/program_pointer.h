// Pointers that a program gave, before we follow them ourselves.
//
// Windows answers WSAEFAULT to an address that is not mapped. Where the kernel follows the pointer it says EFAULT; where we do, an
// address is refused that cannot be a program's memory: null and what is near it (a null structure's member, a small integer in
// the place of a pointer; Windows keeps the first 64 KiB free, too), and what lies in the kernel's half (-1, patterns of debug heaps
// as 0xcdcdcdcd…). That costs an addition and a shift.
//
// A plausible address that is not mapped is followed, and the program gets its SIGSEGV where a debugger shows the call with the bad
// argument. To tell it we would have to catch that signal, in a handler that belongs to the program, its crash reporter or its
// run-time; or to ask the kernel by a system call at each call.
#pragma once

#include <cstdint>

namespace windsock {

// Whether an address can lead to the program's memory; null cannot.
[[gnu::always_inline]] inline bool can_be_memory(const void* address) {
  constexpr uintptr_t kFirst = 0x10000;
  const uintptr_t offset = reinterpret_cast<uintptr_t>(address) - kFirst;
#if defined(__x86_64__)
  return offset >> 56 == 0;  // with five levels of page tables; what wraps has its high bits set
#else
  return offset <= UINTPTR_MAX - kFirst;  // elsewhere the upper bits may be a tag
#endif
}

// The same for an argument that may be null.
[[gnu::always_inline]] inline bool null_or_memory(const void* address) { return address == nullptr || can_be_memory(address); }

}  // namespace windsock
