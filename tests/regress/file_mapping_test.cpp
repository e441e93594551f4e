// Mappings of files and of memory, and their views.
#include <winsock2.h>

#include <windows.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/regress/fixture.h"
#include "tests/regress/open_file.h"

namespace regress {
namespace {

constexpr DWORD kGranularity = 65536;

class MappingTest : public WinsockTest {
 protected:
  void TearDown() override {
    close();
    WinsockTest::TearDown();
  }
  bool create(HANDLE file, DWORD protect, DWORD size, const char* name = nullptr) {
    SetLastError(0xdead);
    mapping_ = CreateFileMappingA(file, nullptr, protect, 0, size, name);
    return mapping_ != nullptr;
  }
  bool create_memory(DWORD size, DWORD protect = PAGE_READWRITE) { return create(INVALID_HANDLE_VALUE, protect, size); }
  void close() {
    if (mapping_ != nullptr) {
      EXPECT_TRUE(CloseHandle(mapping_));
    }
    mapping_ = nullptr;
  }
  char* view(DWORD access, DWORD offset = 0, SIZE_T size = 0) {
    SetLastError(0xdead);
    return static_cast<char*>(MapViewOfFile(mapping_, access, 0, offset, size));
  }
  static std::string name(const char* what) { return "windsock-" + std::string(what) + "-" + std::to_string(GetCurrentProcessId()); }

