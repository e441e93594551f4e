# Unit tests of dlls/common, of the server, and of what `windsock` does to a Wine prefix. Like the server they see the host's headers only.
if HAVE_GTEST
check_PROGRAMS += tests/unit/common_test tests/unit/server_test tests/unit/winehost_test
TESTS += tests/unit/common_test tests/unit/server_test tests/unit/winehost_test

tests_unit_common_test_CPPFLAGS = $(SERVER_CPPFLAGS)
tests_unit_common_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_unit_common_test_SOURCES = $(process_register_sources) \
	tests/unit/common/debug_test.cpp \
	tests/unit/common/fd_channel_test.cpp \
	tests/unit/common/host_test.cpp \
	tests/unit/common/nt_status_test.cpp \
	tests/unit/common/process_register_test.cpp \
	tests/unit/common/runtime_directory_test.cpp \
	tests/unit/common/test_host.h \
	tests/unit/common/utf_test.cpp \
	tests/unit/common/wire_test.cpp
tests_unit_common_test_LDADD = libwindsock_common.la $(GTEST_LIBS) -lgtest_main -lpthread

tests_unit_server_test_CPPFLAGS = $(SERVER_CPPFLAGS)
tests_unit_server_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS) $(JSON_CFLAGS) $(FMT_CFLAGS)
tests_unit_server_test_SOURCES = \
	server/status_view.cpp \
	tests/unit/server/closer_test.cpp \
	tests/unit/server/daemon_test.cpp \
	tests/unit/server/duplication_table_test.cpp \
	tests/unit/server/fake_surroundings.h \
	tests/unit/server/listener_test.cpp \
	tests/unit/server/quota_test.cpp \
	tests/unit/server/registration_table_test.cpp \
	tests/unit/server/request_handlers_events_test.cpp \
	tests/unit/server/request_handlers_state_test.cpp \
	tests/unit/server/request_handlers_test.cpp \
	tests/unit/server/shared_state_test.cpp \
	tests/unit/server/status_view_test.cpp \
	tests/unit/server/world.h
tests_unit_server_test_LDADD = libwindsock_server.la $(GTEST_LIBS) $(FMT_LIBS) -lgtest_main -lpthread

tests_unit_winehost_test_CPPFLAGS = $(SERVER_CPPFLAGS)
tests_unit_winehost_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS) $(JSON_CFLAGS)
tests_unit_winehost_test_SOURCES = \
	dlls/winehost/installation_record.cpp \
	dlls/winehost/prefix_files.cpp \
	dlls/winehost/registry_file.cpp \
	tests/unit/winehost/prefix_files_test.cpp \
	tests/unit/winehost/registry_file_test.cpp
tests_unit_winehost_test_LDADD = libwindsock_common.la $(GTEST_LIBS) -lgtest_main -lpthread
tests_unit_winehost_asynchronous = \
	dlls/winehost/asynchronous_ends.cpp \
	dlls/winehost/completion_ports.cpp \
	dlls/winehost/nt_functions.cpp \
	tests/unit/winehost/asynchronous_ends_test.cpp \
	tests/unit/winehost/completion_ports_test.cpp \
	tests/unit/winehost/fake_wine.cpp \
	tests/unit/winehost/fake_wine.h
EXTRA_DIST += $(tests_unit_winehost_asynchronous)
if WINEHOST
tests_unit_winehost_test_SOURCES += $(tests_unit_winehost_asynchronous)
endif
endif

TESTS += tests/unit/server/windsockd_smoke tests/unit/server/protocol_doc_test
dist_check_SCRIPTS += tests/unit/server/windsockd_smoke tests/unit/server/protocol_doc_test
