# windsockd, which keeps the sockets between offer and claim, and windsock, the command for people.
# These see the host's headers only: not include/, whose names are Windows' own.
SERVER_CPPFLAGS = -I$(top_srcdir) -I$(top_builddir)

# The server without its main(), for the unit tests too.
noinst_LTLIBRARIES += libwindsock_server.la
libwindsock_server_la_CPPFLAGS = $(SERVER_CPPFLAGS)
libwindsock_server_la_CXXFLAGS = $(AM_CXXFLAGS) $(LIBEVENT_CFLAGS) $(JSON_CFLAGS) $(SYSTEMD_CFLAGS)
libwindsock_server_la_SOURCES = \
	server/closer.cpp server/closer.h \
	server/connection.cpp server/connection.h \
	server/daemon.cpp server/daemon.h \
	server/duplication_table.cpp server/duplication_table.h \
	server/event_loop.cpp server/event_loop.h \
	server/listener.cpp server/listener.h \
	server/options.cpp server/options.h \
	server/peer.h \
	server/quota.cpp server/quota.h \
	server/readiness.cpp server/readiness.h \
	server/registration_table.cpp server/registration_table.h \
	server/request_handlers.cpp server/request_handlers.h \
	server/shared_state.cpp server/shared_state.h \
	server/status_report.cpp server/status_report.h
libwindsock_server_la_LIBADD = libwindsock_common.la $(LIBEVENT_LIBS) $(SYSTEMD_LIBS)

bin_PROGRAMS += windsockd
windsockd_CPPFLAGS = $(SERVER_CPPFLAGS)
windsockd_SOURCES = server/main.cpp
windsockd_LDADD = libwindsock_server.la -lpthread

bin_PROGRAMS += windsock
windsock_CPPFLAGS = $(SERVER_CPPFLAGS) -DWINDSOCK_LIBDIR='"$(libdir)"' -DWINDSOCK_BINDIR='"$(bindir)"' \
	-DWINDSOCK_WINEDIR='"$(pkglibdir)/wine"'
windsock_CXXFLAGS = $(AM_CXXFLAGS) $(FMT_CFLAGS) $(JSON_CFLAGS)
windsock_SOURCES = \
	dlls/winehost/executable.cpp dlls/winehost/executable.h \
	dlls/winehost/installation.cpp dlls/winehost/installation.h \
	dlls/winehost/installation_record.cpp dlls/winehost/installation_record.h \
	dlls/winehost/installer.cpp dlls/winehost/installer.h \
	dlls/winehost/launcher.cpp dlls/winehost/launcher.h \
	dlls/winehost/prefix.cpp dlls/winehost/prefix.h \
	dlls/winehost/prefix_files.cpp dlls/winehost/prefix_files.h \
	dlls/winehost/registry_file.cpp dlls/winehost/registry_file.h \
	server/doctor.cpp server/doctor.h \
	server/preload.cpp server/preload.h \
	server/status_view.cpp server/status_view.h \
	server/tool_client.cpp server/tool_client.h \
	server/windsock.cpp
windsock_LDADD = libwindsock_common.la $(FMT_LIBS)

# The units for a user's service manager; windsockd does without.
EXTRA_DIST += server/windsockd.service.in server/windsockd.socket
if HAVE_SYSTEMD
systemduserunit_DATA = server/windsockd.service server/windsockd.socket
CLEANFILES += server/windsockd.service
server/windsockd.service: server/windsockd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) server && sed -e 's|@bindir[@]|$(bindir)|g' $(srcdir)/server/windsockd.service.in > $@.tmp && mv $@.tmp $@
endif
