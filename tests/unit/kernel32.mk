# The tests of kernel32: its exports through the library, its pure parts compiled in.
if HAVE_GTEST
check_PROGRAMS += tests/unit/kernel32_test
TESTS += tests/unit/kernel32_test
tests_unit_kernel32_test_SOURCES = \
	dlls/kernel32/command_line.cpp \
	dlls/kernel32/dispatcher.cpp \
	dlls/kernel32/name_pattern.cpp \
	dlls/kernel32/page_protection.cpp \
	dlls/kernel32/pipe_name.cpp \
	dlls/kernel32/text.cpp \
	dlls/kernel32/waitable.cpp \
	tests/unit/kernel32/address_wait_test.cpp \
	tests/unit/kernel32/c_threads_test.cpp \
	tests/unit/kernel32/child.cpp \
	tests/unit/kernel32/command_line_test.cpp \
	tests/unit/kernel32/completion_port_test.cpp \
	tests/unit/kernel32/console_signals_test.cpp \
	tests/unit/kernel32/dispatcher_test.cpp \
	tests/unit/kernel32/event_test.cpp \
	tests/unit/kernel32/fake_source.h \
	tests/unit/kernel32/file_mapping_test.cpp \
	tests/unit/kernel32/file_test.cpp \
	tests/unit/kernel32/fls_test.cpp \
	tests/unit/kernel32/handle_test.cpp \
	tests/unit/kernel32/heap_test.cpp \
	tests/unit/kernel32/host_use_test.cpp \
	tests/unit/kernel32/libraries_test.cpp \
	tests/unit/kernel32/main.cpp \
	tests/unit/kernel32/message_test.cpp \
	tests/unit/kernel32/mutex_test.cpp \
	tests/unit/kernel32/name_pattern_test.cpp \
	tests/unit/kernel32/named_pipe_test.cpp \
	tests/unit/kernel32/page_protection_test.cpp \
	tests/unit/kernel32/pending_ends_test.cpp \
	tests/unit/kernel32/pipe_test.cpp \
	tests/unit/kernel32/port_fixture.h \
	tests/unit/kernel32/port_leading_test.cpp \
	tests/unit/kernel32/process_test.cpp \
	tests/unit/kernel32/queued_call_test.cpp \
	tests/unit/kernel32/semaphore_test.cpp \
	tests/unit/kernel32/slim_lock_test.cpp \
	tests/unit/kernel32/support.cpp tests/unit/kernel32/support.h \
	tests/unit/kernel32/system_test.cpp \
	tests/unit/kernel32/text_conversion_test.cpp \
	tests/unit/kernel32/text_test.cpp \
	tests/unit/kernel32/thread_control_test.cpp \
	tests/unit/kernel32/thread_test.cpp \
	tests/unit/kernel32/time_test.cpp \
	tests/unit/kernel32/timer_test.cpp \
	tests/unit/kernel32/tls_test.cpp \
	tests/unit/kernel32/wait_serving_test.cpp \
	tests/unit/kernel32/wait_test.cpp
tests_unit_kernel32_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_unit_kernel32_test_LDADD = libkernel32.la libwindsock_common.la $(GTEST_LIBS)
endif
