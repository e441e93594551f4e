# The C ABI: plain C11 programs that see include/ alone and link -lws2_32.
dist_check_SCRIPTS += tests/abi/exported_names
TESTS += tests/abi/exported_names

if HAVE_CMOCKA
abi_programs = tests/abi/layout_test tests/abi/calls_test tests/abi/exports_test tests/abi/answers_test
check_PROGRAMS += $(abi_programs)
TESTS += $(abi_programs)
abi_cflags = -std=c11 -Wall -Wextra -Wundef $(SANITIZE_FLAGS) $(CMOCKA_CFLAGS)

tests_abi_layout_test_SOURCES = tests/abi/layout_test.c
tests_abi_layout_test_CPPFLAGS = -I$(top_srcdir)/include
tests_abi_layout_test_CFLAGS = $(abi_cflags)
tests_abi_layout_test_LDADD = $(CMOCKA_LIBS)

tests_abi_calls_test_SOURCES = tests/abi/calls_test.c
tests_abi_calls_test_CPPFLAGS = -I$(top_srcdir)/include
tests_abi_calls_test_CFLAGS = $(abi_cflags)
tests_abi_calls_test_LDADD = libws2_32.la libkernel32.la $(CMOCKA_LIBS)

tests_abi_answers_test_SOURCES = tests/abi/answers_test.c
tests_abi_answers_test_CPPFLAGS =
tests_abi_answers_test_CFLAGS = $(abi_cflags)
tests_abi_answers_test_LDADD = libwsock32.la libmswsock.la libws2_32.la $(CMOCKA_LIBS) -ldl
tests_abi_answers_test_LDFLAGS = $(AM_LDFLAGS) -no-install -Wl,--no-as-needed

# No-as-needed: the program names no symbol of the library at link time.
tests_abi_exports_test_SOURCES = tests/abi/exports_test.c
tests_abi_exports_test_CPPFLAGS =
tests_abi_exports_test_CFLAGS = $(abi_cflags)
tests_abi_exports_test_LDADD = libws2_32.la $(CMOCKA_LIBS) -ldl
tests_abi_exports_test_LDFLAGS = $(AM_LDFLAGS) -no-install -Wl,--no-as-needed
endif
