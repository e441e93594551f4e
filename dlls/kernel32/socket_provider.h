// The seam to ws2_32: SOCKETs are handles too, but only ws2_32 knows them.
//
// When ws2_32 is loaded it hands over its operations (dlls/ws2_32/host_services.h), and calls on a handle in the range of SOCKETs
// go there. Without it no value is a SOCKET. The functions have a private symbol version: they are no interface for programs.
#pragma once

#include "dlls/ws2_32/host_services.h"

extern "C" __attribute__((visibility("default"))) void windsock_set_socket_operations(
    const windsock::services::SocketOperations* operations);

// The way of ws2_32 to a file: a descriptor of the same open file, which the caller owns; or the negative errno, -EBADF for what is no
// file of CreateFile's.
extern "C" __attribute__((visibility("default"))) int windsock_file_descriptor(void* handle);

// How the end of an asynchronous operation is told: each is the function of host_services.h of that name (pending_ends.cpp, completion_port.cpp).
extern "C" {
#pragma GCC visibility push(default)
windsock::services::HeldEvent* windsock_hold_event(void* handle);
void windsock_signal_event(windsock::services::HeldEvent* event);
void windsock_release_event(windsock::services::HeldEvent* event);
windsock::services::PendingEvent* windsock_prepare_event(void* handle);
void windsock_tell_event(windsock::services::PendingEvent* event);
void windsock_drop_event(windsock::services::PendingEvent* event);
windsock::services::PendingRoutine* windsock_prepare_routine(const void* routine);
void windsock_tell_routine(windsock::services::PendingRoutine* routine, uint32_t error, uint32_t bytes, void* overlapped, uint32_t flags);
void windsock_drop_routine(windsock::services::PendingRoutine* routine);
void windsock_retain_port(windsock::services::Port* port);
void windsock_release_port(windsock::services::Port* port);
void windsock_post_packet(windsock::services::Port* port, windsock::services::CompletionPacket* packet);
windsock::services::IoSource* windsock_source_of_port(windsock::services::Port* port,
                                                      windsock::services::IoSource* (*make)(windsock::services::Port* port));
#pragma GCC visibility pop
}

namespace windsock::kernel32 {

// Null while ws2_32 is not loaded.
const services::SocketOperations* socket_operations();
// Null for a handle that can be no SOCKET, too.
const services::SocketOperations* operations_for(void* handle);

// The result of such an operation for an export of kernel32, which has Win32 errors: what is no SOCKET is no handle.
bool result_for_handle(bool succeeded);

// What a new process is to inherit of the sockets.
services::SocketInheritance inherit_sockets();

}  // namespace windsock::kernel32
