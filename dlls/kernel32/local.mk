# libkernel32.so.1: the slice of Win32 that Winsock programs lean on natively. kernel32.spec lists its exports.
lib_LTLIBRARIES += libkernel32.la
libkernel32_la_SOURCES = \
	dlls/kernel32/address_wait.cpp dlls/kernel32/address_wait.h \
	dlls/kernel32/api_completion.cpp \
	dlls/kernel32/api_console.cpp \
	dlls/kernel32/api_event.cpp \
	dlls/kernel32/api_file.cpp dlls/kernel32/api_file_mapping.cpp \
	dlls/kernel32/api_find_file.cpp \
	dlls/kernel32/api_fls.cpp \
	dlls/kernel32/api_handle.cpp \
	dlls/kernel32/api_heap.cpp \
	dlls/kernel32/api_message.cpp \
	dlls/kernel32/api_mutex.cpp \
	dlls/kernel32/api_named_pipe.cpp \
	dlls/kernel32/api_overlapped.cpp \
	dlls/kernel32/api_pipe.cpp \
	dlls/kernel32/api_process.cpp \
	dlls/kernel32/api_semaphore.cpp \
	dlls/kernel32/api_open.cpp \
	dlls/kernel32/api_system.cpp \
	dlls/kernel32/api_text.cpp \
	dlls/kernel32/api_thread.cpp \
	dlls/kernel32/api_timer.cpp \
	dlls/kernel32/api_tls.cpp \
	dlls/kernel32/api_virtual_memory.cpp \
	dlls/kernel32/api_wait.cpp \
	dlls/kernel32/c_threads.cpp \
	dlls/kernel32/callback_pool.cpp dlls/kernel32/callback_pool.h \
	dlls/kernel32/calendar.cpp dlls/kernel32/calendar.h \
	dlls/kernel32/command_line.cpp dlls/kernel32/command_line.h \
	dlls/kernel32/completion_port.cpp dlls/kernel32/completion_port.h \
	dlls/kernel32/console_signals.cpp dlls/kernel32/console_signals.h \
	dlls/kernel32/create_process.cpp dlls/kernel32/create_process.h \
	dlls/kernel32/critical_section.cpp \
	dlls/kernel32/dispatcher.cpp dlls/kernel32/dispatcher.h \
	dlls/kernel32/event.h \
	dlls/kernel32/file.h \
	dlls/kernel32/file_mapping.cpp dlls/kernel32/file_mapping.h \
	dlls/kernel32/file_operation.cpp dlls/kernel32/file_operation.h \
	dlls/kernel32/file_search.cpp dlls/kernel32/file_search.h \
	dlls/kernel32/fork_handlers.cpp \
	dlls/kernel32/handle_table.cpp dlls/kernel32/handle_table.h \
	dlls/kernel32/last_error.cpp dlls/kernel32/last_error.h \
	dlls/kernel32/libraries.cpp \
	dlls/kernel32/lookup.cpp dlls/kernel32/lookup.h \
	dlls/kernel32/message_provider.cpp dlls/kernel32/message_provider.h \
	dlls/kernel32/memory_regions.cpp dlls/kernel32/memory_regions.h \
	dlls/kernel32/message_text.cpp dlls/kernel32/message_text.h \
	dlls/kernel32/mutex.cpp dlls/kernel32/mutex.h \
	dlls/kernel32/name_pattern.cpp dlls/kernel32/name_pattern.h \
	dlls/kernel32/new_object.h \
	dlls/kernel32/named_pipe.cpp dlls/kernel32/named_pipe.h \
	dlls/kernel32/overlapped_end.cpp dlls/kernel32/overlapped_end.h \
	dlls/kernel32/page_protection.cpp dlls/kernel32/page_protection.h \
	dlls/kernel32/pending_ends.cpp \
	dlls/kernel32/pipe_instance.cpp dlls/kernel32/pipe_instance.h \
	dlls/kernel32/pipe_lane.h \
	dlls/kernel32/pipe_name.cpp dlls/kernel32/pipe_name.h \
	dlls/kernel32/pipe_operation.cpp dlls/kernel32/pipe_operation.h \
	dlls/kernel32/pipe_stream.cpp dlls/kernel32/pipe_stream.h \
	dlls/kernel32/port_association.h \
	dlls/kernel32/posted_packet.h \
	dlls/kernel32/process.cpp dlls/kernel32/process.h \
	dlls/kernel32/program_search.cpp dlls/kernel32/program_search.h \
	dlls/kernel32/ref.h \
	dlls/kernel32/semaphore.h \
	dlls/kernel32/shared_names.cpp dlls/kernel32/shared_names.h \
	dlls/kernel32/slim_lock.cpp \
	dlls/kernel32/socket_provider.cpp dlls/kernel32/socket_provider.h \
	dlls/kernel32/std_handles.cpp \
	dlls/kernel32/text.cpp dlls/kernel32/text.h \
	dlls/kernel32/thread.cpp dlls/kernel32/thread.h \
	dlls/kernel32/thread_values.h \
	dlls/kernel32/time.cpp dlls/kernel32/time.h \
	dlls/kernel32/timer.cpp dlls/kernel32/timer.h \
	dlls/kernel32/timer_queue.cpp dlls/kernel32/timer_queue.h \
	dlls/kernel32/wait.cpp dlls/kernel32/wait.h \
	dlls/kernel32/waitable.cpp dlls/kernel32/waitable.h \
	dlls/kernel32/win32_error.cpp dlls/kernel32/win32_error.h
