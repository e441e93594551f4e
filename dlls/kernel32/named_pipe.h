// NamedPipe: one end of a named pipe, as CreateNamedPipe gives it to the server and CreateFile to a client.
//
// A server's end has an instance (pipe_instance.h) for its life. It listens from the beginning: a client may come before ConnectNamedPipe,
// and is found by the next call whichever it is. With the client it has a connection (pipe_stream.h), as a client's end has all the time;
// after DisconnectNamedPipe it has neither, until ConnectNamedPipe lets it listen again.
//
// Everything is tried under the end's lock. A call that waits does so without it, in poll; a write of a message keeps its turn until all
// of it is written. What an overlapped call has begun stands in a lane, and goes on when the host says that the descriptor is ready: the
// sockets' sources watch it (services::DescriptorSource), so whoever waits for the port or the event does the work, here as there, and
// nobody else is needed. A watched end is found again by its number, for it may be closed while the host tells.
//
// fork(): the child has the connection too, and nothing under way.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "dlls/kernel32/file.h"
#include "dlls/kernel32/pipe_instance.h"
#include "dlls/kernel32/pipe_lane.h"
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

  static Result<Ref<NamedPipe>, Win32Error> create(const std::string& name, const PipeFacts& facts, PipeInstance::Place place,
                                                   PipeMode mode, FileManner manner);
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
  // Begins it; kIoPending: its end will be told. Another end has been told if it is one to be told of, and the caller reports it.
  PipeEnd begin(std::unique_ptr<PipeOperation> operation);
  // Ends those that `which` chooses by kOperationAborted; whether there were any. A message of which a part is written goes on.
  bool cancel(const std::function<bool(const PipeOperation&)>& which);
  // False: it has a port.
  bool associate(Ref<CompletionPort> port, uintptr_t key);
  PortAssociation& association() { return association_; }
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

  NamedPipe(Role role, std::string name, const PipeFacts& facts, PipeUse use, PipeMode mode, FileManner manner);
  ~NamedPipe() override;
  void last_handle_closed() override;

  struct Registry;
  static Registry& registry();
  static void set_up();
  static void ready(uint64_t number);
  static void cancel_all_of_thread();
  static void lock_for_fork();
  static void unlock_after_fork();
  static void reset_in_child();

  // Under the lock:
  Win32Error listen();
  Win32Error look_for_client();
  Win32Error usable();
  void connect_by(UniqueFd socket);
  void drop_connection();
  std::optional<PipeEnd> try_connect();
  std::optional<PipeEnd> try_read(PipeStream& stream, PipeRead& read);
  std::optional<PipeEnd> try_write(PipeStream& stream, PipeWrite& write);
  Win32Error end_of_connection(Win32Error error) const;
  std::optional<PipeEnd> attempt(PipeOperation& operation);
  std::optional<PipeEnd> begin_locked(PipeOperation& operation);
  PipeLane& lane_of(const PipeOperation& operation) { return lanes_[static_cast<size_t>(operation.kind)]; }
  void end_first(PipeLane& lane, const PipeEnd& end);
  void end_connects(Win32Error error);
  void advance();
  bool take_out(const std::function<bool(const PipeOperation&)>& which, Win32Error error);
  bool watch();
  void stop_watching();
  void forget_source();
  uint32_t count_operations() const;
  template <typename Attempt>
  PipeEnd transfer(short readiness, Attempt attempt);

  const Role role_;
  const std::string name_;
  const PipeFacts facts_;
  const PipeUse use_;
  const FileManner manner_;
  uint64_t number_ = 0;  // in the registry, of all that ever were; set once
  PortAssociation association_;
  PipeInstance instance_;   // a server's
  PipeConnection opening_;  // a client's, but for the socket
  std::mutex write_turn_;  // taken before the lock
  std::mutex lock_;
  // Under the lock:
  PipeMode mode_;
  State state_ = State::kDisconnected;
  // Those who poll hold them, too.
  std::shared_ptr<UniqueFd> listener_;
  std::shared_ptr<PipeStream> stream_;
  std::array<PipeLane, 3> lanes_;                    // by PipeOperation::Kind
  services::DescriptorSource* watched_by_ = nullptr;  // the listener, or the connection
};

}  // namespace windsock::kernel32
