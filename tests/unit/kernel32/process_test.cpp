// CreateProcess and what its handles tell. The child is this program in another role (child.cpp).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <sstream>

#include "dlls/kernel32/socket_provider.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = "/tmp/kernel32-test-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryDirectory() {
    for (const std::string& file : files_) unlink(file.c_str());
    rmdir(path_.c_str());
  }
  std::string add_file(const std::string& name, const std::string& text, mode_t mode) {
    std::string file = path_ + "/" + name;
    int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(fd);
    chmod(file.c_str(), mode);
    files_.push_back(file);
    return file;
  }
  std::string add_link(const std::string& name, const std::string& target) {
    std::string file = path_ + "/" + name;
    EXPECT_EQ(symlink(target.c_str(), file.c_str()), 0);
    files_.push_back(file);
    return file;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::vector<std::string> files_;
};

// CreateProcess with the parameters that matter here; the last error, 0 for a child (whose handles are closed).
DWORD try_create(const char* application, std::string line, const char* directory = nullptr) {
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION information{};
  if (!CreateProcessA(application, line.empty() ? nullptr : line.data(), nullptr, nullptr, TRUE, 0, nullptr, directory, &startup,
                      &information))
    return GetLastError();
  CloseHandle(information.hThread);
  WaitForSingleObject(information.hProcess, kHang);
  CloseHandle(information.hProcess);
  return 0;
}

// The words of the second text that the first has not: whoever started the tests may have left descriptors to inherit.
std::vector<std::string> added(const std::string& before, const std::string& after) {
  std::istringstream old_words(before), new_words(after);
  std::set<std::string> known{std::istream_iterator<std::string>(old_words), {}};
  std::vector<std::string> found{std::istream_iterator<std::string>(new_words), {}};
  std::erase_if(found, [&](const std::string& word) { return known.contains(word); });
  return found;
}

TEST(Process, gets_the_arguments_of_its_command_line) {
  Child child(R"(arguments plain "two words" a\\\"b "" c:\dir\ "x")");
  ASSERT_TRUE(child.created) << child.error;
  EXPECT_EQ(child.report(), R"([plain][two words][a\"b][][c:\dir\][x])");
  EXPECT_EQ(child.exit_code(), 0u);
}

TEST(Process, keeps_its_exit_code) {
  Child child("exit 200");
  EXPECT_EQ(child.exit_code(), 200u);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(child.thread.get(), &code));
  EXPECT_EQ(code, 200u);
  EXPECT_EQ(WaitForSingleObject(child.thread.get(), kHang), WAIT_OBJECT_0);
}

TEST(Process, ended_by_a_signal_has_the_code_of_the_like_event) {
  EXPECT_EQ(Child("signal " + std::to_string(SIGABRT)).exit_code(), 3u);
  EXPECT_EQ(Child("signal " + std::to_string(SIGSEGV)).exit_code(), 0xc0000005u);
  EXPECT_EQ(Child("signal " + std::to_string(SIGTERM)).exit_code(), 128u + SIGTERM);
}

TEST(Process, terminated_shows_the_given_code) {
  for (UINT code : {0u, 1u, 0x12345678u}) {
    Child child("pause");
    ASSERT_EQ(child.report(), "ready");
    DWORD found = 0;
    EXPECT_TRUE(GetExitCodeProcess(child.process.get(), &found));
    EXPECT_EQ(found, DWORD{STILL_ACTIVE});
    EXPECT_EQ(WaitForSingleObject(child.process.get(), 0), DWORD{WAIT_TIMEOUT});
    EXPECT_TRUE(TerminateProcess(child.process.get(), code));
    EXPECT_EQ(child.exit_code(), code);
    EXPECT_FALSE(TerminateProcess(child.process.get(), code));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
  }
}

TEST(Process, starts_in_the_given_directory) {
  TemporaryDirectory directory;
  Pipe pipe;
  make_inheritable(pipe.write_end);
  EXPECT_EQ(try_create(nullptr, child_command_line(pipe.write_end, "directory"), directory.path().c_str()), 0u);
  pipe.close_write();
  EXPECT_EQ(pipe.read_all(), directory.path());
}

