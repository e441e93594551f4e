# Programs that show what Windsock is for. They use Windows names only and compile for Windows unchanged.
noinst_PROGRAMS += examples/http_handoff/acceptor examples/http_handoff/worker \
	examples/completion_port/echo_server examples/completion_routine/client examples/event_chat/event_chat \
	examples/file_server/file_server examples/prefork_server/prefork_server \
	examples/async_select/echo_server examples/post_routine/talk

# -no-install: real programs that find the build tree's libraries, not libtool's scripts. A reader's commands start them.
examples_http_handoff_acceptor_SOURCES = examples/http_handoff/acceptor.c examples/http_handoff/common.h
examples_http_handoff_acceptor_LDADD = libws2_32.la libkernel32.la
examples_http_handoff_acceptor_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_http_handoff_worker_SOURCES = examples/http_handoff/worker.c examples/http_handoff/common.h
examples_http_handoff_worker_LDADD = libws2_32.la libkernel32.la
examples_http_handoff_worker_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_completion_port_echo_server_SOURCES = examples/completion_port/echo_server.c
examples_completion_port_echo_server_LDADD = libws2_32.la libkernel32.la
examples_completion_port_echo_server_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_completion_routine_client_SOURCES = examples/completion_routine/client.c
examples_completion_routine_client_LDADD = libws2_32.la libkernel32.la
examples_completion_routine_client_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_event_chat_event_chat_SOURCES = examples/event_chat/event_chat.c
examples_event_chat_event_chat_LDADD = libws2_32.la libkernel32.la
examples_event_chat_event_chat_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_file_server_file_server_SOURCES = examples/file_server/file_server.c
examples_file_server_file_server_LDADD = libws2_32.la libkernel32.la
examples_file_server_file_server_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_prefork_server_prefork_server_SOURCES = examples/prefork_server/prefork_server.c
examples_prefork_server_prefork_server_LDADD = libws2_32.la libkernel32.la
examples_prefork_server_prefork_server_LDFLAGS = $(AM_LDFLAGS) -no-install
examples_async_select_echo_server_SOURCES = examples/async_select/echo_server.c
examples_async_select_echo_server_LDADD = libws2_32.la libuser32.la libkernel32.la
examples_async_select_echo_server_LDFLAGS = $(AM_LDFLAGS) -no-install
# This one alone is no Windows program: its loop is Linux's.
examples_post_routine_talk_SOURCES = examples/post_routine/talk.c
examples_post_routine_talk_LDADD = libws2_32.la libkernel32.la
examples_post_routine_talk_LDFLAGS = $(AM_LDFLAGS) -no-install

# For Windows: what quickstart shows in Wine, and tests/wine runs there.
if WINEHOST
windows_examples = examples/http_handoff/acceptor.exe examples/http_handoff/worker.exe \
	examples/completion_port/echo_server.exe examples/completion_routine/client.exe examples/event_chat/event_chat.exe \
	examples/file_server/file_server.exe examples/prefork_server/prefork_server.exe \
	examples/async_select/echo_server.exe
noinst_DATA += $(windows_examples)
examples/http_handoff/acceptor.exe examples/http_handoff/worker.exe: examples/http_handoff/common.h
examples/%.exe: examples/%.c
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) -O1 -Wall -static -o $@ $< -lws2_32
CLEANFILES += $(windows_examples)
endif

# The port is compiled as its reader would: by the tests, with pkg-config's flags alone.
EXTRA_DIST += examples/http_handoff/page.txt examples/port/shout.c examples/port/standin.c
