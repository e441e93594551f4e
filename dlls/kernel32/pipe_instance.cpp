#include "dlls/kernel32/pipe_instance.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "dlls/common/host_directory.h"
#include "dlls/common/host_file.h"
#include "dlls/common/host_futex.h"
#include "dlls/common/host_socket.h"
#include "dlls/common/runtime_directory.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/shared_names.h"
#include "dlls/kernel32/time.h"

namespace windsock::kernel32 {

namespace {

constexpr char kLockName[] = "pipes.lock";
constexpr char kFilePrefix[] = "pipe-", kListenerPrefix[] = "listener-";
constexpr uint32_t kMostInstances = 4096;  // where their number is unlimited
constexpr uint32_t kUsualTimeout = 50;     // of a pipe whose maker gave none

// What stands behind a prefix.
std::optional<std::string> tail_of(uint32_t number, const std::string& name) {
  auto tail = escaped_file_name(std::to_string(number) + "-", name);
  return tail && sizeof kListenerPrefix + tail->size() <= 255 ? tail : std::nullopt;
}

Win32Error error_of(host::Errno error) { return win32_error_from_errno(error); }

// Behind the facts in an instance's file: how often its server has disconnected a client.
constexpr int64_t kDisconnectionsAt = sizeof(PipeFacts);

uint32_t disconnections_in(int file) {
  uint32_t count = 0;
  static_cast<void>(host::read_at(file, &count, sizeof count, kDisconnectionsAt));
  return count;
}

// An instance that lives.
struct Found {
  std::string tail;
  PipeFacts facts;
  UniqueFd file;
  bool free = false;
};

// Those of a name; what dead ones have left is removed on the way, of other names too.
std::vector<Found> find_instances(const SharedNames& names, const std::string& name) {
  std::vector<Found> found;
  std::vector<std::string> listeners = names.list(kListenerPrefix);
  for (const std::string& file : names.list(kFilePrefix)) {
    auto opened = names.open(file);
    if (!opened) continue;
    Found one{file.substr(sizeof kFilePrefix - 1), {}, std::move(opened).take(), false};
    std::string listener = kListenerPrefix + one.tail;
    if (SharedNames::is_unused(one.file.get())) {
      names.remove(listener);
      names.remove(file);
      continue;
    }
    if (escaped_file_name(one.tail.substr(0, one.tail.find('-') + 1), name) != one.tail) continue;
    auto read = host::read_at(one.file.get(), &one.facts, sizeof one.facts, 0);
    if (!read || read.value() != sizeof one.facts) continue;
    one.free = std::find(listeners.begin(), listeners.end(), listener) != listeners.end();
    found.push_back(std::move(one));
  }
  return found;
}

// The same without anything held.
host::Result<std::vector<Found>> look_for(const std::string& name) {
  SharedNames names = WS_TRY(SharedNames::lock(kLockName));
  return find_instances(names, name);
}

host::Result<UniqueFd> hold_file(const SharedNames& names, const std::string& file, const PipeFacts& facts) {
  UniqueFd held = WS_TRY(names.open(file));
  WS_TRY(host::lock_file(held.get(), host::LockWait::kTry));
  WS_TRY(host::write_at(held.get(), &facts, sizeof facts, 0));
  return held;
}

host::Result<UniqueFd> listen_at(const SharedNames& names, const std::string& listener) {
  names.remove(listener);
  UniqueFd socket = WS_TRY(host::create_socket(host::kAfUnix, host::kSockStream, 0, host::Blocking::kNo));
  WS_TRY(host::bind_unix_at(socket.get(), names.directory(), listener.c_str()));
  WS_TRY(host::listen(socket.get(), 1));
  return socket;
}

// Its name goes with that.
host::Result<UniqueFd> connect_at(const SharedNames& names, const std::string& listener) {
  UniqueFd socket = WS_TRY(host::create_socket(host::kAfUnix, host::kSockStream, 0, host::Blocking::kNo));
  auto connected = host::connect_unix_at(socket.get(), names.directory(), listener.c_str());
  names.remove(listener);
  if (!connected) return Failure{connected.error()};
  WS_TRY(host::set_nonblocking(socket.get(), false));
  return socket;
}

}  // namespace

Result<PipeInstance, Win32Error> PipeInstance::create(const std::string& name, const PipeFacts& facts, Place place) {
  auto locked = SharedNames::lock(kLockName);
  if (!locked) return Failure{error_of(locked.error())};
  SharedNames names = std::move(locked).take();
  PipeFacts common = facts;
  if (common.timeout == 0) common.timeout = kUsualTimeout;
  std::vector<Found> others = find_instances(names, name);
  if (!others.empty()) {
    const PipeFacts& first = others.front().facts;
    if (place == Place::kFirst || first.type != facts.type || first.access != facts.access) return Failure{Win32Error::kAccessDenied};
    common = first;
  }
  uint32_t most = common.most_instances == kUnlimitedInstances ? kMostInstances : common.most_instances;
  if (others.size() >= most) return Failure{Win32Error::kPipeBusy};
  auto is_taken = [&](const std::optional<std::string>& tail) {
    return std::any_of(others.begin(), others.end(), [&](const Found& other) { return other.tail == tail; });
  };
  uint32_t number = 0;
  auto tail = tail_of(number, name);
  while (is_taken(tail)) tail = tail_of(++number, name);
  if (!tail) return Failure{Win32Error::kInvalidName};
  std::string file = kFilePrefix + *tail;
  auto held = hold_file(names, file, common);
  if (!held) {
    names.remove(file);
    return Failure{error_of(held.error())};
  }
  PipeInstance instance;
  instance.file_ = file;
  instance.listener_ = kListenerPrefix + *tail;
  instance.held_ = std::move(held).take();
  instance.maker_ = host::process_id();
  return instance;
}

// What it was goes with `other`.
PipeInstance& PipeInstance::operator=(PipeInstance other) noexcept {
  std::swap(file_, other.file_);
  std::swap(listener_, other.listener_);
  std::swap(held_, other.held_);
  std::swap(disconnections_, other.disconnections_);
  std::swap(maker_, other.maker_);
  return *this;
}

PipeInstance::~PipeInstance() {
  if (!held_.is_open() || maker_ != host::process_id()) return;
  auto names = SharedNames::lock(kLockName);
  if (!names) return;  // they go when the next pipe is looked for
  names.value().remove(listener_);
  names.value().remove(file_);
}

Result<UniqueFd, Win32Error> PipeInstance::listen() const {
  auto names = SharedNames::lock(kLockName);
  if (!names) return Failure{error_of(names.error())};
  auto listening = listen_at(names.value(), listener_);
  if (!listening) return Failure{error_of(listening.error())};
  return std::move(listening).take();
}

void PipeInstance::count_disconnection() {
  ++disconnections_;
  static_cast<void>(host::write_at(held_.get(), &disconnections_, sizeof disconnections_, kDisconnectionsAt));
}

bool PipeConnection::was_disconnected() const { return file.is_open() && disconnections_in(file.get()) != disconnections; }

void PipeInstance::hide() const {
  if (auto names = SharedNames::lock(kLockName)) names.value().remove(listener_);
}

Result<PipeConnection, Win32Error> connect_to_pipe(const std::string& name, PipeUse use) {
  auto locked = SharedNames::lock(kLockName);
  if (!locked) return Failure{error_of(locked.error())};
  SharedNames names = std::move(locked).take();
  std::vector<Found> instances = find_instances(names, name);
  if (instances.empty()) return Failure{Win32Error::kFileNotFound};
  // The client writes what comes in, and reads what goes out.
  uint32_t access = instances.front().facts.access;
  uint32_t offered = (access & kPipeInbound ? 2U : 0U) | (access & kPipeOutbound ? 1U : 0U);
  if (static_cast<uint32_t>(use) & ~offered) return Failure{Win32Error::kAccessDenied};
  for (Found& instance : instances) {
    if (!instance.free) continue;
    auto connected = connect_at(names, kListenerPrefix + instance.tail);
    uint32_t disconnections = disconnections_in(instance.file.get());
    if (connected) return PipeConnection{std::move(connected).take(), instance.facts, std::move(instance.file), disconnections};
    if (host::is_want_of_room(connected.error())) return Failure{error_of(connected.error())};
  }
  return Failure{Win32Error::kPipeBusy};
}

Result<void, Win32Error> await_free_instance(const std::string& name, uint32_t milliseconds) {
  // Made before the first look, so that nothing is missed.
  auto made = host::watch_names(runtime_directory_path().c_str());
  UniqueFd watch;
  if (made) watch = std::move(made).take();
  int64_t deadline = deadline_after(milliseconds);
  for (bool looked = false;; looked = true) {
    auto looked_for = look_for(name);
    if (!looked_for) return Failure{error_of(looked_for.error())};
    const std::vector<Found>& instances = looked_for.value();
    if (instances.empty()) return Failure{Win32Error::kFileNotFound};
    if (std::any_of(instances.begin(), instances.end(), [](const Found& one) { return one.free; })) return {};
    if (!watch.is_open()) return Failure{error_of(made.error())};
    if (!looked && milliseconds == kDefaultPipeWait) deadline = deadline_after(instances.front().facts.timeout);
    int64_t left = deadline == host::kNoDeadline ? 0 : deadline - host::now_nanoseconds();
    if (deadline != host::kNoDeadline && left <= 0) return Failure{Win32Error::kSemaphoreTimeout};
    host::PollEntry entry{watch.get(), host::kPollIn, 0};
    timespec timeout{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
    BlockedThread sleeps;
    static_cast<void>(host::poll(&entry, 1, deadline == host::kNoDeadline ? nullptr : &timeout));
    host::drain_names(watch.get());
  }
}

uint32_t count_instances(const std::string& name) {
  auto found = look_for(name);
  return found ? static_cast<uint32_t>(found.value().size()) : 0;
}

}  // namespace windsock::kernel32
