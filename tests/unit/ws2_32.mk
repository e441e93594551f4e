# The tests of the core, linked with a host that has nothing: what they need of a host is what the core needs.
if HAVE_GTEST
check_PROGRAMS += tests/unit/ws2_32_test
TESTS += tests/unit/ws2_32_test
tests_unit_ws2_32_test_SOURCES = \
	tests/support/blocked_call.cpp tests/support/blocked_call.h \
	tests/support/null_host.cpp tests/support/null_host.h \
	tests/support/wsa_error.cpp tests/support/wsa_error.h \
	tests/unit/ws2_32/address_order_test.cpp \
	tests/unit/ws2_32/blocking_test.cpp \
	tests/unit/ws2_32/control_rows_test.cpp \
	tests/unit/ws2_32/data_transfer_test.cpp \
	tests/unit/ws2_32/event_latch_test.cpp \
	tests/unit/ws2_32/event_selection_test.cpp \
	tests/unit/ws2_32/inet_text_test.cpp \
	tests/unit/ws2_32/inheritance_test.cpp \
	tests/unit/ws2_32/main.cpp \
	tests/unit/ws2_32/network_conditions_test.cpp \
	tests/unit/ws2_32/option_rows_test.cpp \
	tests/unit/ws2_32/process_test.cpp \
	tests/unit/ws2_32/program_pointer_test.cpp \
	tests/unit/ws2_32/receive_filter_test.cpp \
	tests/unit/ws2_32/resolver_test.cpp \
	tests/unit/ws2_32/server_client_test.cpp \
	tests/unit/ws2_32/socket_address_text_test.cpp \
	tests/unit/ws2_32/socket_controls_test.cpp \
	tests/unit/ws2_32/socket_io_test.cpp \
	tests/unit/ws2_32/socket_options_test.cpp \
	tests/unit/ws2_32/socket_states.h \
	tests/unit/ws2_32/socket_table_test.cpp \
	tests/unit/ws2_32/support.h \
	tests/unit/ws2_32/trace_test.cpp \
	tests/unit/ws2_32/translate_address_test.cpp \
	tests/unit/ws2_32/translate_control_test.cpp \
	tests/unit/ws2_32/translate_error_test.cpp \
	tests/unit/ws2_32/translate_flags_test.cpp \
	tests/unit/ws2_32/translate_icmp_test.cpp \
	tests/unit/ws2_32/translate_kind_test.cpp
tests_unit_ws2_32_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_unit_ws2_32_test_LDADD = libws2_32_core.la libprocess_info.la $(GTEST_LIBS)
endif
