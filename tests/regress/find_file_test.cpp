// Files found by their names, the names of modules' files, and messages in 16-bit characters.
#include <winsock2.h>

#include <windows.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

class FindFileTest : public WinsockTest {
 protected:
  void SetUp() override {
    WinsockTest::SetUp();
    folder_ = std::filesystem::temp_directory_path() / ("windsock-find-" + std::to_string(GetCurrentProcessId()));
    std::filesystem::create_directories(folder_ / "folder");
    for (const char* name : {"one.txt", "two.TXT", "three.dat"}) std::ofstream(folder_ / name, std::ios::binary) << "content";
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    WinsockTest::TearDown();
  }
  std::string path(const std::string& name) const { return folder_.string() + "/" + name; }
  std::set<std::string> names(const std::string& pattern) const {
    std::set<std::string> all;
    WIN32_FIND_DATAA data{};
    HANDLE search = FindFirstFileA(path(pattern).c_str(), &data);
    if (search == INVALID_HANDLE_VALUE) return {"error " + std::to_string(GetLastError())};
    do all.insert(data.cFileName);
    while (FindNextFileA(search, &data));
    EXPECT_EQ(static_cast<DWORD>(ERROR_NO_MORE_FILES), GetLastError());
    EXPECT_TRUE(FindClose(search));
    return all;
  }

  std::filesystem::path folder_;
};

TEST_F(FindFileTest, PatternsMatchNames) {
  using Names = std::set<std::string>;
  EXPECT_EQ((Names{".", "..", "folder", "one.txt", "two.TXT", "three.dat"}), names("*"));
  EXPECT_EQ(names("*"), names("*.*"));
  EXPECT_EQ((Names{"one.txt", "two.TXT"}), names("*.txt")) << "upper and lower case match";
  EXPECT_EQ((Names{"one.txt", "two.TXT"}), names("???.TXT"));
  EXPECT_EQ((Names{"two.TXT", "three.dat"}), names("T*"));
  EXPECT_EQ((Names{"three.dat"}), names("*e*.*a*"));
  EXPECT_EQ((Names{"folder"}), names("folder"));
  EXPECT_EQ((Names{"error 2"}), names("*.none"));
}

TEST_F(FindFileTest, ANameTellsOfItsFile) {
  WIN32_FIND_DATAA data{};
  HANDLE search = FindFirstFileA(path("one.txt").c_str(), &data);
  ASSERT_NE(INVALID_HANDLE_VALUE, search);
  EXPECT_STREQ("one.txt", data.cFileName);
  EXPECT_EQ(7u, data.nFileSizeLow);
  EXPECT_EQ(0u, data.nFileSizeHigh);
  EXPECT_EQ(0u, data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
  FILETIME now{};
  GetSystemTimeAsFileTime(&now);
  const auto counts = [](const FILETIME& time) { return static_cast<ULONGLONG>(time.dwHighDateTime) << 32 | time.dwLowDateTime; };
  constexpr ULONGLONG kHour = 36'000'000'000;
  EXPECT_LT(counts(now) - kHour, counts(data.ftLastWriteTime));
  EXPECT_GT(counts(now) + kHour, counts(data.ftLastWriteTime));
  EXPECT_FALSE(FindNextFileA(search, &data));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NO_MORE_FILES), GetLastError());
  EXPECT_TRUE(FindClose(search));
}

TEST_F(FindFileTest, AFolderSaysSo) {
  WIN32_FIND_DATAA data{};
  HANDLE search = FindFirstFileA(path("folder").c_str(), &data);
  ASSERT_NE(INVALID_HANDLE_VALUE, search);
  EXPECT_NE(0u, data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY);
  EXPECT_TRUE(FindClose(search));
}

TEST_F(FindFileTest, WideNames) {
  const std::filesystem::path name = folder_ / u8"b\u00fccher.txt";
  std::ofstream(name) << "x";
  const std::u16string pattern = (folder_ / "b*").u16string();
  WIN32_FIND_DATAW data{};
  HANDLE search = FindFirstFileW(reinterpret_cast<const WCHAR*>(pattern.c_str()), &data);
  ASSERT_NE(INVALID_HANDLE_VALUE, search);
  EXPECT_EQ(u"b\u00fccher.txt", std::u16string(reinterpret_cast<const char16_t*>(data.cFileName)));
  EXPECT_FALSE(FindNextFileW(search, &data));
  EXPECT_TRUE(FindClose(search));
}