  HANDLE mapping_ = nullptr;
};

#define EXPECT_NO_VIEW(view, error)                                                \
  do {                                                                             \
    EXPECT_EQ(nullptr, view);                                                      \
    EXPECT_EQ(static_cast<DWORD>(error), GetLastError());                          \
  } while (false)

// A file that can be read and written while the object lives.
class WritableFile {
 public:
  explicit WritableFile(const std::string& content) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() / ("windsock-mapping-" + std::to_string(GetCurrentProcessId()) + "-" + std::to_string(++count));
    std::ofstream(path_, std::ios::binary) << content;
    handle_ = CreateFileA(path_.string().c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                          FILE_ATTRIBUTE_NORMAL, nullptr);
  }
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;
  ~WritableFile() {
    CloseHandle(handle_);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  HANDLE get() const { return handle_; }
  std::string content() const {
    std::string text(1 << 17, '\0');
    DWORD got = 0;
    LARGE_INTEGER begin{};
    SetFilePointerEx(handle_, begin, nullptr, FILE_BEGIN);
    ReadFile(handle_, text.data(), static_cast<DWORD>(text.size()), &got, nullptr);
    text.resize(got);
    return text;
  }

 private:
  std::filesystem::path path_;
  HANDLE handle_;
};

TEST_F(MappingTest, OfMemoryIsCommonToItsViews) {
  ASSERT_TRUE(create_memory(100));
  EXPECT_EQ(static_cast<DWORD>(ERROR_SUCCESS), GetLastError());
  char* one = view(FILE_MAP_ALL_ACCESS);
  char* two = view(FILE_MAP_READ);
  ASSERT_NE(nullptr, one);
  ASSERT_NE(nullptr, two);
  EXPECT_NE(one, two);
  EXPECT_EQ(0u, reinterpret_cast<ULONG_PTR>(one) % kGranularity);
  EXPECT_EQ(0, one[99]) << "new memory is empty";
  std::strcpy(one, "common");
  EXPECT_STREQ("common", two);
  close();
  std::strcpy(one, "still");
  EXPECT_STREQ("still", two) << "views outlive the handle";
  EXPECT_TRUE(UnmapViewOfFile(one));
  EXPECT_STREQ("still", two);
  EXPECT_TRUE(UnmapViewOfFile(two));
}

TEST_F(MappingTest, OfAFileShowsAndChangesIt) {
  const WritableFile file("0123456789");
  ASSERT_TRUE(create(file.get(), PAGE_READWRITE, 0));
  char* bytes = view(FILE_MAP_WRITE);
  ASSERT_NE(nullptr, bytes);
  EXPECT_EQ(0, std::memcmp(bytes, "0123456789", 10));
  std::memcpy(bytes + 3, "xyz", 3);
  EXPECT_TRUE(FlushViewOfFile(bytes, 10));
  EXPECT_TRUE(FlushViewOfFile(bytes, 0)) << "all of it";
  EXPECT_TRUE(UnmapViewOfFile(bytes));
  EXPECT_EQ("012xyz6789", file.content());
}

TEST_F(MappingTest, OfMoreThanTheFileMakesItLonger) {
  const WritableFile file("0123");
  ASSERT_TRUE(create(file.get(), PAGE_READWRITE, 70'000));
  EXPECT_EQ(70'000u, file.content().size());
  char* bytes = view(FILE_MAP_WRITE, kGranularity, 100);
  ASSERT_NE(nullptr, bytes);
  bytes[7] = '!';
  EXPECT_TRUE(UnmapViewOfFile(bytes));
  close();
  EXPECT_EQ('!', file.content()[kGranularity + 7]);
  EXPECT_FALSE(create(file.get(), PAGE_READONLY, 80'000));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOT_ENOUGH_MEMORY), GetLastError()) << "it may not grow";
}

TEST_F(MappingTest, CopiedViewsLeaveTheFileAsItIs) {
  const WritableFile file("0123456789");
  ASSERT_TRUE(create(file.get(), PAGE_WRITECOPY, 0));
  char* copied = view(FILE_MAP_COPY);
  ASSERT_NE(nullptr, copied);
  copied[0] = '!';
  EXPECT_EQ("0123456789", file.content());
  EXPECT_TRUE(UnmapViewOfFile(copied));
  EXPECT_NO_VIEW(view(FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
}

TEST_F(MappingTest, FilesAreMappedForWhatTheyAreOpenedFor) {
  const OpenFile file("0123456789");
  ASSERT_TRUE(file.valid());
  EXPECT_FALSE(create(file.get(), PAGE_READWRITE, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
  ASSERT_TRUE(create(file.get(), PAGE_READONLY, 0));
  EXPECT_NO_VIEW(view(FILE_MAP_WRITE), ERROR_ACCESS_DENIED);
  char* bytes = view(FILE_MAP_READ);
  ASSERT_NE(nullptr, bytes);
  EXPECT_EQ(0, std::memcmp(bytes, "0123456789", 10));
  EXPECT_TRUE(UnmapViewOfFile(bytes));
}

TEST_F(MappingTest, WhatCannotBeMapped) {
  const WritableFile empty("");
  EXPECT_FALSE(create(empty.get(), PAGE_READWRITE, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_INVALID), GetLastError());
  EXPECT_FALSE(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 0));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  EXPECT_FALSE(create(INVALID_HANDLE_VALUE, 0, 100));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), GetLastError());
  HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  EXPECT_FALSE(create(event, PAGE_READWRITE, 100));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  mapping_ = event;
  EXPECT_NO_VIEW(view(FILE_MAP_READ), ERROR_INVALID_HANDLE);
}

TEST_F(MappingTest, ViewsLieInTheMapping) {
  ASSERT_TRUE(create_memory(2 * kGranularity));
  EXPECT_NO_VIEW(view(FILE_MAP_READ, 4096), ERROR_MAPPED_ALIGNMENT);
  EXPECT_NO_VIEW(view(FILE_MAP_READ, 0, 2 * kGranularity + 1), ERROR_ACCESS_DENIED);
  EXPECT_NO_VIEW(view(FILE_MAP_READ, kGranularity, kGranularity + 1), ERROR_ACCESS_DENIED);
  char* all = view(FILE_MAP_WRITE);
  char* end = view(FILE_MAP_WRITE, kGranularity);
  ASSERT_NE(nullptr, all);
  ASSERT_NE(nullptr, end);
  end[5] = 'x';
  EXPECT_EQ('x', all[kGranularity + 5]);
  EXPECT_TRUE(UnmapViewOfFile(end));
  char* there = static_cast<char*>(MapViewOfFileEx(mapping_, FILE_MAP_READ, 0, 0, 0, end));
  if (there != nullptr) {  // it was free a moment ago
    EXPECT_EQ(end, there);
    EXPECT_TRUE(UnmapViewOfFile(there));
  }
  SetLastError(0);
  EXPECT_EQ(nullptr, MapViewOfFileEx(mapping_, FILE_MAP_READ, 0, 0, 0, all));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), GetLastError()) << "something is there";
  EXPECT_TRUE(UnmapViewOfFile(all));
}

TEST_F(MappingTest, ViewsAreUnmappedOnce) {
  ASSERT_TRUE(create_memory(100));
  char* bytes = view(FILE_MAP_WRITE);
  ASSERT_NE(nullptr, bytes);
  EXPECT_TRUE(UnmapViewOfFile(bytes));
  for (void* address : {static_cast<void*>(bytes), static_cast<void*>(nullptr)}) {
    SetLastError(0);
    EXPECT_FALSE(UnmapViewOfFile(address));
    EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), GetLastError());
  }
}

// ---- names -------------------------------------------------------------------------------------------------------------------

TEST_F(MappingTest, WhoKnowsTheNameHasTheSameMemory) {
  const std::string common = name("common");
  ASSERT_TRUE(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 100, common.c_str()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_SUCCESS), GetLastError());
  char* bytes = view(FILE_MAP_WRITE);
  ASSERT_NE(nullptr, bytes);
  std::strcpy(bytes, "known");
  HANDLE opened = OpenFileMappingA(FILE_MAP_READ, FALSE, common.c_str());
  ASSERT_NE(nullptr, opened);
  HANDLE created = nullptr;
  SetLastError(0);
  created = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 5000, ("Local\\" + common).c_str());
  EXPECT_EQ(static_cast<DWORD>(ERROR_ALREADY_EXISTS), GetLastError());
  ASSERT_NE(nullptr, created);
  for (HANDLE other : {opened, created}) {
    auto* seen = static_cast<char*>(MapViewOfFile(other, FILE_MAP_READ, 0, 0, 0));
    ASSERT_NE(nullptr, seen);
    EXPECT_STREQ("known", seen);
    EXPECT_TRUE(UnmapViewOfFile(seen));
  }
  SetLastError(0);
  EXPECT_EQ(nullptr, MapViewOfFile(opened, FILE_MAP_WRITE, 0, 0, 0)) << "opened for reading";
  EXPECT_EQ(static_cast<DWORD>(ERROR_ACCESS_DENIED), GetLastError());
  EXPECT_TRUE(CloseHandle(opened));
  EXPECT_TRUE(CloseHandle(created));
  EXPECT_TRUE(UnmapViewOfFile(bytes));
}

TEST_F(MappingTest, ANameGoesWithTheLastUse) {
  const std::string gone = name("gone");
  ASSERT_TRUE(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 100, gone.c_str()));
  char* bytes = view(FILE_MAP_WRITE);
  ASSERT_NE(nullptr, bytes);
  close();
  HANDLE opened = OpenFileMappingA(FILE_MAP_READ, FALSE, gone.c_str());
  if (opened != nullptr) {
    EXPECT_TRUE(CloseHandle(opened));  // a view may keep the name, or the memory alone
  }
  EXPECT_TRUE(UnmapViewOfFile(bytes));
  SetLastError(0);
  EXPECT_EQ(nullptr, OpenFileMappingA(FILE_MAP_READ, FALSE, gone.c_str()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), GetLastError());
  ASSERT_TRUE(create(INVALID_HANDLE_VALUE, PAGE_READWRITE, 100, gone.c_str()));
  EXPECT_EQ(static_cast<DWORD>(ERROR_SUCCESS), GetLastError()) << "it is new";
  bytes = view(FILE_MAP_READ);
  ASSERT_NE(nullptr, bytes);
  EXPECT_EQ(0, bytes[0]);
  EXPECT_TRUE(UnmapViewOfFile(bytes));
}

TEST_F(MappingTest, WideNamesAreTheSameNames) {
  const std::string narrow = name("wide");
  std::basic_string<WCHAR> wide(narrow.begin(), narrow.end());
  mapping_ = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, wide.c_str());
  ASSERT_NE(nullptr, mapping_);
  for (HANDLE opened : {OpenFileMappingA(FILE_MAP_READ, FALSE, narrow.c_str()), OpenFileMappingW(FILE_MAP_READ, FALSE, wide.c_str())}) {
    EXPECT_NE(nullptr, opened);
    if (opened != nullptr) CloseHandle(opened);
  }
}

}  // namespace
}  // namespace regress
