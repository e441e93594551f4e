# Fuzz targets. With --enable-fuzz libFuzzer drives them; without it they replay their corpora, in make check too.
fuzz_targets = tests/fuzz/address_fuzz tests/fuzz/client_reply_fuzz tests/fuzz/command_line_fuzz tests/fuzz/control_data_fuzz \
	tests/fuzz/debug_fuzz tests/fuzz/option_fuzz tests/fuzz/protocol_info_fuzz tests/fuzz/server_input_fuzz tests/fuzz/wire_fuzz
check_PROGRAMS += $(fuzz_targets)
TESTS += tests/fuzz/run_corpora
dist_check_SCRIPTS += tests/fuzz/run_corpora
EXTRA_DIST += tests/fuzz/corpus

if FUZZ
fuzz_driver =
fuzz_link = $(AM_LDFLAGS) -fsanitize=fuzzer
else
check_LTLIBRARIES += libfuzz_replay.la
libfuzz_replay_la_SOURCES = tests/fuzz/replay.cpp tests/fuzz/fuzz.h
fuzz_driver = libfuzz_replay.la
fuzz_link = $(AM_LDFLAGS)
endif
EXTRA_DIST += tests/fuzz/replay.cpp tests/fuzz/fuzz.h

fuzz_core = libws2_32_core.la libhost_services_native.la libwindsock_common.la
tests_fuzz_address_fuzz_SOURCES = tests/fuzz/address_fuzz.cpp
tests_fuzz_address_fuzz_LDADD = $(fuzz_driver) $(fuzz_core)
tests_fuzz_address_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_client_reply_fuzz_SOURCES = tests/fuzz/client_reply_fuzz.cpp
tests_fuzz_client_reply_fuzz_LDADD = $(fuzz_driver) $(fuzz_core)
tests_fuzz_client_reply_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_option_fuzz_SOURCES = tests/fuzz/option_fuzz.cpp
tests_fuzz_option_fuzz_LDADD = $(fuzz_driver) $(fuzz_core)
tests_fuzz_option_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_control_data_fuzz_SOURCES = tests/fuzz/control_data_fuzz.cpp
tests_fuzz_control_data_fuzz_LDADD = $(fuzz_driver) $(fuzz_core)
tests_fuzz_control_data_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_protocol_info_fuzz_SOURCES = tests/fuzz/protocol_info_fuzz.cpp
tests_fuzz_protocol_info_fuzz_LDADD = $(fuzz_driver) $(fuzz_core)
tests_fuzz_protocol_info_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_command_line_fuzz_SOURCES = tests/fuzz/command_line_fuzz.cpp dlls/kernel32/command_line.cpp
tests_fuzz_command_line_fuzz_CXXFLAGS = $(AM_CXXFLAGS)
tests_fuzz_command_line_fuzz_LDADD = $(fuzz_driver)
tests_fuzz_command_line_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_debug_fuzz_SOURCES = tests/fuzz/debug_fuzz.cpp
tests_fuzz_debug_fuzz_LDADD = $(fuzz_driver) libwindsock_common.la
tests_fuzz_debug_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_wire_fuzz_SOURCES = tests/fuzz/wire_fuzz.cpp
tests_fuzz_wire_fuzz_LDADD = $(fuzz_driver) libwindsock_common.la
tests_fuzz_wire_fuzz_LDFLAGS = $(fuzz_link)
tests_fuzz_server_input_fuzz_SOURCES = tests/fuzz/server_input_fuzz.cpp
tests_fuzz_server_input_fuzz_CPPFLAGS = $(SERVER_CPPFLAGS)
tests_fuzz_server_input_fuzz_LDADD = $(fuzz_driver) libwindsock_server.la -lpthread
tests_fuzz_server_input_fuzz_LDFLAGS = $(fuzz_link)