TEST(Process, gets_the_given_environment_or_the_callers) {
  setenv("KERNEL32_TEST", "mine", 1);
  EXPECT_EQ(Child("variable KERNEL32_TEST").report(), "mine");
  unsetenv("KERNEL32_TEST");

  Pipe pipe;
  make_inheritable(pipe.write_end);
  std::string utf8_line = child_command_line(pipe.write_end, "variable KERNEL32_TEST");
  std::u16string line(utf8_line.begin(), utf8_line.end());
  // The child needs what the build sets to find its libraries.
  const char* libraries = getenv("LD_LIBRARY_PATH");
  std::string library_path = std::string("LD_LIBRARY_PATH=") + (libraries != nullptr ? libraries : "");
  std::u16string block = u"KERNEL32_TEST=\u00e9";
  block += u'\0';
  block.append(library_path.begin(), library_path.end());
  block += u'\0';
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION information{};
  ASSERT_TRUE(CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_UNICODE_ENVIRONMENT,
                             block.data(), nullptr, &startup, &information));
  OwnedHandle process(information.hProcess), thread(information.hThread);
  pipe.close_write();
  EXPECT_EQ(pipe.read_all(), "\xc3\xa9");
}

TEST(Process, is_found_as_documented) {
  TemporaryDirectory directory;
  directory.add_link("windsock test program", "/bin/true");
  std::string old_path = getenv("PATH");
  setenv("PATH", directory.path().c_str(), 1);
  std::string tail = " argument";
  EXPECT_EQ(try_create(nullptr, "\"windsock test program\"" + tail), 0u) << "along PATH";
  EXPECT_EQ(try_create(nullptr, "windsock test program" + tail), 0u) << "by its third candidate";
  EXPECT_EQ(try_create(nullptr, "windsock-no-program" + tail), DWORD{ERROR_FILE_NOT_FOUND});
  EXPECT_EQ(try_create("windsock test program", ""), DWORD{ERROR_FILE_NOT_FOUND}) << "an application name is not searched for";
  setenv("PATH", old_path.c_str(), 1);
  std::string own_name = own_path().substr(own_path().rfind('/') + 1);
  EXPECT_EQ(try_create(nullptr, own_name + " " + kChildMark + " 0 exit 0"), 0u) << "beside the caller";
}

