// Operation: one overlapped call under way, from the moment it begins until its end has been told.
//
// A kind of operation says how to try: attempt() makes the host call, without blocking, and is repeated when the host is ready until it
// gives an end. Everything else is common: what the end is told by (the structure's fields, then its event or completion routine, and
// the completion port) is prepared at the beginning, so that telling it cannot fail.
//
// An operation that fails at once is not told of: its call says so. One that succeeds at once is, and also one whose end is a warning
// (a datagram that was cut), as on Windows.
#pragma once

#include <winsock2.h>

#include <memory>
#include <optional>

#include "dlls/ws2_32/descriptor.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

// STATUS_PENDING in OVERLAPPED.Internal.
inline constexpr uint32_t kStatusPending = 0x103;

struct OperationEnd {
  WsaError error{};
  uint32_t bytes = 0;
  uint32_t flags = 0;     // what WSAGetOverlappedResult gives in *lpdwFlags
  bool drained = false;   // the host has no more of it: a short read of a stream
  bool is_told() const { return error == WsaError::kNone || error == static_cast<WsaError>(WSAEMSGSIZE); }
};

// By what the program asked to be told. The structure is checked to be memory; `routine` excludes the event.
struct HowToTell {
  WSAOVERLAPPED* overlapped = nullptr;
  const void* routine = nullptr;
  bool as_file = false;  // the routine is told Win32 errors (ReadFileEx), not Winsock's
};

class Operation : private services::CompletionPacket {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  // What was prepared and not told is dropped.
  virtual ~Operation();
  // A thread begins and ends operations all the time, most of one size: it keeps some room for the next ones.
  static void* operator new(size_t size);
  static void operator delete(void* room, size_t size);

  // Makes everything ready and marks the structure pending. WSA_INVALID_HANDLE: the event is none. WSAEINVAL: a routine, and the socket
  // has a completion port. WSAENOBUFS.
  WsaResult<void> prepare(const UnderlyingSocket& socket, HowToTell how);

  // Whether an attempt is worth its host call before the host has said that it is ready.
  virtual bool may_end_at_once(SocketRef&) { return true; }
  // Nothing: the host is not ready for it.
  virtual std::optional<OperationEnd> attempt(SocketRef& socket) = 0;
  // What its first attempt begins is not to be taken back: whoever is to bring it forward is found before.
  virtual bool begins_for_good() const { return false; }
  // After an attempt without an end: the socket whose readiness to receive it waits for from now on, or none: still the same.
  virtual SocketRef goes_on_with() { return {}; }
  // It has become the first of its lane.
  virtual void is_first() {}
  // It is about to end, and has not been told of.
  virtual void ending() {}
  // A descriptor beside the socket whose readiness it waits for (Lane::kBeside), or -1.
  virtual int watched_beside() const { return -1; }
  // Whether a failure is told as an end, and not by the call, even if it comes at once.
  virtual bool fails_later() const { return false; }

  // Whether Offset and OffsetHigh are the program's, a position in a file; otherwise Offset has the flags of the end.
  virtual bool uses_offset() const { return false; }

  // Tells the end and destroys the operation. kAtOnce: the call itself still runs, and reports success too. kQuietly: neither event nor
  // routine (the last WSACleanup).
  enum class Telling : uint8_t { kLater, kAtOnce, kQuietly };
  static void tell(std::unique_ptr<Operation> operation, const OperationEnd& end, Telling telling);
  // The structure's fields only, for a failure that the call reports.
  void fail_at_once(WsaError error);

  const void* overlapped() const { return CompletionPacket::overlapped; }
  int thread() const { return thread_; }
  bool has_port() const { return port_ != nullptr; }
  // Whether its end makes the SOCKET a signalled one: FILE_SKIP_SET_EVENT_ON_HANDLE forbids it.
  bool signals_socket() const { return signals_socket_; }
  // From now on it may outlive the socket that it began on, which has kept its port alive so far.
  void hold_port();

  // The one behind it in its lane. It stands there, or is a packet at the port.
  Operation* behind() const { return static_cast<Operation*>(next); }
  void set_behind(Operation* operation) { next = operation; }

 protected:
  Operation() = default;
  // One of the library's own, of which no program knows: the structure is its own, too, nothing is prepared, no thread has begun it.
  explicit Operation(WSAOVERLAPPED& own) { CompletionPacket::overlapped = &own; }

 private:
  static void release_packet(services::CompletionPacket* packet);

  services::PendingEvent* event_ = nullptr;
  services::PendingRoutine* routine_ = nullptr;
  services::Port* port_ = nullptr;
  int thread_ = 0;
  bool posts_ : 1 = false;  // to the port: the low bit of hEvent is clear
  bool skips_success_ : 1 = false;
  bool holds_port_ : 1 = false;
  bool as_file_ : 1 = false;
  bool signals_socket_ : 1 = false;
};

// What has become of the operation of a structure: its NTSTATUS, kStatusPending before the end.
uint32_t status_of(const WSAOVERLAPPED& overlapped);
// The last that is written to a structure: from an end on it is the program's again.
void set_status(WSAOVERLAPPED& overlapped, uint32_t nt_status);

// The same, and wakes who waits for it in await_end().
void tell_status(WSAOVERLAPPED& overlapped, uint32_t nt_status);

// Waits for the end of an operation whose structure names no event. False: the deadline came first.
bool await_end(const WSAOVERLAPPED& overlapped, int64_t deadline);

}  // namespace windsock
