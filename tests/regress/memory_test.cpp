// Pages of memory: reserved, committed, protected and given back.
#include <winsock2.h>

#include <windows.h>

#include "tests/regress/fixture.h"

namespace regress {
namespace {

constexpr SIZE_T kPage = 4096, kGranularity = 65536;

class MemoryTest : public WinsockTest {
 protected:
  void TearDown() override {
    if (base_ != nullptr) {
      EXPECT_TRUE(VirtualFree(base_, 0, MEM_RELEASE));
    }
    WinsockTest::TearDown();
  }
  bool allocate(SIZE_T size, DWORD type, DWORD protect = PAGE_READWRITE) {
    base_ = static_cast<char*>(VirtualAlloc(nullptr, size, type, protect));
    return base_ != nullptr;
  }
  static MEMORY_BASIC_INFORMATION query(const void* address) {
    MEMORY_BASIC_INFORMATION information{};
    EXPECT_EQ(sizeof information, VirtualQuery(address, &information, sizeof information));
    return information;
  }
  template <class Call>
  static DWORD error_of(Call call) {
    SetLastError(0);
    EXPECT_FALSE(call());
    return GetLastError();
  }

  char* base_ = nullptr;
};

TEST_F(MemoryTest, IsEmptyAndWritable) {
  ASSERT_TRUE(allocate(3 * kPage + 1, MEM_RESERVE | MEM_COMMIT));
  EXPECT_EQ(0u, reinterpret_cast<ULONG_PTR>(base_) % kGranularity);
  EXPECT_EQ(0, base_[3 * kPage]);
  base_[4 * kPage - 1] = 'x';
  const MEMORY_BASIC_INFORMATION all = query(base_ + kPage + 5);
  EXPECT_EQ(base_ + kPage, all.BaseAddress);
  EXPECT_EQ(base_, all.AllocationBase);
  EXPECT_EQ(3 * kPage, all.RegionSize);
  EXPECT_EQ(static_cast<DWORD>(PAGE_READWRITE), all.AllocationProtect);
  EXPECT_EQ(static_cast<DWORD>(PAGE_READWRITE), all.Protect);
  EXPECT_EQ(static_cast<DWORD>(MEM_COMMIT), all.State);
  EXPECT_EQ(static_cast<DWORD>(MEM_PRIVATE), all.Type);
}

TEST_F(MemoryTest, IsCommittedByPages) {
  ASSERT_TRUE(allocate(10 * kPage, MEM_RESERVE));
  EXPECT_EQ(static_cast<DWORD>(MEM_RESERVE), query(base_).State);
  EXPECT_EQ(base_ + kPage, VirtualAlloc(base_ + 2 * kPage - 1, 2, MEM_COMMIT, PAGE_READWRITE)) << "from the page with the first byte";
  base_[kPage] = base_[3 * kPage - 1] = 'x';
  EXPECT_EQ(kPage, query(base_).RegionSize);
  EXPECT_EQ(2 * kPage, query(base_ + kPage).RegionSize);
  EXPECT_EQ(static_cast<DWORD>(MEM_RESERVE), query(base_ + 3 * kPage).State);
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), error_of([&] { return VirtualAlloc(base_ + 9 * kPage, kGranularity, MEM_COMMIT, PAGE_READWRITE); }));
  EXPECT_TRUE(VirtualFree(base_ + 2 * kPage, kPage, MEM_DECOMMIT));
  EXPECT_EQ(static_cast<DWORD>(MEM_RESERVE), query(base_ + 2 * kPage).State);
  EXPECT_EQ(base_ + 2 * kPage, VirtualAlloc(base_ + 2 * kPage, kPage, MEM_COMMIT, PAGE_READWRITE));
  EXPECT_EQ(0, base_[3 * kPage - 1]) << "what was decommitted is forgotten";
  EXPECT_EQ('x', base_[kPage]);
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), error_of([&] { return VirtualFree(base_ + kPage, 0, MEM_DECOMMIT); })) << "not its begin";
  EXPECT_EQ('x', base_[kPage]);
  EXPECT_TRUE(VirtualFree(base_, 0, MEM_DECOMMIT)) << "all of it";
  EXPECT_EQ(10 * kPage, query(base_).RegionSize);
}

