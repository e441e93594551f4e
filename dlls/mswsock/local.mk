# mswsock: Microsoft's extensions. The code is part of the core (see export.h); libmswsock.so.1 forwards to it.
libws2_32_core_la_SOURCES += \
	dlls/mswsock/api_accept.cpp \
	dlls/mswsock/api_connect.cpp \
	dlls/mswsock/api_names.cpp \
	dlls/mswsock/api_receive.cpp \
	dlls/mswsock/api_transmit.cpp \
	dlls/mswsock/api_unsupported.cpp \
	dlls/mswsock/export.h \
	dlls/mswsock/extension_functions.cpp \
	dlls/mswsock/extensions.h \
	dlls/mswsock/run_to_end.h

lib_LTLIBRARIES += libmswsock.la
libmswsock_la_SOURCES = dlls/mswsock/forwards.cpp dlls/common/forwards.h
nodist_libmswsock_la_SOURCES = dlls/mswsock/mswsock.forwards
libmswsock_la_LIBADD = libws2_32.la
libmswsock_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -Wl,--version-script=dlls/mswsock/mswsock.map
EXTRA_libmswsock_la_DEPENDENCIES = dlls/mswsock/mswsock.map

dlls/mswsock/mswsock.map: dlls/mswsock/mswsock.spec dlls/common/spec_to_map.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/mswsock && $(AWK) -v version=WINDSOCK_MSWSOCK_1 \
	  -f $(top_srcdir)/dlls/common/spec_to_map.awk $(top_srcdir)/dlls/mswsock/mswsock.spec > $@-new && mv $@-new $@
dlls/mswsock/mswsock.answers: dlls/mswsock/mswsock.spec dlls/common/spec_to_answers.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/mswsock && $(AWK) -v prefix=mswsock_ \
	  -f $(top_srcdir)/dlls/common/spec_to_answers.awk $(top_srcdir)/dlls/mswsock/mswsock.spec > $@-new && mv $@-new $@
dlls/mswsock/mswsock.forwards: dlls/mswsock/mswsock.spec dlls/common/spec_to_forwards.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/mswsock && \
	  $(AWK) -f $(top_srcdir)/dlls/common/spec_to_forwards.awk $(top_srcdir)/dlls/mswsock/mswsock.spec > $@-new && mv $@-new $@
BUILT_SOURCES += dlls/mswsock/mswsock.answers dlls/mswsock/mswsock.forwards
$(libmswsock_la_OBJECTS): | dlls/mswsock/mswsock.forwards
CLEANFILES += dlls/mswsock/mswsock.map dlls/mswsock/mswsock.answers dlls/mswsock/mswsock.forwards
EXTRA_DIST += dlls/mswsock/mswsock.spec dlls/common/spec_to_answers.awk dlls/common/spec_to_forwards.awk
