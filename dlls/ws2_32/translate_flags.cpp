#include "dlls/ws2_32/translate_flags.h"

namespace windsock {
namespace {

// What each call takes at all.
constexpr int kTaken[] = {
    MSG_DONTROUTE | MSG_OOB,                                                    // kSend
    MSG_DONTROUTE | MSG_OOB,                                                    // kWsaSend: no protocol of ours has partial messages
    MSG_PEEK | MSG_OOB | MSG_WAITALL,                                           // kReceive
    MSG_PEEK | MSG_OOB | MSG_WAITALL | MSG_PARTIAL | MSG_PUSH_IMMEDIATE,        // kWsaReceive
};

}  // namespace

WsaResult<int> flags_to_host(int flags, FlagsOf call, SocketKind kind) {
  if (flags & ~kTaken[static_cast<int>(call)]) return wsa_failure(WSAEOPNOTSUPP);
  bool stream = kind.type == SOCK_STREAM;
  // Local sockets have no urgent data on Windows.
  if ((flags & MSG_OOB) && (!stream || kind.family == AF_UNIX)) return wsa_failure(WSAEOPNOTSUPP);
  if ((flags & MSG_WAITALL) && (!stream || (flags & (MSG_OOB | MSG_PEEK | MSG_PARTIAL)))) return wsa_failure(WSAEOPNOTSUPP);

  static_assert(MSG_OOB == host::kMsgOob && MSG_PEEK == host::kMsgPeek);
  // MSG_DONTROUTE has no effect on Windows; MSG_PARTIAL and MSG_PUSH_IMMEDIATE allow to return early what is returned early anyway.
  return (flags & (MSG_OOB | MSG_PEEK)) | (flags & MSG_WAITALL ? host::kMsgWaitAll : 0);
}

}  // namespace windsock
