#include "dlls/kernel32/memory_regions.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "dlls/common/host_system.h"

namespace windsock::kernel32::memory_regions {

namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// One allocation or view; it has its address space until it goes.
struct Region {
  uintptr_t base = 0;
  size_t size = 0;  // in whole pages
  Protection first = Protection::kReserved;
  Ref<FileMapping> mapping;  // of a view
  // One for each page. From calloc, so that a large reservation costs what is used of it.
  std::unique_ptr<Protection[], Free> pages;

  bool is_view() const { return static_cast<bool>(mapping); }
  bool contains(uintptr_t address) const { return address - base < size; }
};

// The pages that some bytes lie on.
struct Pages {
  Region* region = nullptr;
  size_t first = 0, count = 0;

  Protection* begin() const { return &region->pages[first]; }
  Protection* end() const { return begin() + count; }
  void* address() const { return reinterpret_cast<void*>(region->base + first * page_size()); }
  size_t size() const { return count * page_size(); }
};

constinit std::mutex the_lock;
// By their begins; leaked on purpose.
std::map<uintptr_t, Region>& regions() {
  static auto& all = *new std::map<uintptr_t, Region>;
  return all;
}

size_t whole_pages(size_t size) { return (size + page_size() - 1) / page_size() * page_size(); }

Win32Error error_of(host::Errno error) {
  return static_cast<int>(error) == EEXIST ? Win32Error::kInvalidAddress : win32_error_from_errno(error);
}

// A region of its own in the table, or why not.
Result<Region*, Win32Error> make_region(void* where, size_t size, Protection first) {
  size = whole_pages(size);
  std::unique_ptr<Protection[], Free> pages(static_cast<Protection*>(std::calloc(size / page_size(), sizeof(Protection))));
  if (!pages) return Failure{Win32Error::kNotEnoughMemory};
  auto reserved = host::reserve_pages(where, size, kGranularity);
  if (!reserved) return Failure{error_of(reserved.error())};
  auto base = reinterpret_cast<uintptr_t>(reserved.value());
  Region& region = regions()[base];
  region = {base, size, first, {}, std::move(pages)};
  return &region;
}

void remove(const Region& region) {
  host::unmap(reinterpret_cast<void*>(region.base), region.size);
  regions().erase(region.base);
}

Region* region_at(const void* where) {
  auto address = reinterpret_cast<uintptr_t>(where);
  auto after = regions().upper_bound(address);
  if (after == regions().begin()) return nullptr;
  Region& region = std::prev(after)->second;
  return region.contains(address) ? &region : nullptr;
}

Region* region_from(const void* base) {
  auto found = regions().find(reinterpret_cast<uintptr_t>(base));
  return found != regions().end() ? &found->second : nullptr;
}

// False: they are not of one region.
bool find_pages(const void* where, size_t size, Pages& pages) {
  Region* region = region_at(where);
  if (region == nullptr) return false;
  size_t offset = reinterpret_cast<uintptr_t>(where) - region->base;
  if (size > region->size - offset) return false;
  size_t first = offset / page_size();
  pages = {region, first, whole_pages(offset + size) / page_size() - first};
  return true;
}

Result<void, Win32Error> use(const Pages& pages, Protection protection) {
  auto set = host::set_page_use(pages.address(), pages.size(), page_use(protection));
  if (!set) return Failure{win32_error_from_errno(set.error())};
  std::fill(pages.begin(), pages.end(), protection);
  return {};
}

bool is_committed(const Pages& pages) { return std::find(pages.begin(), pages.end(), Protection::kReserved) == pages.end(); }

}  // namespace

size_t page_size() {
  static const size_t size = host::system_facts().page_size;
  return size;
}

Result<void*, Win32Error> reserve(void* where, size_t size, Protection first) {
  std::lock_guard lock(the_lock);
  Region* region = WS_TRY(make_region(where, size, first));
  return reinterpret_cast<void*>(region->base);
}

