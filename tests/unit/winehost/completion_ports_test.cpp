#include "dlls/winehost/completion_ports.h"

#include <gtest/gtest.h>

#include "tests/unit/winehost/fake_wine.h"

namespace winehost_test {
namespace {

using namespace windsock;
using winehost::find_port;
using winehost::NtHandle;

struct Source final : services::IoSource {
  ~Source() override { ++ended; }
  bool try_lead() override { return false; }
  void leave() override {}
  void serve(int64_t) override {}
  void wake_leader() override {}
  static inline int made = 0, ended = 0;
};
services::IoSource* make(services::Port*) {
  ++Source::made;
  return new Source;
}

class CompletionPorts : public testing::Test {
 protected:
  void SetUp() override {
    wine.begin();
    Source::made = Source::ended = 0;
  }
  services::Port* port_of(NtHandle handle) {
    services::Port* port = nullptr;
    EXPECT_EQ(find_port(handle, &port), winehost::kSuccess);
    return port;
  }
  FakeWine& wine = FakeWine::instance();
};

TEST_F(CompletionPorts, one_handle_is_one_port_with_one_source_until_the_last_lets_go) {
  NtHandle handle = wine.open(1);
  services::Port* port = port_of(handle);
  EXPECT_EQ(port_of(handle), port);
  EXPECT_EQ(wine.objects.size(), 2u);  // the program's handle and ours
  services::IoSource* source = services::source_of_port(port, make);
  EXPECT_EQ(services::source_of_port(port, make), source);
  EXPECT_EQ(Source::made, 1);
  services::release_port(port);
  EXPECT_EQ(Source::ended, 0);
  services::release_port(port);
  EXPECT_EQ(Source::ended, 1);
  EXPECT_EQ(wine.objects.size(), 1u);
}

TEST_F(CompletionPorts, a_number_that_was_closed_may_be_another_ports) {
  NtHandle handle = wine.open(1);
  services::Port* first = port_of(handle);
  wine.close(handle);
  wine.open_at(reinterpret_cast<uintptr_t>(handle), 2);
  services::Port* second = port_of(handle);
  EXPECT_NE(first, second);
  services::release_port(first);
  EXPECT_EQ(port_of(handle), second);
  services::release_port(second);
  services::release_port(second);
}

TEST_F(CompletionPorts, what_is_no_port_is_told_apart) {
  services::Port* port = nullptr;
  EXPECT_EQ(find_port(wine.open(FakeWine::kEvent), &port), winehost::kObjectTypeMismatch);
  EXPECT_EQ(find_port(reinterpret_cast<NtHandle>(uintptr_t{0x77777774}), &port), winehost::kInvalidHandle);
  EXPECT_EQ(wine.objects.size(), 1u);
}

TEST_F(CompletionPorts, a_packet_goes_to_the_object_although_the_program_has_closed_it_and_is_given_back) {
  NtHandle handle = wine.open(3);
  services::Port* port = port_of(handle);
  wine.close(handle);
  static int released;
  released = 0;
  int structure = 0;
  services::CompletionPacket packet{};
  packet.release = [](services::CompletionPacket*) { ++released; };
  packet.key = ~uintptr_t{0};
  packet.overlapped = &structure;
  packet.status = 0xc0000120;
  packet.bytes = 5;
  services::post_packet(port, &packet);
  EXPECT_EQ(released, 1);
  ASSERT_EQ(wine.posted.size(), 1u);
  EXPECT_EQ(wine.posted[0], (Posted{3, ~uint64_t{0}, reinterpret_cast<uintptr_t>(&structure), 0xc0000120, 5}));
  services::release_port(port);
  EXPECT_TRUE(wine.objects.empty());
}

}  // namespace
}  // namespace winehost_test
