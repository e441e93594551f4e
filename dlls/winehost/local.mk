# The Wine host: three DLLs of forwarders, winehost.dll that they lead to, and winehost.so, which is the core in this host.
#
# They lie as Wine wants builtin modules: x86_64-windows and x86_64-unix in one folder, which WINEDLLPATH names.
EXTRA_DIST += dlls/winehost/spec_to_def.awk dlls/winehost/spec_to_exports.awk \
	dlls/winehost/bridge.c dlls/winehost/forwarder.c dlls/winehost/stubs.S

winehost_specs = dlls/ws2_32/ws2_32.spec dlls/mswsock/mswsock.spec dlls/wsock32/wsock32.spec
winehost_undeclared = WEP mswsock_WS_dn_expand mswsock_WS_getnetbyname mswsock_WS_inet_network mswsock_s_perror
winehost_sources = \
	dlls/winehost/arguments.h \
	dlls/winehost/attachment.h \
	dlls/winehost/bridge.h \
	dlls/winehost/callback.cpp dlls/winehost/callback.h \
	dlls/winehost/hooks.cpp dlls/winehost/hooks.def dlls/winehost/hooks.h \
	dlls/winehost/host_services_wine.cpp \
	dlls/winehost/inheritance.cpp dlls/winehost/inheritance.h \
	dlls/winehost/nt_functions.cpp dlls/winehost/nt_functions.h \
	dlls/winehost/unixlib.cpp \
	dlls/winehost/windows_abi.h \
	dlls/winehost/windows_processes.cpp dlls/winehost/windows_processes.h
EXTRA_DIST += $(winehost_sources)

if WINEHOST
winehostdir = $(pkglibdir)/wine
winehostunixdir = $(winehostdir)/x86_64-unix
winehostwindowsdir = $(winehostdir)/x86_64-windows

winehostunix_LTLIBRARIES = winehost.la
winehost_la_SOURCES = $(winehost_sources) $(process_register_sources)
nodist_winehost_la_SOURCES = dlls/winehost/winehost.exports
winehost_la_CPPFLAGS = $(AM_CPPFLAGS) -DWINDSOCK_STRICT_DWORD
winehost_la_LIBADD = libws2_32_core.la
winehost_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -Wl,-z,nodelete -Wl,-z,defs \
	-Wl,--version-script=$(srcdir)/dlls/winehost/winehost.map
EXTRA_winehost_la_DEPENDENCIES = dlls/winehost/winehost.map

dlls/winehost/winehost.exports: $(winehost_specs) dlls/winehost/spec_to_exports.awk dlls/winehost/local.mk
	$(AM_V_GEN)$(MKDIR_P) dlls/winehost && $(AWK) -v own='WS_select WSAStartup WSAConnectByNameA WSAConnectByNameW WSAConnectByList' -v undeclared='$(winehost_undeclared)' \
	  -f $(srcdir)/dlls/winehost/spec_to_exports.awk \
	  $(winehost_specs:%=$(top_srcdir)/%) > $@-new && mv $@-new $@
BUILT_SOURCES += dlls/winehost/winehost.exports
$(winehost_la_OBJECTS): | dlls/winehost/winehost.exports
CLEANFILES += dlls/winehost/winehost.exports

# The unix half where Wine looks for it.
winehost_tree = dlls/winehost/wine
winehost_dlls = $(winehost_tree)/x86_64-windows/ws2_32.dll $(winehost_tree)/x86_64-windows/mswsock.dll \
	$(winehost_tree)/x86_64-windows/wsock32.dll $(winehost_tree)/x86_64-windows/winehost.dll
winehostwindows_DATA = $(winehost_dlls)
noinst_DATA += $(winehost_tree)/x86_64-unix/winehost.so
$(winehost_tree)/x86_64-unix/winehost.so: | winehost.la
	$(AM_V_GEN)$(MKDIR_P) $(@D) && rm -f $@ && $(LN_S) ../../../../.libs/winehost.so $@

# No C library, and no start-up code but our own.
winehost_pe_compile = -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -mno-stack-arg-probe -I$(srcdir) -I.
winehost_pe_link = -shared -nostdlib -Wl,--entry=DllMainCRTStartup -Wl,--disable-auto-import -s
dlls/winehost/winehost.def: dlls/winehost/winehost.exports
	$(AM_V_GEN)sed -n 's/^EXPORT([0-9]*, \([^,]*\),.*/  \1/p' dlls/winehost/winehost.exports | { \
	  echo 'LIBRARY winehost.dll'; echo EXPORTS; cat; } > $@-new && mv $@-new $@
$(winehost_tree)/x86_64-windows/winehost.dll: dlls/winehost/bridge.c dlls/winehost/stubs.S dlls/winehost/bridge.h dlls/winehost/hooks.def dlls/winehost/winehost.def
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_pe_link) -o $@-new \
	  $(srcdir)/dlls/winehost/bridge.c $(srcdir)/dlls/winehost/stubs.S dlls/winehost/winehost.def -lkernel32 && \
	  $(WINEBUILD) --builtin $@-new && mv $@-new $@
$(winehost_tree)/x86_64-windows/%.dll: dlls/winehost/forwarder.c dlls/winehost/%.def
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_pe_link) -o $@-new $^ -lkernel32 && mv $@-new $@
dlls/winehost/ws2_32.def: dlls/ws2_32/ws2_32.spec dlls/winehost/spec_to_def.awk
dlls/winehost/mswsock.def: dlls/mswsock/mswsock.spec dlls/winehost/spec_to_def.awk
dlls/winehost/wsock32.def: dlls/wsock32/wsock32.spec dlls/winehost/spec_to_def.awk
dlls/winehost/ws2_32.def dlls/winehost/mswsock.def dlls/winehost/wsock32.def:
	$(AM_V_GEN)$(MKDIR_P) dlls/winehost && $(AWK) -v library=$(basename $(@F)) -f $(srcdir)/dlls/winehost/spec_to_def.awk $< > $@-new && \
	  mv $@-new $@
CLEANFILES += dlls/winehost/winehost.def dlls/winehost/ws2_32.def dlls/winehost/mswsock.def dlls/winehost/wsock32.def \
	$(winehost_dlls) $(winehost_tree)/x86_64-unix/winehost.so
endif
EXTRA_DIST += dlls/winehost/winehost.map
