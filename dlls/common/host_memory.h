// The part of host.h about address space: pages of a process's own and views of files.
#pragma once

#include "dlls/common/host.h"

namespace windsock::host {

struct PageUse {
  bool read = false;
  bool write = false;
  bool execute = false;
};

// Address space that holds nothing, at `where`, or (null) anywhere at a multiple of `alignment`. EEXIST: something is there.
Result<void*> reserve_pages(void* where, size_t size, size_t alignment);
Result<void> set_page_use(void* pages, size_t size, PageUse use);
// The pages are as reserve_pages gave them.
Result<void> empty_pages(void* pages, size_t size);
// Over pages that were reserved. kCopied: what is written stays with this view.
enum class ViewKind : uint8_t { kShared, kCopied };
Result<void> view_file(void* pages, size_t size, int fd, int64_t offset, PageUse use, ViewKind kind);
// What was written to a view is in its file.
Result<void> synchronize_view(void* pages, size_t size);

Result<void> resize_file(int fd, int64_t size);
// A lock as lock_file's that others may have, too.
Result<void> share_lock(int fd);
// Gives it back, also where a forked child has the descriptor, too.
void unlock_file(int fd);

}  // namespace windsock::host
