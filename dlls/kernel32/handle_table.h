// The handles of this process.
//
// A HANDLE is a number whose range tells what it is, so that no table is asked in vain:
//   -1 … -6               pseudo-handles: the calling process, the calling thread, tokens
//   3 … 2^24-1            a SOCKET, which is the host fd itself; ws2_32 knows more about it (socket_provider.h)
//   0x40000000 + 4n       entry n of this table. The two low bits are the program's to play with, as on Windows.
//
// Finding an object is on the path of each SetEvent, so it takes no lock: an entry is one atomic word (open or not, the handle's
// flags, and a count of threads that are just looking) beside the object's address. Who finds an entry open raises the count by
// compare-and-swap, and lowers it again when it has a reference to the object, or is done with it. Closing clears the open bit; the
// entry is recycled by whoever leaves it last. Segments are never freed, so a stale handle can be looked up safely.
// Inserting and recycling share a lock.
#pragma once

#include <cstdint>

#include "dlls/kernel32/ref.h"
#include "dlls/kernel32/waitable.h"

namespace windsock::kernel32 {

using Handle = void*;

enum class HandleRange : uint8_t { kNone, kObject, kSocket, kPseudo };
HandleRange classify(Handle handle);

inline constexpr intptr_t kCurrentProcess = -1, kCurrentThread = -2, kLastPseudoHandle = -6;

// The values are Windows' own.
inline constexpr uint32_t kHandleInherit = 1, kHandleProtectFromClose = 2;

namespace handle_table {

// Null when the table is full or memory is short.
Handle insert(Ref<Waitable> object, uint32_t flags);
// The object of a handle that was open when the visit began; it lives until the visit ends. Cheaper than a reference.
class Visit {
 public:
  explicit Visit(Handle handle);
  ~Visit() {
    if (object_ != nullptr) end();
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  // Null for what is no open handle of this table.
  Waitable* object() const { return object_; }

 private:
  void end();

  const Handle handle_;
  Waitable* object_ = nullptr;
};

// Null for what is no open handle of this table.
Ref<Waitable> find(Handle handle);

enum class RemoveResult : uint8_t { kRemoved, kNotFound, kProtected };
RemoveResult remove(Handle handle);

bool get_flags(Handle handle, uint32_t& flags);
bool change_flags(Handle handle, uint32_t mask, uint32_t flags);

void lock_for_fork();
void unlock_after_fork();

}  // namespace handle_table

}  // namespace windsock::kernel32
