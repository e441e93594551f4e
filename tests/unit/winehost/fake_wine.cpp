#include "tests/unit/winehost/fake_wine.h"

#include "dlls/winehost/attachment.h"
#include "dlls/ws2_32/host_services.h"

namespace winehost_test {

using namespace windsock::winehost;

namespace {

FakeWine& wine() { return FakeWine::instance(); }

constexpr int kTheThread = 100;

NtStatus WINDSOCK_MS_ABI close_handle(NtHandle handle) {
  wine().close(handle);
  return kSuccess;
}

NtStatus WINDSOCK_MS_ABI duplicate(NtHandle, NtHandle from, NtHandle, NtHandle* to, uint32_t, uint32_t, uint32_t) {
  int object = from == kOwnThread ? kTheThread : wine().object_of(from);
  if (object < 0) return kInvalidHandle;
  *to = wine().open(object);
  return kSuccess;
}

NtStatus WINDSOCK_MS_ABI compare(NtHandle first, NtHandle second) {
  constexpr NtStatus kNotSameObject = 0xc00001ac;
  return wine().object_of(first) == wine().object_of(second) ? kSuccess : kNotSameObject;
}

NtStatus WINDSOCK_MS_ABI post(NtHandle port, uint64_t key, uint64_t context, NtStatus status, uint64_t information) {
  wine().posted.push_back({wine().object_of(port), key, context, status, information});
  return kSuccess;
}

NtStatus WINDSOCK_MS_ABI query_port(NtHandle port, uint32_t, void*, uint32_t, uint32_t*) {
  int object = wine().object_of(port);
  if (object < 0) return kInvalidHandle;
  return object == FakeWine::kEvent ? kObjectTypeMismatch : kSuccess;
}

NtStatus WINDSOCK_MS_ABI queue(NtHandle thread, uint64_t procedure, uint64_t first, uint64_t second, uint64_t third) {
  wine().queued.push_back({wine().object_of(thread), procedure, {first, second, third}});
  return kSuccess;
}

}  // namespace

void FakeWine::begin() {
  objects.clear();
  posted.clear();
  queued.clear();
  g_nt = {};
  g_nt.close = close_handle;
  g_nt.duplicate_object = duplicate;
  g_nt.compare_objects = compare;
  g_nt.set_io_completion = post;
  g_nt.query_io_completion = query_port;
  g_nt.queue_call = queue;
}

}  // namespace winehost_test

// Of the other files of the host.
const Attach& windsock::winehost::attachment() {
  static const Attach attached{kBridgeVersion, nullptr, 0, 0, 0x7000};
  return attached;
}
bool windsock::services::reset_event(Handle) { return true; }
