// windsockd's handlers with every host call failing: what is refused is refused whole, and what was promised is kept.
#include <cstdio>
#include <memory>

#include "dlls/common/debug.h"
#include "dlls/common/host_socket.h"
#include "server/request_handlers.h"
#include "tests/fault/attempt.h"
#include "tests/unit/server/fake_surroundings.h"

// Last.
#include "tests/fault/cmocka.h"

using namespace windsock;
using namespace windsock::fault;
using namespace windsock::server;

namespace {

constexpr size_t kSlots = 16;

template <typename T>
T must(host::Result<T> result) {
  if (!result) abort();
  return std::move(result).take();
}

// The server's rules, and one greeted client: this process, who is the target too.
struct World {
  World() : handlers({memory.get(), kSlots}, 0, surroundings, {{1000, 10, 0, 0}, 99, 0, "/here"}), peer(handlers.add_peer(host::process_id(), 0)) {
    ask(wire::Hello{wire::kMajor, wire::kMinor, "test"});
  }

  template <typename Message>
  Outcome ask(const Message& message, FdList fds = {}) {
    Arrival arrival;
    arrival.packet = wire::encode(1, message);
    arrival.fds = std::move(fds);
    return handlers.handle(peer, std::move(arrival), 0);
  }

  FdList socket_and_target() {
    FdList fds;
    fds.push(must(host::create_socket(host::kAfInet, host::kSockDgram, 0, host::Blocking::kYes)));
    fds.push(must(host::open_process(host::process_id())));
    return fds;
  }
  FdList socket() {
    FdList fds;
    fds.push(must(host::create_socket(host::kAfInet, host::kSockDgram, 0, host::Blocking::kYes)));
    return fds;
  }
  static wire::Offer offer() { return {0, 2, 2, 17, {}, {}}; }

  std::unique_ptr<SharedSlot[]> memory{new SharedSlot[kSlots]{}};
  FakeSurroundings surroundings;
  RequestHandlers handlers;
  Peer& peer;
};

template <typename Answer>
std::optional<Answer> answered(const Outcome& outcome) {
  if (!outcome.reply) return std::nullopt;
  return wire::decode<Answer>(outcome.reply->packet.span());
}

// What a client is told that could not help it.
bool is_refusal(const Outcome& outcome) {
  auto failed = answered<wire::Failed>(outcome);
  if (outcome.offence || !failed) return false;
  auto status = static_cast<wire::Status>(failed->status);
  return status == wire::Status::kNoDescriptor || status == wire::Status::kInternal || status == wire::Status::kQuota;
}

// What the handlers keep.
struct Held {
  explicit Held(const World& world)
      : descriptors(open_descriptors()),
        tickets(world.handlers.table().size()),
        targets(world.handlers.table().target_count()),
        slots(world.handlers.slots().size()),
        charged(world.handlers.quota().descriptors()),
        watched(world.surroundings.watched.size()) {}
  bool operator==(const Held&) const = default;
  int descriptors;
  size_t tickets, targets, slots, charged, watched;
};

// One request that must be answered by Answer, or be refused and change nothing; the same request without a fault succeeds then.
template <typename Answer, typename Message>
std::string try_request(World& world, const Message& message, FdList (World::*make_fds)(), const Fault& fault, Fired& fired) {
  Held before(world);
  FdList fds = make_fds ? (world.*make_fds)() : FdList();
  arm(fault);
  Outcome outcome = world.ask(message, std::move(fds));
  fired = disarm();
  if (answered<Answer>(outcome)) return "";
  if (!fired.fired) return "it fails without a fault";
  if (!is_refusal(outcome)) return "it is no refusal that says whose fault it is not";
  outcome = {};
  if (!(Held(world) == before)) return "a refused request leaves something behind";
  if (!answered<Answer>(world.ask(message, make_fds ? (world.*make_fds)() : FdList()))) return "the next try fails";
  return "";
}

void assert_survives(const char* request, unsigned least_calls, const Attempt& attempt) {
  Tally tally = run_all(request, attempt);
  printf("%s: %u host calls, %u attempts\n", request, tally.calls, tally.attempts);
  assert_int_equal(tally.failures, 0);
  assert_in_range(tally.calls, least_calls, UINT32_MAX);
}

void every_row_is_wrapped(void**) { assert_string_equal(unwrapped_calls().c_str(), ""); }

void offer(void**) {
  assert_survives("Offer", 4, [](const Fault& fault, Fired& fired) {
    World world;
    return try_request<wire::Offered>(world, World::offer(), &World::socket_and_target, fault, fired);
  });
}

void declare(void**) {
  assert_survives("Declare", 3, [](const Fault& fault, Fired& fired) {
    World world;
    return try_request<wire::Declared>(world, wire::Declare{}, &World::socket, fault, fired);
  });
}

void claim(void**) {
  assert_survives("Claim", 1, [](const Fault& fault, Fired& fired) -> std::string {
    World world;
    auto offered = answered<wire::Offered>(world.ask(World::offer(), world.socket_and_target()));
    if (!offered) return "set-up: no offer";
    return try_request<wire::Claimed>(world, wire::Claim{offered->ticket, 2, 2, 17}, nullptr, fault, fired);
  });
}

void ask_status(void**) {
  assert_survives("AskStatus", 2, [](const Fault& fault, Fired& fired) {
    World world;
    return try_request<wire::StatusReport>(world, wire::AskStatus{}, nullptr, fault, fired);
  });
}

}  // namespace

int main() {
  debug::configure("-all", debug::g_levels);
  const CMUnitTest tests[] = {
      cmocka_unit_test(every_row_is_wrapped), cmocka_unit_test(offer), cmocka_unit_test(declare),
      cmocka_unit_test(claim),                cmocka_unit_test(ask_status),
  };
  return cmocka_run_group_tests_name("faults of windsockd's handlers", tests, nullptr, nullptr);
}
