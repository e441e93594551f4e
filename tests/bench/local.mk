# Part of the one build (see Makefile.am): tests/bench
# The rows are compiled twice: in Winsock's words against our headers, and in the host's words without them.
bench_row_sources = \
	tests/bench/call_rows.cpp tests/bench/connection_rows.cpp tests/bench/traffic_rows.cpp \
	tests/bench/vocabulary.h tests/bench/side.h tests/bench/host_sockets.h

check_LTLIBRARIES += libbench_windsock.la libbench_host.la
libbench_windsock_la_SOURCES = $(bench_row_sources) tests/bench/side_windsock.cpp
libbench_windsock_la_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_WINDSOCK
libbench_host_la_SOURCES = $(bench_row_sources) \
	tests/bench/side_host.cpp tests/bench/side.cpp \
	tests/bench/relay.cpp tests/bench/relay.h \
	tests/bench/processes.cpp tests/bench/processes.h tests/bench/private_server.cpp \
	tests/bench/goals.h
libbench_host_la_CPPFLAGS = -I$(top_srcdir) -I$(top_builddir) $(bench_sanitized)
if SANITIZE
bench_sanitized = -DBENCH_SANITIZED
endif

# -no-install: a real program, not libtool's script, for it runs itself again in other roles and under callgrind.
bench_libraries = libbench_windsock.la libbench_host.la libws2_32.la libkernel32.la
bench_gates = tests/bench/syscall_gate tests/bench/instruction_gate

check_PROGRAMS += $(bench_gates)
TESTS += $(bench_gates)
tests_bench_syscall_gate_SOURCES = \
	tests/bench/syscall_gate.cpp tests/bench/syscall_counter.cpp tests/bench/syscall_counter.h
tests_bench_syscall_gate_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_syscall_gate_LDADD = $(bench_libraries)
tests_bench_syscall_gate_LDFLAGS = $(AM_LDFLAGS) -no-install
tests_bench_instruction_gate_SOURCES = tests/bench/instruction_gate.cpp
tests_bench_instruction_gate_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_instruction_gate_LDADD = $(bench_libraries)
tests_bench_instruction_gate_LDFLAGS = $(AM_LDFLAGS) -no-install

if HAVE_BENCHMARK
EXTRA_PROGRAMS += tests/bench/windsock_bench
tests_bench_windsock_bench_SOURCES = \
	tests/bench/bench_main.cpp tests/bench/handoff_walk.cpp tests/bench/handoff_walk.h
tests_bench_windsock_bench_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_windsock_bench_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
tests_bench_windsock_bench_LDADD = $(bench_libraries) $(BENCHMARK_LIBS)
tests_bench_windsock_bench_LDFLAGS = $(AM_LDFLAGS) -no-install
CLEANFILES += tests/bench/windsock_bench

# BENCHFLAGS="--rounds=51 --benchmark_filter=handoff", for example.
bench: all
	$(MAKE) $(AM_MAKEFLAGS) tests/bench/windsock_bench$(EXEEXT)
	WINDSOCK_BUILDDIR='$(abs_top_builddir)' tests/bench/windsock_bench $(BENCHFLAGS)
else
bench:
	@echo 'make bench needs Google Benchmark (Debian: libbenchmark-dev); run configure again when it is there.' >&2; exit 1
endif
.PHONY: bench
