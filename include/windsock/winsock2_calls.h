/*
 * windsock/winsock2_calls.h - the calls of winsock2.h that Winsock 1.1 did not have, and its getsockopt and setsockopt.
 *
 * Part of winsock2.h; not for inclusion by itself.
 *
 * Unless said otherwise an int result is 0 or SOCKET_ERROR, a BOOL result FALSE on failure, and the reason is in
 * WSAGetLastError. Pages: https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-<name in small letters>
 */
#ifndef WINDSOCK_WINSOCK2_CALLS_H_
#define WINDSOCK_WINSOCK2_CALLS_H_

#ifdef WINDSOCK_WINSOCK1_FIRST
/* The names are bound to Winsock 1.1's numbering in this file already, and a declaration cannot be bound twice. */
#define getsockopt WS_getsockopt
#define setsockopt WS_setsockopt
#endif
/* optval points to optlen bytes of the type that the option has; most are DWORD or BOOL (4 bytes). */
WINSOCK_API_LINKAGE int WSAAPI getsockopt(SOCKET s, int level, int optname, char *optval, int *optlen)
    __asm__("WS_getsockopt");
WINSOCK_API_LINKAGE int WSAAPI setsockopt(SOCKET s, int level, int optname, const char *optval, int optlen)
    __asm__("WS_setsockopt");

/* Making sockets. With FROM_PROTOCOL_INFO three times and the structure from WSADuplicateSocket: another descriptor of
 * that socket. Family, type and protocol come from lpProtocolInfo where the argument is FROM_PROTOCOL_INFO. */
WINSOCK_API_LINKAGE SOCKET WSAAPI WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo,
                                             GROUP g, DWORD dwFlags);
WINSOCK_API_LINKAGE SOCKET WSAAPI WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo,
                                             GROUP g, DWORD dwFlags);
#define WSASocket WINDSOCK_AW(WSASocket)
/* Fills *lpProtocolInfo so that one WSASocket call in process dwProcessId gets a descriptor of s. The structure goes
 * there by any means; s may be closed at once. WSAEINVAL: no such process. WSAENETDOWN, WSAENOBUFS: no server, quota. */
WINSOCK_API_LINKAGE int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOA lpProtocolInfo);
WINSOCK_API_LINKAGE int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD dwProcessId, LPWSAPROTOCOL_INFOW lpProtocolInfo);
#define WSADuplicateSocket WINDSOCK_AW(WSADuplicateSocket)

/* Connections */
WINSOCK_API_LINKAGE SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen,
                                            LPCONDITIONPROC lpfnCondition, DWORD_PTR dwCallbackData);
WINSOCK_API_LINKAGE int WSAAPI WSAConnect(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF lpCallerData,
                                          LPWSABUF lpCalleeData, LPQOS lpSQOS, LPQOS lpGQOS);
/* To the first of several addresses that answers, or of a name's; TRUE, or FALSE with the last attempt's error. They block on non-blocking
 * sockets too. The buffers may be null; else they have room for an address of the socket's family. WSAEINVAL: no name, no address,
 * no internet stream, Reserved is not null. WSAETIMEDOUT. */
WINSOCK_API_LINKAGE BOOL PASCAL WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST SocketAddress,
                                                 LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                                 LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                                 const struct timeval *timeout, LPWSAOVERLAPPED Reserved);
WINSOCK_API_LINKAGE BOOL PASCAL WSAConnectByNameA(SOCKET s, LPCSTR nodename, LPCSTR servicename,
                                                  LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                                  LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                                  const struct timeval *timeout, LPWSAOVERLAPPED Reserved);
WINSOCK_API_LINKAGE BOOL PASCAL WSAConnectByNameW(SOCKET s, LPWSTR nodename, LPWSTR servicename,
                                                  LPDWORD LocalAddressLength, LPSOCKADDR LocalAddress,
                                                  LPDWORD RemoteAddressLength, LPSOCKADDR RemoteAddress,
                                                  const struct timeval *timeout, LPWSAOVERLAPPED Reserved);
#define WSAConnectByName WINDSOCK_AW(WSAConnectByName)
WINSOCK_API_LINKAGE SOCKET WSAAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen,
                                              LPWSABUF lpCallerData, LPWSABUF lpCalleeData, LPQOS lpSQOS,
                                              LPQOS lpGQOS, DWORD dwFlags);
WINSOCK_API_LINKAGE int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF lpOutboundDisconnectData);
WINSOCK_API_LINKAGE int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF lpInboundDisconnectData);

