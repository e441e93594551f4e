// What a start changes in the process, and what the last cleanup leaves in it.
#include "dlls/ws2_32/process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>

#include "dlls/common/host_socket.h"
#include "dlls/ws2_32/socket_io.h"
#include "dlls/ws2_32/socket_table.h"
#include "tests/support/process_info.h"
#include "tests/unit/ws2_32/support.h"

namespace windsock {
namespace {

class Process : public ws2_32_test::Started {
 protected:
  // The rest of a case runs with this disposition of SIGPIPE, and with a start that found it.
  void start_again_with(void (*handler)(int)) {
    ASSERT_EQ(WSACleanup(), 0);
    std::signal(SIGPIPE, handler);
    WSADATA data;
    ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  }
  static void (*disposition())(int) {
    struct sigaction current;
    sigaction(SIGPIPE, nullptr, &current);
    return current.sa_handler;
  }
};

// A library of the host knows a SOCKET as a descriptor, and writes to it as it writes to every other.
TEST_F(Process, writing_to_a_closed_peer_by_other_means_is_an_error_and_no_signal) {
  EXPECT_EXIT(
      {
        start_again_with(SIG_DFL);
        Pair pair = connected();
        shutdown(pair.server, SD_SEND);
        bool refused = write(SocketTable::to_fd(pair.server), "x", 1) == -1 && errno == EPIPE;
        std::_Exit(refused ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

// The number that the forking thread has in its parent may come to be that of another thread of the child.
TEST_F(Process, the_child_of_a_fork_begins_operations_as_the_thread_that_it_has) {
  ASSERT_EQ(operating_thread(), host::thread_id());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) std::_Exit(operating_thread() == host::thread_id() ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(Process, programs_that_it_starts_find_the_signal_as_usual) {
  EXPECT_EXIT(
      {
        start_again_with(SIG_DFL);
        execl("/bin/sh", "sh", "-c", "kill -PIPE $$; exit 1", nullptr);
        std::_Exit(2);
      },
      testing::KilledBySignal(SIGPIPE), "");
}

TEST_F(Process, a_program_that_handles_the_signal_goes_on_to) {
  auto before = disposition();
  start_again_with(SIG_IGN);
  EXPECT_EQ(disposition(), SIG_IGN);
  void (*handler)(int) = [](int) {};
  start_again_with(handler);
  EXPECT_EQ(disposition(), handler);
  std::signal(SIGPIPE, before);
}

TEST_F(Process, the_last_cleanup_ends_what_waits_for_its_claim) {
  long before = test_support::open_descriptor_count();
  Pair pair = connected();
  // Not a SOCKET, so that the cleanup leaves it.
  auto peer = host::duplicate(SocketTable::to_fd(pair.client));
  ASSERT_TRUE(peer.ok());
  WSAPROTOCOL_INFOW info;
  ASSERT_EQ(WSADuplicateSocketW(pair.server, static_cast<DWORD>(host::process_id()), &info), 0);
  ASSERT_EQ(WSACleanup(), 0);
  ASSERT_EQ(WSACleanup(), SOCKET_ERROR);

  // One that somebody still holds would wait for ever.
  host::PollEntry entry{peer.value().get(), host::kPollIn, 0};
  timespec deadline{30, 0};
  auto ready = host::poll(&entry, 1, &deadline);
  ASSERT_TRUE(ready && ready.value() == 1) << "the connection has not ended";
  char byte;
  auto end = host::receive(peer.value().get(), &byte, 1, 0);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end.value(), 0u);
  WSADATA data;
  ASSERT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
  std::move(peer).take().reset();
  EXPECT_EQ(test_support::open_descriptor_count(), before);
}

}  // namespace
}  // namespace windsock
