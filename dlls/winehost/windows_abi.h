// The few shapes and conventions of Windows that the unix side of the bridge works with. Wine's own headers are for one side or the
// other; these are the documented ones (winternl.h) in the host's words.
#pragma once

#include <cstdint>

#define WINDSOCK_MS_ABI __attribute__((ms_abi))

namespace windsock::winehost {

using NtStatus = uint32_t;
using NtHandle = void*;

inline constexpr NtStatus kSuccess = 0;
inline constexpr NtStatus kTimeout = 0x102;
inline constexpr NtStatus kInvalidHandle = 0xc0000008;
inline constexpr NtStatus kInvalidParameter = 0xc000000d;
inline constexpr NtStatus kNoMemory = 0xc0000017;
inline constexpr NtStatus kAccessDenied = 0xc0000022;
inline constexpr NtStatus kObjectTypeMismatch = 0xc0000024;

// Names of what calls, good for calls alone.
inline const NtHandle kOwnProcess = reinterpret_cast<NtHandle>(~uintptr_t{0});
inline const NtHandle kOwnThread = reinterpret_cast<NtHandle>(~uintptr_t{1});
inline constexpr uint32_t kSameAccess = 2;  // of NtDuplicateObject

// Words of the calling thread's environment block, which Windows keeps at %gs:0.
inline uint32_t teb_last_error() {
  uint32_t value;
  __asm__ volatile("movl %%gs:0x68, %0" : "=r"(value));
  return value;
}
inline void set_teb_last_error(uint32_t value) { __asm__ volatile("movl %0, %%gs:0x68" : : "r"(value)); }
inline uint32_t teb_process_id() {
  uint64_t value;
  __asm__ volatile("movq %%gs:0x40, %0" : "=r"(value));
  return static_cast<uint32_t>(value);
}

// The process's standard handles (0 input, 1 output, 2 error): in its parameters, to which its environment block leads.
inline NtHandle* standard_handles() {
  char* peb;
  __asm__ volatile("movq %%gs:0x60, %0" : "=r"(peb));
  char* parameters = *reinterpret_cast<char**>(peb + 0x20);
  return reinterpret_cast<NtHandle*>(parameters + 0x20);
}
inline NtHandle standard_error() { return standard_handles()[2]; }
inline void set_standard_handle(int which, NtHandle handle) { standard_handles()[which] = handle; }

struct ClientId {
  uint64_t process, thread;
};

// Of an object without a name.
struct ObjectAttributes {
  uint32_t length = sizeof(ObjectAttributes);
  uint32_t padding = 0;
  void* root = nullptr;
  void* name = nullptr;
  uint32_t flags = 0;
  uint32_t more_padding = 0;
  void* security = nullptr;
  void* quality = nullptr;
};

struct IoStatus {
  uint64_t status, information;
};

}  // namespace windsock::winehost
