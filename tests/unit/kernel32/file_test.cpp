// Files by handles: how they are opened, read, written, and what is no file.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

class File : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "windsock-file-XXXXXX";
    folder_ = std::filesystem::temp_directory_path() / name;
    path_ = folder_.string();
    ASSERT_NE(mkdtemp(path_.data()), nullptr);
    folder_ = path_;
    path_ = (folder_ / "file").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& text) { std::ofstream(path_) << text; }
  std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  HANDLE open(DWORD access, DWORD disposition, DWORD flags = FILE_ATTRIBUTE_NORMAL) {
    return CreateFileA(path_.c_str(), access, FILE_SHARE_READ, nullptr, disposition, flags, nullptr);
  }
  static std::string read(HANDLE file, DWORD size) {
    std::string text(size, '\0');
    DWORD got = ~DWORD{0};
    EXPECT_TRUE(ReadFile(file, text.data(), size, &got, nullptr));
    text.resize(got);
    return text;
  }
  static BOOL write(HANDLE file, const std::string& text) {
    DWORD put = 0;
    return WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &put, nullptr) && put == text.size();
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(File, is_read_from_its_position_to_its_end) {
  put("0123456789");
  OwnedHandle file(open(GENERIC_READ, OPEN_EXISTING));
  ASSERT_NE(file.get(), INVALID_HANDLE_VALUE);
  EXPECT_EQ(read(file.get(), 4), "0123");
  EXPECT_EQ(read(file.get(), 100), "456789");
  EXPECT_EQ(read(file.get(), 100), "");
}

TEST_F(File, is_made_once) {
  OwnedHandle file(open(GENERIC_WRITE, CREATE_NEW));
  ASSERT_NE(file.get(), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(open(GENERIC_WRITE, CREATE_NEW), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_EXISTS});
}

TEST_F(File, that_is_made_anew_or_opened_always_tells_whether_it_was_there) {
  for (DWORD disposition : {DWORD{CREATE_ALWAYS}, DWORD{OPEN_ALWAYS}}) {
    std::filesystem::remove(path_);
    OwnedHandle made(open(GENERIC_WRITE, disposition));
    ASSERT_NE(made.get(), INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
    put("old");
    OwnedHandle found(open(GENERIC_READ | GENERIC_WRITE, disposition));
    ASSERT_NE(found.get(), INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_ALREADY_EXISTS});
    EXPECT_EQ(read(found.get(), 10), disposition == CREATE_ALWAYS ? "" : "old");
  }
}

