# Part of the one build (see Makefile.am): tests/wine

# Windows programs in Wine on this Winsock, played against each other and against native ones.
TESTS += tests/wine/run_wine
dist_check_SCRIPTS += tests/wine/run_wine
EXTRA_DIST += tests/wine/wine_prefix.py tests/wine/wine_harness.py tests/wine/run_test.py tests/wine/handoff_test.py tests/wine/sharing_test.py tests/wine/bench_test.py tests/wine/cost_test.py \
	tests/wine/curl_test.py tests/wine/curl_build.py tests/wine/http_server.py tests/wine/poll_for_curl.h \
	tests/wine/install_test.py tests/wine/examples_test.py tests/wine/prng.c tests/wine/winhttp.c \
	tests/wine/check.h tests/wine/plain.c tests/wine/handles.c tests/wine/overlapped.c tests/wine/calls.c tests/system/actor_windows.cpp

if HAVE_MINGW
wine_test_programs = tests/wine/plain.exe tests/wine/handles.exe tests/wine/overlapped.exe tests/wine/calls.exe tests/wine/actor.exe \
	tests/wine/prng.exe tests/wine/winhttp.exe
wine_actor_sources = tests/system/actor.cpp tests/system/actor_events.cpp tests/system/actor_log.cpp tests/system/actor_ports.cpp \
	tests/system/actor_windows.cpp
tests/wine/actor.exe: $(wine_actor_sources) tests/system/actor.h tests/system/actor_log.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CXX) $(PE_CXXFLAGS) -Werror -I$(top_srcdir) -static -o $@ $(filter %.cpp,$^) -lws2_32
check_DATA += $(wine_test_programs)
tests/wine/plain.exe tests/wine/handles.exe tests/wine/overlapped.exe tests/wine/prng.exe tests/wine/winhttp.exe: tests/wine/check.h
tests/wine/%.exe: tests/wine/%.c
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) -std=gnu17 -O1 -Wall -Wextra -Werror -D_WIN32_WINNT=0x0A00 -I$(top_srcdir) -static -o $@ $< -lws2_32
CLEANFILES += $(wine_test_programs)

# What curl_test.py makes.
clean-local: clean-curl
clean-curl:
	rm -rf tests/wine/curl
endif
.PHONY: clean-curl
