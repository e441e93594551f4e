# Faults: host calls that fail, descriptors that run out. The libraries are linked statically, so that the linker can send their
# calls of the host to tests/fault/injection.cpp.
FAULT_WRAPPED = accept4 bind connect epoll_create1 epoll_ctl epoll_wait eventfd fcntl flock fstat ftruncate getpeername getrandom getsockname \
	getsockopt ioctl listen memfd_create mkdir mmap open openat pipe2 poll ppoll pthread_create read readlink recv recvmsg send sendfile \
	sendmsg setsockopt socket syscall unlinkat
FAULT_WRAP = `for name in $(FAULT_WRAPPED); do printf -- '-Wl,--wrap=%s ' "$$name"; done`

# Sees the host's headers only.
check_LTLIBRARIES += libfault.la
libfault_la_CPPFLAGS = $(SERVER_CPPFLAGS)
libfault_la_SOURCES = tests/fault/attempt.cpp tests/fault/attempt.h \
	tests/fault/injection.cpp tests/fault/injection.h tests/fault/host_calls.def

if HAVE_CMOCKA
fault_tests = tests/fault/library_fault_test tests/fault/overlapped_fault_test tests/fault/full_table_test tests/fault/server_fault_test
check_PROGRAMS += $(fault_tests)
TESTS += $(fault_tests)

fault_library_sources = tests/fault/operation_attempt.cpp tests/fault/operations.cpp tests/fault/operations.h tests/fault/cmocka.h
fault_library_libraries = libws2_32_core.la libhost_services_native.la libwindsock_common.la libfault.la libprocess_info.la $(CMOCKA_LIBS)
fault_operation_sources = tests/fault/operation_tests.cpp tests/fault/operation_tests.h $(fault_library_sources)
tests_fault_library_fault_test_SOURCES = tests/fault/library_fault_test.cpp $(fault_operation_sources)
tests_fault_library_fault_test_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS)
tests_fault_library_fault_test_LDFLAGS = $(AM_LDFLAGS) $(FAULT_WRAP)
tests_fault_library_fault_test_LDADD = $(fault_library_libraries)
tests_fault_overlapped_fault_test_SOURCES = tests/fault/overlapped_fault_test.cpp tests/fault/overlapped_operations.cpp \
	tests/fault/event_operations.cpp $(fault_operation_sources)
tests_fault_overlapped_fault_test_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS)
tests_fault_overlapped_fault_test_LDFLAGS = $(AM_LDFLAGS) $(FAULT_WRAP)
tests_fault_overlapped_fault_test_LDADD = $(fault_library_libraries) -lpthread
tests_fault_full_table_test_SOURCES = tests/fault/full_table_test.cpp $(fault_library_sources)
tests_fault_full_table_test_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS)
tests_fault_full_table_test_LDFLAGS = $(AM_LDFLAGS) $(FAULT_WRAP)
tests_fault_full_table_test_LDADD = $(fault_library_libraries)

tests_fault_server_fault_test_SOURCES = tests/fault/server_fault_test.cpp tests/fault/cmocka.h
tests_fault_server_fault_test_CPPFLAGS = $(SERVER_CPPFLAGS)
tests_fault_server_fault_test_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS)
tests_fault_server_fault_test_LDFLAGS = $(AM_LDFLAGS) $(FAULT_WRAP)
tests_fault_server_fault_test_LDADD = libwindsock_server.la libfault.la $(CMOCKA_LIBS) -lpthread
endif