TEST_F(FindFileTest, WhereThereIsNothing) {
  WIN32_FIND_DATAA data{};
  const auto error = [&](const std::string& what) {
    SetLastError(0);
    EXPECT_EQ(INVALID_HANDLE_VALUE, FindFirstFileA(what.c_str(), &data));
    return GetLastError();
  };
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), error(path("none")));
  EXPECT_EQ(static_cast<DWORD>(ERROR_PATH_NOT_FOUND), error(path("none/none")));
  EXPECT_EQ(static_cast<DWORD>(ERROR_PATH_NOT_FOUND), error(path("none/*")));
  EXPECT_EQ(static_cast<DWORD>(ERROR_FILE_NOT_FOUND), error(path("folder/")));
}

TEST_F(FindFileTest, WhatIsNoSearch) {
  WIN32_FIND_DATAA data{};
  SetLastError(0);
  EXPECT_FALSE(FindNextFileA(INVALID_HANDLE_VALUE, &data));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
  SetLastError(0);
  EXPECT_FALSE(FindClose(INVALID_HANDLE_VALUE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_HANDLE), GetLastError());
}

// ---- modules -------------------------------------------------------------------------------------------------------------------

TEST(ModuleFileTest, IsTheProgramsAndTheLibraries) {
  char path[1024] = "";
  DWORD length = GetModuleFileNameA(nullptr, path, sizeof path);
  ASSERT_NE(0u, length);
  EXPECT_EQ(std::string(path).size(), length);
  EXPECT_TRUE(std::filesystem::equivalent(path, test_support::executable_path())) << path;
  EXPECT_EQ(length, GetModuleFileNameA(GetModuleHandleA(nullptr), path, sizeof path));
  length = GetModuleFileNameA(GetModuleHandleA("kernel32"), path, sizeof path);
  ASSERT_NE(0u, length);
  EXPECT_NE(std::string::npos, std::string(path).find("kernel32")) << path;
}

TEST(ModuleFileTest, IsCutToTheBuffer) {
  char whole[1024] = "";
  const DWORD length = GetModuleFileNameA(nullptr, whole, sizeof whole);
  ASSERT_LT(4u, length);
  char path[5] = "xxxx";
  SetLastError(0);
  EXPECT_EQ(4u, GetModuleFileNameA(nullptr, path, 4));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER), GetLastError());
  EXPECT_EQ(std::string(whole, 3), path);
  WCHAR wide[1024] = {};
  EXPECT_EQ(length, GetModuleFileNameW(nullptr, wide, 1024)) << "an ASCII path";
  EXPECT_EQ(static_cast<WCHAR>(whole[length - 1]), wide[length - 1]);
  EXPECT_EQ(0, wide[length]);
}

TEST(ModuleFileTest, OfWhatIsNoModule) {
  static char nothing[64];
  char path[64];
  SetLastError(0);
  EXPECT_EQ(0u, GetModuleFileNameA(reinterpret_cast<HMODULE>(nothing), path, sizeof path));
  EXPECT_EQ(static_cast<DWORD>(ERROR_MOD_NOT_FOUND), GetLastError());
}

// ---- messages ---------------------------------------------------------------------------------------------------------------------

TEST(WideMessageTest, IsTheSameText) {
  char narrow[256] = "";
  WCHAR wide[256] = {};
  constexpr DWORD kFlags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  const DWORD length = FormatMessageA(kFlags, nullptr, WSAECONNREFUSED, 0, narrow, 256, nullptr);
  ASSERT_NE(0u, length);
  ASSERT_EQ(length, FormatMessageW(kFlags, nullptr, WSAECONNREFUSED, 0, wide, 256, nullptr));
  for (DWORD i = 0; i <= length; ++i) EXPECT_EQ(static_cast<WCHAR>(narrow[i]), wide[i]);
  WCHAR* allocated = nullptr;
  ASSERT_EQ(length, FormatMessageW(kFlags | FORMAT_MESSAGE_ALLOCATE_BUFFER, nullptr, WSAECONNREFUSED, 0, reinterpret_cast<LPWSTR>(&allocated), 0, nullptr));
  EXPECT_EQ(wide[0], allocated[0]);
  EXPECT_EQ(nullptr, LocalFree(allocated));
  SetLastError(0);
  EXPECT_EQ(0u, FormatMessageW(kFlags, nullptr, WSAECONNREFUSED, 0, wide, 3, nullptr));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INSUFFICIENT_BUFFER), GetLastError());
}

TEST(WideMessageTest, OfAText) {
  const std::u16string source = u"100 % \u00fc";
  WCHAR wide[32] = {};
  EXPECT_EQ(source.size(), FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, source.c_str(), 0, 0, wide, 32, nullptr));
  EXPECT_EQ(source, std::u16string(reinterpret_cast<const char16_t*>(wide)));
}

}  // namespace
}  // namespace regress
