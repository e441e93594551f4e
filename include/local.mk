# Part of the one build (see Makefile.am): include - the public headers.
#
# Installed with their folders below $(includedir)/windsock, which programs have on their include path, so that our
# <sys/select.h> comes before libc's. The spellings with capitals are files of their own.

windsockincludedir = $(includedir)/windsock
dist_windsockinclude_HEADERS = \
	include/MSTcpIP.h \
	include/MSWSOCK.h \
	include/MSWSock.h \
	include/MSWsock.h \
	include/MsWSock.h \
	include/Mstcpip.h \
	include/Mswsock.h \
	include/Qos.h \
	include/WINDOWS.h \
	include/WINSOCK.h \
	include/WINSOCK2.h \
	include/WS2IPDEF.h \
	include/WS2TCPIP.h \
	include/WS2TcpIp.h \
	include/WS2def.h \
	include/WS2spi.h \
	include/WS2tcpip.h \
	include/WinBase.h \
	include/WinDef.h \
	include/WinError.h \
	include/WinNT.h \
	include/WinSock.h \
	include/WinSock2.h \
	include/Windows.h \
	include/Winerror.h \
	include/Winsock.h \
	include/Winsock2.h \
	include/Ws2TcpIp.h \
	include/Ws2def.h \
	include/Ws2ipdef.h \
	include/Ws2spi.h \
	include/Ws2tcpip.h \
	include/afunix.h \
	include/basetsd.h \
	include/errhandlingapi.h \
	include/fibersapi.h \
	include/fileapi.h \
	include/guiddef.h \
	include/handleapi.h \
	include/heapapi.h \
	include/in6addr.h \
	include/inaddr.h \
	include/io.h \
	include/ioapiset.h \
	include/libloaderapi.h \
	include/memoryapi.h \
	include/minwinbase.h \
	include/minwindef.h \
	include/mmsystem.h \
	include/mstcpip.h \
	include/mswsock.h \
	include/mswsockdef.h \
	include/namedpipeapi.h \
	include/netdb.h \
	include/nspapi.h \
	include/poll.h \
	include/process.h \
	include/processenv.h \
	include/processthreadsapi.h \
	include/profileapi.h \
	include/qos.h \
	include/sporder.h \
	include/stringapiset.h \
	include/strsafe.h \
	include/svcguid.h \
	include/synchapi.h \
	include/sysinfoapi.h \
	include/tchar.h \
	include/timeapi.h \
	include/timezoneapi.h \
	include/winbase.h \
	include/wincon.h \
	include/windef.h \
	include/windows.h \
	include/winerror.h \
	include/wingdi.h \
	include/winnls.h \
	include/winnt.h \
	include/winsock.h \
	include/winsock2.h \
	include/winuser.h \
	include/ws2def.h \
	include/ws2ipdef.h \
	include/ws2spi.h \
	include/ws2tcpip.h

windsockincludearpadir = $(includedir)/windsock/arpa
dist_windsockincludearpa_HEADERS = \
	include/arpa/inet.h

windsockincludenetinetdir = $(includedir)/windsock/netinet
dist_windsockincludenetinet_HEADERS = \
	include/netinet/in.h \
	include/netinet/tcp.h

windsockincludesysdir = $(includedir)/windsock/sys
dist_windsockincludesys_HEADERS = \
	include/sys/ioctl.h \
	include/sys/poll.h \
	include/sys/select.h \
	include/sys/socket.h \
	include/sys/un.h

windsockincludewindsockdir = $(includedir)/windsock/windsock
dist_windsockincludewindsock_HEADERS = \
	include/windsock/address_inlines.h \
	include/windsock/extensions.h \
	include/windsock/interlocked.h \
	include/windsock/ip_inlines.h \
	include/windsock/libc_names.h \
	include/windsock/name_service.h \
	include/windsock/sockets.h \
	include/windsock/ulong.h \
	include/windsock/version.h \
	include/windsock/wide.h \
	include/windsock/window_messages.h \
	include/windsock/winsock1_undef.h \
	include/windsock/winsock2_calls.h \
	include/windsock/winsock2_typedefs.h \
	include/windsock/wsa_errors.h
