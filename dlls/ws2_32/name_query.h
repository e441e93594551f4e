// NameQuery: a look-up of GetAddrInfoExW that goes on after its call, and ends once: by its answer, by its timeout, or cancelled.
//
// The host's look-up cannot be ended, so it has a thread of its own, whose answer is thrown away if the query has ended before. The end
// is told where WSASend's is: OVERLAPPED.Internal, then the event or the routine, which that thread calls.
// https://learn.microsoft.com/windows/win32/api/ws2tcpip/nf-ws2tcpip-getaddrinfoexw
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

namespace name_query {

struct Call {
  std::function<WsaResult<ADDRINFOEXW*>()> look_up;  // owns what it needs of the question
  ADDRINFOEXW** result = nullptr;                    // the program's
  WSAOVERLAPPED* overlapped = nullptr;
  LPLOOKUPSERVICE_COMPLETION_ROUTINE routine = nullptr;
  std::optional<int64_t> deadline;                   // of host::now_nanoseconds
  HANDLE* handle = nullptr;                          // may be null; for cancel()
};

// WSA_IO_PENDING, or why it has not begun: WSAENOBUFS, the event is none.
WsaError begin(Call call);

// Ends the query by WSA_E_CANCELLED. WSA_INVALID_HANDLE: none of that handle is under way.
WsaResult<void> cancel(HANDLE handle);

}  // namespace name_query

}  // namespace windsock
