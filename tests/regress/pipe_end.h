// An end of a named pipe, and the calls on it: the text, or the error by its number.
#ifndef TESTS_REGRESS_PIPE_END_H
#define TESTS_REGRESS_PIPE_END_H

#include <winsock2.h>

#include <windows.h>

#include <string>
#include <utility>

#include "tests/regress/fixture.h"

namespace regress {

// Of this process and this case alone.
inline std::string pipe_path(const std::string& what) { return R"(\\.\pipe\windsock-)" + what + "-" + std::to_string(GetCurrentProcessId()); }

class PipeHandle {
 public:
  explicit PipeHandle(HANDLE handle = INVALID_HANDLE_VALUE) : handle_(handle) {}
  PipeHandle(PipeHandle&& other) noexcept : handle_(std::exchange(other.handle_, INVALID_HANDLE_VALUE)) {}
  PipeHandle& operator=(PipeHandle other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~PipeHandle() { close(); }

  HANDLE get() const { return handle_; }
  bool valid() const { return handle_ != INVALID_HANDLE_VALUE; }
  void close() {
    if (valid()) {
      EXPECT_TRUE(CloseHandle(handle_));
    }
    handle_ = INVALID_HANDLE_VALUE;
  }

  // 0, or the error.
  DWORD write(const std::string& text) const {
    DWORD written = 0;
    SetLastError(0xdead);
    if (!WriteFile(handle_, text.data(), static_cast<DWORD>(text.size()), &written, nullptr)) return GetLastError();
    EXPECT_EQ(text.size(), written);
    return 0;
  }
  // What was read; then, if there is one, the error.
  std::string read(DWORD size = 100) const {
    std::string text(size, '\0');
    DWORD got = 0;
    SetLastError(0xdead);
    const bool succeeded = ReadFile(handle_, text.data(), size, &got, nullptr);
    const DWORD error = GetLastError();
    text.resize(got);
    return succeeded ? text : text + "(" + std::to_string(error) + ")";
  }
  DWORD connect() const { return result(ConnectNamedPipe(handle_, nullptr)); }
  DWORD disconnect() const { return result(DisconnectNamedPipe(handle_)); }
  DWORD set_mode(DWORD mode) const { return result(SetNamedPipeHandleState(handle_, &mode, nullptr, nullptr)); }

  static DWORD result(BOOL succeeded) { return succeeded ? 0 : GetLastError(); }

 private:
  HANDLE handle_;
};

struct PipeKind {
  DWORD access = PIPE_ACCESS_DUPLEX;
  DWORD mode = PIPE_TYPE_BYTE;
  DWORD most = PIPE_UNLIMITED_INSTANCES;
};
inline PipeHandle serve(const std::string& path, PipeKind kind = {}) {
  SetLastError(0xdead);
  return PipeHandle(CreateNamedPipeA(path.c_str(), kind.access, kind.mode, kind.most, 4096, 4096, 0, nullptr));
}
inline PipeHandle open_pipe(const std::string& path, DWORD access = GENERIC_READ | GENERIC_WRITE, DWORD flags = 0) {
  SetLastError(0xdead);
  return PipeHandle(CreateFileA(path.c_str(), access, 0, nullptr, OPEN_EXISTING, flags, nullptr));
}

inline std::string broken() { return "(" + std::to_string(ERROR_BROKEN_PIPE) + ")"; }

// Both ends, connected.
struct PipePair {
  explicit PipePair(const std::string& what, PipeKind kind = {}, DWORD server_flags = 0, DWORD client_flags = 0) {
    kind.access |= server_flags;
    server = serve(pipe_path(what), kind);
    client = open_pipe(pipe_path(what), GENERIC_READ | GENERIC_WRITE, client_flags);
  }
  bool valid() const { return server.valid() && client.valid(); }
  PipeHandle server, client;
};

}  // namespace regress

#endif
