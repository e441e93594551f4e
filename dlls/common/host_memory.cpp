#include "dlls/common/host_memory.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace windsock::host {

namespace {

constexpr int kReserving = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

int protection_of(PageUse use) {
  return (use.read ? PROT_READ : PROT_NONE) | (use.write ? PROT_WRITE : PROT_NONE) | (use.execute ? PROT_EXEC : PROT_NONE);
}

Result<void> checked(int result) {
  if (result < 0) return last_failure();
  return {};
}

Result<void> map_over(void* pages, size_t size, int protection, int flags, int fd, int64_t offset) {
  if (::mmap(pages, size, protection, flags | MAP_FIXED, fd, offset) == MAP_FAILED) return last_failure();
  return {};
}

}  // namespace

Result<void*> reserve_pages(void* where, size_t size, size_t alignment) {
  if (where != nullptr) {
    void* pages = ::mmap(where, size, PROT_NONE, kReserving | MAP_FIXED_NOREPLACE, -1, 0);
    if (pages == MAP_FAILED) return last_failure();
    return pages;
  }
  // The host aligns to its pages only: what is too much goes back.
  void* space = ::mmap(nullptr, size + alignment, PROT_NONE, kReserving, -1, 0);
  if (space == MAP_FAILED) return last_failure();
  auto begin = reinterpret_cast<uintptr_t>(space), pages = (begin + alignment - 1) / alignment * alignment;
  if (pages != begin) ::munmap(space, pages - begin);
  ::munmap(reinterpret_cast<void*>(pages + size), alignment - (pages - begin));
  return reinterpret_cast<void*>(pages);
}

Result<void> set_page_use(void* pages, size_t size, PageUse use) { return checked(::mprotect(pages, size, protection_of(use))); }

Result<void> empty_pages(void* pages, size_t size) { return map_over(pages, size, PROT_NONE, kReserving, -1, 0); }

Result<void> view_file(void* pages, size_t size, int fd, int64_t offset, PageUse use, ViewKind kind) {
  return map_over(pages, size, protection_of(use), kind == ViewKind::kShared ? MAP_SHARED : MAP_PRIVATE, fd, offset);
}

Result<void> synchronize_view(void* pages, size_t size) { return checked(::msync(pages, size, MS_SYNC)); }

Result<void> resize_file(int fd, int64_t size) { return checked(::ftruncate(fd, size)); }

Result<void> share_lock(int fd) { return checked(::flock(fd, LOCK_SH)); }
void unlock_file(int fd) { ::flock(fd, LOCK_UN); }

}  // namespace windsock::host
