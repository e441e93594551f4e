#include "dlls/common/wire.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace windsock::wire {

static_assert(std::endian::native == std::endian::little, "the fields are copied as they stand");

namespace {

// Both archives have the same overloads, one per field type of wire.def.
class Writer {
 public:
  explicit Writer(Packet& packet) : packet_(packet) {}

  template <typename T>
    requires std::is_unsigned_v<T>
  void field(T value) {
    raw(&value, sizeof value);
  }
  void field(const Ticket& ticket) { raw(ticket.data(), ticket.size()); }
  void field(const SlotId& slot) {
    field(slot.index);
    field(slot.generation);
  }
  void field(const StateSnapshot& state) { raw(state.data(), sizeof state); }
  void field(const Text& text) {
    auto length = static_cast<u16>(std::min(text.size(), kMaxText));
    field(length);
    raw(text.data(), length);
  }
  void field(const SlotList& slots) {
    auto count = static_cast<u16>(std::min(slots.size(), kMaxSlots));
    field(count);
    for (size_t i = 0; i < count; ++i) field(slots[i]);
  }

 private:
  void raw(const void* data, size_t size) {
    memcpy(packet_.bytes.data() + packet_.size, data, size);
    packet_.size += size;
  }
  Packet& packet_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> packet) : rest_(packet) {}

  bool at_end() const { return good_ && rest_.empty(); }

  template <typename T>
    requires std::is_unsigned_v<T>
  void field(T& value) {
    raw(&value, sizeof value);
  }
  void field(Ticket& ticket) { raw(ticket.data(), ticket.size()); }
  void field(SlotId& slot) {
    field(slot.index);
    field(slot.generation);
  }
  void field(StateSnapshot& state) { raw(state.data(), sizeof state); }
  void field(Text& text) {
    u16 length = 0;
    field(length);
    if (length > kMaxText || length > rest_.size()) return fail();
    text.resize(length);
    raw(text.data(), length);
  }
  void field(SlotList& slots) {
    u16 count = 0;
    field(count);
    if (count > kMaxSlots) return fail();
    slots.resize(count);
    for (auto& slot : slots) field(slot);
  }

 private:
  void fail() {
    good_ = false;
    rest_ = {};
  }
  void raw(void* data, size_t size) {
    if (rest_.size() < size) return fail();
    if (size == 0) return;  // an empty packet has no address, which memcpy must not be given
    memcpy(data, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  std::span<const std::byte> rest_;
  bool good_ = true;
};

#define MESSAGE(name, number, fds)                                                \
  template <typename Archive, typename Message>                                   \
    requires std::is_same_v<std::remove_const_t<Message>, name>                   \
  void visit([[maybe_unused]] Archive& archive, [[maybe_unused]] Message& message) {
#define FIELD(type, name) archive.field(message.name);
#define END }
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END

}  // namespace

const char* type_name(Type type) {
  switch (type) {
#define MESSAGE(name, number, fds) \
  case Type::k##name:              \
    return #name;
#define FIELD(type, name)
#define END
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END
  }
  return "?";
}

std::optional<Head> decode_head(std::span<const std::byte> packet) {
  if (packet.size() < kHeadSize) return std::nullopt;
  u16 type;
  Head head;
  memcpy(&type, packet.data(), sizeof type);
  memcpy(&head.serial, packet.data() + sizeof type, sizeof head.serial);
  head.type = static_cast<Type>(type);
  return head;
}

template <typename Message>
Packet encode(uint32_t serial, const Message& message) {
  Packet packet;
  Writer writer(packet);
  writer.field(static_cast<u16>(Message::kType));
  writer.field(serial);
  visit(writer, message);
  return packet;
}

template <typename Message>
std::optional<Message> decode(std::span<const std::byte> packet) {
  auto head = decode_head(packet);
  if (!head || head->type != Message::kType) return std::nullopt;
  Reader reader(packet.subspan(kHeadSize));
  Message message;
  visit(reader, message);
  if (!reader.at_end()) return std::nullopt;
  return message;
}

#define MESSAGE(name, number, fds)                     \
  template Packet encode<name>(uint32_t, const name&); \
  template std::optional<name> decode<name>(std::span<const std::byte>);
#define FIELD(type, name)
#define END
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END

std::string ticket_text(const Ticket& ticket) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::byte byte : ticket) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::string ticket_prefix(const Ticket& ticket) { return ticket_text(ticket).substr(0, 8); }

}  // namespace windsock::wire
