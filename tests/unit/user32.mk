# The tests of user32: its exports through the library, its pure parts compiled in.
if HAVE_GTEST
check_PROGRAMS += tests/unit/user32_test
TESTS += tests/unit/user32_test
tests_unit_user32_test_SOURCES = \
	dlls/user32/message_text.cpp \
	dlls/user32/text.cpp \
	dlls/user32/timer_list.cpp \
	tests/unit/kernel32/fake_source.h \
	tests/unit/kernel32/support.cpp tests/unit/kernel32/support.h \
	tests/unit/user32/message_queue_test.cpp \
	tests/unit/user32/message_text_test.cpp \
	tests/unit/user32/pending_messages_test.cpp \
	tests/unit/user32/resources_test.cpp \
	tests/unit/user32/support.h \
	tests/unit/user32/text_test.cpp \
	tests/unit/user32/timer_list_test.cpp \
	tests/unit/user32/window_life_test.cpp
tests_unit_user32_test_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_unit_user32_test_LDADD = libuser32.la libkernel32.la libwindsock_common.la libprocess_info.la $(GTEST_LIBS) -lgtest_main -lpthread
endif
