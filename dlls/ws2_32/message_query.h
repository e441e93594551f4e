// MessageQuery: a look-up in the host's databases that tells its end by a message to a window, with the answer in the program's buffer
// (WSAAsyncGetHostByName and its kin).
#pragma once

#include <winsock2.h>

#include <functional>
#include <memory>
#include <string>

#include "dlls/ws2_32/packed_buffer.h"
#include "dlls/ws2_32/window_messages.h"
#include "dlls/ws2_32/wsa_error.h"

namespace windsock::message_query {

// Looks up, and puts the answer into a buffer whenever the function that it gives is called.
using Fill = std::function<void(PackedBuffer&)>;
using LookUp = std::function<WsaResult<Fill>()>;

// The handle by which the message names the query; its halves are the size of the answer and the error. WSAEWOULDBLOCK: no thread for it.
WsaResult<HANDLE> begin(std::unique_ptr<WindowMessages> messages, void* buffer, int size, LookUp look_up);

// Nothing is told any more. WSAEALREADY: it has ended. WSAEINVAL: there was none of that handle.
WsaResult<void> cancel(HANDLE handle);

// Nothing is told of any (the last WSACleanup).
void forget_all();

}  // namespace windsock::message_query
