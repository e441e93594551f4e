// A packet that stands by itself: of PostQueuedCompletionStatus, and of operations on files.
#pragma once

#include <memory>
#include <new>

#include "dlls/kernel32/completion_port.h"

namespace windsock::kernel32 {

struct PostedPacket final : CompletionPort::Packet {
  PostedPacket(uintptr_t its_key, void* its_overlapped) {
    key = its_key;
    overlapped = its_overlapped;
    release = [](CompletionPort::Packet* packet) { delete static_cast<PostedPacket*>(packet); };
  }
};

// Null when memory is short.
inline std::unique_ptr<PostedPacket> make_packet(uintptr_t key, void* overlapped) {
  return std::unique_ptr<PostedPacket>(new (std::nothrow) PostedPacket(key, overlapped));
}

inline void post(CompletionPort& port, std::unique_ptr<PostedPacket> packet, uint32_t bytes) {
  packet->bytes = bytes;
  port.post(packet.release());
}

}  // namespace windsock::kernel32
