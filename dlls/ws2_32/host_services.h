// What the core asks of its host: the world that is not sockets.
//
// The core (dlls/ws2_32) is linked more than once: into libws2_32.so, where dlls/kernel32 implements these functions, and into
// other hosts that implement them with their own. `make check` links it with a null host too (tests/support/null_host.cpp), so
// that nothing else of a host is used by accident. Link-time functions, not a table of pointers: they stand on the fast path.
//
// HANDLEs are opaque here. Functions that fail set the last error of the thread to the Win32 error, as Windows' own would.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dlls/common/host.h"

namespace windsock::services {

using Handle = void*;

// ---- the last error of the calling thread -------------------------------------------------------------------------------
uint32_t last_error();
void set_last_error(uint32_t error);

// ---- the program's standard error ------------------------------------------------------------------------------------------
void write_standard_error(const char* text, uint32_t size);

// ---- SOCKET values ---------------------------------------------------------------------------------------------------
// A SOCKET is first + (fd << shift). The host says it by numbers, not by a function: select asks for hundreds at once.
struct SocketNumbers {
  uintptr_t first;
  unsigned shift;
};
[[gnu::visibility("hidden")]] extern const SocketNumbers kSocketNumbers;
inline constexpr int kEndOfFds = 1 << 24;
// Whether an fd that the core has not made may be one of the program's sockets, made elsewhere. Not all are: the standard streams.
bool may_adopt(int fd);

inline uintptr_t socket_from_fd(int fd) { return kSocketNumbers.first + (static_cast<uintptr_t>(fd) << kSocketNumbers.shift); }
// Without the question whether it can be an fd at all.
inline uintptr_t number_of_socket(uintptr_t socket) { return (socket - kSocketNumbers.first) >> kSocketNumbers.shift; }
// -1 for a value that can be no socket of ours.
inline int fd_from_socket(uintptr_t socket) {
  uintptr_t number = number_of_socket(socket);
  return number < static_cast<uintptr_t>(kEndOfFds) ? static_cast<int>(number) : -1;
}

// ---- event objects (WSACreateEvent and its family) -------------------------------------------------------------------------
enum class EventReset { kManual, kAutomatic };
Handle create_event(EventReset reset, bool signalled);  // null: failed
bool close_event(Handle event);
bool set_event(Handle event);
bool reset_event(Handle event);
// As WaitForMultipleObjectsEx: the same result values.
uint32_t wait_for_events(uint32_t count, const Handle* events, bool all, uint32_t timeout_milliseconds, bool alertable);

// ---- processes ---------------------------------------------------------------------------------------------------------
// The process that a Windows process id names here, as a pidfd that cannot be confused with a later process. It fails when there
// is no such process or it is another user's, and when the host had no room to look (host::is_want_of_room).
host::Result<UniqueFd> open_target_process(uint32_t process_id);
// Whether it names the calling process: nothing needs to be opened for that.
bool is_own_process(uint32_t process_id);
// With this bit a process id means a Unix process, whatever else could be meant by the number; see docs/wine.md.
inline constexpr uint32_t kUnixProcessMark = 0x40000000;
// The program that runs, in words for people.
std::string program_name();

// ---- files -------------------------------------------------------------------------------------------------------------
// A descriptor of the open file that a handle leads to, with the position they share. EBADF: it leads to none.
host::Result<UniqueFd> open_file_of(Handle file);

// ---- callbacks -----------------------------------------------------------------------------------------------------------
// Calls a procedure of the program, in the program's calling convention, with up to kMaxArguments integers or pointers.
inline constexpr uint32_t kMaxArguments = 8;
uintptr_t call_procedure(const void* procedure, const uintptr_t* arguments, uint32_t count);
// The other way: the address by which the program calls a function of the core that it is handed (an extension function).
const void* procedure_for_program(const void* function);

// ---- how the end of an asynchronous operation is told ------------------------------------------------------------------------
// Everything is prepared when the operation begins, so that telling its end needs nothing and cannot fail. What a prepare or hold function
// gives is the core's until it is told or dropped, once. Null: it failed, and the last error says why.

// An event that a pending operation is to set: alive although the program closes its handle. The host may count on the operation to
// come to its end: who waits for such an event serves the sockets meanwhile.
struct PendingEvent;
PendingEvent* prepare_event(Handle event);  // resets it
void tell_event(PendingEvent* event);       // sets it
void drop_event(PendingEvent* event);
// An event that is set again and again, until it is released. It is left as it is at first.
struct HeldEvent;
HeldEvent* hold_event(Handle event);
void signal_event(HeldEvent* event);
void release_event(HeldEvent* event);

// A completion routine (LPWSAOVERLAPPED_COMPLETION_ROUTINE, or ReadFileEx's with three arguments), to be called by the thread that
// prepared it when that waits alertably.
struct PendingRoutine;
PendingRoutine* prepare_routine(const void* routine);
void tell_routine(PendingRoutine* routine, uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags);
void drop_routine(PendingRoutine* routine);

// A window of the program, to which messages are to be posted by any thread. Null: there is none. The host may count on messages to come:
// the window's thread serves the sockets while it waits for one.
struct PendingMessages;
PendingMessages* prepare_messages(Handle window);
// As PostMessage, and like it may fail: the window is gone, or its queue full; the last error says which. More may follow.
bool tell_message(PendingMessages* messages, uint32_t message, uintptr_t wparam, intptr_t lparam);
void drop_messages(PendingMessages* messages);

// A completion port: references to it. A port whose last handle is closed loses what is posted to it.
struct Port;
void retain_port(Port* port);
void release_port(Port* port);
// A packet for a port; a part of the operation that it tells of.
struct CompletionPacket {
  CompletionPacket* next = nullptr;           // the port's
  void (*release)(CompletionPacket*);  // called once, by whoever has read the values, or lost the packet
  uintptr_t key = 0;
  void* overlapped = nullptr;
  uint32_t status = 0;  // NTSTATUS
  uint32_t bytes = 0;
};
void post_packet(Port* port, CompletionPacket* packet);

// Where the operations of sockets come to their ends: readiness of the host becomes data moved and ends told, by one thread at a time
// (the leader), whichever waits for such an end anyhow. There is one for each port and one for all other sockets.
class IoSource {
 public:
  virtual ~IoSource() = default;
  // False: somebody else has the lead. Whoever has it leaves it soon after serve() has returned. The host calls these two with
  // a lock of the port's held: they do not wait, post, or ask for a source.
  virtual bool try_lead() = 0;
  virtual void leave() = 0;
  // By the leader: waits for readiness until the deadline (host::now_nanoseconds) or a wake_leader(), and brings some operations forward.
  virtual void serve(int64_t deadline) = 0;
  // Ends the leader's serve(), this one or its next. By any thread.
  virtual void wake_leader() = 0;
};
// The same for descriptors of the host's own that operations wait for (named pipes'), which stand beside the sockets'.
class DescriptorSource : public IoSource {
 public:
  // Whoever leads tells the host's function (SocketOperations::tell_readiness) the token, each time that there may be more to do. False: no
  // memory. A descriptor is forgotten before it is closed.
  virtual bool watch_for_host(int fd, uint64_t token) = 0;
  virtual void unwatch(int fd) = 0;
  // Operations that wait for readiness: so many more, so many less. False: nobody leads, and no thread is to be had that would; they have
  // not begun.
  virtual bool began(uint32_t count) = 0;
  virtual void ended(uint32_t count) = 0;
};
// Whether the host calls SocketOperations::end_thread itself: where the end of a thread of the host is too late for its services.
[[gnu::visibility("hidden")]] extern const bool kTellsThreadEnds;
// Whether call_procedure works in such a thread as the next function makes.
[[gnu::visibility("hidden")]] extern const bool kBackgroundThreadsCallProcedures;
// A thread of the core's own, of which the program knows nothing; it ends when `run` returns. False: none could be made.
bool start_background_thread(void* (*run)(void*));
// The source of a port: made by `make` at the first call (null: no memory), and deleted with the port.
IoSource* source_of_port(Port* port, IoSource* (*make)(Port* port));

// ---- the way back: what the host asks of the core ----------------------------------------------------------------------------
// The host passes calls on a SOCKET handle to these; the core hands them over when it is loaded.

// The sockets' part of what a new process inherits. With `variable` in its environment, the core in the new process finds out which
// of the sockets are shared, and holds them by way of `connection` from the first moment.
struct SocketInheritance {
  std::vector<int> fds;        // the sockets'
  UniqueFd connection;         // inherited, too; the creator keeps it until the process runs, or has failed to
  std::string variable, value; // empty without a connection
};

struct SocketOperations {
  // CloseHandle. False: not a socket, the last error says so.
  bool (*close)(uintptr_t socket) = nullptr;
  // DuplicateHandle within the process: a new SOCKET, or ~0.
  uintptr_t (*duplicate)(uintptr_t socket) = nullptr;
  // Get/SetHandleInformation's HANDLE_FLAG_INHERIT. False: not a socket.
  bool (*get_inheritable)(uintptr_t socket, bool* inheritable) = nullptr;
  bool (*set_inheritable)(uintptr_t socket, bool inheritable) = nullptr;
  // CreateProcess: what the new process is to inherit.
  void (*inherit)(SocketInheritance* inheritance) = nullptr;
  // ReadFile and WriteFile without OVERLAPPED: the bytes moved, or -1 with the last error set.
  int64_t (*read)(uintptr_t socket, void* data, uint32_t size) = nullptr;
  int64_t (*write)(uintptr_t socket, const void* data, uint32_t size) = nullptr;
  // The same with OVERLAPPED, and ReadFileEx and WriteFileEx with their routine (three arguments; else null). False: the last error
  // says why, ERROR_IO_PENDING among others.
  bool (*start_read)(uintptr_t socket, void* data, uint32_t size, void* overlapped, const void* routine) = nullptr;
  bool (*start_write)(uintptr_t socket, const void* data, uint32_t size, void* overlapped, const void* routine) = nullptr;
  // CreateIoCompletionPort: retains the port. False: the last error (ERROR_INVALID_PARAMETER: it has a port).
  bool (*associate)(uintptr_t socket, Port* port, uintptr_t key) = nullptr;
  // SetFileCompletionNotificationModes.
  bool (*set_notification_modes)(uintptr_t socket, uint32_t modes) = nullptr;
  // CancelIo: the operations that the calling thread began. CancelIoEx: those of `overlapped`, or all (null). False: ERROR_NOT_FOUND.
  bool (*cancel_own)(uintptr_t socket) = nullptr;
  bool (*cancel)(uintptr_t socket, void* overlapped) = nullptr;
  // The source of sockets that have no port; null until one of them has had an operation under way.
  IoSource* (*common_source)() = nullptr;
  // The source of a port, or of what has none (null), for descriptors of the host's own, with tokens below 2^62. Null: no memory.
  DescriptorSource* (*source_for_host)(Port* port) = nullptr;
  void (*tell_readiness)(void (*ready)(uint64_t token)) = nullptr;
  // Waits for the end of an operation (GetOverlappedResult without an event). False: the deadline came first.
  bool (*await_end)(const void* overlapped, int64_t deadline) = nullptr;
  // The socket as an object to wait for: signalled since the end of an operation until the next begins. False: WAIT_TIMEOUT, the deadline
  // came first, or no socket.
  bool (*wait)(uintptr_t socket, int64_t deadline) = nullptr;
  // The calling thread ends: cancels what it began, but for what tells a port.
  void (*end_thread)() = nullptr;
  // Around fork(), by a host whose ports live on in the child. Ports are left, and ask for their sources, with their locks held: the
  // sources are locked after them. In the child they forget the parent's descriptors, threads and operations before they are unlocked.
  void (*lock_sources_for_fork)() = nullptr;
  void (*unlock_sources_after_fork)() = nullptr;
  void (*reset_sources_in_child)() = nullptr;
};
void register_socket_operations(const SocketOperations* operations);

}  // namespace windsock::services
