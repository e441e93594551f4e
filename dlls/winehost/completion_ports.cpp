#include "dlls/winehost/completion_ports.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <new>

#include "dlls/winehost/nt_functions.h"

namespace windsock::services {

using namespace winehost;

struct Port {
  std::atomic<uint32_t> references{1};
  NtHandle handle = nullptr;    // ours
  NtHandle programs = nullptr;  // by which the program has named it
  std::atomic<IoSource*> source{nullptr};
  Port* next = nullptr;         // in the list of all
};

namespace {

std::mutex& list_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}
constinit Port* all_ports = nullptr;

// Not one that is about to be deleted.
bool retain_living(Port& port) {
  uint32_t references = port.references.load(std::memory_order_relaxed);
  while (references != 0)
    if (port.references.compare_exchange_weak(references, references + 1, std::memory_order_acq_rel)) return true;
  return false;
}

// The number may have become another port's since. Under the list's mutex.
Port* known_port(NtHandle handle) {
  for (Port* one = all_ports; one; one = one->next)
    if (one->programs == handle && g_nt.compare_objects(handle, one->handle) == kSuccess && retain_living(*one)) return one;
  return nullptr;
}

}  // namespace

void retain_port(Port* port) { port->references.fetch_add(1, std::memory_order_relaxed); }

void release_port(Port* port) {
  if (port->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  {
    std::lock_guard lock(list_mutex());
    Port** link = &all_ports;
    while (*link != port) link = &(*link)->next;
    *link = port->next;
  }
  g_nt.close(port->handle);
  delete port->source.load(std::memory_order_relaxed);
  delete port;
}

void post_packet(Port* port, CompletionPacket* packet) {
  g_nt.set_io_completion(port->handle, packet->key, reinterpret_cast<uintptr_t>(packet->overlapped), packet->status, packet->bytes);
  packet->release(packet);
}

IoSource* source_of_port(Port* port, IoSource* (*make)(Port* port)) {
  IoSource* there = port->source.load(std::memory_order_acquire);
  if (there) return there;
  std::unique_ptr<IoSource> made(make(port));
  if (made && port->source.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) return made.release();
  return there;
}

}  // namespace windsock::services

namespace windsock::winehost {

NtStatus find_port(NtHandle handle, services::Port** port) {
  using services::Port;
  std::lock_guard lock(services::list_mutex());
  if ((*port = services::known_port(handle))) return kSuccess;
  std::unique_ptr<Port> made(new (std::nothrow) Port);
  if (!made) return kNoMemory;
  uint32_t waiting;
  if (NtStatus status = g_nt.query_io_completion(handle, 0, &waiting, sizeof waiting, nullptr); status != kSuccess) return status;
  if (NtStatus status = g_nt.duplicate_object(kOwnProcess, handle, kOwnProcess, &made->handle, 0, 0, kSameAccess); status != kSuccess)
    return status;
  made->programs = handle;
  made->next = services::all_ports;
  *port = services::all_ports = made.release();
  return kSuccess;
}

}  // namespace windsock::winehost
