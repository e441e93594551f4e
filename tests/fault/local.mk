# Faults: host calls that fail, descriptors that run out. The libraries are linked statically, so that the linker can send their
# calls of the host to tests/fault/injection.cpp.
FAULT_WRAPPED = accept4 bind connect fcntl flock fstat ftruncate getpeername getrandom getsockname getsockopt listen memfd_create \
	mkdir mmap open openat pipe2 poll ppoll read readlink recv recvmsg send sendmsg setsockopt socket syscall unlinkat
FAULT_WRAP = `for name in $(FAULT_WRAPPED); do printf -- '-Wl,--wrap=%s ' "$$name"; done`

# Sees the host's headers only.
check_LTLIBRARIES += libfault.la
libfault_la_CPPFLAGS = $(SERVER_CPPFLAGS)
libfault_la_SOURCES = tests/fault/attempt.cpp tests/fault/attempt.h \
	tests/fault/injection.cpp tests/fault/injection.h tests/fault/host_calls.def

if HAVE_CMOCKA
fault_library_sources = tests/fault/operations.cpp tests/fault/operations.h
check_PROGRAMS += tests/fault/library_fault_test
TESTS += tests/fault/library_fault_test
tests_fault_library_fault_test_SOURCES = tests/fault/library_fault_test.cpp $(fault_library_sources)
tests_fault_library_fault_test_CXXFLAGS = $(AM_CXXFLAGS) $(CMOCKA_CFLAGS)
tests_fault_library_fault_test_LDFLAGS = $(AM_LDFLAGS) $(FAULT_WRAP)
tests_fault_library_fault_test_LDADD = libws2_32_core.la libhost_services_native.la libfault.la $(CMOCKA_LIBS)
endif