TEST_F(File, is_emptied_only_by_who_may_write) {
  put("old");
  EXPECT_EQ(open(GENERIC_READ, TRUNCATE_EXISTING), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(content(), "old");
  OwnedHandle file(open(GENERIC_WRITE, TRUNCATE_EXISTING));
  ASSERT_NE(file.get(), INVALID_HANDLE_VALUE);
  EXPECT_EQ(content(), "");
}

TEST_F(File, grows_at_its_end_when_it_is_opened_to_append) {
  put("one");
  OwnedHandle file(open(FILE_APPEND_DATA, OPEN_EXISTING));
  EXPECT_TRUE(write(file.get(), ",two"));
  EXPECT_EQ(content(), "one,two");
}

TEST_F(File, allows_what_it_was_opened_for) {
  put("text");
  OwnedHandle reading(open(GENERIC_READ, OPEN_EXISTING)), writing(open(GENERIC_WRITE, OPEN_EXISTING));
  EXPECT_FALSE(write(reading.get(), "x"));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
  char byte;
  DWORD got = 0;
  EXPECT_FALSE(ReadFile(writing.get(), &byte, 1, &got, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
}

TEST_F(File, has_a_size_and_a_position) {
  put("0123456789");
  OwnedHandle file(open(GENERIC_READ, OPEN_EXISTING));
  LARGE_INTEGER size{}, distance{}, position{};
  EXPECT_TRUE(GetFileSizeEx(file.get(), &size));
  EXPECT_EQ(size.QuadPart, 10);
  distance.QuadPart = -3;
  EXPECT_TRUE(SetFilePointerEx(file.get(), distance, &position, FILE_END));
  EXPECT_EQ(position.QuadPart, 7);
  EXPECT_TRUE(SetFilePointerEx(file.get(), distance, nullptr, FILE_CURRENT));
  EXPECT_EQ(read(file.get(), 2), "45");
  EXPECT_FALSE(SetFilePointerEx(file.get(), distance, &position, FILE_BEGIN));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NEGATIVE_SEEK});
  EXPECT_FALSE(SetFilePointerEx(file.get(), distance, &position, 3));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(File, that_cannot_be_opened) {
  EXPECT_EQ(open(GENERIC_READ, OPEN_EXISTING), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
  EXPECT_EQ(open(GENERIC_READ, 0), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(open(GENERIC_WRITE, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_EQ(CreateFileA(folder_.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_ACCESS_DENIED});
  for (const char* name : {static_cast<const char*>(nullptr), ""}) {
    EXPECT_EQ(CreateFileA(name, GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr), INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_PATH_NOT_FOUND});
  }
}

TEST_F(File, with_a_wide_name) {
  path_ = (folder_ / "b\xc3\xbc" "cher").string();
  put("wide");
  std::u16string name = folder_.u16string() + u"/b\u00fccher";
  OwnedHandle file(CreateFileW(name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  ASSERT_NE(file.get(), INVALID_HANDLE_VALUE);
  EXPECT_EQ(read(file.get(), 10), "wide");
}

TEST_F(File, is_a_handle_like_others) {
  put("0123");
  HANDLE file = open(GENERIC_READ, OPEN_EXISTING), copy = nullptr;
  EXPECT_EQ(WaitForSingleObject(file, 0), WAIT_OBJECT_0);
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
  EXPECT_EQ(read(file, 2), "01");
  EXPECT_TRUE(CloseHandle(file));
  EXPECT_EQ(read(copy, 2), "23") << "duplicates have one position";
  EXPECT_TRUE(CloseHandle(copy));
  char byte;
  DWORD got = 0;
  EXPECT_FALSE(ReadFile(copy, &byte, 1, &got, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(File, is_not_what_another_object_is) {
  OwnedHandle event = manual_event();
  LARGE_INTEGER size{};
  EXPECT_FALSE(GetFileSizeEx(event.get(), &size));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(SetFilePointerEx(event.get(), size, nullptr, FILE_BEGIN));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(write(event.get(), "x"));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST_F(File, leaves_no_descriptor) {
  put("x");
  auto descriptors = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  auto before = descriptors();
  for (int i = 0; i < 10; ++i) {
    HANDLE file = open(GENERIC_READ, OPEN_EXISTING);
    EXPECT_EQ(open(GENERIC_READ, CREATE_NEW), INVALID_HANDLE_VALUE);
    EXPECT_TRUE(CloseHandle(file));
  }
  EXPECT_EQ(descriptors(), before);
}

// ---- with an OVERLAPPED -----------------------------------------------------------------------------------------------------

OVERLAPPED at(DWORD offset, HANDLE event = nullptr) {
  OVERLAPPED overlapped{};
  overlapped.Offset = offset;
  overlapped.hEvent = event;
  return overlapped;
}

TEST_F(File, is_read_and_written_at_an_offset) {
  put("0123456789");
  for (DWORD manner : {DWORD{FILE_ATTRIBUTE_NORMAL}, DWORD{FILE_FLAG_OVERLAPPED}}) {
    OwnedHandle file(open(GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, manner));
    OwnedHandle event = manual_event();
    char got[4] = "";
    DWORD moved = 0;
    OVERLAPPED overlapped = at(3, event.get());
    EXPECT_TRUE(ReadFile(file.get(), got, 3, &moved, &overlapped));
    EXPECT_EQ(moved, 3u);
    EXPECT_STREQ(got, "345");
    EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
    EXPECT_TRUE(HasOverlappedIoCompleted(&overlapped));
    moved = 0;
    EXPECT_TRUE(GetOverlappedResult(file.get(), &overlapped, &moved, TRUE));
    EXPECT_EQ(moved, 3u);
    overlapped = at(8);
    EXPECT_TRUE(WriteFile(file.get(), "89", 2, nullptr, &overlapped));
    overlapped = at(10, event.get());
    EXPECT_FALSE(ReadFile(file.get(), got, 3, nullptr, &overlapped));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_HANDLE_EOF});
    EXPECT_FALSE(GetOverlappedResult(file.get(), &overlapped, &moved, TRUE));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_HANDLE_EOF});
    EXPECT_FALSE(CancelIoEx(file.get(), &overlapped));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_FOUND});
    EXPECT_TRUE(CancelIo(file.get()));
  }
  EXPECT_EQ(content(), "0123456789");
  OwnedHandle file(open(GENERIC_WRITE, OPEN_EXISTING, FILE_FLAG_OVERLAPPED));
  OVERLAPPED end = at(0xFFFF'FFFF);
  end.OffsetHigh = 0xFFFF'FFFF;
  EXPECT_TRUE(WriteFile(file.get(), "x", 1, nullptr, &end));
  EXPECT_EQ(content(), "0123456789x");
}

TEST_F(File, of_the_synchronous_manner_alone_has_a_position) {
  put("0123456789");
  OwnedHandle synchronous(open(GENERIC_READ, OPEN_EXISTING)), overlapped_file(open(GENERIC_READ, OPEN_EXISTING, FILE_FLAG_OVERLAPPED));
  char got[4] = "";
  OVERLAPPED overlapped = at(3);
  EXPECT_TRUE(ReadFile(synchronous.get(), got, 3, nullptr, &overlapped));
  EXPECT_EQ(read(synchronous.get(), 2), "67");
  DWORD moved = 0;
  EXPECT_FALSE(ReadFile(overlapped_file.get(), got, 3, &moved, nullptr));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_EQ(CreateIoCompletionPort(synchronous.get(), nullptr, 0, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST_F(File, tells_its_port_of_what_has_succeeded) {
  put("0123456789");
  OwnedHandle file(open(GENERIC_READ, OPEN_EXISTING, FILE_FLAG_OVERLAPPED));
  OwnedHandle port(CreateIoCompletionPort(file.get(), nullptr, 77, 0));
  ASSERT_NE(port.get(), nullptr);
  EXPECT_EQ(CreateIoCompletionPort(file.get(), port.get(), 78, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER}) << "it has one";
  auto told = [&](OVERLAPPED& overlapped) {
    char got[4];
    ReadFile(file.get(), got, 4, nullptr, &overlapped);
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    LPOVERLAPPED of = nullptr;
    return GetQueuedCompletionStatus(port.get(), &bytes, &key, &of, 0) && key == 77 && of == &overlapped && bytes == 4;
  };
  OwnedHandle event = manual_event();
  OVERLAPPED plain = at(0), failing = at(10), held = at(0, reinterpret_cast<HANDLE>(reinterpret_cast<uintptr_t>(event.get()) | 1));
  EXPECT_TRUE(told(plain));
  EXPECT_FALSE(told(failing));
  EXPECT_FALSE(told(held)) << "the event's low bit holds the packet back";
  EXPECT_EQ(WaitForSingleObject(event.get(), 0), WAIT_OBJECT_0);
  EXPECT_TRUE(SetFileCompletionNotificationModes(file.get(), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  EXPECT_FALSE(told(plain));
  OVERLAPPED overlapped = at(0);
  char got[4];
  EXPECT_FALSE(ReadFileEx(file.get(), got, 4, &overlapped, [](DWORD, DWORD, LPOVERLAPPED) {}));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER}) << "a file with a port has no routines";
}

std::string routine_calls;
void CALLBACK note_routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped) {
  routine_calls += std::to_string(error) + " " + std::to_string(bytes) + " " + std::to_string(overlapped->Offset) + ";";
}

TEST_F(File, calls_a_routine_when_the_thread_waits_alertably) {
  put("0123456789");
  routine_calls.clear();
  OwnedHandle file(open(GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, FILE_FLAG_OVERLAPPED));
  char got[4] = "";
  OVERLAPPED reading = at(2), beyond = at(20), writing = at(9);
  EXPECT_TRUE(ReadFileEx(file.get(), got, 3, &reading, note_routine));
  EXPECT_TRUE(ReadFileEx(file.get(), got, 3, &beyond, note_routine));
  EXPECT_TRUE(WriteFileEx(file.get(), "!", 1, &writing, note_routine));
  EXPECT_EQ(routine_calls, "");
  auto* const alertable_pause = &SleepEx;
  EXPECT_EQ(alertable_pause(0, TRUE), DWORD{WAIT_IO_COMPLETION});
  EXPECT_EQ(routine_calls, "0 3 2;38 0 20;0 1 9;");
  EXPECT_STREQ(got, "234");
  EXPECT_EQ(content(), "012345678!");
}

HANDLE bound_file_read = nullptr;
std::atomic<DWORD> bound_bytes{0};

TEST_F(File, calls_a_bound_function_on_a_thread_of_the_librarys) {
  put("0123456789");
  OwnedHandle file(open(GENERIC_READ, OPEN_EXISTING, FILE_FLAG_OVERLAPPED)), done = manual_event();
  bound_file_read = done.get();
  auto function = [](DWORD error, DWORD bytes, LPOVERLAPPED) {
    bound_bytes = error == 0 ? bytes : 0;
    SetEvent(bound_file_read);
  };
  EXPECT_FALSE(BindIoCompletionCallback(file.get(), function, 1));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_FALSE(BindIoCompletionCallback(done.get(), function, 0));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  ASSERT_TRUE(BindIoCompletionCallback(file.get(), function, 0));
  char got[4];
  OVERLAPPED overlapped = at(0);
  EXPECT_TRUE(ReadFile(file.get(), got, 4, nullptr, &overlapped));
  EXPECT_EQ(WaitForSingleObject(done.get(), kHang), WAIT_OBJECT_0);
  EXPECT_EQ(bound_bytes, 4u);
}

}  // namespace

}  // namespace kernel32_test
