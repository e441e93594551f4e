// Mappings beyond what Windows has, too (tests/regress/file_mapping_test.cpp): names between processes, refusals, the child of a fork.
#include <gtest/gtest.h>


#include <cstring>
#include <filesystem>
#include <string>

#include "dlls/common/runtime_directory.h"

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

std::string unique_name(const char* what) { return std::string(what) + "-" + std::to_string(GetCurrentProcessId()); }

HANDLE named_memory(const std::string& name, DWORD size = 100) {
  return CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, size, name.c_str());
}

TEST(FileMapping, with_a_name_is_common_to_processes) {
  std::string name = unique_name("common");
  OwnedHandle mapping(named_memory(name));
  ASSERT_NE(mapping.get(), nullptr);
  auto* bytes = static_cast<char*>(MapViewOfFile(mapping.get(), FILE_MAP_WRITE, 0, 0, 0));
  ASSERT_NE(bytes, nullptr);
  strcpy(bytes, "from the parent");
  Child child("mapping " + name);
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "183 from the parent");
  EXPECT_EQ(child.exit_code(), 0u);
  EXPECT_STREQ(bytes, "from the child");
  EXPECT_TRUE(UnmapViewOfFile(bytes));
}

TEST(FileMapping, of_a_process_that_was_killed_is_none) {
  std::string name = unique_name("killed");
  {
    Child child("mapping-pause " + name);
    ASSERT_TRUE(child.created);
    EXPECT_EQ(child.report(), "ready");
    OwnedHandle seen(OpenFileMappingA(FILE_MAP_READ, FALSE, name.c_str()));
    EXPECT_NE(seen.get(), nullptr);
  }
  EXPECT_EQ(OpenFileMappingA(FILE_MAP_READ, FALSE, name.c_str()), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_FILE_NOT_FOUND});
  OwnedHandle made(named_memory(name));
  EXPECT_NE(made.get(), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
}

TEST(FileMapping, of_a_process_that_was_killed_goes_with_the_next_name) {
  std::string name = unique_name("left-behind");
  std::string file = windsock::runtime_directory_path() + "/mapping-" + name;
  {
    Child child("mapping-pause " + name);
    ASSERT_TRUE(child.created);
    EXPECT_EQ(child.report(), "ready");
    OwnedHandle other(named_memory(unique_name("other")));
    EXPECT_TRUE(std::filesystem::exists(file)) << "the process lives";
  }
  EXPECT_TRUE(std::filesystem::exists(file));
  OwnedHandle next(named_memory(unique_name("next")));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(FileMapping, cannot_be_made_so) {
  EXPECT_EQ(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE | SEC_LARGE_PAGES, 0, 100, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READONLY | SEC_IMAGE, 0, 100, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(named_memory("a\\b"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_PATH_NOT_FOUND});
  OwnedHandle file(CreateFileA(own_path().c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  EXPECT_EQ(CreateFileMappingA(file.get(), nullptr, PAGE_READONLY, 0, 0, "of-a-file"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(OpenFileMappingA(FILE_MAP_READ, FALSE, nullptr), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
}

TEST(FileMapping, names_with_signs_of_the_host_are_names) {
  OwnedHandle one(named_memory(unique_name("a/b"))), other(named_memory(unique_name("a%2fb")));
  ASSERT_NE(one.get(), nullptr);
  ASSERT_NE(other.get(), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS}) << "they are two";
}

TEST(FileMapping, is_nothing_to_wait_for) {
  OwnedHandle mapping(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, nullptr));
  EXPECT_EQ(WaitForSingleObject(mapping.get(), 0), WAIT_FAILED);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST(FileMapping, leaves_no_descriptor) {
  size_t before = own_fd_count();
  for (int i = 0; i < 5; ++i) {
    OwnedHandle mapping(named_memory(unique_name("left")));
    void* view = MapViewOfFile(mapping.get(), FILE_MAP_READ, 0, 0, 0);
    mapping.close();
    EXPECT_TRUE(UnmapViewOfFile(view));
  }
  EXPECT_EQ(own_fd_count(), before);
}

TEST(FileMapping, pages_are_what_virtual_alloc_knows) {
  EXPECT_EQ(VirtualAlloc(nullptr, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  EXPECT_EQ(VirtualAlloc(nullptr, 4096, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  MEMORY_BASIC_INFORMATION information;
  EXPECT_EQ(VirtualQuery(&information, &information, sizeof information), 0u) << "the stack is the host's";
  EXPECT_EQ(GetLastError(), DWORD{ERROR_NOT_SUPPORTED});
  DWORD before = 0;
  EXPECT_FALSE(VirtualProtect(&information, 1, PAGE_READWRITE, &before));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_ADDRESS});
}

}  // namespace

}  // namespace kernel32_test
