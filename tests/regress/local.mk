# The regression suite: the documented API alone, one source, a program for each column (see run_regress).
regress_sources = \
	tests/regress/accept_test.cpp \
	tests/regress/acceptex_test.cpp \
	tests/regress/async_select_test.cpp \
	tests/regress/binding_test.cpp tests/regress/bound_callback_test.cpp \
	tests/regress/close_test.cpp \
	tests/regress/control_test.cpp \
	tests/regress/connect_by_test.cpp \
	tests/regress/connect_test.cpp \
	tests/regress/datagram_test.cpp \
	tests/regress/disconnect_test.cpp \
	tests/regress/duplicate_test.cpp \
	tests/regress/event_enabling_test.cpp \
	tests/regress/event_select_mixed_test.cpp tests/regress/event_select_wait_test.cpp \
	tests/regress/event_select_test.cpp \
	tests/regress/event_test.cpp \
	tests/regress/file_mapping_test.cpp \
	tests/regress/find_file_test.cpp \
	tests/regress/handoff_events_test.cpp \
	tests/regress/handoff_test.cpp \
	tests/regress/hook_test.cpp \
	tests/regress/iocp_test.cpp \
	tests/regress/main.cpp \
	tests/regress/mswsock_test.cpp \
	tests/regress/name_space_test.cpp \
	tests/regress/address_text_test.cpp \
	tests/regress/databases_test.cpp \
	tests/regress/memory_test.cpp \
	tests/regress/message_error_test.cpp \
	tests/regress/message_test.cpp \
	tests/regress/name_query_test.cpp tests/regress/named_pipe_overlapped_test.cpp tests/regress/named_pipe_test.cpp tests/regress/names_test.cpp \
	tests/regress/option_values_test.cpp \
	tests/regress/options_test.cpp \
	tests/regress/overlapped_cancel_test.cpp \
	tests/regress/overlapped_datagram_test.cpp \
	tests/regress/overlapped_test.cpp \
	tests/regress/ping_test.cpp \
	tests/regress/pipe_test.cpp \
	tests/regress/poll_test.cpp \
	tests/regress/port_test.cpp \
	tests/regress/provider_test.cpp \
	tests/regress/routine_test.cpp \
	tests/regress/select_test.cpp \
	tests/regress/socket_test.cpp \
	tests/regress/startup_test.cpp \
	tests/regress/timer_test.cpp \
	tests/regress/transfer_test.cpp \
	tests/regress/turn_test.cpp \
	tests/regress/transmit_test.cpp \
	tests/regress/unreachable_test.cpp \
	tests/regress/unix_test.cpp \
	tests/regress/window_message_test.cpp \
	tests/regress/window_test.cpp
regress_headers = tests/regress/alterations.h tests/regress/completion_port.h tests/regress/copy_child.h tests/regress/datagram_pair.h \
	tests/regress/extension.h tests/regress/fixture.h tests/regress/handoff_fixture.h tests/regress/held_thread.h tests/regress/message.h \
	tests/regress/open_file.h tests/regress/overlapped_call.h tests/regress/pipe_child.h tests/regress/pipe_end.h tests/regress/selected_events.h \
	tests/regress/second_descriptor.h tests/regress/shared_options.h tests/regress/sleeping_call.h tests/regress/test_window.h tests/regress/windows_differences.h

EXTRA_DIST += $(regress_sources) $(regress_headers) tests/regress/known_gaps.txt tests/regress/shards.py
dist_check_SCRIPTS += tests/regress/run_regress tests/regress/check_native tests/regress/check_hosted tests/regress/check_wine \
	tests/regress/check_ping
TESTS += tests/regress/check_native tests/regress/check_hosted tests/regress/check_wine

# -no-install: a real program, not libtool's script, for it starts itself again as an agent.
if HAVE_GTEST
check_PROGRAMS += tests/regress/regress
tests_regress_regress_SOURCES = $(regress_sources) $(regress_headers) $(test_support_winsock_sources)
tests_regress_regress_CPPFLAGS = $(AM_CPPFLAGS)
tests_regress_regress_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_regress_regress_LDADD = libprocess_info.la libmswsock.la libws2_32.la libuser32.la libkernel32.la $(GTEST_LIBS) -lpthread
tests_regress_regress_LDFLAGS = $(AM_LDFLAGS) -no-install
endif

# The Windows program links nothing but what every Windows has, GoogleTest's source included, so it runs on any machine.
if HAVE_MINGW
GTEST_SOURCE = /usr/src/googletest/googletest
PE_CXXFLAGS = -std=gnu++20 -O1 -Wall -Wextra -D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000008 -DWIN32_LEAN_AND_MEAN
pe_sources = $(regress_sources) $(filter %.cpp,$(test_support_winsock_sources)) tests/support/process_info_windows.cpp
pe_objects = $(pe_sources:%.cpp=tests/regress/pe/%.o)

check_DATA += tests/regress/regress.exe
tests/regress/regress.exe: $(pe_objects) tests/regress/pe/gtest-all.o
	$(AM_V_GEN)$(MINGW_CXX) -static -o $@ $(pe_objects) tests/regress/pe/gtest-all.o -lmswsock -lws2_32 -lgdi32
tests/regress/pe/%.o: $(top_srcdir)/%.cpp
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CXX) $(PE_CXXFLAGS) -I$(top_srcdir) -isystem $(GTEST_SOURCE)/include \
	  -MMD -MP -c -o $@ $<
tests/regress/pe/gtest-all.o: $(GTEST_SOURCE)/src/gtest-all.cc
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CXX) -std=gnu++20 -O1 -I$(GTEST_SOURCE)/include -I$(GTEST_SOURCE) -c -o $@ $<
-include $(pe_objects:.o=.d)

clean-local: clean-regress-pe
clean-regress-pe:
	rm -rf tests/regress/pe
CLEANFILES += tests/regress/regress.exe
endif
