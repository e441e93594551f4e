// The server's side of dlls/common/shared_state.h: which slot belongs to which socket, and the memory they stand in.
//
// A slot lives while somebody refers to it: a connection whose process holds the socket, or a parked ticket. References are
// owners (SlotRef), so the end of a connection gives back what it held without any list of things to undo. A socket is known
// by its SO_COOKIE, which windsockd reads itself from the descriptor: a client cannot claim another socket's slot by a number.
//
// Invariants: a slot's generation rises each time it gets a socket, before its values change, so whoever kept an old SlotId
// finds out; free slots are used again latest first, which keeps the touched part of the memory small.
// Threads: one writes (ours); the clients' mappings read the atomics.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "dlls/common/host.h"
#include "dlls/common/shared_state.h"

namespace windsock::server {

class SlotTable;

// One reference to a slot in use.
class SlotRef {
 public:
  SlotRef() = default;
  SlotRef(SlotRef&& other) noexcept;
  SlotRef& operator=(SlotRef&& other) noexcept;
  ~SlotRef();
  const SlotId& id() const { return id_; }

 private:
  friend class SlotTable;
  SlotRef(SlotTable* table, SlotId id) : table_(table), id_(id) {}
  SlotTable* table_ = nullptr;
  SlotId id_;
};

// The pure part: gives out the slots of an array that somebody else owns.
class SlotTable {
 public:
  explicit SlotTable(std::span<SharedSlot> slots) : slots_(slots), references_(slots.size(), 0) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  // The slot of a socket: the one it has, else a new one filled with `state`. Nothing when all are taken.
  std::optional<SlotRef> acquire(uint64_t cookie, const StateSnapshot& state);
  // The slot of a socket whose state a client remembers from an earlier life of windsockd: the highest epoch wins.
  std::optional<SlotRef> declare(uint64_t cookie, uint32_t epoch, const StateSnapshot& state);
  // One more reference to a slot in use; nothing when `id` names no such slot.
  std::optional<SlotRef> retain(SlotId id);
  // `id` must be in use.
  void set(SlotId id, StateField field, uint32_t value);
  // A new registration for these network events, or none; `id` must be in use. The new epoch.
  uint32_t register_events(SlotId id, uint32_t events);
  uint32_t value(SlotId id, StateField field) const {
    return slots_[id.index].values[static_cast<size_t>(field)].load(std::memory_order_relaxed);
  }
  uint32_t epoch(SlotId id) const { return slots_[id.index].epoch.load(std::memory_order_relaxed); }

  bool in_use(SlotId id) const;
  size_t size() const { return by_cookie_.size(); }
  // Calls visit(SlotId, const SharedSlot&, references) for every slot in use, in order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (uint32_t index = 0; index < touched_; ++index)
      if (references_[index] > 0) visit(SlotId{index, slots_[index].generation.load(std::memory_order_relaxed)}, slots_[index], references_[index]);
  }

 private:
  friend class SlotRef;
  void release(SlotId id);
  void fill(SharedSlot& slot, uint32_t epoch, const StateSnapshot& state);
  std::optional<uint32_t> take_free();

  std::span<SharedSlot> slots_;
  std::vector<uint32_t> references_;
  std::unordered_map<uint64_t, uint32_t> by_cookie_;
  std::vector<uint32_t> free_;
  uint32_t touched_ = 0;  // slots from here on were never used
};

// The memory: a memfd that only this mapping can write.
class SharedMemory {
 public:
  static host::Result<SharedMemory> create();
  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  int fd() const { return fd_.get(); }
  std::span<SharedSlot> slots() const { return {slots_, kSlotCount}; }

 private:
  UniqueFd fd_;
  SharedSlot* slots_ = nullptr;
};

}  // namespace windsock::server
