// The end of an overlapped call. https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsagetoverlappedresult
#include <winsock2.h>

#include "dlls/common/host_futex.h"
#include "dlls/common/nt_status.h"
#include "dlls/ws2_32/entry.h"
#include "dlls/ws2_32/operation.h"
#include "dlls/ws2_32/program_pointer.h"
#include "dlls/ws2_32/socket_table.h"

using namespace windsock;

namespace {

// Its event may be set by others, too: only the status says that it is over.
WsaResult<void> await(const WSAOVERLAPPED& overlapped) {
  auto event = reinterpret_cast<services::Handle>(reinterpret_cast<uintptr_t>(overlapped.hEvent) & ~uintptr_t{1});
  if (event && status_of(overlapped) == kStatusPending &&
      services::wait_for_events(1, &event, false, WSA_INFINITE, false) == WSA_WAIT_FAILED)
    return wsa_failure(static_cast<int>(services::last_error()));
  (void)await_end(overlapped, host::kNoDeadline);
  return {};
}

}  // namespace

BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer, BOOL fWait, LPDWORD lpdwFlags) {
  auto body = [=]() -> WsaResult<BOOL> {
    WS_TRY(SocketTable::instance().find(s));
    if (!can_be_memory(lpOverlapped) || !can_be_memory(lpcbTransfer) || !can_be_memory(lpdwFlags)) return wsa_failure(WSAEFAULT);
    if (fWait) WS_TRY(await(*lpOverlapped));
    uint32_t status = status_of(*lpOverlapped);
    if (status == kStatusPending) return wsa_failure(WSA_IO_INCOMPLETE);
    *lpcbTransfer = static_cast<DWORD>(lpOverlapped->InternalHigh);
    *lpdwFlags = lpOverlapped->Offset;
    if (is_failure(status)) return wsa_failure(wsa_from_nt_status(status));
    return TRUE;
  };
  return entry::call("WSAGetOverlappedResult", FALSE, body, s, lpOverlapped, trace::NumberResult{lpcbTransfer}, fWait,
                     trace::NumberResult{lpdwFlags});
}