Result<void*, Win32Error> map_view(Ref<FileMapping> mapping, uint64_t offset, size_t size, Protection protection, void* where) {
  std::lock_guard lock(the_lock);
  Region& region = *WS_TRY(make_region(where, size, protection));
  auto* base = reinterpret_cast<void*>(region.base);
  auto kind = is_copied(protection) ? host::ViewKind::kCopied : host::ViewKind::kShared;
  if (auto viewed = host::view_file(base, size, mapping->fd(), static_cast<int64_t>(offset), page_use(protection), kind); !viewed) {
    remove(region);
    return Failure{win32_error_from_errno(viewed.error())};
  }
  region.mapping = std::move(mapping);
  std::fill_n(region.pages.get(), region.size / page_size(), protection);
  return base;
}

Result<void, Win32Error> release(void* base) {
  std::lock_guard lock(the_lock);
  Region* region = region_from(base);
  if (region == nullptr || region->is_view()) return Failure{Win32Error::kInvalidAddress};
  remove(*region);
  return {};
}

Result<void, Win32Error> unmap_view(const void* base) {
  Ref<FileMapping> last;  // goes without the lock
  std::lock_guard lock(the_lock);
  Region* region = region_from(base);
  if (region == nullptr || !region->is_view()) return Failure{Win32Error::kInvalidAddress};
  last = std::move(region->mapping);
  remove(*region);
  return {};
}

Result<void*, Win32Error> commit(void* where, size_t size, Protection protection) {
  std::lock_guard lock(the_lock);
  Pages pages;
  if (!find_pages(where, size, pages) || pages.region->is_view()) return Failure{Win32Error::kInvalidAddress};
  WS_TRY(use(pages, protection));
  return pages.address();
}

Result<void, Win32Error> decommit(void* where, size_t size) {
  std::lock_guard lock(the_lock);
  Pages pages;
  if (size == 0) {
    Region* all = region_from(where);
    if (all == nullptr) return Failure{Win32Error::kInvalidAddress};
    size = all->size;
  }
  if (!find_pages(where, size, pages) || pages.region->is_view()) return Failure{Win32Error::kInvalidAddress};
  if (auto emptied = host::empty_pages(pages.address(), pages.size()); !emptied) return Failure{win32_error_from_errno(emptied.error())};
  std::fill(pages.begin(), pages.end(), Protection::kReserved);
  return {};
}

Result<Protection, Win32Error> protect(void* where, size_t size, Protection protection) {
  std::lock_guard lock(the_lock);
  Pages pages;
  if (!find_pages(where, size, pages) || !is_committed(pages)) return Failure{Win32Error::kInvalidAddress};
  Protection before = *pages.begin();
  WS_TRY(use(pages, protection));
  return before;
}

Result<void, Win32Error> flush_view(const void* where, size_t size) {
  std::lock_guard lock(the_lock);
  Pages pages;
  Region* region = region_at(where);
  if (region != nullptr && size == 0) size = region->base + region->size - reinterpret_cast<uintptr_t>(where);
  if (!find_pages(where, size, pages) || !pages.region->is_view()) return Failure{Win32Error::kInvalidAddress};
  auto flushed = host::synchronize_view(pages.address(), pages.size());
  if (!flushed) return Failure{win32_error_from_errno(flushed.error())};
  return {};
}

bool find(const void* where, Extent& extent) {
  std::lock_guard lock(the_lock);
  Region* region = region_at(where);
  if (region == nullptr) return false;
  const Protection* first = &region->pages[(reinterpret_cast<uintptr_t>(where) - region->base) / page_size()];
  const Protection* end = std::find_if(first, static_cast<const Protection*>(&region->pages[region->size / page_size()]),
                                       [=](Protection other) { return other != *first; });
  auto begin = static_cast<size_t>(first - region->pages.get());
  extent = {region->base + begin * page_size(), static_cast<size_t>(end - first) * page_size(), region->base, region->first, *first, region->is_view()};
  return true;
}

void lock_for_fork() { the_lock.lock(); }
void unlock_after_fork() { the_lock.unlock(); }

}  // namespace windsock::kernel32::memory_regions
