// NTSTATUS: how an overlapped operation tells its end (OVERLAPPED.Internal), and its words in Win32 and in Winsock.
//
// The values come from one table (nt_status.def). An error that has no row travels as Windows lets it: as 0xC007nnnn, "the Win32 error
// nnnn", which both sides give back unchanged.
#pragma once

#include <cstdint>

namespace windsock {

enum class NtStatus : uint32_t {
#define NT_STATUS(name, value, win32, win32_name, winsock, winsock_name) name = value,
#include "dlls/common/nt_status.def"
#undef NT_STATUS
};

// Errors and warnings.
constexpr bool is_failure(uint32_t status) { return status >= 0x80000000; }

uint32_t nt_status_from_wsa(int error);
uint32_t nt_status_from_win32(uint32_t error);
// Success for a status that is no failure. Of failures that have no row: ERROR_MR_MID_NOT_FOUND, as documented, and WSAEINVAL.
uint32_t win32_from_nt_status(uint32_t status);
int wsa_from_nt_status(uint32_t status);
// What a LPOVERLAPPED_COMPLETION_ROUTINE is told: of a warning, as documented, nothing.
inline uint32_t routine_error_from_nt_status(uint32_t status) { return status >= 0xC0000000 ? win32_from_nt_status(status) : 0; }

}  // namespace windsock
