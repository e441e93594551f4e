# The core, as a convenience library that each host links; and libws2_32.so.1, which is the core in the native host.
noinst_LTLIBRARIES += libws2_32_core.la
libws2_32_core_la_SOURCES = \
	dlls/ws2_32/api_address_text.cpp \
	dlls/ws2_32/api_address_lists.cpp \
	dlls/ws2_32/address_lists.h \
	dlls/ws2_32/address_order.cpp dlls/ws2_32/address_order.h \
	dlls/ws2_32/answers.h \
	dlls/ws2_32/api_async_databases.cpp \
	dlls/ws2_32/api_async_select.cpp \
	dlls/ws2_32/api_byte_order.cpp \
	dlls/ws2_32/api_connect_by.cpp \
	dlls/ws2_32/api_databases.cpp \
	dlls/ws2_32/api_duplicate.cpp \
	dlls/ws2_32/api_events.cpp \
	dlls/ws2_32/api_hooks.cpp \
	dlls/ws2_32/api_message.cpp dlls/ws2_32/api_message.h \
	dlls/ws2_32/api_names.cpp \
	dlls/ws2_32/api_name_spaces.cpp \
	dlls/ws2_32/api_network_events.cpp \
	dlls/ws2_32/api_options.cpp \
	dlls/ws2_32/api_overlapped.cpp \
	dlls/ws2_32/api_providers.cpp \
	dlls/ws2_32/api_select.cpp \
	dlls/ws2_32/api_socket.cpp \
	dlls/ws2_32/api_startup.cpp \
	dlls/ws2_32/api_transfer.cpp \
	dlls/ws2_32/api_unsupported.cpp \
	dlls/ws2_32/background_work.cpp dlls/ws2_32/background_work.h \
	dlls/ws2_32/binding.cpp dlls/ws2_32/binding.h \
	dlls/ws2_32/blocking.cpp dlls/ws2_32/blocking.h \
	dlls/ws2_32/change_query.cpp dlls/ws2_32/change_query.h \
	dlls/ws2_32/connect_by.cpp dlls/ws2_32/connect_by.h \
	dlls/ws2_32/control_functions.h dlls/ws2_32/control_functions_address.cpp dlls/ws2_32/control_functions_socket.cpp \
	dlls/ws2_32/control_functions_transport.cpp dlls/ws2_32/control_table.cpp dlls/ws2_32/control_table.h \
	dlls/ws2_32/blocking_hook.cpp dlls/ws2_32/blocking_hook.h \
	dlls/ws2_32/data_transfer.cpp dlls/ws2_32/data_transfer.h \
	dlls/ws2_32/datagram_errors.cpp dlls/ws2_32/datagram_errors.h \
	dlls/ws2_32/database_entries.cpp dlls/ws2_32/database_entries.h \
	dlls/ws2_32/descriptor.h \
	dlls/ws2_32/duplication.cpp dlls/ws2_32/duplication.h \
	dlls/ws2_32/echo_socket.cpp dlls/ws2_32/echo_socket.h \
	dlls/ws2_32/entry.h \
	dlls/ws2_32/errno.def \
	dlls/ws2_32/event_latch.cpp dlls/ws2_32/event_latch.h \
	dlls/ws2_32/event_selection.cpp dlls/ws2_32/event_selection.h \
	dlls/ws2_32/extension_functions.h \
	dlls/ws2_32/handle_operations.cpp dlls/ws2_32/handle_operations.h \
	dlls/ws2_32/host_mode.h \
	dlls/ws2_32/host_services.h \
	dlls/ws2_32/inet_text.cpp dlls/ws2_32/inet_text.h \
	dlls/ws2_32/inherited_options.cpp dlls/ws2_32/inherited_options.h \
	dlls/ws2_32/inheritance.cpp dlls/ws2_32/inheritance.h \
	dlls/ws2_32/io_driver.cpp dlls/ws2_32/io_driver.h \
	dlls/ws2_32/loading.cpp dlls/ws2_32/loading.h \
	dlls/ws2_32/network_conditions.cpp dlls/ws2_32/network_conditions.h \
	dlls/ws2_32/operation.cpp dlls/ws2_32/operation.h \
	dlls/ws2_32/option_functions.h dlls/ws2_32/option_functions_filter.cpp dlls/ws2_32/option_functions_ip.cpp dlls/ws2_32/option_functions_multicast.cpp \
	dlls/ws2_32/option_functions_socket.cpp dlls/ws2_32/option_functions_transport.cpp \
	dlls/ws2_32/option_table.cpp dlls/ws2_32/option_table.h \
	dlls/ws2_32/port_reservations.cpp dlls/ws2_32/port_reservations.h \
	dlls/ws2_32/message_query.cpp dlls/ws2_32/message_query.h \
	dlls/ws2_32/name_lookup.cpp dlls/ws2_32/name_lookup.h \
	dlls/ws2_32/name_query.cpp dlls/ws2_32/name_query.h \
	dlls/ws2_32/packed_buffer.h \
	dlls/ws2_32/process.cpp dlls/ws2_32/process.h \
	dlls/ws2_32/program_pointer.h \
	dlls/ws2_32/protocol_catalogue.cpp dlls/ws2_32/protocol_catalogue.h \
	dlls/ws2_32/provider_catalogue.cpp dlls/ws2_32/provider_catalogue.h \
	dlls/ws2_32/reactor.cpp dlls/ws2_32/reactor.h \
	dlls/ws2_32/readiness.cpp dlls/ws2_32/readiness.h \
	dlls/ws2_32/receive_filter.cpp dlls/ws2_32/receive_filter.h \
	dlls/ws2_32/resolver.cpp dlls/ws2_32/resolver.h \
	dlls/ws2_32/server_client.cpp dlls/ws2_32/server_client.h \
	dlls/ws2_32/server_connection.cpp dlls/ws2_32/server_connection.h \
	dlls/ws2_32/socket_address_text.cpp dlls/ws2_32/socket_address_text.h \
	dlls/ws2_32/socket_controls.cpp dlls/ws2_32/socket_controls.h \
	dlls/ws2_32/socket_io.cpp dlls/ws2_32/socket_io.h \
	dlls/ws2_32/socket_life.cpp dlls/ws2_32/socket_life.h \
	dlls/ws2_32/socket_options.cpp dlls/ws2_32/socket_options.h \
	dlls/ws2_32/socket_sets.h \
	dlls/ws2_32/socket_table.cpp dlls/ws2_32/socket_table.h \
	dlls/ws2_32/trace.cpp dlls/ws2_32/trace.h \
	dlls/ws2_32/trace_words.cpp dlls/ws2_32/trace_words.h \
	dlls/ws2_32/transfer_arguments.h \
	dlls/ws2_32/transfer_operations.cpp dlls/ws2_32/transfer_operations.h \
	dlls/ws2_32/translate_address.cpp dlls/ws2_32/translate_address.h \
	dlls/ws2_32/translate_control.cpp dlls/ws2_32/translate_control.h \
	dlls/ws2_32/translate_error.cpp \
	dlls/ws2_32/translate_flags.cpp dlls/ws2_32/translate_flags.h \
	dlls/ws2_32/translate_icmp.cpp dlls/ws2_32/translate_icmp.h \
	dlls/ws2_32/translate_kind.cpp dlls/ws2_32/translate_kind.h \
	dlls/ws2_32/translate_protocol_info.cpp dlls/ws2_32/translate_protocol_info.h \
	dlls/ws2_32/turn.cpp dlls/ws2_32/turn.h \
	dlls/ws2_32/underlying_socket.cpp dlls/ws2_32/underlying_socket.h dlls/ws2_32/underlying_socket_registry.h \
	dlls/ws2_32/waiting.cpp dlls/ws2_32/waiting.h \
	dlls/ws2_32/window_messages.cpp dlls/ws2_32/window_messages.h \
	dlls/ws2_32/wsa_error.h
