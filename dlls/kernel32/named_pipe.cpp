#include "dlls/kernel32/named_pipe.h"

#include <libloaderapi.h>
#include <pthread.h>

#include <cerrno>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dlls/common/host_socket.h"
#include "dlls/kernel32/completion_port.h"
#include "dlls/kernel32/socket_provider.h"

namespace windsock::kernel32 {

namespace {

Result<Ref<NamedPipe>, Win32Error> finished(Ref<NamedPipe> pipe) {
  if (!pipe) return Failure{Win32Error::kNotEnoughMemory};
  return pipe;
}

void await(int fd, short readiness) {
  BlockedThread sleeps;
  host::PollEntry entry{fd, readiness, 0};
  static_cast<void>(host::poll(&entry, 1, -1));  // whatever ends it, the caller looks again
}

bool has_hung_up(int fd) {
  auto ready = host::ready_now(fd, host::kPollReadHangUp);
  return ready && ready.value() != 0;
}

}  // namespace

// ---- all of them ------------------------------------------------------------------------------------------------------------

struct NamedPipe::Registry {
  std::mutex lock;
  std::unordered_map<uint64_t, NamedPipe*> pipes;
  uint64_t last_number = 0;
};

NamedPipe::Registry& NamedPipe::registry() {
  static auto* registry = new Registry;
  return *registry;
}

// The locks of pipes come before those of the sources, which fork() takes in ws2_32's handlers: ours are added later, and so run first.
void NamedPipe::set_up() {
  static const bool done = [] {
    if (socket_operations() == nullptr) static_cast<void>(LoadLibraryA("ws2_32.dll"));
    if (const services::SocketOperations* operations = socket_operations()) operations->tell_readiness(ready);
    return ::pthread_atfork(lock_for_fork, unlock_after_fork, reset_in_child) == 0;
  }();
  static_cast<void>(done);
}

NamedPipe::NamedPipe(Role role, std::string name, const PipeFacts& facts, PipeUse use, PipeMode mode, FileManner manner)
    : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, true), role_(role), name_(std::move(name)), facts_(facts), use_(use),
      manner_(manner), mode_(mode) {
  set_up();
  // Whoever finds it there finds it whole.
  std::lock_guard lock(registry().lock);
  number_ = ++registry().last_number;
  registry().pipes.emplace(number_, this);
}

NamedPipe::~NamedPipe() {
  {
    std::lock_guard lock(registry().lock);
    registry().pipes.erase(number_);
  }
  stop_watching();
}

void NamedPipe::last_handle_closed() {
  std::lock_guard lock(lock_);
  take_out([](const PipeOperation&) { return true; }, Win32Error::kOperationAborted);
  drop_connection();
  instance_ = {};
}

void NamedPipe::ready(uint64_t number) {
  Ref<NamedPipe> pipe;
  {
    std::lock_guard lock(registry().lock);
    auto found = registry().pipes.find(number);
    if (found != registry().pipes.end() && found->second->try_add_reference()) pipe = Ref<NamedPipe>::adopt(found->second);
  }
  if (!pipe) return;
  std::lock_guard lock(pipe->lock_);
  pipe->advance();
}

void NamedPipe::lock_for_fork() {
  registry().lock.lock();
  for (auto& [number, pipe] : registry().pipes) pipe->lock_.lock();
}

void NamedPipe::unlock_after_fork() {
  for (auto& [number, pipe] : registry().pipes) pipe->lock_.unlock();
  registry().lock.unlock();
}

void NamedPipe::reset_in_child() {
  for (auto& [number, pipe] : registry().pipes) {
    new (&pipe->write_turn_) std::mutex;  // its owner is not here
    pipe->watched_by_ = nullptr;
    for (PipeLane& lane : pipe->lanes_) lane = {};
  }
  unlock_after_fork();
}

Result<Ref<NamedPipe>, Win32Error> NamedPipe::create(const std::string& name, const PipeFacts& facts, PipeInstance::Place place,
                                                     PipeMode mode, FileManner manner) {
  auto instance = PipeInstance::create(name, facts, place);
  if (!instance) return Failure{instance.error()};
  auto use = static_cast<PipeUse>((facts.access & kPipeInbound ? 1 : 0) | (facts.access & kPipeOutbound ? 2 : 0));
  auto pipe = Ref<NamedPipe>::adopt(new (std::nothrow) NamedPipe(Role::kServer, name, facts, use, mode, manner));
  if (!pipe) return finished({});
  pipe->instance_ = std::move(instance).take();
  if (Win32Error error = pipe->listen(); error != Win32Error::kSuccess) return Failure{error};
  return finished(std::move(pipe));
}

