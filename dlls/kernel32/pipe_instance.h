// PipeInstance: an instance of a named pipe as other processes of the user find it.
//
// In the runtime directory (shared_names.h) each instance has a file `pipe-<number>-<name>`, held locked for the instance's life, with what
// all instances of the name have in common, and while a client may connect a Unix socket `listener-<number>-<name>`. The client that
// connects removes the socket's name in the same breath, under the lock of all pipes' names: so a name that is there is an instance that is
// free, nobody connects to one that is not, and WaitNamedPipe has a change of the directory to wait for. It also lets instances of one name
// belong to several processes. Neither opening nor waiting needs anything of the server's threads.
//
// A child of fork() has its parent's instances too; their names are the maker's to remove.
#pragma once

#include <cstdint>
#include <string>

#include "dlls/common/result.h"
#include "dlls/common/unique_fd.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

// Windows' values (checked in api_named_pipe.cpp).
inline constexpr uint32_t kPipeInbound = 1, kPipeOutbound = 2, kPipeDuplex = 3, kUnlimitedInstances = 255;

enum class PipeType : uint32_t { kBytes, kMessages };

// What is in an instance's file, and the same for all instances of a name.
struct PipeFacts {
  PipeType type = PipeType::kBytes;
  uint32_t access = kPipeDuplex;  // of the server
  uint32_t most_instances = 1;
  uint32_t out_size = 0, in_size = 0;
  uint32_t timeout = 0;  // milliseconds
};

class PipeInstance {
 public:
  enum class Place : uint8_t { kAny, kFirst };
  // kAccessDenied: there are instances of another kind, or there are some and it is to be the first; kPipeBusy: as many as there may be.
  static Result<PipeInstance, Win32Error> create(const std::string& name, const PipeFacts& facts, Place place);
  PipeInstance() = default;
  PipeInstance(PipeInstance&&) = default;
  PipeInstance& operator=(PipeInstance other) noexcept;
  ~PipeInstance();

  // A listening socket for one client, which clients find from now on.
  Result<UniqueFd, Win32Error> listen() const;
  // No client finds it any more.
  void hide() const;
  // For its client to know (PipeConnection::was_disconnected).
  void count_disconnection();

 private:
  std::string file_, listener_;
  UniqueFd held_;
  uint32_t disconnections_ = 0;
  int maker_ = 0;
};

// For clients: kFileNotFound: there is no instance; kPipeBusy: none is free; kAccessDenied: the server does not want this use of it.
struct PipeConnection {
  UniqueFd socket;
  PipeFacts facts;
  // The instance's file, which tells a server that has disconnected the client from one that has closed its end.
  UniqueFd file;
  uint32_t disconnections = 0;
  bool was_disconnected() const;
};
enum class PipeUse : uint8_t { kNone = 0, kRead = 1, kWrite = 2, kBoth = 3 };
Result<PipeConnection, Win32Error> connect_to_pipe(const std::string& name, PipeUse use);
// Until an instance is free. kFileNotFound: there is none at all; kSemaphoreTimeout.
inline constexpr uint32_t kDefaultPipeWait = 0;  // NMPWAIT_USE_DEFAULT_WAIT
Result<void, Win32Error> await_free_instance(const std::string& name, uint32_t milliseconds);
uint32_t count_instances(const std::string& name);

}  // namespace windsock::kernel32
