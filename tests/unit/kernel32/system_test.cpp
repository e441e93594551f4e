// What the machine is, its calendar, and its standard handles.
#include <gtest/gtest.h>
#include <io.h>
#include <mmsystem.h>
#include <unistd.h>

#include <chrono>
#include <ctime>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

FILETIME file_time(uint64_t counts) { return {static_cast<DWORD>(counts), static_cast<DWORD>(counts >> 32)}; }
uint64_t counts(const FILETIME& time) { return uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime; }

TEST(SystemInfo, describes_the_machine) {
  SYSTEM_INFO info{};
  GetSystemInfo(&info);
  EXPECT_EQ(info.dwPageSize, static_cast<DWORD>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(info.dwNumberOfProcessors, static_cast<DWORD>(sysconf(_SC_NPROCESSORS_ONLN)));
  EXPECT_TRUE(info.dwActiveProcessorMask & 1);
  EXPECT_EQ(info.dwAllocationGranularity, 65536u);
#if defined __x86_64__
  EXPECT_EQ(info.wProcessorArchitecture, PROCESSOR_ARCHITECTURE_AMD64);
#endif
  SYSTEM_INFO native{};
  GetNativeSystemInfo(&native);
  EXPECT_EQ(native.wProcessorArchitecture, info.wProcessorArchitecture);
  EXPECT_EQ(native.dwPageSize, info.dwPageSize);
}

TEST(Version, is_windows_10) {
  OSVERSIONINFO plain{};
  plain.dwOSVersionInfoSize = sizeof plain;
  EXPECT_TRUE(GetVersionEx(&plain));
  EXPECT_EQ(plain.dwMajorVersion, 10u);
  EXPECT_EQ(plain.dwPlatformId, DWORD{VER_PLATFORM_WIN32_NT});
  OSVERSIONINFOEXW extended{};
  extended.dwOSVersionInfoSize = sizeof extended;
  extended.wProductType = 99;
  EXPECT_TRUE(GetVersionExW(reinterpret_cast<LPOSVERSIONINFOW>(&extended)));
  EXPECT_EQ(extended.wProductType, VER_NT_WORKSTATION);
  EXPECT_EQ(GetVersion() & 0xff, 10u);
  plain.dwOSVersionInfoSize = 8;
  EXPECT_FALSE(GetVersionEx(&plain));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INSUFFICIENT_BUFFER});
}

