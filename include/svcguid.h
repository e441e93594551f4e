/* svcguid.h - the identifiers of service classes. https://learn.microsoft.com/windows/win32/winsock/service-class-data-structures */
#ifndef _SVCGUID_
#define _SVCGUID_

#include <basetsd.h>
#include <guiddef.h>

#define SVCID_HOSTNAME {0x0002a800, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#define SVCID_INET_HOSTADDRBYINETSTRING {0x0002a801, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#define SVCID_INET_SERVICEBYNAME {0x0002a802, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#define SVCID_INET_HOSTADDRBYNAME {0x0002a803, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}

/* A class for each port; DNS' carry a type of record too. */
#define SVCID_TCP_RR(_Port, _RR) {(0x0009 << 16) | (_Port), 0, _RR, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#define SVCID_TCP(_Port) SVCID_TCP_RR(_Port, 0)
#define SVCID_UDP_RR(_Port, _RR) {(0x000A << 16) | (_Port), 0, _RR, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}}
#define SVCID_UDP(_Port) SVCID_UDP_RR(_Port, 0)
#define SVCID_DNS(_RecordType) SVCID_TCP_RR(53, _RecordType)
#define SVCID_DNS_TYPE_A SVCID_DNS(0x0001)
#define SVCID_DNS_TYPE_AAAA SVCID_DNS(0x001c)
#define SVCID_FTP_TCP SVCID_TCP(21)
#define SVCID_TELNET_TCP SVCID_TCP(23)
#define SVCID_SMTP_TCP SVCID_TCP(25)
#define SVCID_HTTP_TCP SVCID_TCP(80)

#endif