TEST(Process, that_cannot_start_says_why_at_once) {
  TemporaryDirectory directory;
  std::string plain = directory.add_file("plain", "text", 0644);
  std::string garbage = directory.add_file("garbage", "\177ELFgarbage", 0755);
  std::string orphan = directory.add_file("orphan", "#!/nonexistent/interpreter\n", 0755);
  size_t fds = own_fd_count();
  EXPECT_EQ(try_create((directory.path() + "/none").c_str(), ""), DWORD{ERROR_FILE_NOT_FOUND});
  EXPECT_EQ(try_create((directory.path() + "/no/ne").c_str(), ""), DWORD{ERROR_PATH_NOT_FOUND});
  EXPECT_EQ(try_create(directory.path().c_str(), ""), DWORD{ERROR_ACCESS_DENIED});
  EXPECT_EQ(try_create(plain.c_str(), ""), DWORD{ERROR_ACCESS_DENIED});
  EXPECT_EQ(try_create(garbage.c_str(), ""), DWORD{ERROR_BAD_EXE_FORMAT});
  EXPECT_EQ(try_create(orphan.c_str(), ""), DWORD{ERROR_FILE_NOT_FOUND}) << "known only after exec";
  EXPECT_EQ(try_create(own_path().c_str(), "", plain.c_str()), DWORD{ERROR_DIRECTORY});
  EXPECT_EQ(try_create(nullptr, ""), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(own_fd_count(), fds);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child that failed is left as a zombie";
}

TEST(Process, suspended_has_run_nothing) {
  Child child("mark", CREATE_SUSPENDED);
  ASSERT_TRUE(child.created) << child.error;
  EXPECT_NE(child.id, 0u);
  ASSERT_TRUE(eventually([&] { return process_sleeps_in(child.id, SYS_read); }));
  EXPECT_TRUE(child.pipe.is_empty());
  EXPECT_EQ(process_command_line(child.id).find("mark"), std::string::npos) << "its program was loaded";
  EXPECT_EQ(WaitForSingleObject(child.process.get(), 0), DWORD{WAIT_TIMEOUT});
  EXPECT_EQ(ResumeThread(child.thread.get()), 1u);
  EXPECT_EQ(child.report(), "ran");
  EXPECT_EQ(child.exit_code(), 0u);
  EXPECT_EQ(ResumeThread(child.thread.get()), 0u);
}

TEST(Process, suspended_holds_only_what_its_program_gets) {
  Pipe other;
  Child child("fds", CREATE_SUSPENDED);
  ASSERT_TRUE(child.created) << child.error;
  ASSERT_TRUE(eventually([&] { return process_sleeps_in(child.id, SYS_read); }));
  other.close_write();
  EXPECT_TRUE(other.at_end()) << "the child keeps a connection of its parent open";
  EXPECT_TRUE(TerminateProcess(child.process.get(), 9));
  EXPECT_EQ(child.exit_code(), 9u);
  EXPECT_EQ(ResumeThread(child.thread.get()), 0u) << "and no SIGPIPE";
}

TEST(Process, suspended_ends_with_its_parent) {
  Child parent("leave-suspended");
  // The report comes to its end when the suspended grandchild, which holds the pipe too, is gone.
  std::string report = parent.report();
  EXPECT_EQ(parent.exit_code(), 0u);
  EXPECT_NE(std::atoi(report.c_str()), 0) << report;
  EXPECT_EQ(report.find("ran"), std::string::npos);
}

TEST(Process, inherits_what_may_be_inherited) {
  Pipe inheritable, private_one;
  std::string before = Child("fds").report();
  make_inheritable(inheritable.read_end);
  EXPECT_EQ(added(before, Child("fds").report()), std::vector<std::string>{std::to_string(inheritable.read_end)});

  // Without inheritance not even that: the report pipe stays behind too, so the child's exit code tells.
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION information{};
  std::string line = "/bin/sh -c \"test ! -e /proc/self/fd/" + std::to_string(inheritable.read_end) + "\"";
  ASSERT_TRUE(CreateProcessA(nullptr, line.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &information));
  OwnedHandle process(information.hProcess), thread(information.hThread);
  DWORD code = 99;
  EXPECT_EQ(WaitForSingleObject(process.get(), kHang), WAIT_OBJECT_0);
  EXPECT_TRUE(GetExitCodeProcess(process.get(), &code));
  EXPECT_EQ(code, 0u);
}

int socket_fd = -1;

TEST(Process, inherits_the_sockets_that_ws2_32_names) {
  Pipe standing_in_for_a_socket;
  socket_fd = standing_in_for_a_socket.write_end;
  windsock::services::SocketOperations operations{};
  operations.inherit = [](windsock::services::SocketInheritance* inheritance) { inheritance->fds.push_back(socket_fd); };
  std::string before = Child("fds").report();
  windsock_set_socket_operations(&operations);
  std::string after = Child("fds").report();
  windsock_set_socket_operations(nullptr);
  EXPECT_EQ(added(before, after), std::vector<std::string>{std::to_string(socket_fd)});
  EXPECT_TRUE(fcntl(socket_fd, F_GETFD) & FD_CLOEXEC) << "the parent's own descriptor was changed";
}

TEST(Process, gets_its_standard_handles) {
  Pipe input, output;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = reinterpret_cast<HANDLE>(static_cast<intptr_t>(input.read_end));
  startup.hStdOutput = reinterpret_cast<HANDLE>(static_cast<intptr_t>(output.write_end));
  Child child("copy", 0, &startup);
  ASSERT_TRUE(child.created) << child.error;
  input.close_read();
  output.close_write();
  ASSERT_EQ(write(input.write_end, "through", 7), 7);
  input.close_write();
  EXPECT_EQ(output.read_all(), "through");
  EXPECT_EQ(child.exit_code(), 0u);
}

TEST(Process, starts_with_default_signals) {
  struct sigaction handled {};
  struct sigaction before {};
  handled.sa_handler = [](int) {};
  sigaction(SIGUSR1, &handled, &before);
  sigset_t blocked, mask;
  sigfillset(&blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, &mask);
  // A signal that is ignored stays so in a child; who started this test in the background had it ignore these.
  auto interrupt = signal(SIGINT, SIG_DFL), quit = signal(SIGQUIT, SIG_DFL);
  std::string report = Child("signals").report();
  signal(SIGINT, interrupt);
  signal(SIGQUIT, quit);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(report, "");
}

TEST(Process, leaves_no_zombie_and_no_descriptor) {
  OwnedHandle(OpenProcess(SYNCHRONIZE, FALSE, 1)).close();  // collects what other tests have left
  size_t fds = own_fd_count();
  DWORD id;
  {
    Child child("mark");
    id = child.id;
    child.thread.close();
    child.process.close();
    EXPECT_EQ(child.report(), "ran");
    // Nobody waits for it any more. It is collected by a later call of another purpose.
    EXPECT_TRUE(eventually([&] {
      OwnedHandle(OpenProcess(SYNCHRONIZE, FALSE, 1)).close();
      return !process_exists(id);
    }));
  }
  EXPECT_EQ(own_fd_count(), fds);
}

TEST(Process, leaves_the_programs_own_children_alone) {
  pid_t own = fork();
  if (own == 0) _exit(33);
  Child child("exit 1");
  EXPECT_EQ(child.exit_code(), 1u);
  EXPECT_FALSE(process_exists(child.id)) << "collected when waited for";
  int status = 0;
  EXPECT_EQ(waitpid(own, &status, 0), own);
  EXPECT_EQ(WEXITSTATUS(status), 33);
  struct sigaction action;
  sigaction(SIGCHLD, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

std::atomic<int> child_signals{0};

// As with every child on this host; a program that collects all of them takes the exit code away from GetExitCodeProcess.
TEST(Process, tells_the_program_by_SIGCHLD) {
  struct sigaction counting = {}, before;
  counting.sa_handler = [](int) { ++child_signals; };
  ASSERT_EQ(sigaction(SIGCHLD, &counting, &before), 0);
  Child child("exit 3");
  EXPECT_TRUE(eventually([] { return child_signals > 0; }));
  EXPECT_EQ(child.exit_code(), 3u);
  sigaction(SIGCHLD, &before, nullptr);
}

TEST(Process, is_opened_by_its_id) {
  Child child("pause");
  ASSERT_EQ(child.report(), "ready");
  OwnedHandle second(OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, child.id));
  ASSERT_NE(second.get(), nullptr);
  EXPECT_EQ(GetProcessId(second.get()), child.id);
  EXPECT_TRUE(TerminateProcess(second.get(), 4));
  EXPECT_EQ(WaitForSingleObject(second.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(child.exit_code(), 4u);
  EXPECT_EQ(OpenProcess(SYNCHRONIZE, FALSE, child.id), nullptr) << "the process is gone";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(OpenProcess(SYNCHRONIZE, FALSE, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(Process, of_others_can_be_waited_for) {
  pid_t other = fork();
  if (other == 0) {
    for (;;) pause();
  }
  OwnedHandle process(OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(other)));
  ASSERT_NE(process.get(), nullptr);
  EXPECT_EQ(WaitForSingleObject(process.get(), 1), DWORD{WAIT_TIMEOUT});
  kill(other, SIGKILL);
  EXPECT_EQ(WaitForSingleObject(process.get(), kHang), WAIT_OBJECT_0);
}

TEST(Process, many_at_once_are_each_collected) {
  constexpr int kChildren = 16;
  size_t fds = own_fd_count();
  {
    std::vector<OwnedHandle> owners;
    std::vector<HANDLE> processes;
    for (int i = 0; i < kChildren; ++i) {
      Child child("exit " + std::to_string(i));
      ASSERT_TRUE(child.created) << child.error;
      processes.push_back(child.process.get());
      owners.push_back(std::move(child.process));
    }
    EXPECT_EQ(WaitForMultipleObjects(kChildren, processes.data(), TRUE, kHang), WAIT_OBJECT_0);
    for (int i = 0; i < kChildren; ++i) {
      DWORD code = 99;
      EXPECT_TRUE(GetExitCodeProcess(processes[i], &code));
      EXPECT_EQ(code, static_cast<DWORD>(i));
    }
  }
  EXPECT_EQ(own_fd_count(), fds);
}

// Threads make children while others close descriptors that those could have inherited: neither is a failure, and no child
// holds back the answer to another's CreateProcess.
TEST(Process, is_made_by_several_threads_at_once) {
  constexpr int kThreads = 4, kEach = 5;
  std::vector<std::string> wrong[kThreads];
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Child child("exit 3");
        DWORD code = child.exit_code();
        if (code != 3) wrong[t].push_back("error " + std::to_string(child.error) + ", exit code " + std::to_string(code));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& found : wrong) EXPECT_EQ(found, std::vector<std::string>{});
}

}  // namespace

}  // namespace kernel32_test
