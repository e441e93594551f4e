// What the constants for the protection of pages mean.
#include "dlls/kernel32/page_protection.h"

#include <gtest/gtest.h>

#include <windows.h>

namespace windsock::kernel32 {

namespace {

TEST(page_protection, is_one_of_the_constants) {
  for (DWORD known : {PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
                      PAGE_EXECUTE_WRITECOPY})
    EXPECT_EQ(static_cast<DWORD>(protection_from(known).value_or(Protection::kReserved)), known);
  EXPECT_FALSE(protection_from(0));
  EXPECT_FALSE(protection_from(PAGE_READONLY | PAGE_READWRITE));
  EXPECT_FALSE(protection_from(PAGE_READWRITE | PAGE_GUARD));
}

TEST(page_protection, says_what_pages_are_for) {
  EXPECT_FALSE(page_use(Protection::kNoAccess).read);
  EXPECT_TRUE(page_use(Protection::kReadOnly).read);
  EXPECT_FALSE(page_use(Protection::kReadOnly).write);
  EXPECT_TRUE(page_use(Protection::kWriteCopy).write);
  EXPECT_TRUE(page_use(Protection::kExecuteRead).execute);
  EXPECT_FALSE(page_use(Protection::kReadWrite).execute);
}

TEST(page_protection, of_a_view_is_what_the_mapping_allows) {
  EXPECT_EQ(view_protection(FILE_MAP_READ, Protection::kReadOnly), Protection::kReadOnly);
  EXPECT_EQ(view_protection(FILE_MAP_ALL_ACCESS, Protection::kReadWrite), Protection::kReadWrite);
  EXPECT_EQ(view_protection(FILE_MAP_COPY, Protection::kReadOnly), Protection::kWriteCopy);
  EXPECT_EQ(view_protection(FILE_MAP_READ | FILE_MAP_EXECUTE, Protection::kExecuteRead), Protection::kExecuteRead);
  EXPECT_FALSE(view_protection(FILE_MAP_WRITE, Protection::kReadOnly));
  EXPECT_FALSE(view_protection(FILE_MAP_WRITE, Protection::kWriteCopy));
  EXPECT_FALSE(view_protection(FILE_MAP_READ | FILE_MAP_EXECUTE, Protection::kReadWrite));
}

}  // namespace

}  // namespace windsock::kernel32
