// Operations on a SOCKET that come by way of its being a handle: CloseHandle, ReadFile, CreateIoCompletionPort and the like.
#pragma once

#include "dlls/ws2_32/host_services.h"

namespace windsock {

extern const services::SocketOperations kHandleOperations;

}  // namespace windsock
