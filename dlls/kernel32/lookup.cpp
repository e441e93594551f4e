#include "dlls/kernel32/lookup.h"

#include "dlls/kernel32/process.h"
#include "dlls/kernel32/thread.h"

namespace windsock::kernel32 {

Ref<Waitable> find_object(Handle handle) {
  switch (classify(handle)) {
    case HandleRange::kObject:
      return handle_table::find(handle);
    case HandleRange::kPseudo:
      if (reinterpret_cast<intptr_t>(handle) == kCurrentProcess) return Process::current();
      if (reinterpret_cast<intptr_t>(handle) == kCurrentThread) return Thread::current();
      return {};  // tokens
    case HandleRange::kSocket:
    case HandleRange::kNone:
      break;
  }
  return {};
}

}  // namespace windsock::kernel32
