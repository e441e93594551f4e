# libuser32.so.1: windows that are never shown and the messages to them. user32.spec lists its exports.
lib_LTLIBRARIES += libuser32.la
libuser32_la_SOURCES = \
	dlls/user32/api_class.cpp \
	dlls/user32/api_message.cpp \
	dlls/user32/api_resources.cpp \
	dlls/user32/api_send.cpp \
	dlls/user32/api_timer.cpp \
	dlls/user32/api_window.cpp \
	dlls/user32/api_window_values.cpp \
	dlls/user32/default_procedure.cpp \
	dlls/user32/failure.h \
	dlls/user32/forms.h \
	dlls/user32/message_queue.cpp dlls/user32/message_queue.h \
	dlls/user32/message_text.cpp dlls/user32/message_text.h \
	dlls/user32/names.cpp dlls/user32/names.h \
	dlls/user32/pending_messages.cpp \
	dlls/user32/procedure_call.cpp dlls/user32/procedure_call.h \
	dlls/user32/sent_message.h \
	dlls/user32/text.cpp dlls/user32/text.h \
	dlls/user32/timer_list.cpp dlls/user32/timer_list.h \
	dlls/user32/user_lock.h \
	dlls/user32/window.cpp dlls/user32/window.h \
	dlls/user32/window_class.cpp dlls/user32/window_class.h \
	dlls/user32/window_life.cpp dlls/user32/window_life.h
libuser32_la_LIBADD = libkernel32.la libwindsock_common.la
libuser32_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -Wl,-z,nodelete -Wl,--version-script=dlls/user32/user32.map
if !SANITIZE
libuser32_la_LDFLAGS += -Wl,-z,defs
endif
EXTRA_libuser32_la_DEPENDENCIES = dlls/user32/user32.map

dlls/user32/user32.map: dlls/user32/user32.spec dlls/common/spec_to_map.awk
	$(AM_V_GEN)$(MKDIR_P) dlls/user32 && $(AWK) -v version=WINDSOCK_USER32_1 \
	  -f $(top_srcdir)/dlls/common/spec_to_map.awk $(top_srcdir)/dlls/user32/user32.spec > $@-new && mv $@-new $@
CLEANFILES += dlls/user32/user32.map
EXTRA_DIST += dlls/user32/user32.spec
