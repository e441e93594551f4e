// From a row of machine words, as a program in Wine passes them, to the call of a function of the core; by the function's type alone.
//
// What pointers lead to is touched first, each noted in call.probing before (see bridge.h): what Wine interrupts then holds no lock and
// no pin. Of a structure the first and the last byte; of data, text, addresses and sets, whose length is told elsewhere, the first: the
// kernel looks at data itself, and says EFAULT. Reading is enough but for lengths and for what stays written to until an operation ends, for what the functions fill is
// written by the kernel, too, and many prototypes leave const away where constants are passed.
#pragma once

#include <winsock2.h>

#include <bit>
#include <cstdint>
#include <type_traits>

#include "dlls/winehost/bridge.h"
#include "dlls/ws2_32/program_pointer.h"

namespace windsock::winehost {

// How much of what a pointer leads to is certainly there.
template <typename T>
constexpr size_t known_size() {
  if constexpr (std::is_void_v<T> || std::is_same_v<T, sockaddr> || std::is_same_v<T, fd_set>)
    return 1;
  else
    return sizeof(T);
}

inline void touch_by_reading(uintptr_t address) { (void)*reinterpret_cast<const volatile char*>(address); }
inline void touch_by_writing(uintptr_t address) {
  __asm__ volatile("lock orb $0, (%0)" : : "r"(address) : "memory", "cc");  // changes nothing, also when another thread does
}

template <typename T, bool voids_are_data>
[[gnu::always_inline]] inline void probe(Call& call, size_t index) {
  if constexpr (std::is_pointer_v<T> && !std::is_same_v<T, HWND>) {
    using Pointee = std::remove_pointer_t<T>;
    if constexpr (!std::is_function_v<Pointee> && (voids_are_data || !std::is_void_v<Pointee>)) {
      const uintptr_t address = call.arguments[index];
      if (!can_be_memory(reinterpret_cast<const void*>(address))) return;  // the core knows these by themselves
      const_cast<volatile int64_t&>(call.probing) = static_cast<int64_t>(index);
      if constexpr (std::is_same_v<Pointee, int>) {
        touch_by_writing(address);
      } else if constexpr (std::is_same_v<Pointee, WSAOVERLAPPED>) {
        touch_by_writing(address);
        touch_by_writing(address + sizeof(WSAOVERLAPPED) - 1);
      } else {
        touch_by_reading(address);
        constexpr size_t kSize = known_size<std::remove_cv_t<Pointee>>();
        if constexpr (kSize > 1) touch_by_reading(address + kSize - 1);
      }
    }
  }
}

template <typename T>
[[gnu::always_inline]] inline T from_word(uint64_t word) {
  if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<T>(word);
  else if constexpr (std::is_class_v<T>)
    return std::bit_cast<T>(static_cast<uint32_t>(word));  // in_addr is the only one
  else
    return static_cast<T>(word);
}

template <typename R>
[[gnu::always_inline]] inline uint64_t as_word(R value) {
  if constexpr (std::is_pointer_v<R>)
    return reinterpret_cast<uintptr_t>(value);
  else
    return static_cast<uint64_t>(value);
}

}  // namespace windsock::winehost
