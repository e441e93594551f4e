#include "server/shared_state.h"

#include <cassert>
#include <utility>

namespace windsock::server {

SlotRef::SlotRef(SlotRef&& other) noexcept : table_(std::exchange(other.table_, nullptr)), id_(std::exchange(other.id_, {})) {}

SlotRef& SlotRef::operator=(SlotRef&& other) noexcept {
  SlotRef old(std::move(*this));
  table_ = std::exchange(other.table_, nullptr);
  id_ = std::exchange(other.id_, {});
  return *this;
}

SlotRef::~SlotRef() {
  if (table_) table_->release(id_);
}

std::optional<uint32_t> SlotTable::take_free() {
  if (!free_.empty()) {
    uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  if (touched_ == slots_.size()) return std::nullopt;
  return touched_++;
}

void SlotTable::fill(SharedSlot& slot, uint32_t epoch, const StateSnapshot& state) {
  for (size_t i = 0; i < kStateFieldCount; ++i) slot.values[i].store(state[i], std::memory_order_release);
  // What a client remembers of it is not known here yet.
  slot.values[static_cast<size_t>(StateField::kSelectedEvents)].store(0, std::memory_order_release);
  slot.epoch.store(epoch, std::memory_order_release);
}

std::optional<SlotRef> SlotTable::acquire(uint64_t cookie, const StateSnapshot& state) {
  if (auto found = by_cookie_.find(cookie); found != by_cookie_.end())
    return retain(SlotId{found->second, slots_[found->second].generation.load(std::memory_order_relaxed)});

  auto index = take_free();
  if (!index) return std::nullopt;
  SharedSlot& slot = slots_[*index];
  uint32_t generation = slot.generation.load(std::memory_order_relaxed) + 1;
  if (generation == 0) generation = 1;  // 0 says "never used"
  slot.generation.store(generation, std::memory_order_relaxed);
  // Release from here on: whoever reads a new value finds the new generation.
  slot.cookie.store(cookie, std::memory_order_release);
  fill(slot, 0, state);
  by_cookie_.emplace(cookie, *index);
  references_[*index] = 1;
  return SlotRef(this, SlotId{*index, generation});
}

std::optional<SlotRef> SlotTable::declare(uint64_t cookie, uint32_t epoch, const StateSnapshot& state) {
  auto reference = acquire(cookie, state);
  if (!reference) return std::nullopt;
  SharedSlot& slot = slots_[reference->id().index];
  if (epoch > slot.epoch.load(std::memory_order_relaxed)) fill(slot, epoch, state);
  return reference;
}

std::optional<SlotRef> SlotTable::retain(SlotId id) {
  if (!in_use(id)) return std::nullopt;
  ++references_[id.index];
  return SlotRef(this, id);
}

void SlotTable::set(SlotId id, StateField field, uint32_t value) {
  assert(in_use(id));
  slots_[id.index].values[static_cast<size_t>(field)].store(value, std::memory_order_release);
}

uint32_t SlotTable::register_events(SlotId id, uint32_t events) {
  assert(in_use(id));
  set(id, StateField::kSelectedEvents, events);
  return slots_[id.index].epoch.fetch_add(1, std::memory_order_acq_rel) + 1;
}

bool SlotTable::in_use(SlotId id) const {
  return id.index < touched_ && references_[id.index] > 0 &&
         slots_[id.index].generation.load(std::memory_order_relaxed) == id.generation;
}

void SlotTable::release(SlotId id) {
  assert(in_use(id));
  if (--references_[id.index] > 0) return;
  by_cookie_.erase(slots_[id.index].cookie.load(std::memory_order_relaxed));
  free_.push_back(id.index);
}

host::Result<SharedMemory> SharedMemory::create() {
  SharedMemory memory;
  memory.fd_ = WS_TRY(host::create_memory("windsock-state", kSharedStateSize));
  // Our own mapping first: the seal forbids every later one.
  memory.slots_ = static_cast<SharedSlot*>(WS_TRY(host::map(memory.fd_.get(), kSharedStateSize, true)));
  WS_TRY(host::seal_future_writes(memory.fd_.get()));
  return memory;
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept : fd_(std::move(other.fd_)), slots_(std::exchange(other.slots_, nullptr)) {}

SharedMemory::~SharedMemory() {
  if (slots_) host::unmap(slots_, kSharedStateSize);
}

}  // namespace windsock::server