TEST_F(MemoryTest, IsProtectedByPages) {
  ASSERT_TRUE(allocate(3 * kPage, MEM_RESERVE | MEM_COMMIT));
  base_[kPage] = 'x';
  DWORD before = 0;
  EXPECT_TRUE(VirtualProtect(base_ + kPage, 1, PAGE_READONLY, &before));
  EXPECT_EQ(static_cast<DWORD>(PAGE_READWRITE), before);
  EXPECT_EQ('x', base_[kPage]);
  EXPECT_EQ(static_cast<DWORD>(PAGE_READONLY), query(base_ + kPage).Protect);
  EXPECT_EQ(kPage, query(base_ + kPage).RegionSize);
  EXPECT_TRUE(VirtualProtect(base_ + kPage, 1, PAGE_READWRITE, &before));
  EXPECT_EQ(static_cast<DWORD>(PAGE_READONLY), before);
  base_[kPage] = 'y';
}

TEST_F(MemoryTest, ProtectingNeedsCommittedPages) {
  ASSERT_TRUE(allocate(2 * kPage, MEM_RESERVE));
  DWORD before = 0;
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), error_of([&] { return VirtualProtect(base_, kPage, PAGE_READONLY, &before); }));
  ASSERT_NE(nullptr, VirtualAlloc(base_, kPage, MEM_COMMIT, PAGE_READWRITE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_NOACCESS), error_of([&] { return VirtualProtect(base_, kPage, PAGE_READONLY, nullptr); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([&] { return VirtualProtect(base_, kPage, 0, &before); }));
}

TEST_F(MemoryTest, IsGivenBackAsItWasReserved) {
  ASSERT_TRUE(allocate(2 * kPage, MEM_RESERVE | MEM_COMMIT));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([&] { return VirtualFree(base_, kPage, MEM_RELEASE); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([&] { return VirtualFree(base_, 0, 0); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([&] { return VirtualFree(base_, 0, MEM_RELEASE | MEM_DECOMMIT); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), error_of([&] { return VirtualFree(base_ + kPage, 0, MEM_RELEASE); }));
  EXPECT_TRUE(VirtualFree(base_, 0, MEM_RELEASE));
  EXPECT_FALSE(VirtualFree(base_, 0, MEM_RELEASE)) << "it is free";
  base_ = nullptr;
}

TEST_F(MemoryTest, WhatIsTakenIsNotReservedAgain) {
  ASSERT_TRUE(allocate(kPage, MEM_RESERVE));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_ADDRESS), error_of([&] { return VirtualAlloc(base_, kPage, MEM_RESERVE, PAGE_READWRITE); }));
}

TEST_F(MemoryTest, ArgumentsAreChecked) {
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([] { return VirtualAlloc(nullptr, 0, MEM_RESERVE, PAGE_READWRITE); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([] { return VirtualAlloc(nullptr, kPage, 0, PAGE_READWRITE); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([] { return VirtualAlloc(nullptr, kPage, MEM_RESERVE, 0); }));
  EXPECT_EQ(static_cast<DWORD>(ERROR_INVALID_PARAMETER), error_of([] { return VirtualAlloc(nullptr, kPage, MEM_RESERVE, PAGE_WRITECOPY); }));
  MEMORY_BASIC_INFORMATION information{};
  EXPECT_EQ(static_cast<DWORD>(ERROR_BAD_LENGTH), error_of([&] { return VirtualQuery(&information, &information, sizeof information - 1); }));
}

TEST_F(MemoryTest, QueryTellsOfViews) {
  HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 2 * kPage, nullptr);
  ASSERT_NE(nullptr, mapping);
  auto* view = static_cast<char*>(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0));
  ASSERT_NE(nullptr, view);
  const MEMORY_BASIC_INFORMATION information = query(view + 1);
  EXPECT_EQ(view, information.AllocationBase);
  EXPECT_EQ(2 * kPage, information.RegionSize);
  EXPECT_EQ(static_cast<DWORD>(PAGE_READONLY), information.Protect);
  EXPECT_EQ(static_cast<DWORD>(MEM_MAPPED), information.Type);
  EXPECT_TRUE(UnmapViewOfFile(view));
  EXPECT_TRUE(CloseHandle(mapping));
}

}  // namespace
}  // namespace regress
