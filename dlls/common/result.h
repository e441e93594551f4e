// Result<T, E>: a value or an error, returned, never thrown.
//
// std::expected is not in C++20, and exceptions must not cross the C ABI, so every operation that can fail returns this.
// E's zero value means "no error"; T must be default-constructible, which keeps a Result of two words in two registers.
#pragma once

#include <cassert>
#include <utility>

namespace windsock {

template <typename E>
struct Failure {
  E error;
};
template <typename E>
Failure(E) -> Failure<E>;

template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Failure<E> failure) : error_(failure.error) { assert(error_ != E{}); }

  bool ok() const { return error_ == E{}; }
  explicit operator bool() const { return ok(); }
  E error() const { return error_; }
  const T& value() const& {
    assert(ok());
    return value_;
  }
  T take() && {
    assert(ok());
    return std::move(value_);
  }

 private:
  T value_{};
  E error_{};
};

template <typename E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(Failure<E> failure) : error_(failure.error) { assert(error_ != E{}); }

  bool ok() const { return error_ == E{}; }
  explicit operator bool() const { return ok(); }
  E error() const { return error_; }
  void take() && { assert(ok()); }

 private:
  E error_{};
};

}  // namespace windsock

// Yields the value of a Result, or returns its error from the calling function. A statement expression, which gcc and
// clang both have.
#define WS_TRY(expression)                                             \
  __extension__({                                                      \
    auto ws_result = (expression);                                     \
    if (!ws_result.ok()) return ::windsock::Failure{ws_result.error()}; \
    std::move(ws_result).take();                                       \
  })
