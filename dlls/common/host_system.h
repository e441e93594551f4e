// The part of host.h about the machine and what it is set to.
#pragma once

#include <cstdint>

namespace windsock::host {

struct SystemFacts {
  uint32_t page_size = 0;
  uint32_t processors = 0;  // that are switched on
};
SystemFacts system_facts();
// How far the local time is ahead of UTC now.
int64_t seconds_ahead_of_utc();

}  // namespace windsock::host
