// The seam to ws2_32: SOCKETs are handles too, but only ws2_32 knows them.
//
// When ws2_32 is loaded it hands over its operations (dlls/ws2_32/host_services.h), and calls on a handle in the range of SOCKETs
// go there. Without it no value is a SOCKET. The function has a private symbol version: it is no interface for programs.
#pragma once

#include "dlls/ws2_32/host_services.h"

extern "C" __attribute__((visibility("default"))) void windsock_set_socket_operations(
    const windsock::services::SocketOperations* operations);

// The way of ws2_32 to a file: a descriptor of the same open file, which the caller owns; or the negative errno, -EBADF for what is no
// file of CreateFile's.
extern "C" __attribute__((visibility("default"))) int windsock_file_descriptor(void* handle);

namespace windsock::kernel32 {

// Null while ws2_32 is not loaded.
const services::SocketOperations* socket_operations();

// What a new process is to inherit of the sockets.
services::SocketInheritance inherit_sockets();

}  // namespace windsock::kernel32
