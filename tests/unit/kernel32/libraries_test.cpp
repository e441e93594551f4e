// GetModuleHandle, LoadLibrary, GetProcAddress; in a child where it loads Winsock.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

TEST(ModuleHandle, is_there_for_what_is_loaded) {
  HMODULE kernel32 = GetModuleHandle("kernel32.dll");
  ASSERT_NE(kernel32, nullptr);
  EXPECT_EQ(GetModuleHandle("KERNEL32"), kernel32);
  EXPECT_EQ(GetModuleHandleW(u"C:\\Windows\\System32\\Kernel32.DLL"), kernel32);
  EXPECT_NE(GetModuleHandle(nullptr), nullptr);
  EXPECT_EQ(GetModuleHandle("mswsock.dll"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_MOD_NOT_FOUND});
  EXPECT_EQ(LoadLibrary("no such library.dll"), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_MOD_NOT_FOUND});
  EXPECT_EQ(LoadLibraryW(nullptr), nullptr);
  EXPECT_FALSE(FreeLibrary(nullptr));
}

TEST(ProcAddress, is_found_by_name_in_our_libraries_and_the_hosts) {
  HMODULE kernel32 = GetModuleHandle("kernel32");
  EXPECT_EQ(reinterpret_cast<void*>(GetProcAddress(kernel32, "GetLastError")), reinterpret_cast<void*>(&GetLastError));
  for (LPCSTR none : {"CreateNothing", "windsock_set_socket_operations", "malloc", reinterpret_cast<LPCSTR>(uintptr_t{5}), static_cast<LPCSTR>(nullptr)}) {
    EXPECT_EQ(GetProcAddress(kernel32, none), nullptr);
    EXPECT_EQ(GetLastError(), DWORD{ERROR_PROC_NOT_FOUND});
  }
  HMODULE math = LoadLibrary("libm.so.6");
  ASSERT_NE(math, nullptr);
  auto* floor = reinterpret_cast<double (*)(double)>(reinterpret_cast<void*>(GetProcAddress(math, "floor")));
  ASSERT_NE(floor, nullptr);
  EXPECT_EQ(floor(1.5), 1.0);
  EXPECT_TRUE(FreeLibrary(math));
}

// The child says whether each way to ws2_32's send leads to WS_send and not to libc's.
TEST(ProcAddress, of_winsock_is_winsocks) {
  Child child("winsock-procedures");
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "name ordinal wsock32 freed");
  EXPECT_EQ(child.exit_code(), 0u);
}

}  // namespace

}  // namespace kernel32_test
