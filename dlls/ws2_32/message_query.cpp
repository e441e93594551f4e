#include "dlls/ws2_32/message_query.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <set>

#include "dlls/ws2_32/background_work.h"

namespace windsock::message_query {

namespace {

struct Register {
  std::mutex mutex;
  uintptr_t last_number = 0;
  std::set<uintptr_t> under_way;
};

Register& all() {
  static auto* made = new Register;
  return *made;
}

struct Query {
  uintptr_t number;
  std::unique_ptr<WindowMessages> messages;
  void* buffer;
  size_t size;
  LookUp look_up;
};

void run(const Query& query) {
  WsaResult<Fill> found = wsa_failure(WSAENOBUFS);
  try {
    found = query.look_up();
  } catch (const std::bad_alloc&) {
  }
  // From here on it cannot be cancelled; until then the buffer is left alone.
  std::lock_guard lock(all().mutex);
  if (all().under_way.erase(query.number) == 0) return;
  WsaError error = found.error();
  size_t size = 0;
  if (found) {
    PackedBuffer count;
    found.value()(count);
    size = count.used();
    PackedBuffer buffer(query.buffer, query.size);
    if (size <= query.size)
      found.value()(buffer);
    else
      error = static_cast<WsaError>(WSAENOBUFS);
  }
  query.messages->post(query.number, static_cast<uint32_t>(std::min<size_t>(size, 0xffff)), static_cast<uint32_t>(error));
}

}  // namespace

WsaResult<HANDLE> begin(std::unique_ptr<WindowMessages> messages, void* buffer, int size, LookUp look_up) {
  uintptr_t number;
  {
    std::lock_guard lock(all().mutex);
    number = ++all().last_number;
    all().under_way.insert(number);
  }
  auto query = std::make_shared<Query>(Query{number, std::move(messages), buffer, static_cast<size_t>(std::max(size, 0)), std::move(look_up)});
  if (!run_in_background([query] { run(*query); })) {
    std::lock_guard lock(all().mutex);
    all().under_way.erase(number);
    return wsa_failure(WSAEWOULDBLOCK);
  }
  return reinterpret_cast<HANDLE>(number);
}

WsaResult<void> cancel(HANDLE handle) {
  const auto number = reinterpret_cast<uintptr_t>(handle);
  std::lock_guard lock(all().mutex);
  if (all().under_way.erase(number) != 0) return {};
  return wsa_failure(number != 0 && number <= all().last_number ? WSAEALREADY : WSAEINVAL);
}

void forget_all() {
  std::lock_guard lock(all().mutex);
  all().under_way.clear();
}

}  // namespace windsock::message_query
