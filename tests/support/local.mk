# Test helpers: Winsock programs' tools (sockets, agents, blocked calls) and what they stand on. Each group of tests names the
# sources that it uses, since the Windows build of the regression suite compiles them as well.
test_support_winsock_sources = \
	tests/support/agent.cpp tests/support/agent.h \
	tests/support/agent_main.cpp tests/support/agent_records.h \
	tests/support/blocked_call.cpp tests/support/blocked_call.h \
	tests/support/deadline.h \
	tests/support/leak_check.h \
	tests/support/process_info.h \
	tests/support/sockets.cpp tests/support/sockets.h \
	tests/support/wsa_error.cpp tests/support/wsa_error.h
EXTRA_DIST += tests/support/process_info_windows.cpp

# process_info_linux.cpp uses the host's headers: it must not see include/.
check_LTLIBRARIES += libprocess_info.la
libprocess_info_la_SOURCES = tests/support/process_info_linux.cpp
libprocess_info_la_CPPFLAGS = -I$(top_srcdir) -I$(top_builddir)
