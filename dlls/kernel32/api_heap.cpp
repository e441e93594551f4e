// Heaps, on the host's malloc. Before each block stands its size as it was asked for, which HeapSize has to tell, and its place in
// the list of its heap, by which HeapDestroy frees it. Blocks of the process heap are in no list.
#include <heapapi.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#include "dlls/kernel32/last_error.h"

using namespace windsock::kernel32;

namespace {

struct alignas(16) Block {
  size_t size;
  Block* next;
  Block* previous;
};
constexpr size_t kLargest = SIZE_MAX / 2;

struct Heap {
  std::mutex mutex;
  size_t limit = 0;  // 0: none
  size_t in_use = 0;
  Block* first = nullptr;

  // Whether `more` bytes may come, counted as in use at once.
  bool charge(size_t more, size_t less) {
    if (limit != 0 && in_use - less + more > limit) return false;
    in_use = in_use - less + more;
    return true;
  }
  void link(Block* block) {
    block->previous = nullptr;
    block->next = first;
    if (first != nullptr) first->previous = block;
    first = block;
  }
  void unlink(Block* block) {
    (block->previous != nullptr ? block->previous->next : first) = block->next;
    if (block->next != nullptr) block->next->previous = block->previous;
  }
};

constinit Heap process_heap;

Heap* heap_of(HANDLE handle) { return static_cast<Heap*>(handle); }
Block* block_of(const void* memory) { return static_cast<Block*>(const_cast<void*>(memory)) - 1; }
bool is_listed(const Heap& heap) { return &heap != &process_heap; }

}  // namespace

HANDLE GetProcessHeap() { return &process_heap; }

HANDLE HeapCreate(DWORD, SIZE_T initial_size, SIZE_T maximum_size) {
  if (maximum_size != 0 && initial_size > maximum_size) {
    set_last_error(Win32Error::kInvalidParameter);
    return nullptr;
  }
  auto* heap = new (std::nothrow) Heap;
  if (heap == nullptr)
    set_last_error(Win32Error::kNotEnoughMemory);
  else
    heap->limit = maximum_size;
  return heap;
}

BOOL HeapDestroy(HANDLE handle) {
  Heap* heap = heap_of(handle);
  if (heap == nullptr || !is_listed(*heap)) return fail(Win32Error::kInvalidHandle);
  for (Block* block = heap->first; block != nullptr;) {
    Block* next = block->next;
    std::free(block);
    block = next;
  }
  delete heap;
  return TRUE;
}

LPVOID HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size) {
  Heap* heap = heap_of(handle);
  if (heap == nullptr || size > kLargest) return nullptr;
  void* memory = flags & HEAP_ZERO_MEMORY ? std::calloc(1, sizeof(Block) + size) : std::malloc(sizeof(Block) + size);
  if (memory == nullptr) return nullptr;
  auto* block = static_cast<Block*>(memory);
  block->size = size;
  if (is_listed(*heap)) {
    std::lock_guard lock(heap->mutex);
    if (!heap->charge(size, 0)) {
      std::free(block);
      return nullptr;
    }
    heap->link(block);
  }
  return block + 1;
}

LPVOID HeapReAlloc(HANDLE handle, DWORD flags, LPVOID memory, SIZE_T size) {
  Heap* heap = heap_of(handle);
  if (heap == nullptr || memory == nullptr || size > kLargest) return nullptr;
  Block* block = block_of(memory);
  size_t before = block->size;
  if (flags & HEAP_REALLOC_IN_PLACE_ONLY) {
    if (size > before) return nullptr;
    // Smaller always fits where it is.
  }
  std::unique_lock lock(heap->mutex, std::defer_lock);
  if (is_listed(*heap)) {
    lock.lock();
    if (!heap->charge(size, before)) return nullptr;
    heap->unlink(block);
  }
  if (!(flags & HEAP_REALLOC_IN_PLACE_ONLY)) {
    void* moved = std::realloc(block, sizeof(Block) + size);
    if (moved == nullptr) {
      if (lock) {
        heap->charge(before, size);
        heap->link(block);
      }
      return nullptr;
    }
    block = static_cast<Block*>(moved);
  }
  block->size = size;
  if (lock) heap->link(block);
  if ((flags & HEAP_ZERO_MEMORY) && size > before) std::memset(reinterpret_cast<char*>(block + 1) + before, 0, size - before);
  return block + 1;
}

BOOL HeapFree(HANDLE handle, DWORD, LPVOID memory) {
  Heap* heap = heap_of(handle);
  if (memory == nullptr) return TRUE;
  if (heap == nullptr) return fail(Win32Error::kInvalidHandle);
  Block* block = block_of(memory);
  if (is_listed(*heap)) {
    std::lock_guard lock(heap->mutex);
    heap->unlink(block);
    heap->charge(0, block->size);
  }
  std::free(block);
  return TRUE;
}

SIZE_T HeapSize(HANDLE handle, DWORD, LPCVOID memory) {
  return handle == nullptr || memory == nullptr ? static_cast<SIZE_T>(-1) : block_of(memory)->size;
}
