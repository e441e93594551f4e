// NamedPipe: one end of a named pipe, as CreateNamedPipe gives it to the server and CreateFile to a client.
//
// A server's end has an instance (pipe_instance.h) for its life. It listens from the beginning: a client may come before ConnectNamedPipe,
// and is found by the next call whichever it is. With the client it has a connection (pipe_stream.h), as a client's end has all the time;
// after DisconnectNamedPipe it has neither, until ConnectNamedPipe lets it listen again.
//
// Everything is tried under the end's lock and waits without it, in poll. A write of a message keeps its turn until all of it is written.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "dlls/kernel32/file.h"
#include "dlls/kernel32/pipe_instance.h"
#include "dlls/kernel32/pipe_stream.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

enum class PipeWait : uint8_t { kWait, kNoWait };
struct PipeMode {
  PipeReadMode read = PipeReadMode::kBytes;
  PipeWait wait = PipeWait::kWait;
};

class NamedPipe final : public Waitable {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kNamedPipe;

  static Result<Ref<NamedPipe>, Win32Error> create(const std::string& name, const PipeFacts& facts, PipeInstance::Place place, PipeMode mode,
                                                   FileManner manner);
  // A client's.
  static Result<Ref<NamedPipe>, Win32Error> open(const std::string& name, PipeUse use, FileManner manner);

  bool is_server() const { return role_ == Role::kServer; }
  FileManner manner() const { return manner_; }
  const PipeFacts& facts() const { return facts_; }
  const std::string& name() const { return name_; }
  bool is_open_for(PipeUse use) const { return (static_cast<int>(use_) & static_cast<int>(use)) == static_cast<int>(use); }

  PipeMode mode();
  // kInvalidParameter: messages are asked for, and the pipe is one of bytes.
  Win32Error set_mode(PipeMode mode);

  // These wait, unless the mode says that they do not: then reading gives kNoData, connecting kPipeListening, and writing writes what fits.
  PipeEnd connect();
  PipeEnd read(void* data, uint32_t size);
  PipeEnd write(const void* data, uint32_t size);
  Win32Error disconnect();
  Result<PipeStream::Peeked, Win32Error> peek(void* data, uint32_t size);
  // Whether there is a connection; kSuccess, or why not.
  Win32Error check_connected();
  // The process at the other end; kPipeNotConnected.
  Result<uint32_t, Win32Error> other_process();
  // The connection itself, for a child whose standard handle it is to be; -1 if there is none.
  int connection_fd();

 private:
  enum class Role : uint8_t { kServer, kClient };
  enum class State : uint8_t { kListening, kConnected, kDisconnected };

  NamedPipe(Role role, std::string name, const PipeFacts& facts, PipeUse use, PipeMode mode, FileManner manner)
      : Waitable(kKind, Taking::kLeavesSignal, Source::kMemory, true), role_(role), name_(std::move(name)), facts_(facts), use_(use),
        manner_(manner), mode_(mode) {}
  ~NamedPipe() override = default;

  // Under the lock:
  Win32Error listen();
  void look_for_client();
  Win32Error usable();
  void connect_by(UniqueFd socket);
  std::optional<PipeEnd> try_connect();
  template <typename Attempt>
  PipeEnd transfer(short readiness, Attempt attempt);

  const Role role_;
  const std::string name_;
  const PipeFacts facts_;
  const PipeUse use_;
  const FileManner manner_;
  PipeInstance instance_;  // a server's
  std::mutex write_turn_;  // taken before the lock
  std::mutex lock_;
  // Under the lock:
  PipeMode mode_;
  State state_ = State::kDisconnected;
  // Those who poll hold them, too.
  std::shared_ptr<UniqueFd> listener_;
  std::shared_ptr<PipeStream> stream_;
};

}  // namespace windsock::kernel32
