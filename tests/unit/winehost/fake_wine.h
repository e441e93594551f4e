// Wine's system calls as far as completion ports and queued calls need them: handles that lead to objects, and what was asked.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "dlls/winehost/nt_functions.h"

namespace winehost_test {

struct Posted {
  int object;
  uint64_t key, context;
  uint32_t status;
  uint64_t information;
  bool operator==(const Posted&) const = default;
};

struct Queued {
  int object;
  uint64_t procedure, words[3];
};

class FakeWine {
 public:
  static FakeWine& instance() {
    static FakeWine wine;
    return wine;
  }
  static constexpr int kEvent = 0;  // an object that is no port

  // All functions of g_nt that ports and routines use; nothing is open.
  void begin();
  windsock::winehost::NtHandle open(int object) { return open_at(next_ += 4, object); }
  windsock::winehost::NtHandle open_at(uintptr_t number, int object) {
    objects[number] = object;
    return reinterpret_cast<windsock::winehost::NtHandle>(number);
  }
  void close(windsock::winehost::NtHandle handle) { objects.erase(reinterpret_cast<uintptr_t>(handle)); }
  // -1: nothing.
  int object_of(windsock::winehost::NtHandle handle) const {
    auto found = objects.find(reinterpret_cast<uintptr_t>(handle));
    return found == objects.end() ? -1 : found->second;
  }

  std::map<uintptr_t, int> objects;
  std::vector<Posted> posted;
  std::vector<Queued> queued;

 private:
  uintptr_t next_ = 0x1000;
};

}  // namespace winehost_test
