# The Wine host: three DLLs of forwarders, winehost.dll that they lead to, and winehost.so, which is the core in this host.
#
# They lie where Wine has its own: in x86_64-windows and x86_64-unix. A prefix gets copies, all in one folder (prefix.h).
EXTRA_DIST += dlls/winehost/spec_to_def.awk dlls/winehost/spec_to_exports.awk \
	dlls/winehost/bridge.c dlls/winehost/forwarder.c dlls/winehost/stubs.S dlls/winehost/unix_half.spec \
	dlls/winehost/bcryptprimitives.c dlls/winehost/probe.c dlls/winehost/probe.h dlls/winehost/version.rc $(winehost_etc:%=dlls/winehost/etc/%)

winehost_etc = hosts networks protocol services

winehost_specs = dlls/ws2_32/ws2_32.spec dlls/mswsock/mswsock.spec dlls/wsock32/wsock32.spec
winehost_undeclared = WEP mswsock_WS_dn_expand mswsock_WS_getnetbyname mswsock_WS_inet_network mswsock_s_perror
winehost_sources = \
	dlls/winehost/arguments.h \
	dlls/winehost/asynchronous_ends.cpp dlls/winehost/asynchronous_ends.h \
	dlls/winehost/attachment.h \
	dlls/winehost/bridge.h \
	dlls/winehost/callback.cpp dlls/winehost/callback.h \
	dlls/winehost/completion_ports.cpp dlls/winehost/completion_ports.h \
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
nodist_winehost_la_SOURCES = dlls/winehost/winehost.exports dlls/winehost/unix_half.s
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

# The head by which Wine takes winehost.so for a module.
dlls/winehost/unix_half.s: dlls/winehost/unix_half.spec
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(WINEBUILD) -m64 --dll -fPIC -e windsock_unix_half -F winehost.so -E $< -o $@-new && mv $@-new $@
CLEANFILES += dlls/winehost/unix_half.s

winehost_tree = dlls/winehost/wine
winehost_windows = $(winehost_tree)/x86_64-windows
winehost_forwarders = $(winehost_windows)/ws2_32.dll $(winehost_windows)/mswsock.dll $(winehost_windows)/wsock32.dll
winehost_dlls = $(winehost_forwarders) $(winehost_windows)/winehost.dll $(winehost_windows)/bcryptprimitives.dll \
	$(winehost_windows)/windsock-probe.exe
winehostwindows_DATA = $(winehost_dlls)
noinst_DATA += $(winehost_tree)/x86_64-unix/winehost.so
$(winehost_tree)/x86_64-unix/winehost.so: | winehost.la
	$(AM_V_GEN)$(MKDIR_P) $(@D) && rm -f $@ && $(LN_S) ../../../../.libs/winehost.so $@

# No C library, and no start-up code but our own.
winehost_pe_compile = -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -mno-stack-arg-probe -I$(srcdir) -I.
winehost_pe_link = -nostdlib -Wl,--disable-auto-import -s
winehost_dll_link = $(winehost_pe_link) -shared -Wl,--entry=DllMainCRTStartup
dlls/winehost/winehost.def: dlls/winehost/winehost.exports
	$(AM_V_GEN)sed -n 's/^EXPORT([0-9]*, \([^,]*\),.*/  \1/p' dlls/winehost/winehost.exports | { \
	  echo 'LIBRARY winehost.dll'; echo EXPORTS; cat; } > $@-new && mv $@-new $@
$(winehost_windows)/winehost.dll: dlls/winehost/bridge.c dlls/winehost/stubs.S dlls/winehost/bridge.h dlls/winehost/hooks.def \
	dlls/winehost/winehost.def dlls/winehost/winehost.res.o
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_dll_link) -o $@-new \
	  $(srcdir)/dlls/winehost/bridge.c $(srcdir)/dlls/winehost/stubs.S dlls/winehost/winehost.def dlls/winehost/winehost.res.o -lkernel32 && \
	  mv $@-new $@
$(winehost_forwarders): $(winehost_windows)/%.dll: dlls/winehost/forwarder.c dlls/winehost/%.def dlls/winehost/%.res.o
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_dll_link) -o $@-new $^ -lkernel32 && mv $@-new $@
$(winehost_windows)/bcryptprimitives.dll: dlls/winehost/bcryptprimitives.c dlls/winehost/bcryptprimitives.res.o
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_dll_link) -o $@-new $^ -ladvapi32 -lkernel32 && mv $@-new $@
$(winehost_windows)/windsock-probe.exe: dlls/winehost/probe.c dlls/winehost/probe.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_CC) $(winehost_pe_compile) $(winehost_pe_link) -mwindows -o $@-new $< -lws2_32 -lkernel32 && mv $@-new $@

# Windows' line ends.
winehost_texts = $(winehost_etc:%=dlls/winehost/%.txt)
$(winehost_texts): dlls/winehost/%.txt: dlls/winehost/etc/%
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) '{ printf "%s\r\n", $$0 }' $< > $@-new && mv $@-new $@
winehost_comma = ,
winehost_resources = $(addprefix dlls/winehost/,$(addsuffix .res.o,ws2_32 mswsock wsock32 winehost bcryptprimitives))
dlls/winehost/ws2_32.res.o: $(winehost_texts)
dlls/winehost/ws2_32.res.o: winehost_rc_flags = -DWITH_ETC
$(winehost_resources): dlls/winehost/%.res.o: dlls/winehost/version.rc Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MINGW_WINDRES) -DNAME=$*.dll -DVERSION=$(PACKAGE_VERSION) \
	  -DVERSION_NUMBERS=$(subst .,$(winehost_comma),$(PACKAGE_VERSION)),0 $(winehost_rc_flags) -O coff -o $@-new $< && mv $@-new $@
dlls/winehost/ws2_32.def: dlls/ws2_32/ws2_32.spec dlls/winehost/spec_to_def.awk
dlls/winehost/mswsock.def: dlls/mswsock/mswsock.spec dlls/winehost/spec_to_def.awk
dlls/winehost/wsock32.def: dlls/wsock32/wsock32.spec dlls/winehost/spec_to_def.awk
dlls/winehost/ws2_32.def dlls/winehost/mswsock.def dlls/winehost/wsock32.def:
	$(AM_V_GEN)$(MKDIR_P) dlls/winehost && $(AWK) -v library=$(basename $(@F)) -f $(srcdir)/dlls/winehost/spec_to_def.awk $< > $@-new && \
	  mv $@-new $@
CLEANFILES += dlls/winehost/winehost.def dlls/winehost/ws2_32.def dlls/winehost/mswsock.def dlls/winehost/wsock32.def \
	$(winehost_texts) $(winehost_resources) $(winehost_dlls) $(winehost_tree)/x86_64-unix/winehost.so
endif
EXTRA_DIST += dlls/winehost/winehost.map
