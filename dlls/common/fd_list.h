// FdList: the descriptors that came or go with one packet, as one owner.
//
// A packet of the protocol carries at most two fds. The kernel may deliver one more than was asked for (CMSG_SPACE rounds
// up), so the list has room for what fits in the control buffer and the receiver closes the surplus by dropping the list.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>

#include "dlls/common/unique_fd.h"

namespace windsock {

class FdList {
 public:
  static constexpr size_t kCapacity = 4;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int get(size_t index) const { return fds_[index].get(); }
  void push(UniqueFd fd) {
    assert(size_ < kCapacity);
    fds_[size_++] = std::move(fd);
  }
  // The fd at `index` moves out; its place stays, empty.
  UniqueFd take(size_t index) {
    assert(index < size_);
    return std::move(fds_[index]);
  }
  void clear() {
    for (auto& fd : fds_) fd.reset();
    size_ = 0;
  }

 private:
  std::array<UniqueFd, kCapacity> fds_;
  size_t size_ = 0;
};

}  // namespace windsock
