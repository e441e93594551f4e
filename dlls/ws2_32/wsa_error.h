// WsaError: a Winsock error code, and the Result that carries one.
//
// Inside the core an error is a value; only entry.h makes it the thread's last error. The codes themselves (WSAEINVAL …) come
// from the public headers.
#pragma once

#include "dlls/common/host.h"
#include "dlls/common/result.h"

namespace windsock {

enum class WsaError : int { kNone = 0 };

template <typename T>
using WsaResult = Result<T, WsaError>;

// `return wsa_failure(WSAEINVAL);`
inline constexpr Failure<WsaError> wsa_failure(int code) { return Failure<WsaError>{static_cast<WsaError>(code)}; }

// The Winsock code for a host error, by the one table (errno.def). Calls for which Windows has another code for the same
// host error say so where they are made.
WsaError wsa_error_from_host(host::Errno error);
inline Failure<WsaError> wsa_failure_from_host(host::Errno error) { return Failure<WsaError>{wsa_error_from_host(error)}; }

template <typename T>
WsaResult<T> wsa_result(host::Result<T> result) {
  if (!result) return wsa_failure_from_host(result.error());
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(result).take();
}

}  // namespace windsock

// WS_TRY for host calls inside the core: the host's error becomes a Winsock error.
#define WS_TRY_HOST(expression) WS_TRY(::windsock::wsa_result(expression))
