# Part of the one build (see Makefile.am): tests/bench
# The rows are compiled twice: in Winsock's words against our headers, and in the host's words without them.
bench_row_sources = \
	tests/bench/call_rows.cpp tests/bench/connection_rows.cpp tests/bench/traffic_rows.cpp \
	tests/bench/echo_row.h tests/bench/vocabulary.h tests/bench/side.h tests/bench/host_sockets.h

check_LTLIBRARIES += libbench_windsock.la libbench_host.la
libbench_windsock_la_SOURCES = $(bench_row_sources) tests/bench/echo_windsock.cpp tests/bench/select_windsock.cpp tests/bench/side_windsock.cpp
libbench_windsock_la_CPPFLAGS = $(AM_CPPFLAGS) -DBENCH_WINDSOCK
libbench_host_la_SOURCES = $(bench_row_sources) \
	tests/bench/echo_host.cpp tests/bench/side_host.cpp tests/bench/side.cpp \
	tests/bench/relay.cpp tests/bench/relay.h \
	tests/bench/processes.cpp tests/bench/processes.h tests/bench/private_server.cpp \
	tests/bench/goals.h
libbench_host_la_CPPFLAGS = -I$(top_srcdir) -I$(top_builddir) $(bench_sanitized)
if SANITIZE
bench_sanitized = -DBENCH_SANITIZED
endif

# -no-install: a real program, not libtool's script, for it runs itself again in other roles and under callgrind.
bench_libraries = libbench_windsock.la libbench_host.la libws2_32.la libkernel32.la
bench_gates = tests/bench/syscall_gate tests/bench/instruction_gate tests/bench/idle_memory

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
tests_bench_idle_memory_SOURCES = tests/bench/idle_memory.cpp
tests_bench_idle_memory_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_idle_memory_LDADD = $(bench_libraries)
tests_bench_idle_memory_LDFLAGS = $(AM_LDFLAGS) -no-install

if HAVE_BENCHMARK
EXTRA_PROGRAMS += tests/bench/windsock_bench
tests_bench_windsock_bench_SOURCES = \
	tests/bench/bench_main.cpp tests/bench/handoff_walk.cpp tests/bench/handoff_walk.h \
	tests/bench/take_walk.cpp tests/bench/take_walk.h
tests_bench_windsock_bench_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_windsock_bench_CXXFLAGS = $(AM_CXXFLAGS) $(BENCHMARK_CFLAGS)
tests_bench_windsock_bench_LDADD = $(bench_libraries) $(BENCHMARK_LIBS)
tests_bench_windsock_bench_LDFLAGS = $(AM_LDFLAGS) -no-install
CLEANFILES += tests/bench/windsock_bench

# BENCHFLAGS="--rounds=51 --benchmark_filter=handoff", for example.
bench: all
	$(MAKE) $(AM_MAKEFLAGS) tests/bench/windsock_bench$(EXEEXT) tests/bench/idle_memory$(EXEEXT)
	tests/bench/idle_memory --full
	WINDSOCK_BUILDDIR='$(abs_top_builddir)' tests/bench/windsock_bench $(BENCHFLAGS)
else
bench:
	@echo 'make bench needs Google Benchmark (Debian: libbenchmark-dev); run configure again when it is there.' >&2; exit 1
endif
.PHONY: bench bench-wine

# The same rows as a Windows program, against the native one. BENCHFLAGS="--rounds=51 --filter=select", for example.
check_PROGRAMS += tests/bench/row_worker
EXTRA_DIST += tests/bench/bench_in_wine
tests_bench_row_worker_SOURCES = tests/bench/row_worker.cpp
tests_bench_row_worker_CPPFLAGS = $(libbench_host_la_CPPFLAGS)
tests_bench_row_worker_LDADD = libbench_host.la libbench_windsock.la libws2_32.la libkernel32.la
tests_bench_row_worker_LDFLAGS = $(AM_LDFLAGS) -no-install

if HAVE_MINGW
check_DATA += tests/bench/row_worker.exe
tests/bench/row_worker.exe: $(bench_row_sources) tests/bench/row_worker.cpp tests/bench/echo_windsock.cpp tests/bench/select_windsock.cpp tests/bench/side_windsock.cpp tests/bench/side.cpp tests/bench/goals.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CXX) $(PE_CXXFLAGS) -O2 -Werror -DBENCH_WINDSOCK -I$(top_srcdir) -static -o $@ $(filter %.cpp,$^) -lws2_32
CLEANFILES += tests/bench/row_worker.exe
bench-wine: all
	$(MAKE) $(AM_MAKEFLAGS) tests/bench/row_worker$(EXEEXT) tests/bench/row_worker.exe
	WINDSOCK_BUILDDIR='$(abs_top_builddir)' WINE='$(WINE)' $(PYTHON3) $(srcdir)/tests/bench/bench_in_wine $(BENCHFLAGS)
else
bench-wine:
	@echo 'make bench-wine needs mingw (Debian: g++-mingw-w64-x86-64); run configure again when it is there.' >&2; exit 1
endif
