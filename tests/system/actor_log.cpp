// The actor's log of what it observed, in memory that actors share: a file that the test has made (take_log.py, which also judges it).
#include "tests/system/actor_log.h"

#include <winsock2.h>
#include <windows.h>

#include <atomic>
#include <chrono>
#include <cstddef>

#include "tests/system/actor.h"

namespace actor {

namespace {

struct Entry {
  uint32_t process;
  uint32_t what;  // 0: not written yet
  int64_t events;
  int64_t nanoseconds;
};

struct Log {
  uint64_t size;   // of the entries
  uint64_t count;  // of those that are taken
  Entry entries[1];
};
static_assert(sizeof(Entry) == 24 && offsetof(Log, entries) == 16);

Log* g_log = nullptr;

}  // namespace

void open_log(const std::string& path) {
  HANDLE file = CreateFileA(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) throw Failed{static_cast<int>(GetLastError())};
  HANDLE mapping = CreateFileMappingA(file, nullptr, PAGE_READWRITE, 0, 0, nullptr);
  CloseHandle(file);
  void* view = mapping ? MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0) : nullptr;
  const DWORD error = GetLastError();
  if (mapping) CloseHandle(mapping);
  if (!view) throw Failed{static_cast<int>(error)};
  g_log = static_cast<Log*>(view);
}

void write_log(Observed what, long events) {
  if (!g_log) return;
  const uint64_t place = std::atomic_ref(g_log->count).fetch_add(1);
  if (place >= g_log->size) throw Failed{WSAENOBUFS};
  Entry& entry = g_log->entries[place];
  entry.process = static_cast<uint32_t>(GetCurrentProcessId());
  entry.events = events;
  entry.nanoseconds = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  entry.what = static_cast<uint32_t>(what);
}

}  // namespace actor
