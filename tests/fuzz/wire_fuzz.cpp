// Any bytes, read as any message: decode() takes what is well formed and nothing else, and what it took encodes to the same bytes.
#include <algorithm>

#include "dlls/common/wire.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

template <typename Message>
void check(std::span<const std::byte> packet) {
  auto message = wire::decode<Message>(packet);
  if (!message) return;
  auto head = wire::decode_head(packet);
  FUZZ_CHECK(head && head->type == Message::kType);
  wire::Packet again = wire::encode(head->serial, *message);
  FUZZ_CHECK(std::ranges::equal(again.span(), packet));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto packet = std::as_bytes(std::span(data, size));
#define MESSAGE(name, number, fds) check<wire::name>(packet);
#define FIELD(type, name)
#define END
#include "dlls/common/wire.def"
#undef MESSAGE
#undef FIELD
#undef END
  if (auto head = wire::decode_head(packet)) FUZZ_CHECK(wire::type_name(head->type) != nullptr);
  return 0;
}
