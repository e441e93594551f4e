#include "dlls/kernel32/named_pipe.h"

#include <new>
#include <utility>

#include "dlls/common/host_socket.h"
#include "dlls/kernel32/completion_port.h"

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
  host::PollEntry entry{fd, host::kPollReadHangUp, 0};
  auto ready = host::poll(&entry, 1, 0);
  return ready && (entry.revents & (host::kPollReadHangUp | host::kPollHup | host::kPollErr));
}

}  // namespace

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
  if (pipe) pipe->connect_by(std::move(connection.socket));
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

void NamedPipe::look_for_client() {
  if (state_ != State::kListening) return;
  host::Address nobody;
  auto accepted = host::accept(listener_->get(), nobody, host::Blocking::kYes);
  if (!accepted) return;
  connect_by(std::move(accepted).take());
  listener_ = nullptr;
}

Win32Error NamedPipe::usable() {
  look_for_client();
  return state_ == State::kConnected   ? Win32Error::kSuccess
         : state_ == State::kListening ? Win32Error::kPipeListening
                                       : Win32Error::kPipeNotConnected;
}

std::optional<PipeEnd> NamedPipe::try_connect() {
  look_for_client();
  if (state_ == State::kConnected) return PipeEnd{has_hung_up(stream_->fd()) ? Win32Error::kNoData : Win32Error::kPipeConnected};
  bool begins = state_ == State::kDisconnected;
  if (begins)
    if (Win32Error error = listen(); error != Win32Error::kSuccess) return PipeEnd{error};
  if (mode_.wait == PipeWait::kNoWait) return PipeEnd{begins ? Win32Error::kSuccess : Win32Error::kPipeListening};
  return std::nullopt;
}

PipeEnd NamedPipe::connect() {
  if (!is_server()) return {Win32Error::kInvalidFunction};
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
  look_for_client();
  if (state_ == State::kDisconnected) return Win32Error::kPipeNotConnected;
  if (listener_) {
    instance_.hide();
    static_cast<void>(host::shutdown(listener_->get(), host::kShutBoth));  // wakes who waits for a client
  }
  if (stream_) stream_->shut_down();
  listener_ = nullptr;
  stream_ = nullptr;
  state_ = State::kDisconnected;
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

PipeEnd NamedPipe::read(void* data, uint32_t size) {
  PipeRead read{data, size};
  return transfer(host::kPollIn, [&](PipeStream& stream) {
    auto end = stream.try_read(read, mode_.read);
    return end || mode_.wait == PipeWait::kWait ? end : PipeEnd{Win32Error::kNoData};
  });
}

// Without waiting bytes are written as far as they fit; a message that has found room is written to its end, for half of one is none.
PipeEnd NamedPipe::write(const void* data, uint32_t size) {
  PipeWrite write{data, size};
  std::lock_guard turn(write_turn_);
  return transfer(host::kPollOut, [&](PipeStream& stream) {
    bool waits = mode_.wait == PipeWait::kWait || write.done != 0;
    if (!waits && !stream.has_room()) return std::optional(PipeEnd{});
    auto end = stream.try_write(write);
    bool is_enough = mode_.wait == PipeWait::kNoWait && facts_.type == PipeType::kBytes;
    return end || !is_enough ? end : PipeEnd{Win32Error::kSuccess, static_cast<uint32_t>(write.done)};
  });
}

Result<PipeStream::Peeked, Win32Error> NamedPipe::peek(void* data, uint32_t size) {
  std::lock_guard lock(lock_);
  Win32Error now = usable();
  if (now == Win32Error::kPipeListening) return Failure{Win32Error::kBadPipe};
  if (now != Win32Error::kSuccess) return Failure{now};
  return stream_->peek(data, size, mode_.read);
}

}  // namespace windsock::kernel32
