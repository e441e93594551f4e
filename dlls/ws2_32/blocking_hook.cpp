#include "dlls/ws2_32/blocking_hook.h"

#include <winsock2.h>

#include "dlls/ws2_32/blocking.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/process.h"

namespace windsock::blocking_hook {
namespace {

constexpr int64_t kTick = 10 * 1000000;  // nanoseconds between two runs of the hook

struct State {
  Procedure hook = nullptr;
  bool running = false;
  bool cancelled = false;
};
constinit thread_local State t_state;

bool is_version_1() { return LOBYTE(process::version()) < 2; }

}  // namespace

// A name, for hosts in which a program calls it by another address.
extern "C" INT_PTR WINAPI windsock_default_blocking_hook();
INT_PTR WINAPI windsock_default_blocking_hook() { return FALSE; }

namespace {

Procedure default_procedure() {
  return services::procedure_for_program(reinterpret_cast<Procedure>(&windsock_default_blocking_hook));
}

}  // namespace

WsaResult<Procedure> install(Procedure hook) {
  if (!is_version_1()) return wsa_failure(WSAEOPNOTSUPP);
  if (!hook) return wsa_failure(WSAEFAULT);
  Procedure before = t_state.hook ? t_state.hook : default_procedure();
  t_state.hook = hook == default_procedure() ? nullptr : hook;
  process::set_has_hook(t_state.hook != nullptr);
  return before;
}

WsaResult<void> restore_default() {
  if (!is_version_1()) return wsa_failure(WSAEOPNOTSUPP);
  t_state.hook = nullptr;
  process::set_has_hook(false);
  return {};
}

bool is_blocking() { return t_state.running; }

WsaResult<void> cancel() {
  if (!is_version_1()) return wsa_failure(WSAEOPNOTSUPP);
  if (!t_state.running) return wsa_failure(WSAEINVAL);
  t_state.cancelled = true;
  return {};
}

WsaResult<void> run() {
  if (!t_state.hook || t_state.running || !is_version_1()) return {};
  t_state.running = true;
  t_state.cancelled = false;
  ++process::g_in_callback;
  // Its result says whether it wants to be called again at once.
  while (static_cast<int>(services::call_procedure(t_state.hook, nullptr, 0)) != 0 && !t_state.cancelled) {
  }
  --process::g_in_callback;
  t_state.running = false;
  if (t_state.cancelled) return wsa_failure(WSAEINTR);
  return {};
}

CallScope::CallScope() {
  if (!t_state.hook || !is_version_1()) return;
  blocking::place();  // lets the thread receive the signal
  if (int signal = blocking::wake_signal()) ticks_.emplace(signal, kTick);
}

}  // namespace windsock::blocking_hook
