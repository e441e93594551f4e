// The lines of WINDSOCK_DEBUG=trace+api: a call with its arguments as a person would write them, then again with its result.
//
//   > recv(5, 0x7ffc…, 64, 0)                a call begins: one that blocks is seen so
//   < recv(5, "GET / HTTP/1.1..", 64, 0) = 16
//
// The lines are built on the stack by the cold path of entry.h; nothing here runs when the channel is off. Arguments print by their
// type; the small wrappers below say what a plain number or pointer means. What a call gives is a pointer before it, and what lies
// there after it. A program's memory is read through the kernel, so that a bad pointer is shown and not followed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "dlls/ws2_32/trace_words.h"

namespace windsock::trace {

// ---- what the call takes ---------------------------------------------------------------------------------------------------
template <Words words>
struct Word {  // a number that has a name
  int64_t value;
};
using Family = Word<Words::kFamily>;
using SocketType = Word<Words::kSocketType>;
using Protocol = Word<Words::kProtocol>;
using How = Word<Words::kHow>;
using Backlog = Word<Words::kBacklog>;

template <Words words>
struct FlagSet {
  int64_t value;  // of 32 bits
};
using Flags = FlagSet<Words::kMessageFlags>;
using CreationFlags = FlagSet<Words::kCreationFlags>;
using NetworkEventMask = FlagSet<Words::kNetworkEvents>;

struct Control {
  uint32_t code;
};
struct Option {
  int level;
  int name;
};
struct Version {  // MAKEWORD(major, minor)
  uint16_t value;
};
struct Name {  // a socket address in Windows' layout
  const void* address;
  int length;
};
struct Bytes {  // the begin of data, shown as text
  const void* data;
  int64_t size;
};
struct Buffers {  // an array of WSABUF, with the begin of the data in the first
  const void* array;
  uint32_t count;
};
struct Text {  // may be null
  const char* text;
};
struct Time {  // a timeval
  const void* time;
};
struct OptionValue {  // a number, when it has the size of one
  const void* value;
  int length;
};
struct ProtocolInfo {  // either form of WSAPROTOCOL_INFO, which begin alike
  const void* info;
};

// ---- what the call gives, or changes -----------------------------------------------------------------------------------------
template <typename T>
struct NumberResult {  // one number
  const T* number;
};
template <typename T>
NumberResult(T*) -> NumberResult<T>;
struct NameResult {
  const void* address;
  const int* length;
};
struct BytesResult {  // as many as the call returns
  const void* data;
};
struct BuffersResult {  // as many bytes as *size
  const void* array;
  uint32_t count;
  const void* size;  // a DWORD
};
struct OptionResult {
  const void* value;
  const int* length;
};
struct ProtocolInfoResult {
  const void* info;
};
struct NetworkEventsResult {  // a WSANETWORKEVENTS
  const void* events;
};
struct Sockets {  // an fd_set: what is asked for, then what is ready
  const void* set;
};
struct Polled {  // an array of WSAPOLLFD
  const void* array;
  uint32_t count;
};

template <typename R>
int64_t as_number(R value) {
  if constexpr (std::is_pointer_v<R>)
    return static_cast<int64_t>(reinterpret_cast<intptr_t>(value));
  else
    return static_cast<int64_t>(value);
}

class Line {
 public:
  // The call begins.
  explicit Line(const char* call);
  // The call has succeeded and returned a number; or it has failed.
  static Line after(const char* call, int64_t value);
  static Line after_failure(const char* call);

  template <Words words>
  void argument(const Word<words>& word) {
    named(words, word.value);
  }
  template <Words words>
  void argument(const FlagSet<words>& flags) {
    separate();
    append_flags(words, static_cast<uint32_t>(flags.value));
  }
  void argument(const Control& control);
  void argument(const Option& option);
  void argument(const Version& version);
  void argument(const Name& name);
  void argument(const Bytes& bytes);
  void argument(const Buffers& buffers);
  void argument(const Text& text);
  void argument(const Time& time);
  void argument(const OptionValue& value);
  void argument(const ProtocolInfo& info);
  template <typename T>
  void argument(const NumberResult<T>& result) {
    static_assert(sizeof(T) <= sizeof(int64_t));
    number_at(result.number, sizeof(T));
  }
  void argument(const NameResult& name);
  void argument(const BytesResult& bytes);
  void argument(const BuffersResult& buffers);
  void argument(const OptionResult& value);
  void argument(const ProtocolInfoResult& info);
  void argument(const NetworkEventsResult& events);
  void argument(const Sockets& sockets);
  void argument(const Polled& polled);
  template <typename T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void argument(T value) {
    number(static_cast<int64_t>(value));
  }
  template <typename T>
  void argument(T* pointer) {
    address(reinterpret_cast<const void*>(pointer));
  }

  // The arguments are complete: prints the call.
  void begin();
  // Prints it with its result; `error` 0: succeeded.
  void end(int64_t value, bool is_pointer, uint32_t error);

  const char* text() const { return text_; }

 private:
  enum class Moment : uint8_t { kBefore, kSucceeded, kFailed };
  Line(const char* call, Moment moment, int64_t value);

  [[gnu::format(printf, 2, 3)]] void append(const char* format, ...);
  void append_bytes(const void* data, int64_t size);
  void append_buffers(const void* array, uint32_t count, int64_t most);
  void append_flags(Words words, uint32_t set);
  void append_name(const void* copy, int length);
  void append_more(uint32_t count, uint32_t shown);
  bool append_word(Words words, int64_t value);
  void separate();
  void named(Words words, int64_t value);
  void number(int64_t value);
  void number_at(const void* pointer, size_t size);
  void address(const void* pointer);

  char text_[700];
  size_t length_ = 0;
  bool first_ = true;
  Moment moment_;
  int64_t value_;
};

}  // namespace windsock::trace