Result<Ref<NamedPipe>, Win32Error> NamedPipe::open(const std::string& name, PipeUse use, FileManner manner) {
  auto connected = connect_to_pipe(name, use);
  if (!connected) return Failure{connected.error()};
  PipeConnection connection = std::move(connected).take();
  auto pipe = Ref<NamedPipe>::adopt(new (std::nothrow) NamedPipe(Role::kClient, name, connection.facts, use, {}, manner));
  if (!pipe) return finished({});
  pipe->connect_by(std::move(connection.socket));
  pipe->opening_ = std::move(connection);
  return finished(std::move(pipe));
}

PipeMode NamedPipe::mode() {
  std::lock_guard lock(lock_);
  return mode_;
}

Win32Error NamedPipe::set_mode(PipeMode mode) {
  if (mode.read == PipeReadMode::kMessages && facts_.type == PipeType::kBytes) return Win32Error::kInvalidParameter;
  std::lock_guard lock(lock_);
  mode_ = mode;
  return Win32Error::kSuccess;
}

// ---- the connection ---------------------------------------------------------------------------------------------------------

Win32Error NamedPipe::listen() {
  auto listening = instance_.listen();
  if (!listening) return listening.error();
  listener_ = std::make_shared<UniqueFd>(std::move(listening).take());
  state_ = State::kListening;
  return Win32Error::kSuccess;
}

void NamedPipe::connect_by(UniqueFd socket) {
  stream_ = std::make_shared<PipeStream>(std::move(socket), facts_.type);
  state_ = State::kConnected;
}

// What fails is worth another try later: kSuccess also says that nobody has come.
Win32Error NamedPipe::look_for_client() {
  if (state_ != State::kListening) return Win32Error::kSuccess;
  host::Address nobody;
  auto accepted = host::accept(listener_->get(), nobody, host::Blocking::kYes);
  if (!accepted) return host::is_want_of_room(accepted.error()) ? win32_error_from_errno(accepted.error()) : Win32Error::kSuccess;
  stop_watching();
  listener_ = nullptr;
  connect_by(std::move(accepted).take());
  end_connects(Win32Error::kSuccess);
  return Win32Error::kSuccess;
}

Win32Error NamedPipe::usable() {
  if (Win32Error error = look_for_client(); error != Win32Error::kSuccess) return error;
  return state_ == State::kConnected   ? Win32Error::kSuccess
         : state_ == State::kListening ? Win32Error::kPipeListening
                                       : Win32Error::kPipeNotConnected;
}

void NamedPipe::drop_connection() {
  stop_watching();
  listener_ = nullptr;
  stream_ = nullptr;
  state_ = State::kDisconnected;
}

std::optional<PipeEnd> NamedPipe::try_connect() {
  if (!is_server()) return PipeEnd{Win32Error::kInvalidFunction};
  if (Win32Error error = look_for_client(); error != Win32Error::kSuccess) return PipeEnd{error};
  if (state_ == State::kConnected) return PipeEnd{has_hung_up(stream_->fd()) ? Win32Error::kNoData : Win32Error::kPipeConnected};
  bool begins = state_ == State::kDisconnected;
  if (begins)
    if (Win32Error error = listen(); error != Win32Error::kSuccess) return PipeEnd{error};
  if (mode_.wait == PipeWait::kNoWait) return PipeEnd{begins ? Win32Error::kSuccess : Win32Error::kPipeListening};
  return std::nullopt;
}

PipeEnd NamedPipe::connect() {
  std::unique_lock lock(lock_);
  if (auto end = try_connect()) return *end;
  std::shared_ptr<UniqueFd> listener = listener_;
  for (;;) {
    lock.unlock();
    await(listener->get(), host::kPollIn);
    lock.lock();
    // Another call may have found the client, or DisconnectNamedPipe have come.
    Win32Error now = usable();
    if (now != Win32Error::kPipeListening || listener != listener_) return {now};
  }
}

Win32Error NamedPipe::disconnect() {
  if (!is_server()) return Win32Error::kInvalidFunction;
  std::lock_guard lock(lock_);
  static_cast<void>(look_for_client());
  if (state_ == State::kDisconnected) return Win32Error::kPipeNotConnected;
  if (listener_) {
    instance_.hide();
    static_cast<void>(host::shutdown(listener_->get(), host::kShutBoth));  // wakes who waits for a client
  }
  if (stream_) {
    instance_.count_disconnection();
    stream_->shut_down();
  }
  drop_connection();
  advance();
  return Win32Error::kSuccess;
}