/* Data, scattered and gathered. Without lpOverlapped the byte count is stored before the return. With it the operation
 * may go on (SOCKET_ERROR, WSA_IO_PENDING) and buffers and structure stay in use until it is complete. *lpFlags is
 * input and output: MSG_PARTIAL comes back with the part of a message. The call, or the end, has the errors of send and recv; the call
 * also WSAEINVAL (a routine, and the socket has a completion port) and WSAENOBUFS, the end WSA_OPERATION_ABORTED (cancelled, or the
 * socket was closed). */
WINSOCK_API_LINKAGE int WSAAPI WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                                       DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
                                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINSOCK_API_LINKAGE int WSAAPI WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                                         DWORD dwFlags, const struct sockaddr *lpTo, int iTolen,
                                         LPWSAOVERLAPPED lpOverlapped,
                                         LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINSOCK_API_LINKAGE int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG lpMsg, DWORD dwFlags, LPDWORD lpNumberOfBytesSent,
                                          LPWSAOVERLAPPED lpOverlapped,
                                          LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINSOCK_API_LINKAGE int WSAAPI WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                                       LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
                                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINSOCK_API_LINKAGE int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount,
                                           LPDWORD lpNumberOfBytesRecvd, LPDWORD lpFlags, struct sockaddr *lpFrom,
                                           LPINT lpFromlen, LPWSAOVERLAPPED lpOverlapped,
                                           LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
/* TRUE, the bytes and the flags of a receive; FALSE: WSA_IO_INCOMPLETE while it goes on (fWait is FALSE), or the error of its end. */
WINSOCK_API_LINKAGE BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer,
                                                       BOOL fWait, LPDWORD lpdwFlags);
/* Codes beginning with SIO_; input and output sizes in bytes. */
WINSOCK_API_LINKAGE int WSAAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                                        LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                                        LPWSAOVERLAPPED lpOverlapped,
                                        LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

/* Readiness. timeout in milliseconds, negative for ever; the number of entries with revents set. Negative descriptors
 * are skipped; POLLPRI and POLLWRBAND cannot be asked for (WSAEINVAL). */
WINSOCK_API_LINKAGE int WSAAPI WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout);
WINSOCK_API_LINKAGE DWORD WSAAPI ProcessSocketNotifications(HANDLE completionPort, UINT32 registrationCount,
                                                            SOCK_NOTIFY_REGISTRATION *registrationInfos,
                                                            UINT32 timeoutMs, ULONG completionCount,
                                                            OVERLAPPED_ENTRY *completionPortEntries,
                                                            UINT32 *receivedEntryCount);

/* The SOCK_NOTIFY_EVENT_ flags of a notification taken from the completion port. */
static __inline__ UINT32 SocketNotificationRetrieveEvents(OVERLAPPED_ENTRY *notification)
{
    return notification->dwNumberOfBytesTransferred;
}

/* Events; a handle that is none: WSA_INVALID_HANDLE. The wait takes 1 to WSA_MAXIMUM_WAIT_EVENTS of them (else WSA_WAIT_FAILED,
 * WSA_INVALID_PARAMETER) and tells WSA_WAIT_EVENT_0 and the index of the first that is set, WSA_WAIT_TIMEOUT, or, if it is alertable,
 * WSA_WAIT_IO_COMPLETION: completion routines of this thread were called. */
WINSOCK_API_LINKAGE WSAEVENT WSAAPI WSACreateEvent(void);
WINSOCK_API_LINKAGE BOOL WSAAPI WSACloseEvent(WSAEVENT hEvent);
WINSOCK_API_LINKAGE BOOL WSAAPI WSASetEvent(WSAEVENT hEvent);
WINSOCK_API_LINKAGE BOOL WSAAPI WSAResetEvent(WSAEVENT hEvent);
WINSOCK_API_LINKAGE DWORD WSAAPI WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT *lphEvents, BOOL fWaitAll,
                                                          DWORD dwTimeout, BOOL fAlertable);
/* Selecting makes the socket non-blocking and cancels any earlier selection on it, whoever made it; FD_ bits, 0 for none. WSAEINVAL: other
 * bits, or no event. WSAENOBUFS. On a shared socket also WSAENETDOWN: there is no windsockd. Enumerating takes what was recorded, and resets
 * the event (or null) in one step; iErrorCode is indexed by FD_..._BIT. WSAEFAULT, WSAEINVAL: no event. */
