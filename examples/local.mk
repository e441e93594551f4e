# Programs that show what Windsock is for. They use Windows names only and compile for Windows unchanged.
noinst_PROGRAMS += examples/http_handoff/acceptor examples/http_handoff/worker

# -no-install: real programs that find the build tree's libraries, not libtool's scripts. A reader's commands start them.
examples_http_handoff_acceptor_SOURCES = examples/http_handoff/acceptor.c examples/http_handoff/common.h
examples_http_handoff_acceptor_LDADD = libws2_32.la libkernel32.la
examples_http_handoff_acceptor_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_http_handoff_worker_SOURCES = examples/http_handoff/worker.c examples/http_handoff/common.h
examples_http_handoff_worker_LDADD = libws2_32.la libkernel32.la
examples_http_handoff_worker_LDFLAGS = $(AM_LDFLAGS) -no-install

# For Windows: what quickstart shows in Wine.
if WINEHOST
windows_examples = examples/http_handoff/acceptor.exe examples/http_handoff/worker.exe
noinst_DATA += $(windows_examples)
examples/http_handoff/%.exe: examples/http_handoff/%.c examples/http_handoff/common.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) -O1 -Wall -static -o $@ $< -lws2_32
CLEANFILES += $(windows_examples)
endif

# The port is compiled as its reader would: by the tests, with pkg-config's flags alone.
EXTRA_DIST += examples/http_handoff/page.txt examples/port/shout.c examples/port/standin.c
