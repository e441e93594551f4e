// The suite's main: one line per case, in a form that a script (run_regress) and a person can read.
//
//   ok      Suite.Case
//   FAILED  Suite.Case        with the reasons before it
//   skipped Suite.Case
//
// Before a case runs, "begin" names it, so that a run that dies has told where. The program also plays the agent's part in
// handoffs (see tests/support/agent.h), and children's (copy_child.h, pipe_child.h).
#include <winsock2.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "tests/regress/copy_child.h"
#include "tests/regress/overlapped_call.h"
#include "tests/regress/pipe_child.h"
#include "tests/support/agent.h"

namespace {

class CaseLines : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo& info) override { print("begin  ", info); }
  void OnTestPartResult(const ::testing::TestPartResult& result) override {
    if (result.passed()) return;
    std::printf("  %s:%d: %s\n", result.file_name() != nullptr ? result.file_name() : "?", result.line_number(),
                result.message());
  }
  void OnTestEnd(const ::testing::TestInfo& info) override {
    print(info.result()->Skipped() ? "skipped" : info.result()->Passed() ? "ok     " : "FAILED ", info);
  }
  void OnTestProgramEnd(const ::testing::UnitTest& unit) override {
    std::printf("%d passed, %d failed, %d skipped\n", unit.successful_test_count(), unit.failed_test_count(),
                unit.skipped_test_count());
    std::fflush(stdout);
  }

 private:
  static void print(const char* word, const ::testing::TestInfo& info) {
    std::printf("%s %s.%s\n", word, info.test_suite_name(), info.name());
    std::fflush(stdout);
  }
};

// What the system's libraries open once and keep (a thread's bookkeeping, a provider's files, what waits for overlapped calls, the thread of
// the timers) is opened here, so that the counts of descriptors and threads in the first case are already the lasting ones.
void warm_up() {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return;
  for (DWORD which : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) (void)GetStdHandle(which);
  {
    const test_support::Pair pair = test_support::tcp_pair();
    std::thread([] { WSASetLastError(0); }).join();
    test_support::Agent agent;
    WSAPROTOCOL_INFOW info;
    regress::OverlappedCall call;
    const auto receive = [&] { return call.receive(pair.client.get()); };
    if (pair.valid() && regress::begun(test_support::outcome_of(receive)) && test_support::send_all(pair.server.get(), "x"))
      call.end();
    if (pair.valid() && agent.start() && WSADuplicateSocketW(pair.client.get(), agent.pid(), &info) == 0) agent.claim(info);
  }
  WSACleanup();
  if (const HANDLE timer = CreateWaitableTimerA(nullptr, FALSE, nullptr)) {
    const LARGE_INTEGER now{};
    SetWaitableTimer(timer, &now, 0, nullptr, nullptr, FALSE);
    CloseHandle(timer);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], test_support::kAgentArgument) == 0) return test_support::run_agent(argv[2]);
  if (argc == 3 && std::strcmp(argv[1], regress::kPipeClientArgument) == 0) return regress::run_pipe_client(argv[2]);
  if (argc == 3 && std::strcmp(argv[1], regress::kPipeServerArgument) == 0) return regress::run_pipe_server(argv[2]);
  if (argc == 2 && std::strcmp(argv[1], regress::kCopyArgument) == 0) return regress::copy_input_to_output();
  ::testing::InitGoogleTest(&argc, argv);
  if (!GTEST_FLAG_GET(list_tests)) {
    ::testing::TestEventListeners& listeners = ::testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new CaseLines);
    warm_up();
  }
  return RUN_ALL_TESTS();
}