WINSOCK_API_LINKAGE int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT hEventObject, LONG lNetworkEvents);
WINSOCK_API_LINKAGE int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT hEventObject,
                                                    LPWSANETWORKEVENTS lpNetworkEvents);

/* Byte order of the socket's protocol */
WINSOCK_API_LINKAGE int WSAAPI WSAHtonl(SOCKET s, u_long hostlong, u_long *lpnetlong);
WINSOCK_API_LINKAGE int WSAAPI WSAHtons(SOCKET s, u_short hostshort, u_short *lpnetshort);
WINSOCK_API_LINKAGE int WSAAPI WSANtohl(SOCKET s, u_long netlong, u_long *lphostlong);
WINSOCK_API_LINKAGE int WSAAPI WSANtohs(SOCKET s, u_short netshort, u_short *lphostshort);

/* Addresses as text. *lpdwAddressStringLength: characters with the terminator, room before and length after the call;
 * WSAEFAULT when the room does not do, and it then tells the length needed. */
WINSOCK_API_LINKAGE INT WSAAPI WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                                                   LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
                                                   LPDWORD lpdwAddressStringLength);
WINSOCK_API_LINKAGE INT WSAAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                                                   LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                                                   LPDWORD lpdwAddressStringLength);
#define WSAAddressToString WINDSOCK_AW(WSAAddressToString)
WINSOCK_API_LINKAGE INT WSAAPI WSAStringToAddressA(LPSTR AddressString, INT AddressFamily,
                                                   LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSOCKADDR lpAddress,
                                                   LPINT lpAddressLength);
WINSOCK_API_LINKAGE INT WSAAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily,
                                                   LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                                                   LPINT lpAddressLength);
#define WSAStringToAddress WINDSOCK_AW(WSAStringToAddress)
/* 256 characters always suffice. */
WINSOCK_API_LINKAGE int WSAAPI GetHostNameW(PWSTR name, int namelen);

/* Protocols: the number of entries stored. *lpdwBufferLength is in bytes; WSAENOBUFS when it does not do. */
WINSOCK_API_LINKAGE int WSAAPI WSAEnumProtocolsA(LPINT lpiProtocols, LPWSAPROTOCOL_INFOA lpProtocolBuffer,
                                                 LPDWORD lpdwBufferLength);
WINSOCK_API_LINKAGE int WSAAPI WSAEnumProtocolsW(LPINT lpiProtocols, LPWSAPROTOCOL_INFOW lpProtocolBuffer,
                                                 LPDWORD lpdwBufferLength);
