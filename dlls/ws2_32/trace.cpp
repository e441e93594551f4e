#include "dlls/ws2_32/trace.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <afunix.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "dlls/common/debug.h"
#include "dlls/common/host.h"
#include "dlls/ws2_32/translate_protocol_info.h"

namespace windsock::trace {

namespace {

constexpr size_t kShownBytes = 32;
constexpr uint32_t kShownItems = 8;

template <typename T>
bool peek(const void* pointer, T& value) {
  return pointer && host::peek(pointer, &value, sizeof value) == sizeof value;
}

// As much of a socket address as there is; false: less than a family.
bool peek_name(const void* address, int length, SOCKADDR_STORAGE& name) {
  size_t wanted = std::min(static_cast<size_t>(std::max(length, 0)), sizeof name);
  name = {};
  return wanted >= sizeof name.ss_family && address && host::peek(address, &name, wanted) == wanted;
}

}  // namespace

Line::Line(const char* call) : Line(call, Moment::kBefore, 0) {}
Line Line::after(const char* call, int64_t value) { return Line(call, Moment::kSucceeded, value); }
Line Line::after_failure(const char* call) { return Line(call, Moment::kFailed, 0); }

Line::Line(const char* call, Moment moment, int64_t value) : moment_(moment), value_(value) { append("%s(", call); }

// ---- pieces --------------------------------------------------------------------------------------------------------------

void Line::append(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(text_ + length_, sizeof text_ - length_, format, arguments);
  va_end(arguments);
  if (added > 0) length_ = std::min(sizeof text_ - 1, length_ + static_cast<size_t>(added));
}

void Line::separate() {
  if (!first_) append(", ");
  first_ = false;
}

bool Line::append_word(Words words, int64_t value) {
  const char* word = word_for(words, value);
  word ? append("%s", word) : append("%lld", static_cast<long long>(value));
  return word != nullptr;
}

void Line::append_flags(Words words, uint32_t set) {
  const char* between = "";
  uint32_t rest = name_flags(words, set, [&](const char* name) {
    append("%s%s", between, name);
    between = "|";
  });
  if (rest) append("%s0x%x", between, rest);
  if (!set) append("0");
}

// The end of a list of which `shown` were shown.
void Line::append_more(uint32_t count, uint32_t shown) {
  if (count > shown) append(", and %u more", count - shown);
  append("}");
}

void Line::append_bytes(const void* data, int64_t size) {
  unsigned char shown[kShownBytes];
  size_t count = host::peek(data, shown, static_cast<size_t>(std::min<int64_t>(size, kShownBytes)));
  append("\"");
  for (size_t i = 0; i < count; ++i) {
    unsigned char c = shown[i];
    if (c == '\n')
      append("\\n");
    else if (c == '\r')
      append("\\r");
    else if (c >= ' ' && c < 127 && c != '"' && c != '\\')
      append("%c", c);
    else
      append("\\x%02x", c);
  }
  append("%s", static_cast<int64_t>(count) < size ? "\".." : "\"");
}

void Line::append_name(const void* copy, int length) {
  const auto& name = *static_cast<const SOCKADDR_STORAGE*>(copy);
  auto* bytes = static_cast<const unsigned char*>(copy);
  if (name.ss_family == AF_INET && length >= static_cast<int>(sizeof(sockaddr_in))) {
    append("%u.%u.%u.%u:%u", bytes[4], bytes[5], bytes[6], bytes[7], bytes[2] << 8 | bytes[3]);
  } else if (name.ss_family == AF_INET6 && length >= static_cast<int>(sizeof(sockaddr_in6))) {
    append("[");
    for (int i = 0; i < 8; ++i) append(i ? ":%x" : "%x", bytes[8 + 2 * i] << 8 | bytes[9 + 2 * i]);
    append("]:%u", bytes[2] << 8 | bytes[3]);
  } else if (name.ss_family == AF_UNIX) {
    append("unix:%.*s", std::min<int>(length, sizeof name) - 2, reinterpret_cast<const char*>(bytes + 2));
  } else {
    append("{family %u, %d bytes}", name.ss_family, length);
  }
}

void Line::append_buffers(const void* array, uint32_t count, int64_t most) {
  WSABUF first{};
  if (count == 0 || !peek(array, first)) return address(array);
  separate();
  append("{");
  append_bytes(first.buf, std::min<int64_t>(first.len, most));
  append_more(count, 1);
}

void Line::named(Words words, int64_t value) {
  separate();
  append_word(words, value);
}

void Line::number(int64_t value) {
  separate();
  append("%lld", static_cast<long long>(value));
}

void Line::number_at(const void* pointer, size_t size) {
  int64_t value = 0;  // little-endian, as all hosts are that Windows programs know
  if (moment_ == Moment::kBefore || !pointer || host::peek(pointer, &value, size) != size) return address(pointer);
  separate();
  append("[%lld]", static_cast<long long>(value));
}

void Line::address(const void* pointer) {
  separate();
  pointer ? append("%p", pointer) : append("NULL");
}

// ---- what the call takes --------------------------------------------------------------------------------------------------

void Line::argument(const Control& control) {
  separate();
  const char* name = word_for(Words::kControl, static_cast<int32_t>(control.code));
  if (!name) name = word_for(Words::kControl, control.code);
  name ? append("%s", name) : append("0x%08x", control.code);
}

void Line::argument(const Option& option) {
  named(Words::kLevel, option.level);
  if (option.level == SOL_SOCKET) return named(Words::kSocketOption, option.name);
  if (option.level == IPPROTO_TCP) return named(Words::kTcpOption, option.name);
  number(option.name);
}

void Line::argument(const Version& version) {
  separate();
  append("%u.%u", version.value & 0xff, version.value >> 8);
}

void Line::argument(const Name& name) {
  SOCKADDR_STORAGE shown;
  if (!peek_name(name.address, name.length, shown)) {
    address(name.address);
    return number(name.length);
  }
  separate();
  append_name(&shown, name.length);
}

void Line::argument(const Bytes& bytes) {
  unsigned char probe;
  if (bytes.size <= 0 || !peek(bytes.data, probe)) return address(bytes.data);
  separate();
  append_bytes(bytes.data, bytes.size);
}

void Line::argument(const Buffers& buffers) { append_buffers(buffers.array, buffers.count, INT64_MAX); }

void Line::argument(const Text& text) {
  char shown[64];
  size_t count = text.text ? host::peek(text.text, shown, sizeof shown) : 0;
  if (count == 0) return address(text.text);
  separate();
  append("\"%.*s\"", static_cast<int>(strnlen(shown, count)), shown);
}

void Line::argument(const Time& time) {
  timeval value;
  if (!peek(time.time, value)) return address(time.time);
  separate();
  append("%lld.%06lld s", static_cast<long long>(value.tv_sec), static_cast<long long>(value.tv_usec));
}

void Line::argument(const OptionValue& value) {
  int32_t number = 0;
  bool is_number = value.length == 1 || value.length == 2 || value.length == 4;
  if (!is_number || !value.value || host::peek(value.value, &number, static_cast<size_t>(value.length)) == 0)
    return address(value.value);
  separate();
  append("[%d]", number);
}

void Line::argument(const ProtocolInfo& info) {
  WSAPROTOCOL_INFOW shown{};  // the forms differ in the name at the end only
  if (!info.info || host::peek(info.info, &shown, offsetof(WSAPROTOCOL_INFOW, szProtocol)) == 0) return address(info.info);
  separate();
  append("{");
  append_word(Words::kFamily, shown.iAddressFamily);
  append(", ");
  append_word(Words::kSocketType, shown.iSocketType);
  append(", ");
  append_word(Words::kProtocol, shown.iProtocol);
  if (auto ticket = get_ticket(shown)) append(", ticket %s", wire::ticket_prefix(*ticket).c_str());
  append("}");
}

// ---- what the call gives --------------------------------------------------------------------------------------------------

void Line::argument(const NameResult& name) {
  int length = 0;
  SOCKADDR_STORAGE shown;
  if (moment_ == Moment::kSucceeded && peek(name.length, length) && peek_name(name.address, length, shown)) {
    separate();
    append_name(&shown, length);
  } else {
    address(name.address);
  }
  number_at(name.length, sizeof *name.length);
}

void Line::argument(const BytesResult& bytes) {
  if (moment_ != Moment::kSucceeded || value_ <= 0) return address(bytes.data);
  separate();
  append_bytes(bytes.data, value_);
}

void Line::argument(const BuffersResult& buffers) {
  DWORD size = 0;
  if (moment_ != Moment::kSucceeded || !peek(buffers.size, size)) return address(buffers.array);
  append_buffers(buffers.array, buffers.count, size);
}

void Line::argument(const OptionResult& value) {
  int length = 0;
  if (moment_ != Moment::kSucceeded || !peek(value.length, length))
    address(value.value);
  else
    argument(OptionValue{value.value, length});
  number_at(value.length, sizeof *value.length);
}

void Line::argument(const ProtocolInfoResult& info) {
  if (moment_ != Moment::kSucceeded) return address(info.info);
  argument(ProtocolInfo{info.info});
}

void Line::argument(const Sockets& sockets) {
  u_int count = 0;
  if (!peek(sockets.set, count)) return address(sockets.set);
  separate();
  append("{");
  auto* first = static_cast<const char*>(sockets.set) + offsetof(fd_set, fd_array);
  for (u_int i = 0; i < std::min(count, kShownItems); ++i) {
    SOCKET socket = INVALID_SOCKET;
    if (!peek(first + i * sizeof socket, socket)) break;
    append(i ? ", %lld" : "%lld", static_cast<long long>(socket));
  }
  append_more(count, kShownItems);
}

void Line::argument(const NetworkEventsResult& result) {
  WSANETWORKEVENTS record;
  if (moment_ != Moment::kSucceeded || !peek(result.events, record)) return address(result.events);
  separate();
  append("{");
  append_flags(Words::kNetworkEvents, static_cast<uint32_t>(record.lNetworkEvents));
  for (size_t i = 0; i < FD_MAX_EVENTS; ++i) {
    if (!(record.lNetworkEvents & (1 << i)) || record.iErrorCode[i] == 0) continue;
    append(", %s: ", word_for(Words::kNetworkEvents, 1 << i));
    if (!append_word(Words::kError, record.iErrorCode[i])) append("%d", record.iErrorCode[i]);
  }
  append("}");
}

void Line::argument(const Polled& polled) {
  WSAPOLLFD entry;
  if (polled.count == 0 || !peek(polled.array, entry)) return address(polled.array);
  separate();
  append("{");
  auto* array = static_cast<const WSAPOLLFD*>(polled.array);
  for (uint32_t i = 0; i < std::min(polled.count, kShownItems) && peek(&array[i], entry); ++i) {
    append(i ? ", %lld: " : "%lld: ", static_cast<long long>(static_cast<SOCKET>(entry.fd)));
    append_flags(Words::kPollFlags, static_cast<uint16_t>(entry.events));
    if (moment_ == Moment::kBefore) continue;
    append(" -> ");
    append_flags(Words::kPollFlags, static_cast<uint16_t>(entry.revents));
  }
  append_more(polled.count, kShownItems);
}

// ---- the two lines ---------------------------------------------------------------------------------------------------------

void Line::begin() {
  append(")");
  debug::log(debug::Level::kTrace, debug::Channel::kApi, "> %s", text_);
}

void Line::end(int64_t value, bool is_pointer, uint32_t error) {
  append(")");
  is_pointer ? append(" = 0x%llx", static_cast<unsigned long long>(value)) : append(" = %lld", static_cast<long long>(value));
  if (error) {
    append(" ");
    if (append_word(Words::kError, error)) append(" (%u)", error);
  }
  debug::log(debug::Level::kTrace, debug::Channel::kApi, "< %s", text_);
}

}  // namespace windsock::trace
