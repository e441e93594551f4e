#include "dlls/winehost/callback.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace windsock::winehost {

namespace {

constexpr size_t kStackSize = 256 * 1024, kGuard = 4096;

struct Detour {
  Detour* outer = nullptr;
  char* stack = nullptr;
  ucontext_t inside{}, outside{};
  std::function<void()> body;
  bool done = false;
  Call* call = nullptr;
};

constinit thread_local Detour* t_innermost = nullptr;

// A stack is kept for the thread's next call of the kind.
constinit thread_local char* t_spare_stack = nullptr;

char* take_stack() {
  if (char* spare = std::exchange(t_spare_stack, nullptr)) return spare;
  void* memory = mmap(nullptr, kGuard + kStackSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  char* stack = static_cast<char*>(memory);
  if (mprotect(stack + kGuard, kStackSize, PROT_READ | PROT_WRITE) != 0) {
    munmap(memory, kGuard + kStackSize);
    return nullptr;
  }
  return stack;
}

void give_stack_back(char* stack) {
  if (!t_spare_stack)
    t_spare_stack = stack;
  else
    munmap(stack, kGuard + kStackSize);
}

void begin() {
  Detour& self = *t_innermost;
  self.body();
  self.done = true;
}

// Goes into the innermost detour until it is done or needs the program.
NtStatus go_on(Call& call) {
  Detour* detour = t_innermost;
  detour->call = &call;
  swapcontext(&detour->outside, &detour->inside);
  if (!detour->done) return kCallbackStatus;
  t_innermost = detour->outer;
  give_stack_back(detour->stack);
  delete detour;
  return kSuccess;
}

}  // namespace

NtStatus run_on_own_stack(Call& call, std::function<void()> body) {
  std::unique_ptr<Detour> detour(new (std::nothrow) Detour);
  char* stack = detour ? take_stack() : nullptr;
  if (!stack) return kNoMemory;
  detour->stack = stack;
  detour->body = std::move(body);
  getcontext(&detour->inside);
  detour->inside.uc_stack.ss_sp = stack + kGuard;
  detour->inside.uc_stack.ss_size = kStackSize;
  detour->inside.uc_link = &detour->outside;
  makecontext(&detour->inside, begin, 0);
  detour->outer = t_innermost;
  t_innermost = detour.release();
  return go_on(call);
}

NtStatus resume(Call& call) {
  if (!t_innermost) return kInvalidParameter;
  return go_on(call);
}

uint64_t run_procedure(uint64_t procedure, const uint64_t* arguments, uint32_t count) {
  Detour& self = *t_innermost;
  Call& asked = *self.call;
  asked.procedure = procedure;
  asked.count = std::min<uint32_t>(count, kMaxProcedureArguments);
  std::fill_n(asked.procedure_arguments, kMaxProcedureArguments, 0);
  std::copy_n(arguments, asked.count, asked.procedure_arguments);
  swapcontext(&self.inside, &self.outside);
  return self.call->result;
}

}  // namespace windsock::winehost
