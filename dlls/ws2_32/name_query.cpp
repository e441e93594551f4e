#include "dlls/ws2_32/name_query.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <new>

#include "dlls/common/nt_status.h"
#include "dlls/ws2_32/address_lists.h"
#include "dlls/ws2_32/background_work.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/operation.h"

namespace windsock::name_query {

namespace {

class Query {
 public:
  Query(Call call, services::PendingEvent* event, uintptr_t number) : call_(std::move(call)), event_(event), number_(number) {}

  // In the thread that the look-up has to itself.
  void look_up() {
    WsaResult<ADDRINFOEXW*> found = wsa_failure(WSAENOBUFS);
    try {
      found = call_.look_up();
    } catch (const std::bad_alloc&) {
    }
    if (!end(found.error(), found ? found.value() : nullptr) && found) free_address_list(found.value());
  }

  // In another one, if the query has a timeout.
  void await_timeout() {
    std::unique_lock lock(mutex_);
    int64_t left;
    while (!ended_ && (left = *call_.deadline - host::now_nanoseconds()) > 0) over_.wait_for(lock, std::chrono::nanoseconds(left));
    lock.unlock();
    (void)end(static_cast<WsaError>(WSAETIMEDOUT), nullptr);
  }

  // False: it has ended already.
  bool end(WsaError error, ADDRINFOEXW* list);

  bool has_timeout() const { return call_.deadline.has_value(); }
  uintptr_t number() const { return number_; }

 private:
  Call call_;
  services::PendingEvent* event_;
  const uintptr_t number_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool ended_ = false;
};

// The queries under way by the numbers of their handles.
struct Register {
  std::mutex mutex;
  uintptr_t last_number = 0;
  std::map<uintptr_t, std::shared_ptr<Query>> queries;
};

Register& all() {
  static auto* made = new Register;
  return *made;
}

bool Query::end(WsaError error, ADDRINFOEXW* list) {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return false;
  }
  over_.notify_all();
  {
    std::lock_guard lock(all().mutex);
    all().queries.erase(number_);
  }
  *call_.result = list;
  WSAOVERLAPPED* overlapped = call_.overlapped;
  overlapped->InternalHigh = 0;
  set_status(*overlapped, nt_status_from_wsa(static_cast<int>(error)));
  if (event_) services::tell_event(event_);
  if (call_.routine) {
    const uintptr_t arguments[] = {static_cast<uintptr_t>(static_cast<uint32_t>(error)), 0, reinterpret_cast<uintptr_t>(overlapped)};
    services::call_procedure(reinterpret_cast<const void*>(call_.routine), arguments, 3);
  }
  return true;
}

}  // namespace

WsaError begin(Call call) {
  services::PendingEvent* event = nullptr;
  if (call.overlapped->hEvent) {
    event = services::prepare_event(call.overlapped->hEvent);
    if (!event) return static_cast<WsaError>(services::last_error());
  }
  *call.result = nullptr;
  call.overlapped->Pointer = call.result;
  call.overlapped->Internal = 0;
  set_status(*call.overlapped, kStatusPending);
  HANDLE* handle = call.handle;
  std::shared_ptr<Query> query;
  {
    std::lock_guard lock(all().mutex);
    uintptr_t number = ++all().last_number;
    query = std::make_shared<Query>(std::move(call), event, number);
    all().queries[number] = query;
  }
  if (handle) *handle = reinterpret_cast<HANDLE>(query->number());
  bool started = (!query->has_timeout() || run_in_background([query] { query->await_timeout(); })) &&
                 run_in_background([query] { query->look_up(); });
  // Without a thread it ends as any other, so that a routine or a timeout that has begun has something to tell.
  if (!started) (void)query->end(static_cast<WsaError>(WSAENOBUFS), nullptr);
  return static_cast<WsaError>(WSA_IO_PENDING);
}

WsaResult<void> cancel(HANDLE handle) {
  std::shared_ptr<Query> query;
  {
    std::lock_guard lock(all().mutex);
    auto found = all().queries.find(reinterpret_cast<uintptr_t>(handle));
    if (found != all().queries.end()) query = found->second;
  }
  if (!query || !query->end(static_cast<WsaError>(WSA_E_CANCELLED), nullptr)) return wsa_failure(WSA_INVALID_HANDLE);
  return {};
}

}  // namespace windsock::name_query
