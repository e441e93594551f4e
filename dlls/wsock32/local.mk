# libwsock32.so.1: the face of Winsock 1.1; every export forwards to libws2_32.so.1.
lib_LTLIBRARIES += libwsock32.la
libwsock32_la_SOURCES = dlls/wsock32/forwards.cpp dlls/common/forwards.h
nodist_libwsock32_la_SOURCES = dlls/wsock32/wsock32.forwards
libwsock32_la_LIBADD = libws2_32.la
libwsock32_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -Wl,--version-script=dlls/wsock32/wsock32.map
EXTRA_libwsock32_la_DEPENDENCIES = dlls/wsock32/wsock32.map

dlls/wsock32/wsock32.map: dlls/wsock32/wsock32.spec dlls/common/spec_to_map.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/wsock32 && $(AWK) -v version=WINDSOCK_WSOCK32_1 \
	  -f $(top_srcdir)/dlls/common/spec_to_map.awk $(top_srcdir)/dlls/wsock32/wsock32.spec > $@-new && mv $@-new $@
dlls/wsock32/wsock32.forwards: dlls/wsock32/wsock32.spec dlls/common/spec_to_forwards.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/wsock32 && \
	  $(AWK) -f $(top_srcdir)/dlls/common/spec_to_forwards.awk $(top_srcdir)/dlls/wsock32/wsock32.spec > $@-new && mv $@-new $@
dlls/wsock32/wsock32.aliases: dlls/wsock32/wsock32.spec dlls/common/spec_to_aliases.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/wsock32 && \
	  $(AWK) -f $(top_srcdir)/dlls/common/spec_to_aliases.awk $(top_srcdir)/dlls/wsock32/wsock32.spec > $@-new && mv $@-new $@
BUILT_SOURCES += dlls/wsock32/wsock32.forwards
$(libwsock32_la_OBJECTS): | dlls/wsock32/wsock32.forwards
CLEANFILES += dlls/wsock32/wsock32.map dlls/wsock32/wsock32.aliases dlls/wsock32/wsock32.forwards
EXTRA_DIST += dlls/wsock32/wsock32.spec dlls/common/spec_to_aliases.awk