struct CalendarRow {
  uint64_t counts;
  SYSTEMTIME time;
};
constexpr CalendarRow kCalendar[] = {
    {0, {1601, 1, 1, 1, 0, 0, 0, 0}},
    {116'444'736'000'000'000, {1970, 1, 4, 1, 0, 0, 0, 0}},
    {125'962'559'999'990'000, {2000, 2, 1, 28, 23, 59, 59, 999}},
    {125'962'560'000'000'000, {2000, 2, 2, 29, 0, 0, 0, 0}},
    {132'223'104'000'000'000, {2020, 1, 3, 1, 0, 0, 0, 0}},
};

TEST(Calendar, goes_both_ways) {
  for (const CalendarRow& row : kCalendar) {
    FILETIME time = file_time(row.counts);
    SYSTEMTIME got{};
    ASSERT_TRUE(FileTimeToSystemTime(&time, &got));
    EXPECT_EQ(memcmp(&got, &row.time, sizeof got), 0) << row.counts << ": " << got.wYear << "-" << got.wMonth << "-" << got.wDay << " "
                                                      << got.wDayOfWeek;
    FILETIME back{};
    ASSERT_TRUE(SystemTimeToFileTime(&row.time, &back));
    EXPECT_EQ(counts(back), row.counts);
  }
}

TEST(Calendar, refuses_what_is_no_time) {
  constexpr SYSTEMTIME kWrong[] = {{1600, 12, 0, 31, 0, 0, 0, 0}, {2001, 2, 0, 29, 0, 0, 0, 0}, {2001, 0, 0, 1, 0, 0, 0, 0},
                                   {2001, 13, 0, 1, 0, 0, 0, 0},  {2001, 1, 0, 0, 0, 0, 0, 0},  {2001, 1, 0, 1, 24, 0, 0, 0},
                                   {2001, 1, 0, 1, 0, 60, 0, 0},  {2001, 1, 0, 1, 0, 0, 60, 0}, {2001, 1, 0, 1, 0, 0, 0, 1000},
                                   {30828, 1, 0, 1, 0, 0, 0, 0}};
  for (const SYSTEMTIME& wrong : kWrong) {
    FILETIME time;
    EXPECT_FALSE(SystemTimeToFileTime(&wrong, &time));
    EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  }
  for (uint64_t none : {uint64_t{1} << 63, ~uint64_t{0}, (uint64_t{1} << 63) - 1}) {
    FILETIME time = file_time(none);
    SYSTEMTIME got;
    EXPECT_FALSE(FileTimeToSystemTime(&time, &got)) << none;
  }
}

TEST(SystemTime, is_now) {
  // time() may lag behind the clock by a tick.
  auto now = [] { return std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())); };
  time_t before = now();
  SYSTEMTIME utc{}, local{};
  GetSystemTime(&utc);
  GetLocalTime(&local);
  FILETIME as_file_time{};
  ASSERT_TRUE(SystemTimeToFileTime(&utc, &as_file_time));
  auto seconds = static_cast<time_t>(counts(as_file_time) / 10'000'000 - 11'644'473'600);
  EXPECT_GE(seconds, before);
  EXPECT_LE(seconds, now());
  tm host{};
  localtime_r(&seconds, &host);
  EXPECT_TRUE(SystemTimeToFileTime(&local, &as_file_time));
  auto local_seconds = static_cast<time_t>(counts(as_file_time) / 10'000'000 - 11'644'473'600);
  EXPECT_LE(local_seconds - seconds - host.tm_gmtoff, 60);
  EXPECT_GE(local_seconds - seconds - host.tm_gmtoff, 0);
}

TEST(MultimediaClock, is_the_tick_count) {
  EXPECT_EQ(timeBeginPeriod(1), MMRESULT{TIMERR_NOERROR});
  DWORD before = GetTickCount();
  EXPECT_LE(timeGetTime() - before, kHang);
  EXPECT_EQ(timeEndPeriod(1), MMRESULT{TIMERR_NOERROR});
  EXPECT_EQ(timeBeginPeriod(0), MMRESULT{TIMERR_NOCANDO});
}

TEST(StandardHandle, is_a_file_of_the_descriptor_and_may_be_another) {
  EXPECT_EQ(GetStdHandle(1), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
  EXPECT_FALSE(SetStdHandle(STD_ERROR_HANDLE - 1, nullptr));
  HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(GetStdHandle(STD_ERROR_HANDLE), error);
  EXPECT_EQ(_get_osfhandle(_fileno(stderr)), reinterpret_cast<intptr_t>(error));
  DWORD written = 99;
  EXPECT_TRUE(WriteFile(error, "", 0, &written, nullptr));
  EXPECT_EQ(written, 0u);
  OwnedHandle other = manual_event();
  EXPECT_TRUE(SetStdHandle(STD_ERROR_HANDLE, other.get()));
  EXPECT_EQ(GetStdHandle(STD_ERROR_HANDLE), other.get());
  EXPECT_TRUE(SetStdHandle(STD_ERROR_HANDLE, error));
}

TEST(StandardHandle, that_is_a_file_becomes_the_childs) {
  char name[] = "/tmp/windsock-std-XXXXXX";
  int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(write(fd, "text", 4), 4);
  SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
  OwnedHandle file(CreateFileA(name, GENERIC_READ, 0, &inheritable, OPEN_EXISTING, 0, nullptr));
  Pipe output;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = file.get();
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  Child child("input", 0, &startup);
  ASSERT_TRUE(child.created);
  EXPECT_EQ(child.report(), "text");
  EXPECT_EQ(child.exit_code(), 0u);
  close(fd);
  unlink(name);
}

TEST(FileMode, is_binary) {
  EXPECT_EQ(_setmode(0, _O_BINARY), _O_BINARY);
  EXPECT_EQ(_setmode(0, 1), -1);
  EXPECT_EQ(errno, EINVAL);
}

}  // namespace

}  // namespace kernel32_test
