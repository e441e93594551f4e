// Files by handles: how they are opened, read, written, and what is no file.
#include <gtest/gtest.h>

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

}  // namespace

}  // namespace kernel32_test
