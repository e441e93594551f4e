// Any packet with any number of descriptors as windsockd's reply: the library takes what it asked for, or an error.
#include <algorithm>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/server_connection.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

template <typename Message>
void check(const Arrival& arrival) {
  auto answer = decoded<Message>(arrival);
  if (answer)
    FUZZ_CHECK(arrival.fds.size() == Message::kFds);
  else
    FUZZ_CHECK(static_cast<int>(answer.error()) >= 10000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool quiet = debug::configure("-all", debug::g_levels);
  FUZZ_CHECK(quiet);
  fuzz::Input input(data, size);
  Arrival arrival;
  for (int fds = input.byte() % 4; fds > 0; --fds) arrival.fds.push(UniqueFd());
  auto bytes = input.rest();
  arrival.packet.size = std::min(bytes.size(), arrival.packet.bytes.size());
  std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), arrival.packet.size, arrival.packet.bytes.data());
  check<wire::Welcome>(arrival);
  check<wire::Offered>(arrival);
  check<wire::Claimed>(arrival);
  check<wire::Declared>(arrival);
  check<wire::Done>(arrival);
  check<wire::Taken>(arrival);
  return 0;
}
