// Any sequence of packets with any descriptors, from two clients, at windsockd's handlers.
//
// An input is a list of steps: who speaks and what comes along (one byte, see Step), how long the packet is (two bytes), the packet.
// Random tickets cannot be guessed, so a step may ask for the last one to be put into its packet.
// What holds always: a request is answered, refused or an offence; tickets, targets and slots are given back in the end, and
// nothing but what was asked for goes out with a reply.
#include <cstring>
#include <memory>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "server/request_handlers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/server/fake_surroundings.h"

using namespace windsock;
using namespace windsock::server;

namespace {

constexpr size_t kSlots = 8;
constexpr int kMaxSteps = 64;

// The bits of a step's first byte.
namespace step {
constexpr uint8_t kSecondClient = 1, kSocket = 2, kPidfd = 4, kFile = 8, kSocketAgain = 16, kTruncated = 32, kFdsTruncated = 64, kLastTicket = 128;
}

UniqueFd copy_of(const UniqueFd& fd) {
  auto copy = host::duplicate(fd.get());
  FUZZ_CHECK(copy);
  return std::move(copy).take();
}

// Made once: the inputs work on duplicates.
struct Samples {
  UniqueFd socket = host::create_socket(host::kAfInet, host::kSockDgram, 0, host::Blocking::kYes).take();
  UniqueFd pidfd = host::open_process(host::process_id()).take();
  UniqueFd file = host::open_read("/dev/null").take();
};

Arrival make_arrival(uint8_t flags, std::span<const uint8_t> bytes, const wire::Ticket& last) {
  static const auto& samples = *new Samples;
  Arrival arrival;
  arrival.packet.size = std::min(bytes.size(), arrival.packet.bytes.size());
  std::copy_n(reinterpret_cast<const std::byte*>(bytes.data()), arrival.packet.size, arrival.packet.bytes.data());
  if ((flags & step::kLastTicket) && arrival.packet.size >= wire::kHeadSize + last.size())
    memcpy(arrival.packet.bytes.data() + wire::kHeadSize, last.data(), last.size());
  if (flags & step::kSocket) arrival.fds.push(copy_of(samples.socket));
  if (flags & step::kPidfd) arrival.fds.push(copy_of(samples.pidfd));
  if (flags & step::kFile) arrival.fds.push(copy_of(samples.file));
  if (flags & step::kSocketAgain) arrival.fds.push(copy_of(samples.socket));
  arrival.truncated = flags & step::kTruncated;
  arrival.fds_truncated = flags & step::kFdsTruncated;
  return arrival;
}

void check(const Outcome& outcome) {
  if (!outcome.reply) return;
  FUZZ_CHECK(!outcome.offence);
  auto packet = outcome.reply->packet.span();
  auto head = wire::decode_head(packet);
  FUZZ_CHECK(head);
  bool carries = head->type == wire::Type::kClaimed || head->type == wire::Type::kStatusReport;
  FUZZ_CHECK(outcome.reply->fd.is_open() == carries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool quiet = debug::configure("-all", debug::g_levels);
  FUZZ_CHECK(quiet);
  fuzz::Input input(data, size);
  std::unique_ptr<SharedSlot[]> memory{new SharedSlot[kSlots]{}};
  FakeSurroundings surroundings;
  {
    RequestHandlers handlers({memory.get(), kSlots}, 0, surroundings, {{100, 10, 0, 0}, 99, 0, "/here"});
    Peer* peers[] = {&handlers.add_peer(host::process_id(), 0), &handlers.add_peer(1, 0)};
    wire::Ticket last{};
    for (int i = 0; i < kMaxSteps && !input.at_end(); ++i) {
      uint8_t flags = input.byte();
      auto bytes = input.bytes(input.number() % (wire::kMaxPacket + 1));
      size_t speaker = flags & step::kSecondClient ? 1 : 0;
      if (!peers[speaker]) continue;
      Outcome outcome = handlers.handle(*peers[speaker], make_arrival(flags, bytes, last), i);
      check(outcome);
      if (outcome.reply)
        if (auto offered = wire::decode<wire::Offered>(outcome.reply->packet.span())) last = offered->ticket;
      if (outcome.offence) handlers.remove_peer(*std::exchange(peers[speaker], nullptr));
    }
    // Who waits for another one to cease has waited long enough.
    handlers.answer_overdue(kMaxSteps + RegistrationTable::kTimeToCease);
    FUZZ_CHECK(!handlers.registrations().next_deadline());
    for (const auto& sent : surroundings.sent) {
      auto head = wire::decode_head(sent.packet.span());
      FUZZ_CHECK(head && (head->type == wire::Type::kTaken || (head->type == wire::Type::kCancelled && head->serial == 0)));
    }
    for (Peer* peer : peers)
      if (peer) handlers.remove_peer(*peer);
    for (uint32_t slot = 0; slot < kSlots; ++slot) FUZZ_CHECK(!handlers.registrations().owner(slot));
    handlers.target_ended(host::process_id());
    FUZZ_CHECK(handlers.is_idle());
    FUZZ_CHECK(handlers.quota().descriptors() == 0);
  }
  FUZZ_CHECK(surroundings.watched.empty());
  return 0;
}
