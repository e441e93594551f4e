# Helpers that the library, kernel32 and the server share.
noinst_LTLIBRARIES += libwindsock_common.la
libwindsock_common_la_SOURCES = \
	dlls/common/debug.cpp dlls/common/debug.h \
	dlls/common/fd_channel.cpp dlls/common/fd_channel.h \
	dlls/common/fd_list.h \
	dlls/common/host.cpp dlls/common/host.h dlls/common/host_process.cpp \
	dlls/common/host_child.cpp dlls/common/host_child.h \
	dlls/common/host_directory.cpp dlls/common/host_directory.h \
	dlls/common/host_epoll.cpp dlls/common/host_epoll.h \
	dlls/common/host_file.cpp dlls/common/host_file.h \
	dlls/common/host_futex.cpp dlls/common/host_futex.h \
	dlls/common/host_memory.cpp dlls/common/host_memory.h \
	dlls/common/host_message.cpp dlls/common/host_message.h \
	dlls/common/host_names.cpp dlls/common/host_names.h dlls/common/host_network.cpp \
	dlls/common/host_pipe.cpp dlls/common/host_pipe.h \
	dlls/common/host_signals.cpp dlls/common/host_signals.h \
	dlls/common/host_socket.cpp dlls/common/host_socket.h \
	dlls/common/host_system.cpp dlls/common/host_system.h \
	dlls/common/host_thread.cpp dlls/common/host_thread.h \
	dlls/common/lock.h \
	dlls/common/nt_status.cpp dlls/common/nt_status.def dlls/common/nt_status.h \
	dlls/common/result.h \
	dlls/common/runtime_directory.cpp dlls/common/runtime_directory.h \
	dlls/common/shared_state.h \
	dlls/common/telling_lock.h \
	dlls/common/thread_end.h \
	dlls/common/unique_fd.h \
	dlls/common/utf.cpp dlls/common/utf.h \
	dlls/common/wire.cpp dlls/common/wire.def dlls/common/wire.h

# Each host of the core has this for itself; who has no host has no use for it.
process_register_sources = dlls/common/process_register.cpp dlls/common/process_register.h
