// The host calls whose answers the handoff relies on.
#include "dlls/common/host.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/un.h>

#include <cstring>

#include "dlls/common/host_socket.h"
#include "dlls/common/shared_state.h"
#include "tests/unit/common/test_host.h"

namespace windsock::host {
namespace {

TEST(host_process, a_pidfd_names_its_process_while_it_lives) {
  test::Child child;
  EXPECT_EQ(process_of(child.pidfd()).value(), child.pid());
  EXPECT_EQ(process_owner(child.pid()).value(), effective_uid());
  EXPECT_FALSE(process_ended(child.pidfd()));
  child.kill_only();
  EXPECT_TRUE(process_ended(child.pidfd()));
  child.end();
  EXPECT_EQ(process_of(child.pidfd()).value(), -1);
  EXPECT_TRUE(process_ended(child.pidfd()));
}

TEST(host_process, what_is_no_pidfd_names_no_process) {
  UniqueFd socket = std::move(create_socket(kAfInet, kSockStream, 0, Blocking::kYes)).take();
  EXPECT_FALSE(process_of(socket.get()).ok());
  UniqueFd file = std::move(open_read("/proc/self/status")).take();
  EXPECT_FALSE(process_of(file.get()).ok());
  EXPECT_FALSE(process_of(-1).ok());
}

TEST(host_process, names_its_program) { EXPECT_NE(process_name(process_id()).find("common_test"), std::string::npos); }

TEST(host_memory, sealed_memory_is_written_through_the_first_mapping_only) {
  UniqueFd memory = std::move(create_memory("test", 4096)).take();
  auto* ours = static_cast<char*>(map(memory.get(), 4096, true).value());
  ASSERT_TRUE(seal_future_writes(memory.get()).ok());
  EXPECT_FALSE(map(memory.get(), 4096, true).ok());
  auto* theirs = static_cast<const char*>(map(memory.get(), 4096, false).value());
  ours[5] = 'x';
  EXPECT_EQ(theirs[5], 'x');
  EXPECT_LT(::write(memory.get(), "y", 1), 0);
  EXPECT_LT(::ftruncate(memory.get(), 1), 0);
  EXPECT_LT(::mprotect(const_cast<char*>(theirs), 4096, PROT_READ | PROT_WRITE), 0);
  unmap(ours, 4096);
  unmap(const_cast<char*>(theirs), 4096);
}

TEST(host_file, a_lock_has_one_holder) {
  test::TemporaryDirectory place;
  UniqueFd directory = std::move(open_directory(place.path().c_str(), false)).take();
  UniqueFd one = std::move(create_file_at(directory.get(), "lock")).take();
  UniqueFd other = std::move(create_file_at(directory.get(), "lock")).take();
  ASSERT_TRUE(lock_file(one.get(), LockWait::kTry).ok());
  EXPECT_EQ(static_cast<int>(lock_file(other.get(), LockWait::kTry).error()), EWOULDBLOCK);
  one.reset();
  EXPECT_TRUE(lock_file(other.get(), LockWait::kTry).ok());
}

Address address_of(std::initializer_list<unsigned char> bytes) {
  Address address;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  address.length = static_cast<uint32_t>(bytes.size());
  return address;
}

TEST(host_address, texts) {
  EXPECT_EQ(address_text(address_of({2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})), "127.0.0.1:8080");
  EXPECT_EQ(address_text(address_of({10, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})), "[::1]:80");
  EXPECT_EQ(address_text(address_of({1, 0, '/', 'a', 0})), "/a");
  EXPECT_EQ(address_text(address_of({1, 0, 0, 'b', 'c'})), "@bc");
  EXPECT_EQ(address_text(address_of({1, 0})), "");                     // an unnamed Unix socket
  EXPECT_EQ(address_text(address_of({2, 0, 0x1f})), "");               // cut short
  EXPECT_EQ(address_text(Address{}), "");
  EXPECT_EQ(address_text(address_of({16, 0, 0, 0, 0, 0, 0, 0})), "");  // netlink
}

}  // namespace
}  // namespace windsock::host