nodist_libws2_32_core_la_SOURCES = dlls/ws2_32/ws2_32.answers
libws2_32_core_la_CPPFLAGS = $(AM_CPPFLAGS) -DWINDSOCK_BINDIR='"$(bindir)"'
if SANITIZE
libws2_32_core_la_CPPFLAGS += -DWINDSOCK_SANITIZED
endif
libws2_32_core_la_CXXFLAGS = $(AM_CXXFLAGS) -ftls-model=initial-exec
libws2_32_core_la_LIBADD = libwindsock_common.la

lib_LTLIBRARIES += libws2_32.la
libws2_32_la_SOURCES =
nodist_EXTRA_libws2_32_la_SOURCES = dummy.cxx
libws2_32_la_LIBADD = libws2_32_core.la libhost_services_native.la libkernel32.la
libws2_32_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -Wl,-z,nodelete -Wl,--version-script=dlls/ws2_32/ws2_32.map \
	-Wl,dlls/wsock32/wsock32.aliases
if !SANITIZE
libws2_32_la_LDFLAGS += -Wl,-z,defs
endif
EXTRA_libws2_32_la_DEPENDENCIES = dlls/ws2_32/ws2_32.map dlls/wsock32/wsock32.aliases

# winsock.h binds the two calls that Winsock 1.1 numbers otherwise to names of their own; what libmswsock and libwsock32 forward to
# beside is under a private version.
dlls/ws2_32/ws2_32.map: dlls/ws2_32/ws2_32.spec dlls/common/spec_to_map.awk dlls/ws2_32/local.mk
	$(AM_V_GEN)$(MKDIR_P) dlls/ws2_32 && $(AWK) -v version=WINDSOCK_1 -v extra="WS1_getsockopt WS1_setsockopt" \
	  -f $(top_srcdir)/dlls/common/spec_to_map.awk $(top_srcdir)/dlls/ws2_32/ws2_32.spec > $@-new && \
	  echo 'WINDSOCK_PRIVATE { global: mswsock_*; wsock32_*; };' >> $@-new && mv $@-new $@
dlls/ws2_32/ws2_32.answers: dlls/ws2_32/ws2_32.spec dlls/common/spec_to_answers.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/ws2_32 && \
	  $(AWK) -f $(top_srcdir)/dlls/common/spec_to_answers.awk $(top_srcdir)/dlls/ws2_32/ws2_32.spec > $@-new && mv $@-new $@
BUILT_SOURCES += dlls/ws2_32/ws2_32.answers
# BUILT_SOURCES are made before all targets but not before a single one.
$(libws2_32_core_la_OBJECTS): | dlls/ws2_32/ws2_32.answers dlls/mswsock/mswsock.answers
CLEANFILES += dlls/ws2_32/ws2_32.map dlls/ws2_32/ws2_32.answers
EXTRA_DIST += dlls/ws2_32/ws2_32.spec

# -lws2_32 alone links any port: the name the linker looks for is a script that adds kernel32, mswsock and user32 where they are needed. It names
# no folder, so an installation below a DESTDIR, or one that was moved, links too.
install-exec-hook:
	rm -f '$(DESTDIR)$(libdir)/libws2_32.so'
	echo 'INPUT(-l:libws2_32.so.1 AS_NEEDED(-l:libkernel32.so.1 -l:libmswsock.so.1 -l:libuser32.so.1))' > '$(DESTDIR)$(libdir)/libws2_32.so'
uninstall-hook:
	rm -f '$(DESTDIR)$(libdir)/libws2_32.so'
