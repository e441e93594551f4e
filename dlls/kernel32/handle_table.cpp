#include "dlls/kernel32/handle_table.h"

#include <atomic>
#include <mutex>
#include <new>

namespace windsock::kernel32 {

namespace {

constexpr uintptr_t kFirstObject = 0x40000000, kObjectStep = 4;
constexpr uintptr_t kFirstSocket = 3, kEndOfSockets = uintptr_t{1} << 24;

constexpr uint32_t kSegmentSize = 1024, kSegments = 4096;
constexpr uintptr_t kEndOfObjects = kFirstObject + uintptr_t{kSegmentSize} * kSegments * kObjectStep;

// The word of an entry: flags in bits 0 and 1 (kHandleInherit, kHandleProtectFromClose), then:
constexpr uint64_t kFlagsMask = kHandleInherit | kHandleProtectFromClose;
constexpr uint64_t kOpen = 4;
constexpr uint64_t kOneVisitor = 8;

struct Entry {
  std::atomic<uint64_t> word{0};
  Waitable* object = nullptr;
  uint32_t next_free = 0;  // index + 1
};

constinit std::atomic<Entry*> segments[kSegments] = {};
constinit std::mutex table_lock;
// Under the lock:
constinit uint32_t first_free = 0;  // index + 1
constinit uint32_t entries_made = 0;

Entry& entry_at(uint32_t index) { return segments[index / kSegmentSize].load(std::memory_order_acquire)[index % kSegmentSize]; }

Entry* entry_of(Handle handle) {
  if (classify(handle) != HandleRange::kObject) return nullptr;
  auto index = static_cast<uint32_t>((reinterpret_cast<uintptr_t>(handle) - kFirstObject) / kObjectStep);
  Entry* segment = segments[index / kSegmentSize].load(std::memory_order_acquire);
  return segment == nullptr ? nullptr : &segment[index % kSegmentSize];
}

uint32_t index_of(Handle handle) {
  return static_cast<uint32_t>((reinterpret_cast<uintptr_t>(handle) - kFirstObject) / kObjectStep);
}

// The last one out of a closed entry: nobody else knows it any more.
void recycle(Entry& entry, uint32_t index) {
  Ref<Waitable> object = Ref<Waitable>::adopt(entry.object);
  std::lock_guard lock(table_lock);
  entry.object = nullptr;
  entry.next_free = first_free;
  first_free = index + 1;
}

void leave(Entry& entry, uint32_t index, uint64_t amount) {
  if (entry.word.fetch_sub(amount, std::memory_order_acq_rel) - amount < kOpen) {
    // Neither open nor visited. The flags are cleared with the next insert.
    recycle(entry, index);
  }
}

}  // namespace

HandleRange classify(Handle handle) {
  auto value = reinterpret_cast<uintptr_t>(handle);
  if (value >= kFirstObject && value < kEndOfObjects) return HandleRange::kObject;
  if (value >= kFirstSocket && value < kEndOfSockets) return HandleRange::kSocket;
  auto pseudo = static_cast<intptr_t>(value);
  return pseudo < 0 && pseudo >= kLastPseudoHandle ? HandleRange::kPseudo : HandleRange::kNone;
}

namespace handle_table {

Handle insert(Ref<Waitable> object, uint32_t flags) {
  uint32_t index;
  {
    std::lock_guard lock(table_lock);
    if (first_free != 0) {
      index = first_free - 1;
      first_free = entry_at(index).next_free;
    } else {
      if (entries_made == kSegmentSize * kSegments) return nullptr;
      if (entries_made % kSegmentSize == 0) {
        auto* segment = new (std::nothrow) Entry[kSegmentSize];
        if (segment == nullptr) return nullptr;
        segments[entries_made / kSegmentSize].store(segment, std::memory_order_release);
      }
      index = entries_made++;
    }
  }
  Entry& entry = entry_at(index);
  object->add_handle();
  entry.object = object.release();
  entry.word.store(kOpen | (flags & kFlagsMask), std::memory_order_release);
  return reinterpret_cast<Handle>(kFirstObject + uintptr_t{index} * kObjectStep);
}

Visit::Visit(Handle handle) : handle_(handle) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return;
  uint64_t word = entry->word.load(std::memory_order_relaxed);
  do {
    if (!(word & kOpen)) return;
  } while (!entry->word.compare_exchange_weak(word, word + kOneVisitor, std::memory_order_acquire, std::memory_order_relaxed));
  object_ = entry->object;
}

void Visit::end() { leave(*entry_of(handle_), index_of(handle_), kOneVisitor); }

Ref<Waitable> find(Handle handle) {
  Visit visit(handle);
  return Ref<Waitable>::share(visit.object());
}

RemoveResult remove(Handle handle) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return RemoveResult::kNotFound;
  uint64_t word = entry->word.load(std::memory_order_relaxed);
  do {
    if (!(word & kOpen)) return RemoveResult::kNotFound;
    if (word & kHandleProtectFromClose) return RemoveResult::kProtected;
    // Closing becomes a visit, so that only one thread can close and the entry stays until this one leaves.
  } while (!entry->word.compare_exchange_weak(word, (word & ~(kFlagsMask | kOpen)) + kOneVisitor, std::memory_order_acq_rel,
                                              std::memory_order_relaxed));
  Ref<Waitable> object = Ref<Waitable>::share(entry->object);
  leave(*entry, index_of(handle), kOneVisitor);
  object->drop_handle();
  return RemoveResult::kRemoved;
}

bool get_flags(Handle handle, uint32_t& flags) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return false;
  uint64_t word = entry->word.load(std::memory_order_acquire);
  flags = static_cast<uint32_t>(word & kFlagsMask);
  return (word & kOpen) != 0;
}

bool change_flags(Handle handle, uint32_t mask, uint32_t flags) {
  Entry* entry = entry_of(handle);
  if (entry == nullptr) return false;
  mask &= static_cast<uint32_t>(kFlagsMask);
  uint64_t word = entry->word.load(std::memory_order_relaxed);
  do {
    if (!(word & kOpen)) return false;
  } while (!entry->word.compare_exchange_weak(word, (word & ~uint64_t{mask}) | (flags & mask), std::memory_order_acq_rel,
                                              std::memory_order_relaxed));
  return true;
}

void lock_for_fork() { table_lock.lock(); }
void unlock_after_fork() { table_lock.unlock(); }

}  // namespace handle_table

}  // namespace windsock::kernel32