#define WSAEnumProtocols WINDSOCK_AW(WSAEnumProtocols)
WINSOCK_API_LINKAGE INT WSAAPI WSAProviderConfigChange(LPHANDLE lpNotificationHandle, LPWSAOVERLAPPED lpOverlapped,
                                                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
WINSOCK_API_LINKAGE BOOL WSAAPI WSAGetQOSByName(SOCKET s, LPWSABUF lpQOSName, LPQOS lpQOS);

/* Name spaces */
WINSOCK_API_LINKAGE INT WSAAPI WSALookupServiceBeginA(LPWSAQUERYSETA lpqsRestrictions, DWORD dwControlFlags,
                                                      LPHANDLE lphLookup);
WINSOCK_API_LINKAGE INT WSAAPI WSALookupServiceBeginW(LPWSAQUERYSETW lpqsRestrictions, DWORD dwControlFlags,
                                                      LPHANDLE lphLookup);
#define WSALookupServiceBegin WINDSOCK_AW(WSALookupServiceBegin)
WINSOCK_API_LINKAGE INT WSAAPI WSALookupServiceNextA(HANDLE hLookup, DWORD dwControlFlags, LPDWORD lpdwBufferLength,
                                                     LPWSAQUERYSETA lpqsResults);
WINSOCK_API_LINKAGE INT WSAAPI WSALookupServiceNextW(HANDLE hLookup, DWORD dwControlFlags, LPDWORD lpdwBufferLength,
                                                     LPWSAQUERYSETW lpqsResults);
#define WSALookupServiceNext WINDSOCK_AW(WSALookupServiceNext)
WINSOCK_API_LINKAGE INT WSAAPI WSALookupServiceEnd(HANDLE hLookup);
WINSOCK_API_LINKAGE INT WSAAPI WSANSPIoctl(HANDLE hLookup, DWORD dwControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                                           LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                                           LPWSACOMPLETION lpCompletion);
WINSOCK_API_LINKAGE INT WSAAPI WSAInstallServiceClassA(LPWSASERVICECLASSINFOA lpServiceClassInfo);
WINSOCK_API_LINKAGE INT WSAAPI WSAInstallServiceClassW(LPWSASERVICECLASSINFOW lpServiceClassInfo);
#define WSAInstallServiceClass WINDSOCK_AW(WSAInstallServiceClass)
WINSOCK_API_LINKAGE INT WSAAPI WSARemoveServiceClass(LPGUID lpServiceClassId);
WINSOCK_API_LINKAGE INT WSAAPI WSAGetServiceClassInfoA(LPGUID lpProviderId, LPGUID lpServiceClassId,
                                                       LPDWORD lpdwBufSize, LPWSASERVICECLASSINFOA lpServiceClassInfo);
WINSOCK_API_LINKAGE INT WSAAPI WSAGetServiceClassInfoW(LPGUID lpProviderId, LPGUID lpServiceClassId,
                                                       LPDWORD lpdwBufSize, LPWSASERVICECLASSINFOW lpServiceClassInfo);
#define WSAGetServiceClassInfo WINDSOCK_AW(WSAGetServiceClassInfo)
WINSOCK_API_LINKAGE INT WSAAPI WSAEnumNameSpaceProvidersA(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOA lpnspBuffer);
WINSOCK_API_LINKAGE INT WSAAPI WSAEnumNameSpaceProvidersW(LPDWORD lpdwBufferLength, LPWSANAMESPACE_INFOW lpnspBuffer);
#define WSAEnumNameSpaceProviders WINDSOCK_AW(WSAEnumNameSpaceProviders)
WINSOCK_API_LINKAGE INT WSAAPI WSAEnumNameSpaceProvidersExA(LPDWORD lpdwBufferLength,
                                                            LPWSANAMESPACE_INFOEXA lpnspBuffer);
WINSOCK_API_LINKAGE INT WSAAPI WSAEnumNameSpaceProvidersExW(LPDWORD lpdwBufferLength,
                                                            LPWSANAMESPACE_INFOEXW lpnspBuffer);
#define WSAEnumNameSpaceProvidersEx WINDSOCK_AW(WSAEnumNameSpaceProvidersEx)
WINSOCK_API_LINKAGE INT WSAAPI WSAGetServiceClassNameByClassIdA(LPGUID lpServiceClassId, LPSTR lpszServiceClassName,
                                                                LPDWORD lpdwBufferLength);
WINSOCK_API_LINKAGE INT WSAAPI WSAGetServiceClassNameByClassIdW(LPGUID lpServiceClassId, LPWSTR lpszServiceClassName,
                                                                LPDWORD lpdwBufferLength);
#define WSAGetServiceClassNameByClassId WINDSOCK_AW(WSAGetServiceClassNameByClassId)
WINSOCK_API_LINKAGE INT WSAAPI WSASetServiceA(LPWSAQUERYSETA lpqsRegInfo, WSAESETSERVICEOP essoperation,
                                              DWORD dwControlFlags);
WINSOCK_API_LINKAGE INT WSAAPI WSASetServiceW(LPWSAQUERYSETW lpqsRegInfo, WSAESETSERVICEOP essoperation,
                                              DWORD dwControlFlags);
#define WSASetService WINDSOCK_AW(WSASetService)

/* 64-bit and floating-point values in network byte order. https://learn.microsoft.com/windows/win32/api/winsock2/ */
static __inline__ UINT64 htonll(UINT64 value)
{
    return __builtin_bswap64(value);
}
static __inline__ UINT64 ntohll(UINT64 value)
{
    return __builtin_bswap64(value);
}
static __inline__ UINT32 htonf(float value)
{
    UINT32 bits;
    memcpy(&bits, &value, sizeof bits);
    return __builtin_bswap32(bits);
}
static __inline__ float ntohf(UINT32 value)
{
    float result;
    value = __builtin_bswap32(value);
    memcpy(&result, &value, sizeof result);
    return result;
}
static __inline__ UINT64 htond(double value)
{
    UINT64 bits;
    memcpy(&bits, &value, sizeof bits);
    return __builtin_bswap64(bits);
}
static __inline__ double ntohd(UINT64 value)
{
    double result;
    value = __builtin_bswap64(value);
    memcpy(&result, &value, sizeof result);
    return result;
}

#endif
