#include "dlls/common/host_system.h"

#include <unistd.h>

#include <ctime>

namespace windsock::host {

SystemFacts system_facts() {
  long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
  return {static_cast<uint32_t>(::sysconf(_SC_PAGESIZE)), processors < 1 ? 1 : static_cast<uint32_t>(processors)};
}

int64_t seconds_ahead_of_utc() {
  time_t now = ::time(nullptr);
  tm local{};
  return ::localtime_r(&now, &local) == nullptr ? 0 : local.tm_gmtoff;
}

}  // namespace windsock::host
