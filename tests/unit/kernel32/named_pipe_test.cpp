// Named pipes beyond what Windows has, too (tests/regress/named_pipe_test.cpp): their names, what differs, a process that is killed, fork().
#include "dlls/kernel32/pipe_name.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "dlls/common/runtime_directory.h"
#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

using windsock::kernel32::is_pipe_path;
using windsock::kernel32::pipe_name;

std::string path_of(const std::string& name) { return R"(\\.\pipe\)" + name + "-" + std::to_string(GetCurrentProcessId()); }

OwnedHandle serve(const std::string& name, DWORD access = PIPE_ACCESS_DUPLEX, DWORD mode = PIPE_TYPE_BYTE) {
  HANDLE pipe = CreateNamedPipeA(path_of(name).c_str(), access, mode, PIPE_UNLIMITED_INSTANCES, 0, 0, 0, nullptr);
  return OwnedHandle(pipe != INVALID_HANDLE_VALUE ? pipe : nullptr);
}

OwnedHandle connect(const std::string& name, DWORD flags = 0) {
  HANDLE pipe = CreateFileA(path_of(name).c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, flags, nullptr);
  return OwnedHandle(pipe != INVALID_HANDLE_VALUE ? pipe : nullptr);
}

std::string read(const OwnedHandle& pipe) {
  char data[64];
  DWORD got = 0;
  return ReadFile(pipe.get(), data, sizeof data, &got, nullptr) ? std::string(data, got) : "error " + std::to_string(GetLastError());
}

bool write(const OwnedHandle& pipe, const std::string& text) {
  DWORD written = 0;
  return WriteFile(pipe.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr) && written == text.size();
}

// Files of pipes in the runtime directory.
int count_names(const std::string& part) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(windsock::runtime_directory_path()))
    count += entry.path().filename().string().find(part) != std::string::npos;
  return count;
}

TEST(PipeName, is_what_stands_behind_the_folder_in_lower_case) {
  EXPECT_EQ(pipe_name(R"(\\.\pipe\Name)"), "name");
  EXPECT_EQ(pipe_name(R"(\\?\PIPE\a/b c)"), "a/b c");
  EXPECT_FALSE(pipe_name(R"(\\.\pipe\)"));
  EXPECT_FALSE(pipe_name(R"(\\.\pipe\a\b)")) << "a backslash";
  EXPECT_FALSE(pipe_name(R"(\\.\pipe\)" + std::string(248, 'x'))) << "257 characters";
  EXPECT_TRUE(pipe_name(R"(\\.\pipe\)" + std::string(247, 'x')));
  EXPECT_FALSE(pipe_name(R"(\\server\pipe\name)"));
  EXPECT_FALSE(is_pipe_path("/tmp/file"));
  EXPECT_TRUE(is_pipe_path(R"(\\.\pipe\)"));
}

TEST(NamedPipe, leaves_nothing_behind) {
  size_t before = own_fd_count();
  for (int i = 0; i < 3; ++i) {
    OwnedHandle server = serve("left"), client = connect("left");
    ASSERT_NE(client.get(), nullptr);
    EXPECT_NE(count_names("left"), 0);
  }
  EXPECT_EQ(own_fd_count(), before);
  EXPECT_EQ(count_names("left"), 0);
}

TEST(NamedPipe, names_with_signs_of_the_host_are_names) {
  OwnedHandle one = serve("a/b"), other = serve("a%2fb", PIPE_ACCESS_INBOUND);
  EXPECT_NE(one.get(), nullptr);
  EXPECT_NE(other.get(), nullptr) << "they are two";
}

TEST(NamedPipe, of_a_process_that_was_killed_goes_with_the_next_look) {
  std::string name = "killed-" + std::to_string(GetCurrentProcessId());
  {
    Child child(R"(pipe-pause \\.\pipe\)" + name);
    ASSERT_TRUE(child.created);
    EXPECT_EQ(child.report(), "ready");
    EXPECT_EQ(count_names(name), 2);
  }
  EXPECT_EQ(count_names(name), 2) << "nobody has looked";
  OwnedHandle other = serve("other");
  EXPECT_EQ(count_names(name), 0);
}

