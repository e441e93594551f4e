// The exports that describe the machine and its calendar.
#include <sysinfoapi.h>
#include <timeapi.h>
#include <timezoneapi.h>

#include <cstring>

#include "dlls/common/host_system.h"
#include "dlls/kernel32/calendar.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/time.h"

using namespace windsock::kernel32;
namespace host = windsock::host;

namespace {

// What headers of Windows 10 describe (windsock/version.h).
constexpr DWORD kMajor = 10, kMinor = 0, kBuild = 17763;

constexpr int64_t kCountsPerMillisecond = 10'000, kMillisecondsPerDay = 86'400'000;

#if defined __x86_64__
constexpr WORD kArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
constexpr DWORD kProcessorType = PROCESSOR_AMD_X8664;
#elif defined __aarch64__
constexpr WORD kArchitecture = PROCESSOR_ARCHITECTURE_ARM64;
constexpr DWORD kProcessorType = 0;
#else
constexpr WORD kArchitecture = PROCESSOR_ARCHITECTURE_UNKNOWN;
constexpr DWORD kProcessorType = 0;
#endif

// False: it is before 1601, or later than SYSTEMTIME can say.
bool to_system_time(int64_t counts, SYSTEMTIME& time) {
  if (counts < 0) return false;
  int64_t milliseconds = counts / kCountsPerMillisecond;
  int64_t days = milliseconds / kMillisecondsPerDay;
  if (days > days_of({kLastYear, 12, 31})) return false;
  Date date = date_of(days);
  auto rest = static_cast<uint32_t>(milliseconds % kMillisecondsPerDay);
  auto word = [](int64_t value) { return static_cast<WORD>(value); };
  constexpr int kFirstWeekday = 1;  // 1 January 1601 was a Monday
  time = {word(date.year),          word(date.month),             word((days + kFirstWeekday) % 7),
          word(date.day),           word(rest / 3'600'000),       word(rest / 60'000 % 60),
          word(rest / 1000 % 60),   word(rest % 1000)};
  return true;
}

template <typename Info>
BOOL fill_version(Info* info) {
  info->dwMajorVersion = kMajor;
  info->dwMinorVersion = kMinor;
  info->dwBuildNumber = kBuild;
  info->dwPlatformId = VER_PLATFORM_WIN32_NT;
  info->szCSDVersion[0] = 0;
  return TRUE;
}

template <typename Plain, typename Extended>
BOOL get_version(Plain* info) {
  if (info->dwOSVersionInfoSize != sizeof(Plain) && info->dwOSVersionInfoSize != sizeof(Extended)) return fail(Win32Error::kInsufficientBuffer);
  if (info->dwOSVersionInfoSize == sizeof(Extended)) {
    auto* extended = reinterpret_cast<Extended*>(info);
    extended->wServicePackMajor = 0;
    extended->wServicePackMinor = 0;
    extended->wSuiteMask = 0;
    extended->wProductType = VER_NT_WORKSTATION;
    extended->wReserved = 0;
  }
  return fill_version(info);
}

}  // namespace

void GetSystemInfo(LPSYSTEM_INFO info) {
  host::SystemFacts facts = host::system_facts();
  *info = {};
  info->wProcessorArchitecture = kArchitecture;
  info->dwPageSize = facts.page_size;
  info->lpMinimumApplicationAddress = reinterpret_cast<LPVOID>(uintptr_t{0x10000});
  info->lpMaximumApplicationAddress = reinterpret_cast<LPVOID>(uintptr_t{0x7ffffffeffff});
  info->dwNumberOfProcessors = facts.processors;
  info->dwActiveProcessorMask = facts.processors >= 64 ? ~DWORD_PTR{0} : (DWORD_PTR{1} << facts.processors) - 1;
  info->dwProcessorType = kProcessorType;
  info->dwAllocationGranularity = 0x10000;
}

void GetNativeSystemInfo(LPSYSTEM_INFO info) { GetSystemInfo(info); }

DWORD GetVersion() { return kBuild << 16 | kMinor << 8 | kMajor; }
BOOL GetVersionExA(LPOSVERSIONINFOA info) { return get_version<OSVERSIONINFOA, OSVERSIONINFOEXA>(info); }
BOOL GetVersionExW(LPOSVERSIONINFOW info) { return get_version<OSVERSIONINFOW, OSVERSIONINFOEXW>(info); }

void GetSystemTime(LPSYSTEMTIME time) { to_system_time(system_time(), *time); }

void GetLocalTime(LPSYSTEMTIME time) {
  int64_t now = system_time();
  to_system_time(now + host::seconds_ahead_of_utc() * 1000 * kCountsPerMillisecond, *time);
}

BOOL SystemTimeToFileTime(const SYSTEMTIME* time, LPFILETIME file_time) {
  Date date = {time->wYear, time->wMonth, time->wDay};
  if (!is_date(date) || time->wHour > 23 || time->wMinute > 59 || time->wSecond > 59 || time->wMilliseconds > 999)
    return fail(Win32Error::kInvalidParameter);
  int64_t seconds = ((days_of(date) * 24 + time->wHour) * 60 + time->wMinute) * 60 + time->wSecond;
  auto counts = static_cast<uint64_t>((seconds * 1000 + time->wMilliseconds) * kCountsPerMillisecond);
  *file_time = {static_cast<DWORD>(counts), static_cast<DWORD>(counts >> 32)};
  return TRUE;
}

BOOL FileTimeToSystemTime(const FILETIME* file_time, LPSYSTEMTIME time) {
  auto counts = static_cast<int64_t>(uint64_t{file_time->dwHighDateTime} << 32 | file_time->dwLowDateTime);
  return to_system_time(counts, *time) ? TRUE : fail(Win32Error::kInvalidParameter);
}

DWORD timeGetTime() { return GetTickCount(); }
MMRESULT timeBeginPeriod(UINT period) { return period == 0 ? TIMERR_NOCANDO : TIMERR_NOERROR; }
MMRESULT timeEndPeriod(UINT period) { return period == 0 ? TIMERR_NOCANDO : TIMERR_NOERROR; }
