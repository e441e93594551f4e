// The way in: every export goes through call(), which does what all have in common.
//
//   int WSAAPI listen(SOCKET s, int backlog) {
//     return entry::call("listen", SOCKET_ERROR, [&]() -> WsaResult<int> { …; return 0; }, s, backlog);
//   }
//
// In this order: the trace (WINDSOCK_DEBUG=trace+api prints the arguments behind the body and the result), WSANOTINITIALISED,
// WSAEINPROGRESS inside a callback, the body. No exception leaves: want of memory is WSAENOBUFS. The last error is set here
// and nowhere else, and only by a failure.
#pragma once

#include <new>
#include <utility>

#include "dlls/common/debug.h"
#include "dlls/ws2_32/blocking_hook.h"
#include "dlls/ws2_32/host_services.h"
#include "dlls/ws2_32/process.h"
#include "dlls/ws2_32/trace.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock::entry {

// What must be true before the body runs.
enum class Needs { kStartup, kNothing };

namespace codes {
// The Winsock codes that are needed here, so that this header does without the public ones.
inline constexpr int kInProgress = 10036, kNoBuffers = 10055, kNotInitialised = 10093, kSystemCallFailure = 10107;
}  // namespace codes

// The body without an exception leaving it.
template <typename R, typename Body>
[[gnu::always_inline]] inline WsaResult<R> caught(Body& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return wsa_failure(codes::kNoBuffers);
  } catch (...) {
    return wsa_failure(codes::kSystemCallFailure);
  }
}

// A call inside a callback, or of a thread with a blocking hook.
template <typename R, typename Body>
[[gnu::cold, gnu::noinline]] WsaResult<R> special(Body& body) {
  if (process::in_callback()) return wsa_failure(codes::kInProgress);
  blocking_hook::CallScope scope;
  return caught<R>(body);
}

// Runs the body: its value, or its error.
template <Needs needs, typename R, typename Body>
[[gnu::always_inline]] inline WsaResult<R> guarded(Body& body) {
  if constexpr (needs == Needs::kStartup) {
    if (!process::is_started()) [[unlikely]] return wsa_failure(codes::kNotInitialised);
    if (!process::is_plain_call()) [[unlikely]] return special<R>(body);
  }
  return caught<R>(body);
}

template <Needs needs, typename R, typename Body>
[[gnu::always_inline]] inline R finished(R failure, Body& body) {
  WsaResult<R> result = guarded<needs, R>(body);
  if (result.ok()) [[likely]] return std::move(result).take();
  services::set_last_error(static_cast<uint32_t>(result.error()));
  return failure;
}

// By value, all of it: the copies are made on the way here, so that nothing of a call that is not traced has to lie in memory.
template <Needs needs, typename R, typename Body, typename... Arguments>
[[gnu::cold, gnu::noinline]] R traced(const char* name, R failure, Body body, Arguments... arguments) {
  trace::Line before(name);
  (before.argument(arguments), ...);
  before.begin();
  R value = finished<needs>(failure, body);
  const uint32_t error = value == failure ? services::last_error() : 0;
  trace::Line after = error ? trace::Line::after_failure(name) : trace::Line::after(name, trace::as_number(value));
  (after.argument(arguments), ...);
  after.end(trace::as_number(value), std::is_pointer_v<R>, error);
  if (error) services::set_last_error(error);  // whatever the lines have done to it
  return value;
}

template <Needs needs = Needs::kStartup, typename R, typename Body, typename... Arguments>
[[gnu::always_inline]] inline R call(const char* name, R failure, Body body, const Arguments&... arguments) {
  if (debug::enabled(debug::Level::kTrace, debug::Channel::kApi)) [[unlikely]]
    return traced<needs>(name, failure, body, arguments...);
  return finished<needs>(failure, body);
}

}  // namespace windsock::entry