Win32Error NamedPipe::check_connected() {
  std::lock_guard lock(lock_);
  return usable();
}

Result<uint32_t, Win32Error> NamedPipe::other_process() {
  std::lock_guard lock(lock_);
  if (usable() != Win32Error::kSuccess) return Failure{Win32Error::kPipeNotConnected};
  auto peer = host::peer_credentials(stream_->fd());
  if (!peer) return Failure{win32_error_from_errno(peer.error())};
  return static_cast<uint32_t>(peer.value().pid);
}

int NamedPipe::connection_fd() {
  std::lock_guard lock(lock_);
  return usable() == Win32Error::kSuccess ? stream_->fd() : -1;
}

// ---- data ---------------------------------------------------------------------------------------------------------------------

// Until attempt() has an end.
template <typename Attempt>
PipeEnd NamedPipe::transfer(short readiness, Attempt attempt) {
  std::unique_lock lock(lock_);
  if (Win32Error error = usable(); error != Win32Error::kSuccess) return {error};
  std::shared_ptr<PipeStream> stream = stream_;
  for (;;) {
    if (auto end = attempt(*stream)) return *end;
    lock.unlock();
    await(stream->fd(), readiness);
    lock.lock();
    if (stream != stream_) return {Win32Error::kPipeNotConnected};
  }
}

// The other end has gone: how.
Win32Error NamedPipe::end_of_connection(Win32Error error) const {
  bool has_gone = error == Win32Error::kBrokenPipe || error == Win32Error::kNoData;
  return has_gone && opening_.was_disconnected() ? Win32Error::kPipeNotConnected : error;
}

std::optional<PipeEnd> NamedPipe::try_read(PipeStream& stream, PipeRead& read) {
  auto end = stream.try_read(read, mode_.read);
  if (end) end->error = end_of_connection(end->error);
  return end || mode_.wait == PipeWait::kWait ? end : PipeEnd{Win32Error::kNoData};
}

// Without waiting bytes are written as far as they fit; a message that has found room is written to its end, for half of one is none.
std::optional<PipeEnd> NamedPipe::try_write(PipeStream& stream, PipeWrite& write) {
  bool waits = mode_.wait == PipeWait::kWait;
  if (!waits && write.done == 0 && !stream.has_room()) return PipeEnd{};
  auto end = stream.try_write(write);
  if (end) end->error = end_of_connection(end->error);
  return end || waits || facts_.type == PipeType::kMessages ? end : PipeEnd{Win32Error::kSuccess, static_cast<uint32_t>(write.done)};
}

PipeEnd NamedPipe::read(void* data, uint32_t size) {
  PipeRead read{data, size};
  return transfer(host::kPollIn, [&](PipeStream& stream) { return try_read(stream, read); });
}

PipeEnd NamedPipe::write(const void* data, uint32_t size) {
  PipeWrite write{data, size};
  std::lock_guard turn(write_turn_);
  return transfer(host::kPollOut, [&](PipeStream& stream) { return try_write(stream, write); });
}

Result<PipeStream::Peeked, Win32Error> NamedPipe::peek(void* data, uint32_t size) {
  std::lock_guard lock(lock_);
  Win32Error now = usable();
  if (now == Win32Error::kPipeListening) return Failure{Win32Error::kBadPipe};
  if (now != Win32Error::kSuccess) return Failure{now};
  auto peeked = stream_->peek(data, size, mode_.read);
  if (!peeked) return Failure{end_of_connection(peeked.error())};
  return peeked;
}

// ---- overlapped -------------------------------------------------------------------------------------------------------------

// Of a read or a write.
std::optional<PipeEnd> NamedPipe::attempt(PipeOperation& operation) {
  if (Win32Error error = usable(); error != Win32Error::kSuccess) return PipeEnd{error};
  return operation.kind == PipeOperation::Kind::kRead ? try_read(*stream_, operation.read) : try_write(*stream_, operation.write);
}

// An end, or nothing: it is to wait in its lane.
std::optional<PipeEnd> NamedPipe::begin_locked(PipeOperation& operation) {
  if (operation.kind == PipeOperation::Kind::kConnect) return try_connect();
  return lane_of(operation).empty() ? attempt(operation) : std::nullopt;
}

