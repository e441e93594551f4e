// PipeStream: a connection of a named pipe, at one of its ends: a Unix stream socket, on which messages are framed.
//
// A pipe of bytes has nothing but the bytes on its socket. On a pipe of messages each one is its length (32 bits, as the machine has them)
// and its bytes: the socket keeps no borders of messages longer than its buffer, nor those of none at all (length 0), and the reader may
// take a message in parts.
//
// Nothing here waits: what cannot go on says so, and is tried again when the socket is ready. So there is one way for blocking calls, which
// poll, for PIPE_NOWAIT and for overlapped ones. The caller locks.
#pragma once

#include <cstdint>
#include <optional>

#include "dlls/common/unique_fd.h"
#include "dlls/kernel32/pipe_instance.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

enum class PipeReadMode : uint8_t { kBytes, kMessages };

// How a transfer ended.
struct PipeEnd {
  Win32Error error = Win32Error::kSuccess;
  uint32_t bytes = 0;
};

struct PipeRead {
  void* data = nullptr;
  uint32_t size = 0;
  uint32_t done = 0;
};
struct PipeWrite {
  const void* data = nullptr;
  uint32_t size = 0;
  uint64_t done = 0;  // the frame counts, too
};

class PipeStream {
 public:
  PipeStream(UniqueFd socket, PipeType type) : socket_(std::move(socket)), type_(type) {}

  int fd() const { return socket_.get(); }

  // Nothing: the socket has not enough. A message in parts: kMoreData until its last one. kBrokenPipe: the other end has gone, and all is
  // read.
  std::optional<PipeEnd> try_read(PipeRead& read, PipeReadMode mode);
  // Nothing: there is no room for the rest. kNoData: the other end has gone.
  std::optional<PipeEnd> try_write(PipeWrite& write);
  // Whether a write would find room.
  bool has_room() const;

  struct Peeked {
    uint32_t copied = 0;
    uint32_t available = 0;        // of all messages
    uint32_t left_of_message = 0;  // behind what was copied
  };
  // kBrokenPipe as for reading.
  Result<Peeked, Win32Error> peek(void* data, uint32_t size, PipeReadMode mode) const;

  // The other end sees that it is over, and so do those who wait here.
  void shut_down();

 private:
  std::optional<PipeEnd> receive(void* data, uint32_t size, uint32_t& got);
  std::optional<PipeEnd> begin_message();

  const UniqueFd socket_;
  const PipeType type_;
  // Of the message that is being read:
  uint32_t length_ = 0;        // as far as it has arrived
  uint32_t length_bytes_ = 0;  // how far: 4 of them begin the message
  uint32_t left_ = 0;
};

}  // namespace windsock::kernel32
