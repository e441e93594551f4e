// One line of WINDSOCK_DEBUG=trace+api: the call with its arguments as a person would write them, then the result.
//
//   < send(5, "GET / HTTP/1.1..", 16, flags=0) = 16
//   > recv(5, 0x7ffc…, 64, flags=0)          a call begins: one that blocks is seen so
//
// The line is built on the stack by the cold path of entry.h; nothing here runs when the channel is off. Arguments print by their
// type; the small wrappers below say what a plain number means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace windsock::trace {

// Wrappers: arguments that deserve more than a number.
struct Family {
  int value;
};
struct SocketType {
  int value;
};
struct Name {  // a socket address in Windows' layout
  const void* address;
  int length;
};
struct Bytes {  // the begin of data, shown as text
  const void* data;
  int64_t size;
};
struct Option {
  int level;
  int name;
};
struct Control {
  uint32_t code;
};
struct Flags {
  int value;
};
struct Text {  // may be null
  const char* text;
};

class Line {
 public:
  explicit Line(const char* call);

  void argument(const Family& family);
  void argument(const SocketType& type);
  void argument(const Name& name);
  void argument(const Bytes& bytes);
  void argument(const Option& option);
  void argument(const Control& control);
  void argument(const Flags& flags);
  void argument(const Text& text);
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void argument(T value) {
    number(static_cast<int64_t>(value));
  }
  template <typename T>
  void argument(T* pointer) {
    address(reinterpret_cast<const void*>(pointer));
  }

  // The arguments are complete: prints the call, so that one that blocks is seen.
  void begin();
  // Prints it again with its result; `error` 0: succeeded.
  template <typename R>
  void end(R value, uint32_t error) {
    if constexpr (std::is_pointer_v<R>)
      finish(static_cast<int64_t>(reinterpret_cast<intptr_t>(value)), true, error);
    else
      finish(static_cast<int64_t>(value), false, error);
  }

 private:
  [[gnu::format(printf, 2, 3)]] void append(const char* format, ...);
  void separate();
  void number(int64_t value);
  void address(const void* pointer);
  void finish(int64_t value, bool is_pointer, uint32_t error);

  char text_[700];
  size_t length_ = 0;
  bool first_ = true;
};

// The name of a Winsock error code, or "?".
const char* error_name(uint32_t code);

}  // namespace windsock::trace
