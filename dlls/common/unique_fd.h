// UniqueFd: the one owner of a host file descriptor.
//
// Every fd in the project is held by exactly one UniqueFd from the moment it exists. Plain ints are borrowed.
#pragma once

#include <utility>

namespace windsock {

namespace host {
void close(int fd);
}

class UniqueFd {
 public:
  UniqueFd() = default;
  static UniqueFd adopt(int fd) {
    UniqueFd owner;
    owner.fd_ = fd;
    return owner;
  }
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    UniqueFd old(std::move(*this));
    fd_ = other.release();
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) host::close(fd_);
  }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // Gives the fd up to the caller, who owns it now.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset() { UniqueFd old(std::move(*this)); }

 private:
  int fd_ = -1;
};

}  // namespace windsock
