# Part of the one build (see Makefile.am): tests/system

# Real processes, a real windsockd: an actor that makes Winsock calls on command, and cases in Python that play many of them.
check_PROGRAMS += tests/system/actor
tests_system_actor_SOURCES = tests/system/actor.cpp tests/system/actor.h tests/system/actor_events.cpp tests/system/actor_log.cpp \
	tests/system/actor_log.h tests/system/actor_ports.cpp tests/system/actor_linux.cpp
tests_system_actor_LDADD = libws2_32.la libuser32.la libkernel32.la
tests_system_actor_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/run_system
dist_check_SCRIPTS += tests/system/run_system
EXTRA_DIST += tests/system/harness.py tests/system/printing.py tests/system/handoff_walk_test.py tests/system/hostile_test.py \
	tests/system/events_test.py tests/system/inheritance_test.py tests/system/server_life_test.py tests/system/crowd_test.py \
	tests/system/unix_peers_test.py tests/system/take_log.py tests/system/take_log_test.py tests/system/ports_test.py

# In a network of its own, and as two users: run where that is allowed.
check_PROGRAMS += tests/system/binding_users
tests_system_binding_users_SOURCES = tests/system/binding_users.cpp
tests_system_binding_users_LDADD = libws2_32.la libkernel32.la
tests_system_binding_users_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/binding_users
if HAVE_GTEST
check_PROGRAMS += tests/system/network_cases
tests_system_network_cases_SOURCES = tests/system/network_cases.cpp $(test_support_winsock_sources)
tests_system_network_cases_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_system_network_cases_LDADD = libprocess_info.la libws2_32.la libkernel32.la $(GTEST_LIBS) -lpthread
tests_system_network_cases_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/network_test
check_PROGRAMS += tests/system/names_cases
tests_system_names_cases_SOURCES = tests/system/names_cases.cpp $(test_support_winsock_sources)
tests_system_names_cases_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_system_names_cases_LDADD = libprocess_info.la libws2_32.la libkernel32.la $(GTEST_LIBS) -lpthread
tests_system_names_cases_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/names_test
check_PROGRAMS += tests/system/port_stress
tests_system_port_stress_SOURCES = tests/system/port_stress.cpp $(test_support_winsock_sources)
tests_system_port_stress_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_system_port_stress_LDADD = libprocess_info.la libws2_32.la libkernel32.la $(GTEST_LIBS) -lpthread
tests_system_port_stress_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/port_stress
check_PROGRAMS += tests/system/event_stress
tests_system_event_stress_SOURCES = tests/system/event_stress.cpp $(test_support_winsock_sources)
tests_system_event_stress_CXXFLAGS = $(AM_CXXFLAGS) $(GTEST_CFLAGS)
tests_system_event_stress_LDADD = libprocess_info.la libws2_32.la libkernel32.la $(GTEST_LIBS) -lpthread
tests_system_event_stress_LDFLAGS = $(AM_LDFLAGS) -no-install
TESTS += tests/system/event_stress
endif
dist_check_SCRIPTS += tests/system/network_test tests/system/names_test
EXTRA_DIST += tests/system/own_network.sh

# Installation, examples and README: what a newcomer does.
dist_check_SCRIPTS += tests/system/examples_test tests/system/install_test tests/system/readme_test
TESTS += tests/system/examples_test tests/system/install_test tests/system/readme_test
EXTRA_DIST += tests/system/installation.py tests/system/async_examples.py docs/supported_table.py docs/test_cases.py