libkernel32_la_CXXFLAGS = $(AM_CXXFLAGS) -ftls-model=initial-exec
libkernel32_la_LIBADD = libwindsock_common.la
libkernel32_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -Wl,-z,nodelete -Wl,--version-script=dlls/kernel32/kernel32.map
if !SANITIZE
libkernel32_la_LDFLAGS += -Wl,-z,defs
endif
EXTRA_libkernel32_la_DEPENDENCIES = dlls/kernel32/kernel32.map

# The program's interface under one version, the seams to ws2_32 and user32 under a private one.
dlls/kernel32/kernel32.map: dlls/kernel32/kernel32.spec dlls/common/spec_to_map.awk dlls/kernel32/local.mk
	$(AM_V_GEN)$(MKDIR_P) dlls/kernel32 && { \
	$(AWK) -v version=WINDSOCK_KERNEL32_1 -f $(top_srcdir)/dlls/common/spec_to_map.awk $(top_srcdir)/dlls/kernel32/kernel32.spec && \
	echo 'WINDSOCK_PRIVATE { global: windsock_*; };'; } > $@-new && mv $@-new $@
CLEANFILES += dlls/kernel32/kernel32.map
EXTRA_DIST += dlls/kernel32/kernel32.spec dlls/common/spec_to_map.awk

# What GetProcAddress finds: the names of all five libraries, as Windows programs know them.
procedure_lists = dlls/kernel32/kernel32.spec dlls/user32/user32.spec dlls/ws2_32/ws2_32.spec dlls/mswsock/mswsock.spec dlls/wsock32/wsock32.spec
dlls/kernel32/kernel32.procedures: $(procedure_lists) dlls/common/spec_to_procedures.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/kernel32 && { for list in $(procedure_lists); do \
	$(AWK) -f $(top_srcdir)/dlls/common/spec_to_procedures.awk $(top_srcdir)/$$list || exit; done; } > $@-new && mv $@-new $@
nodist_libkernel32_la_SOURCES = dlls/kernel32/kernel32.procedures
BUILT_SOURCES += dlls/kernel32/kernel32.procedures
$(libkernel32_la_OBJECTS): | dlls/kernel32/kernel32.procedures
CLEANFILES += dlls/kernel32/kernel32.procedures
EXTRA_DIST += dlls/common/spec_to_procedures.awk

# The core's native host; it becomes part of libws2_32.
noinst_LTLIBRARIES += libhost_services_native.la
libhost_services_native_la_SOURCES = dlls/kernel32/host_services_native.cpp dlls/ws2_32/host_services.h $(process_register_sources)
libhost_services_native_la_LIBADD = libkernel32.la
