#include "dlls/common/nt_status.h"

namespace windsock {

namespace {

struct Row {
  uint32_t status;
  uint32_t win32;
  int winsock;
};

constexpr Row kRows[] = {
#define NT_STATUS(name, value, win32, win32_name, winsock, winsock_name) {value, win32, winsock},
#include "dlls/common/nt_status.def"
#undef NT_STATUS
};

// What has no row: ERROR_MR_MID_NOT_FOUND, WSAEINVAL.
constexpr uint32_t kUnknownToWin32 = 317;
constexpr int kUnknownToWinsock = 10022;

constexpr uint32_t kWin32Mark = 0xC0070000, kMarkMask = 0xFFFF0000;

const Row* find(uint32_t status) {
  for (const Row& row : kRows)
    if (row.status == status) return &row;
  return nullptr;
}

// The code of a status: by its row, or of those without one, the code inside or `unknown`.
template <typename Code>
Code code_of(uint32_t status, Code Row::*column, Code unknown) {
  if (const Row* row = find(status)) return row->*column;
  if ((status & kMarkMask) == kWin32Mark) return static_cast<Code>(status & ~kMarkMask);
  return is_failure(status) ? unknown : Code{0};
}

template <typename Code>
uint32_t status_of(Code code, Code Row::*column) {
  for (const Row& row : kRows)
    if (row.*column == code) return row.status;
  return kWin32Mark | (static_cast<uint32_t>(code) & ~kMarkMask);
}

}  // namespace

uint32_t nt_status_from_wsa(int error) { return status_of(error, &Row::winsock); }
uint32_t nt_status_from_win32(uint32_t error) { return status_of(error, &Row::win32); }
uint32_t win32_from_nt_status(uint32_t status) { return code_of(status, &Row::win32, kUnknownToWin32); }
int wsa_from_nt_status(uint32_t status) { return code_of(status, &Row::winsock, kUnknownToWinsock); }

}  // namespace windsock
