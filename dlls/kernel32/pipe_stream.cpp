#include "dlls/kernel32/pipe_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "dlls/common/host_socket.h"

namespace windsock::kernel32 {

namespace {

constexpr uint32_t kFrame = sizeof(uint32_t);

bool would_wait(host::Errno error) {
  int number = static_cast<int>(error);
  return number == EAGAIN || number == EINTR;
}

PipeEnd gone(Win32Error what) { return {what, 0}; }

}  // namespace

// Some bytes, at least one; nothing is an end: they are in `got`, 0 if none are there.
std::optional<PipeEnd> PipeStream::receive(void* data, uint32_t size, uint32_t& got) {
  got = 0;
  auto received = host::receive(fd(), data, size, host::kMsgDontWait);
  if (!received && would_wait(received.error())) return std::nullopt;
  // The peer went with bytes unread, which the host calls a reset.
  if (!received || received.value() == 0) return gone(Win32Error::kBrokenPipe);
  got = static_cast<uint32_t>(received.value());
  return std::nullopt;
}

// An end, or the length of the next message is known (length_bytes_ == kFrame), or not yet.
std::optional<PipeEnd> PipeStream::begin_message() {
  while (length_bytes_ < kFrame) {
    uint32_t got = 0;
    auto end = receive(reinterpret_cast<char*>(&length_) + length_bytes_, kFrame - length_bytes_, got);
    if (end || got == 0) return end;
    length_bytes_ += got;
    if (length_bytes_ == kFrame) left_ = length_;
  }
  return std::nullopt;
}

std::optional<PipeEnd> PipeStream::try_read(PipeRead& read, PipeReadMode mode) {
  if (read.size == 0 && type_ == PipeType::kBytes) {
    char byte;
    auto there = host::receive(fd(), &byte, 1, host::kMsgDontWait | host::kMsgPeek);
    if (!there && would_wait(there.error())) return std::nullopt;
    return there && there.value() != 0 ? PipeEnd{} : gone(Win32Error::kBrokenPipe);
  }
  for (;;) {
    uint32_t room = read.size - read.done;
    if (type_ == PipeType::kMessages) {
      if (auto end = begin_message()) return read.done != 0 ? PipeEnd{Win32Error::kSuccess, read.done} : end;
      if (length_bytes_ < kFrame) break;
      room = std::min(room, left_);
    }
    uint32_t got = 0;
    if (room != 0) {
      auto end = receive(static_cast<char*>(read.data) + read.done, room, got);
      if (end) return read.done != 0 ? PipeEnd{Win32Error::kSuccess, read.done} : end;
      if (got == 0) break;
      read.done += got;
    }
    if (type_ == PipeType::kBytes) return PipeEnd{Win32Error::kSuccess, read.done};
    left_ -= got;
    if (left_ == 0) length_bytes_ = 0;
    bool ends_message = left_ == 0, is_full = read.done == read.size;
    if (mode == PipeReadMode::kMessages) {
      if (ends_message) return PipeEnd{Win32Error::kSuccess, read.done};
      if (is_full) return PipeEnd{Win32Error::kMoreData, read.done};
    } else if (is_full || read.done == 0) {
      return PipeEnd{Win32Error::kSuccess, read.done};  // the latter: a message of none
    }
  }
  // A reader of bytes takes what is there.
  if (mode == PipeReadMode::kBytes && read.done != 0) return PipeEnd{Win32Error::kSuccess, read.done};
  return std::nullopt;
}

std::optional<PipeEnd> PipeStream::try_write(PipeWrite& write) {
  const uint32_t frame = type_ == PipeType::kMessages ? kFrame : 0;
  const uint64_t whole = uint64_t{frame} + write.size;
  while (write.done < whole) {
    std::array<host::Buffer, 2> buffers;
    size_t count = 0;
    if (write.done < frame) buffers[count++] = {reinterpret_cast<char*>(&write.size) + write.done, static_cast<size_t>(frame - write.done)};
    uint64_t from = write.done < frame ? 0 : write.done - frame;
    if (from < write.size)
      buffers[count++] = {const_cast<char*>(static_cast<const char*>(write.data)) + from, static_cast<size_t>(write.size - from)};
    auto sent = host::send_message(fd(), std::span(buffers).first(count), nullptr, host::kMsgDontWait);
    if (!sent && static_cast<int>(sent.error()) == EINTR) continue;
    if (!sent && static_cast<int>(sent.error()) == EAGAIN) return std::nullopt;
    if (!sent) return gone(host::is_want_of_room(sent.error()) ? Win32Error::kNotEnoughMemory : Win32Error::kNoData);
    write.done += sent.value();
  }
  return PipeEnd{Win32Error::kSuccess, write.size};
}

bool PipeStream::has_room() const {
  auto ready = host::ready_now(fd(), host::kPollOut);
  return ready && ready.value() != 0;
}

Result<PipeStream::Peeked, Win32Error> PipeStream::peek(void* data, uint32_t size, PipeReadMode mode) const {
  std::vector<char> there(1);
  if (auto readable = host::bytes_readable(fd()); readable && readable.value() > 0) there.resize(static_cast<size_t>(readable.value()));
  auto received = host::receive(fd(), there.data(), there.size(), host::kMsgDontWait | host::kMsgPeek);
  if (!received && !would_wait(received.error())) return Failure{Win32Error::kBrokenPipe};
  if (received && received.value() == 0) return Failure{Win32Error::kBrokenPipe};
  there.resize(received ? received.value() : 0);
  Peeked peeked;
  auto copy = [&](const char* from, size_t bytes) {
    size_t copied = std::min<size_t>(bytes, size - peeked.copied);
    if (copied != 0) memcpy(static_cast<char*>(data) + peeked.copied, from, copied);
    peeked.copied += static_cast<uint32_t>(copied);
    peeked.available += static_cast<uint32_t>(bytes);
    return static_cast<uint32_t>(copied);
  };
  if (type_ == PipeType::kBytes) {
    copy(there.data(), there.size());
    return peeked;
  }
  // Through the messages: the rest of one that is being read, those behind it, of the last one what has arrived.
  bool is_first = true;
  uint32_t length = length_, length_bytes = length_bytes_, left = length_bytes == kFrame ? left_ : 0;
  for (size_t at = 0; at < there.size() || length_bytes == kFrame;) {
    if (length_bytes < kFrame) {
      size_t part = std::min<size_t>(kFrame - length_bytes, there.size() - at);
      memcpy(reinterpret_cast<char*>(&length) + length_bytes, there.data() + at, part);
      length_bytes += static_cast<uint32_t>(part);
      at += part;
      if (length_bytes < kFrame) break;
      left = length;
    }
    size_t arrived = std::min<size_t>(left, there.size() - at);
    if (mode == PipeReadMode::kBytes || is_first) {
      uint32_t copied = copy(there.data() + at, arrived);
      if (is_first && mode == PipeReadMode::kMessages) peeked.left_of_message = left - copied;
    } else {
      peeked.available += static_cast<uint32_t>(arrived);
    }
    at += arrived;
    is_first = false;
    if (arrived < left) break;
    length_bytes = 0;
  }
  return peeked;
}

void PipeStream::shut_down() { static_cast<void>(host::shutdown(fd(), host::kShutBoth)); }

}  // namespace windsock::kernel32