TEST(NamedPipe, of_a_forked_process_stays_its_parents) {
  OwnedHandle server = serve("forked");
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    server.close();
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  OwnedHandle client = connect("forked");
  EXPECT_NE(client.get(), nullptr);
  EXPECT_TRUE(write(client, "x"));
  EXPECT_EQ(read(server), "x");
}

TEST(NamedPipe, what_was_written_can_be_read_after_a_disconnection) {
  OwnedHandle server = serve("disconnected"), client = connect("disconnected");
  ASSERT_TRUE(write(server, "last words"));
  EXPECT_TRUE(FlushFileBuffers(server.get())) << "it waits for nobody";
  EXPECT_TRUE(DisconnectNamedPipe(server.get()));
  EXPECT_EQ(read(client), "last words");
  EXPECT_EQ(read(client), "error " + std::to_string(ERROR_PIPE_NOT_CONNECTED));
  EXPECT_FALSE(FlushFileBuffers(server.get()));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_PIPE_NOT_CONNECTED});
}

TEST(NamedPipe, that_listens_can_be_disconnected) {
  OwnedHandle server = serve("listens");
  EXPECT_TRUE(DisconnectNamedPipe(server.get()));
  EXPECT_EQ(connect("listens").get(), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_PIPE_BUSY});
}

TEST(NamedPipe, a_write_of_no_bytes_wakes_no_reader_of_bytes) {
  OwnedHandle server = serve("nothing"), client = connect("nothing");
  EXPECT_TRUE(write(server, ""));
  EXPECT_TRUE(write(server, "x"));
  EXPECT_EQ(read(client), "x");
}

TEST(NamedPipe, does_not_do_everything) {
  OwnedHandle server = serve("not-all", PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE), client = connect("not-all", FILE_FLAG_OVERLAPPED);
  char user[32], answer[8];
  DWORD got = 0, mode = PIPE_READMODE_MESSAGE;
  EXPECT_FALSE(GetNamedPipeHandleStateA(server.get(), nullptr, nullptr, nullptr, nullptr, user, sizeof user));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_TRUE(SetNamedPipeHandleState(client.get(), &mode, nullptr, nullptr));
  OVERLAPPED overlapped{};
  EXPECT_FALSE(TransactNamedPipe(client.get(), user, 1, answer, sizeof answer, &got, &overlapped));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_FALSE(SetNamedPipeHandleState(client.get(), &mode, &got, nullptr)) << "between computers only";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(NamedPipe, of_bytes_is_a_childs_standard_handle) {
  OwnedHandle server = serve("standard"), client = connect("standard");
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = startup.hStdOutput = client.get();
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION created{};
  char command[] = "/bin/cat";
  ASSERT_TRUE(CreateProcessA(nullptr, command, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &created));
  OwnedHandle process(created.hProcess), thread(created.hThread);
  client.close();
  EXPECT_TRUE(write(server, "there and back"));
  EXPECT_EQ(read(server), "there and back");
  server.close();
  EXPECT_EQ(WaitForSingleObject(process.get(), 60'000), WAIT_OBJECT_0);
}

TEST(NamedPipe, of_an_overlapped_handle_needs_an_overlapped) {
  OwnedHandle server = serve("needs", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED), client = connect("needs");
  EXPECT_EQ(read(server), "error " + std::to_string(ERROR_INVALID_PARAMETER));
  EXPECT_FALSE(write(server, "x"));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

// The reads of other threads, and what they wait in, are not the child's.
TEST(NamedPipe, a_forked_process_has_nothing_under_way) {
  OwnedHandle server = serve("forked-read", PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED), client = connect("forked-read");
  OwnedHandle event = manual_event();
  char data[8];
  OVERLAPPED overlapped{};
  overlapped.hEvent = event.get();
  EXPECT_FALSE(ReadFile(server.get(), data, sizeof data, nullptr, &overlapped));
  ASSERT_EQ(GetLastError(), DWORD{ERROR_IO_PENDING});
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    bool nothing = !CancelIoEx(server.get(), nullptr) && GetLastError() == ERROR_NOT_FOUND;
    server.close();
    _exit(nothing ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(write(client, "x"));
  DWORD got = 0;
  EXPECT_TRUE(GetOverlappedResult(server.get(), &overlapped, &got, TRUE));
  EXPECT_EQ(got, 1u);
}

}  // namespace

}  // namespace kernel32_test