PipeEnd NamedPipe::begin(std::unique_ptr<PipeOperation> operation) {
  // What a thread has begun ends with it, but for what tells a port.
  struct ThreadEnd {
    ~ThreadEnd() { cancel_all_of_thread(); }
  };
  static thread_local ThreadEnd thread_end;
  static_cast<void>(&thread_end);
  operation->thread = host::thread_id();
  std::lock_guard lock(lock_);
  auto end = begin_locked(*operation);
  if (!end && !(watch() && watched_by_->began(1))) end = PipeEnd{Win32Error::kNotEnoughMemory};
  if (end) {
    operation->telling.end_at_once(end->error, end->bytes);
    return *end;
  }
  operation->telling.mark_pending();
  PipeLane& lane = lane_of(*operation);
  lane.push(std::move(operation));
  return {Win32Error::kIoPending};
}

void NamedPipe::end_first(PipeLane& lane, const PipeEnd& end) {
  std::unique_ptr<PipeOperation> done = lane.pop();
  if (watched_by_ != nullptr) watched_by_->ended(1);
  done->telling.tell(end.error, end.bytes);
}

void NamedPipe::end_connects(Win32Error error) {
  PipeLane& lane = lanes_[static_cast<size_t>(PipeOperation::Kind::kConnect)];
  while (!lane.empty()) end_first(lane, {error});
}

// The host says that there may be more to do, or the connection has changed.
void NamedPipe::advance() {
  // A client that has come ends what waits for one.
  if (Win32Error now = usable(); now != Win32Error::kPipeListening) end_connects(now);
  for (PipeOperation::Kind kind : {PipeOperation::Kind::kRead, PipeOperation::Kind::kWrite}) {
    PipeLane& lane = lanes_[static_cast<size_t>(kind)];
    while (!lane.empty()) {
      auto end = attempt(*lane.first());
      if (!end) break;
      end_first(lane, *end);
    }
  }
}

// A read that has taken a part of a message has that.
bool NamedPipe::take_out(const std::function<bool(const PipeOperation&)>& which, Win32Error error) {
  bool any = false;
  for (PipeLane& lane : lanes_)
    lane.take_out(which, [&](std::unique_ptr<PipeOperation> taken) {
      any = true;
      if (watched_by_ != nullptr) watched_by_->ended(1);
      bool has_part = taken->read.done != 0;
      taken->telling.tell(has_part ? Win32Error::kMoreData : error, has_part ? taken->read.done : 0);
    });
  return any;
}

bool NamedPipe::cancel(const std::function<bool(const PipeOperation&)>& which) {
  std::lock_guard lock(lock_);
  return take_out([&](const PipeOperation& one) { return one.write.done == 0 && which(one); }, Win32Error::kOperationAborted);
}

void NamedPipe::cancel_all_of_thread() {
  std::vector<Ref<NamedPipe>> pipes;
  {
    std::lock_guard lock(registry().lock);
    for (auto& [number, pipe] : registry().pipes)
      if (pipe->manner_ == FileManner::kOverlapped && pipe->try_add_reference()) pipes.push_back(Ref<NamedPipe>::adopt(pipe));
  }
  int self = host::thread_id();
  for (Ref<NamedPipe>& pipe : pipes)
    pipe->cancel([self](const PipeOperation& one) { return one.thread == self && !one.telling.tells_port(); });
}

bool NamedPipe::associate(Ref<CompletionPort> port, uintptr_t key) {
  std::lock_guard lock(lock_);
  if (!association_.associate(std::move(port), key)) return false;
  const uint32_t under_way = count_operations();
  stop_watching();
  // What is under way goes on with the port's threads.
  if (under_way == 0 || (watch() && watched_by_->began(under_way))) return true;
  forget_source();
  take_out([](const PipeOperation&) { return true; }, Win32Error::kNotEnoughMemory);
  return true;
}

uint32_t NamedPipe::count_operations() const {
  uint32_t count = 0;
  for (const PipeLane& lane : lanes_)
    for (const PipeOperation* one = lane.first(); one != nullptr; one = one->next.get()) ++count;
  return count;
}

// By edges: an end that is ready already is told of at once, and from then on when there is more.
bool NamedPipe::watch() {
  if (watched_by_ != nullptr) return true;
  const services::SocketOperations* operations = socket_operations();
  if (operations == nullptr) return false;
  auto port = association_.values().port;
  services::DescriptorSource* source = operations->source_for_host(port ? port->as_services() : nullptr);
  if (source == nullptr || !source->watch_for_host(listener_ ? listener_->get() : stream_->fd(), number_)) return false;
  watched_by_ = source;
  return true;
}

void NamedPipe::stop_watching() {
  if (watched_by_ != nullptr) watched_by_->ended(count_operations());
  forget_source();
}

void NamedPipe::forget_source() {
  if (watched_by_ != nullptr) watched_by_->unwatch(listener_ ? listener_->get() : stream_->fd());
  watched_by_ = nullptr;
}

}  // namespace windsock::kernel32
