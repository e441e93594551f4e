/*
 * windsock/ulong.h - lets `unsigned long n; ioctlsocket(s, FIONBIO, &n);` mean what it means on Windows.
 *
 * On Windows `unsigned long` is DWORD and u_long; on Linux it has twice their size. Calls that take a pointer to one of
 * these accept a pointer to `unsigned long` too: the value is converted on the way in and back on the way out, never
 * reached through a cast pointer. In C++ by overloads that only such a pointer selects (NULL still goes to the plain
 * function), in C by macros around _Generic.
 *
 * A program that has members or functions of its own with these names, or wants their bare addresses, switches this off
 * by defining WINDSOCK_STRICT_DWORD before the first #include.
 *
 * No include guard: winsock.h, winsock2.h, mswsock.h and windows.h each include it at their end, and the part for the
 * functions that are declared by then is taken once.
 */
#ifndef WINDSOCK_STRICT_DWORD

#ifndef WINDSOCK_ULONG_ARGUMENT_
#define WINDSOCK_ULONG_ARGUMENT_
/* The value may not have been set, for a call that only stores: the empty asm keeps the compiler from remarking on it. */
static __inline__ unsigned int windsock_ulong_get(const unsigned long *from)
{
    __asm__("" : "+r"(from) : : "memory");
    return from ? (unsigned int)*from : 0;
}
#ifdef __cplusplus
extern "C++" {
template <typename T>
struct windsock_is_ulong {};
template <>
struct windsock_is_ulong<unsigned long> {
    typedef int yes;
};

/* A 32-bit variable in place of the caller's wider one, for the time of one call. */
class windsock_ulong {
public:
    windsock_ulong(unsigned int *pointer) : pointer_(pointer), wide_(nullptr), value_(0) {}
    /* A template, so that NULL converts to the pointer above only. */
    template <typename T, typename windsock_is_ulong<T>::yes = 0>
    windsock_ulong(T *wide) : pointer_(wide ? &value_ : nullptr), wide_(wide), value_(windsock_ulong_get(wide))
    {
    }
    windsock_ulong(const windsock_ulong &) = delete;
    windsock_ulong &operator=(const windsock_ulong &) = delete;
    ~windsock_ulong()
    {
        if (wide_ != nullptr)
            *wide_ = value_;
    }
    unsigned int *pointer() { return pointer_; }

private:
    unsigned int *pointer_;
    unsigned long *wide_;
    unsigned int value_;
};
}
#endif
#endif

#if defined WINDSOCK_SOCKETS_H_ && !defined WINDSOCK_ULONG_SOCKETS_
#define WINDSOCK_ULONG_SOCKETS_
#ifdef __cplusplus
extern "C++" {
inline int ioctlsocket(SOCKET s, LONG cmd, windsock_ulong argp)
{
    return ioctlsocket(s, cmd, argp.pointer());
}
}
#else
static __inline__ int windsock_ioctlsocket_l(SOCKET s, LONG cmd, unsigned long *argp)
{
    DWORD argp_value = windsock_ulong_get(argp);
    int result = ioctlsocket(s, cmd, argp != NULL ? &argp_value : NULL);
    if (argp != NULL)
        *argp = argp_value;
    return result;
}
#define ioctlsocket(s, cmd, argp) _Generic((argp), unsigned long *: windsock_ioctlsocket_l, default: \
    ioctlsocket)(s, cmd, argp)
#endif
#endif

#if defined WINDSOCK_EXTENSIONS_H_ && !defined WINDSOCK_ULONG_EXTENSIONS_
#define WINDSOCK_ULONG_EXTENSIONS_
#ifdef __cplusplus
extern "C++" {
inline BOOL AcceptEx(SOCKET listener, SOCKET acceptor, PVOID buffer, DWORD dataLength, DWORD localLength, DWORD
            remoteLength, windsock_ulong received, LPOVERLAPPED overlapped)
{
    return AcceptEx(listener, acceptor, buffer, dataLength, localLength, remoteLength, received.pointer(),
                overlapped);
}
}
#endif
#endif

#if defined WINDSOCK_WINSOCK2_CALLS_H_ && !defined WINDSOCK_ULONG_WINSOCK2_
#define WINDSOCK_ULONG_WINSOCK2_
#ifdef __cplusplus
extern "C++" {
inline int WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD inSize, LPVOID out, DWORD outSize, windsock_ulong
            returned, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return WSAIoctl(s, code, in, inSize, out, outSize, returned.pointer(), overlapped, routine);
}
inline int WSASend(SOCKET s, LPWSABUF buffers, DWORD count, windsock_ulong sent, DWORD flags, LPWSAOVERLAPPED
            overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return WSASend(s, buffers, count, sent.pointer(), flags, overlapped, routine);
}
inline int WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, windsock_ulong sent, DWORD flags, const struct
            sockaddr *to, int toLength, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return WSASendTo(s, buffers, count, sent.pointer(), flags, to, toLength, overlapped, routine);
}
inline int WSASendMsg(SOCKET s, LPWSAMSG message, DWORD flags, windsock_ulong sent, LPWSAOVERLAPPED overlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return WSASendMsg(s, message, flags, sent.pointer(), overlapped, routine);
}
inline int WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, windsock_ulong received, windsock_ulong flags,
            LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return WSARecv(s, buffers, count, received.pointer(), flags.pointer(), overlapped, routine);
}
inline int WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, windsock_ulong received, windsock_ulong flags,
            struct sockaddr *from, LPINT fromLength, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE
            routine)
{
    return WSARecvFrom(s, buffers, count, received.pointer(), flags.pointer(), from, fromLength, overlapped,
                routine);
}
inline BOOL WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, windsock_ulong transferred, BOOL wait,
            windsock_ulong flags)
{
    return WSAGetOverlappedResult(s, overlapped, transferred.pointer(), wait, flags.pointer());
}
inline INT WSAAddressToStringA(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOA info, LPSTR text,
            windsock_ulong textLength)
{
    return WSAAddressToStringA(address, length, info, text, textLength.pointer());
}
inline INT WSAAddressToStringW(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOW info, LPWSTR text,
            windsock_ulong textLength)
{
    return WSAAddressToStringW(address, length, info, text, textLength.pointer());
}
inline int WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA buffer, windsock_ulong length)
{
    return WSAEnumProtocolsA(protocols, buffer, length.pointer());
}
inline int WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, windsock_ulong length)
{
    return WSAEnumProtocolsW(protocols, buffer, length.pointer());
}
inline int WSAHtonl(SOCKET s, u_long host, windsock_ulong net)
{
    return WSAHtonl(s, host, net.pointer());
}
inline int WSANtohl(SOCKET s, u_long net, windsock_ulong host)
{
    return WSANtohl(s, net, host.pointer());
}
}
#else
static __inline__ int windsock_WSAIoctl_l(SOCKET s, DWORD code, LPVOID in, DWORD inSize, LPVOID out, DWORD outSize,
            unsigned long *returned, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD returned_value = windsock_ulong_get(returned);
    int result = WSAIoctl(s, code, in, inSize, out, outSize, returned != NULL ? &returned_value : NULL, overlapped,
                routine);
    if (returned != NULL)
        *returned = returned_value;
    return result;
}
#define WSAIoctl(s, code, in, inSize, out, outSize, returned, overlapped, routine) _Generic((returned), unsigned \
    long *: windsock_WSAIoctl_l, default: WSAIoctl)(s, code, in, inSize, out, outSize, returned, overlapped, \
    routine)
static __inline__ int windsock_WSASend_l(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *sent, DWORD flags,
            LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD sent_value = windsock_ulong_get(sent);
    int result = WSASend(s, buffers, count, sent != NULL ? &sent_value : NULL, flags, overlapped, routine);
    if (sent != NULL)
        *sent = sent_value;
    return result;
}
#define WSASend(s, buffers, count, sent, flags, overlapped, routine) _Generic((sent), unsigned long *: \
    windsock_WSASend_l, default: WSASend)(s, buffers, count, sent, flags, overlapped, routine)
static __inline__ int windsock_WSASendTo_l(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *sent, DWORD
            flags, const struct sockaddr *to, int toLength, LPWSAOVERLAPPED overlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD sent_value = windsock_ulong_get(sent);
    int result = WSASendTo(s, buffers, count, sent != NULL ? &sent_value : NULL, flags, to, toLength, overlapped,
                routine);
    if (sent != NULL)
        *sent = sent_value;
    return result;
}
#define WSASendTo(s, buffers, count, sent, flags, to, toLength, overlapped, routine) _Generic((sent), unsigned \
    long *: windsock_WSASendTo_l, default: WSASendTo)(s, buffers, count, sent, flags, to, toLength, overlapped, \
    routine)
static __inline__ int windsock_WSARecv_dl(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, unsigned long*
            flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD flags_value = windsock_ulong_get(flags);
    int result = WSARecv(s, buffers, count, received, flags != NULL ? &flags_value : NULL, overlapped, routine);
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
static __inline__ int windsock_WSARecv_ld(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *received, LPDWORD
            flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD received_value = windsock_ulong_get(received);
    int result = WSARecv(s, buffers, count, received != NULL ? &received_value : NULL, flags, overlapped, routine);
    if (received != NULL)
        *received = received_value;
    return result;
}
static __inline__ int windsock_WSARecv_ll(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *received, unsigned
            long *flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD received_value = windsock_ulong_get(received);
    DWORD flags_value = windsock_ulong_get(flags);
    int result = WSARecv(s, buffers, count, received != NULL ? &received_value : NULL, flags != NULL ? &flags_value
                : NULL, overlapped, routine);
    if (received != NULL)
        *received = received_value;
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
#define WSARecv(s, buffers, count, received, flags, overlapped, routine) _Generic((received), unsigned long *: \
    _Generic((flags), unsigned long *: windsock_WSARecv_ll, default: windsock_WSARecv_ld), default: \
    _Generic((flags), unsigned long *: windsock_WSARecv_dl, default: WSARecv))(s, buffers, count, received, flags, \
    overlapped, routine)
static __inline__ int windsock_WSARecvFrom_dl(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, unsigned
            long *flags, struct sockaddr *from, LPINT fromLength, LPWSAOVERLAPPED overlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD flags_value = windsock_ulong_get(flags);
    int result = WSARecvFrom(s, buffers, count, received, flags != NULL ? &flags_value : NULL, from, fromLength,
                overlapped, routine);
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
static __inline__ int windsock_WSARecvFrom_ld(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *received,
            LPDWORD flags, struct sockaddr *from, LPINT fromLength, LPWSAOVERLAPPED overlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD received_value = windsock_ulong_get(received);
    int result = WSARecvFrom(s, buffers, count, received != NULL ? &received_value : NULL, flags, from, fromLength,
                overlapped, routine);
    if (received != NULL)
        *received = received_value;
    return result;
}
static __inline__ int windsock_WSARecvFrom_ll(SOCKET s, LPWSABUF buffers, DWORD count, unsigned long *received,
            unsigned long *flags, struct sockaddr *from, LPINT fromLength, LPWSAOVERLAPPED overlapped,
            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    DWORD received_value = windsock_ulong_get(received);
    DWORD flags_value = windsock_ulong_get(flags);
    int result = WSARecvFrom(s, buffers, count, received != NULL ? &received_value : NULL, flags != NULL ?
                &flags_value : NULL, from, fromLength, overlapped, routine);
    if (received != NULL)
        *received = received_value;
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
#define WSARecvFrom(s, buffers, count, received, flags, from, fromLength, overlapped, routine) \
    _Generic((received), unsigned long *: _Generic((flags), unsigned long *: windsock_WSARecvFrom_ll, default: \
    windsock_WSARecvFrom_ld), default: _Generic((flags), unsigned long *: windsock_WSARecvFrom_dl, default: \
    WSARecvFrom))(s, buffers, count, received, flags, from, fromLength, overlapped, routine)
static __inline__ BOOL windsock_WSAGetOverlappedResult_dl(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred,
            BOOL wait, unsigned long *flags)
{
    DWORD flags_value = windsock_ulong_get(flags);
    BOOL result = WSAGetOverlappedResult(s, overlapped, transferred, wait, flags != NULL ? &flags_value : NULL);
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
static __inline__ BOOL windsock_WSAGetOverlappedResult_ld(SOCKET s, LPWSAOVERLAPPED overlapped, unsigned long*
            transferred, BOOL wait, LPDWORD flags)
{
    DWORD transferred_value = windsock_ulong_get(transferred);
    BOOL result = WSAGetOverlappedResult(s, overlapped, transferred != NULL ? &transferred_value : NULL, wait,
                flags);
    if (transferred != NULL)
        *transferred = transferred_value;
    return result;
}
static __inline__ BOOL windsock_WSAGetOverlappedResult_ll(SOCKET s, LPWSAOVERLAPPED overlapped, unsigned long*
            transferred, BOOL wait, unsigned long *flags)
{
    DWORD transferred_value = windsock_ulong_get(transferred);
    DWORD flags_value = windsock_ulong_get(flags);
    BOOL result = WSAGetOverlappedResult(s, overlapped, transferred != NULL ? &transferred_value : NULL, wait, flags
                != NULL ? &flags_value : NULL);
    if (transferred != NULL)
        *transferred = transferred_value;
    if (flags != NULL)
        *flags = flags_value;
    return result;
}
#define WSAGetOverlappedResult(s, overlapped, transferred, wait, flags) _Generic((transferred), unsigned long *: \
    _Generic((flags), unsigned long *: windsock_WSAGetOverlappedResult_ll, default: \
    windsock_WSAGetOverlappedResult_ld), default: _Generic((flags), unsigned long *: \
    windsock_WSAGetOverlappedResult_dl, default: WSAGetOverlappedResult))(s, overlapped, transferred, wait, flags)
static __inline__ INT windsock_WSAAddressToStringA_l(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOA info,
            LPSTR text, unsigned long *textLength)
{
    DWORD textLength_value = windsock_ulong_get(textLength);
    INT result = WSAAddressToStringA(address, length, info, text, textLength != NULL ? &textLength_value : NULL);
    if (textLength != NULL)
        *textLength = textLength_value;
    return result;
}
#define WSAAddressToStringA(address, length, info, text, textLength) _Generic((textLength), unsigned long *: \
    windsock_WSAAddressToStringA_l, default: WSAAddressToStringA)(address, length, info, text, textLength)
static __inline__ int windsock_WSAHtonl_l(SOCKET s, u_long host, unsigned long *net)
{
    DWORD net_value = windsock_ulong_get(net);
    int result = WSAHtonl(s, host, net != NULL ? &net_value : NULL);
    if (net != NULL)
        *net = net_value;
    return result;
}
#define WSAHtonl(s, host, net) _Generic((net), unsigned long *: windsock_WSAHtonl_l, default: WSAHtonl)(s, host, \
    net)
static __inline__ int windsock_WSANtohl_l(SOCKET s, u_long net, unsigned long *host)
{
    DWORD host_value = windsock_ulong_get(host);
    int result = WSANtohl(s, net, host != NULL ? &host_value : NULL);
    if (host != NULL)
        *host = host_value;
    return result;
}
#define WSANtohl(s, net, host) _Generic((host), unsigned long *: windsock_WSANtohl_l, default: WSANtohl)(s, net, \
    host)
#endif
#endif

#if defined _APISETFILE_ && !defined WINDSOCK_ULONG_FILES_
#define WINDSOCK_ULONG_FILES_
#ifdef __cplusplus
extern "C++" {
inline BOOL ReadFile(HANDLE file, LPVOID buffer, DWORD size, windsock_ulong transferred, LPOVERLAPPED overlapped)
{
    return ReadFile(file, buffer, size, transferred.pointer(), overlapped);
}
inline BOOL WriteFile(HANDLE file, LPCVOID buffer, DWORD size, windsock_ulong transferred, LPOVERLAPPED overlapped)
{
    return WriteFile(file, buffer, size, transferred.pointer(), overlapped);
}
}
#else
static __inline__ BOOL windsock_ReadFile_l(HANDLE file, LPVOID buffer, DWORD size, unsigned long *transferred,
            LPOVERLAPPED overlapped)
{
    DWORD transferred_value = windsock_ulong_get(transferred);
    BOOL result = ReadFile(file, buffer, size, transferred != NULL ? &transferred_value : NULL, overlapped);
    if (transferred != NULL)
        *transferred = transferred_value;
    return result;
}
#define ReadFile(file, buffer, size, transferred, overlapped) _Generic((transferred), unsigned long *: \
    windsock_ReadFile_l, default: ReadFile)(file, buffer, size, transferred, overlapped)
static __inline__ BOOL windsock_WriteFile_l(HANDLE file, LPCVOID buffer, DWORD size, unsigned long *transferred,
            LPOVERLAPPED overlapped)
{
    DWORD transferred_value = windsock_ulong_get(transferred);
    BOOL result = WriteFile(file, buffer, size, transferred != NULL ? &transferred_value : NULL, overlapped);
    if (transferred != NULL)
        *transferred = transferred_value;
    return result;
}
#define WriteFile(file, buffer, size, transferred, overlapped) _Generic((transferred), unsigned long *: \
    windsock_WriteFile_l, default: WriteFile)(file, buffer, size, transferred, overlapped)
#endif
#endif

#if defined _IO_APISET_H_ && !defined WINDSOCK_ULONG_COMPLETION_
#define WINDSOCK_ULONG_COMPLETION_
#ifdef __cplusplus
extern "C++" {
inline BOOL GetQueuedCompletionStatus(HANDLE port, windsock_ulong bytes, PULONG_PTR key, LPOVERLAPPED *overlapped,
            DWORD milliseconds)
{
    return GetQueuedCompletionStatus(port, bytes.pointer(), key, overlapped, milliseconds);
}
inline BOOL GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries, ULONG count, windsock_ulong
            removed, DWORD milliseconds, BOOL alertable)
{
    return GetQueuedCompletionStatusEx(port, entries, count, removed.pointer(), milliseconds, alertable);
}
inline BOOL GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, windsock_ulong bytes, BOOL wait)
{
    return GetOverlappedResult(file, overlapped, bytes.pointer(), wait);
}
inline BOOL GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, windsock_ulong bytes, DWORD milliseconds,
            BOOL alertable)
{
    return GetOverlappedResultEx(file, overlapped, bytes.pointer(), milliseconds, alertable);
}
}
#else
static __inline__ BOOL windsock_GetQueuedCompletionStatus_l(HANDLE port, unsigned long *bytes, PULONG_PTR key,
            LPOVERLAPPED *overlapped, DWORD milliseconds)
{
    DWORD bytes_value = windsock_ulong_get(bytes);
    BOOL result = GetQueuedCompletionStatus(port, bytes != NULL ? &bytes_value : NULL, key, overlapped, milliseconds);
    if (bytes != NULL)
        *bytes = bytes_value;
    return result;
}
#define GetQueuedCompletionStatus(port, bytes, key, overlapped, milliseconds) _Generic((bytes), unsigned long *: \
    windsock_GetQueuedCompletionStatus_l, default: GetQueuedCompletionStatus)(port, bytes, key, overlapped, \
    milliseconds)
static __inline__ BOOL windsock_GetQueuedCompletionStatusEx_l(HANDLE port, LPOVERLAPPED_ENTRY entries, ULONG
            count, unsigned long *removed, DWORD milliseconds, BOOL alertable)
{
    DWORD removed_value = windsock_ulong_get(removed);
    BOOL result = GetQueuedCompletionStatusEx(port, entries, count, removed != NULL ? &removed_value : NULL,
                milliseconds, alertable);
    if (removed != NULL)
        *removed = removed_value;
    return result;
}
#define GetQueuedCompletionStatusEx(port, entries, count, removed, milliseconds, alertable) _Generic((removed), \
    unsigned long *: windsock_GetQueuedCompletionStatusEx_l, default: GetQueuedCompletionStatusEx)(port, entries, \
    count, removed, milliseconds, alertable)
static __inline__ BOOL windsock_GetOverlappedResult_l(HANDLE file, LPOVERLAPPED overlapped, unsigned long *bytes,
            BOOL wait)
{
    DWORD bytes_value = windsock_ulong_get(bytes);
    BOOL result = GetOverlappedResult(file, overlapped, bytes != NULL ? &bytes_value : NULL, wait);
    if (bytes != NULL)
        *bytes = bytes_value;
    return result;
}
#define GetOverlappedResult(file, overlapped, bytes, wait) _Generic((bytes), unsigned long *: \
    windsock_GetOverlappedResult_l, default: GetOverlappedResult)(file, overlapped, bytes, wait)
static __inline__ BOOL windsock_GetOverlappedResultEx_l(HANDLE file, LPOVERLAPPED overlapped, unsigned long
            *bytes, DWORD milliseconds, BOOL alertable)
{
    DWORD bytes_value = windsock_ulong_get(bytes);
    BOOL result = GetOverlappedResultEx(file, overlapped, bytes != NULL ? &bytes_value : NULL, milliseconds, alertable);
    if (bytes != NULL)
        *bytes = bytes_value;
    return result;
}
#define GetOverlappedResultEx(file, overlapped, bytes, milliseconds, alertable) _Generic((bytes), unsigned long *: \
    windsock_GetOverlappedResultEx_l, default: GetOverlappedResultEx)(file, overlapped, bytes, milliseconds, \
    alertable)
#endif
#endif

#if defined _PROCESSTHREADSAPI_H_ && !defined WINDSOCK_ULONG_THREADS_
#define WINDSOCK_ULONG_THREADS_
#ifdef __cplusplus
extern "C++" {
inline HANDLE CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stackSize, LPTHREAD_START_ROUTINE start, LPVOID
            parameter, DWORD flags, windsock_ulong threadId)
{
    return CreateThread(attributes, stackSize, start, parameter, flags, threadId.pointer());
}
inline BOOL GetExitCodeThread(HANDLE thread, windsock_ulong code)
{
    return GetExitCodeThread(thread, code.pointer());
}
inline BOOL GetExitCodeProcess(HANDLE process, windsock_ulong code)
{
    return GetExitCodeProcess(process, code.pointer());
}
inline BOOL GetHandleInformation(HANDLE object, windsock_ulong flags)
{
    return GetHandleInformation(object, flags.pointer());
}
}
#else
static __inline__ HANDLE windsock_CreateThread_l(LPSECURITY_ATTRIBUTES attributes, SIZE_T stackSize,
            LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags, unsigned long *threadId)
{
    DWORD threadId_value = windsock_ulong_get(threadId);
    HANDLE result = CreateThread(attributes, stackSize, start, parameter, flags, threadId != NULL ? &threadId_value
                : NULL);
    if (threadId != NULL)
        *threadId = threadId_value;
    return result;
}
#define CreateThread(attributes, stackSize, start, parameter, flags, threadId) _Generic((threadId), unsigned \
    long *: windsock_CreateThread_l, default: CreateThread)(attributes, stackSize, start, parameter, flags, \
    threadId)
static __inline__ BOOL windsock_GetExitCodeThread_l(HANDLE thread, unsigned long *code)
{
    DWORD code_value = windsock_ulong_get(code);
    BOOL result = GetExitCodeThread(thread, code != NULL ? &code_value : NULL);
    if (code != NULL)
        *code = code_value;
    return result;
}
#define GetExitCodeThread(thread, code) _Generic((code), unsigned long *: windsock_GetExitCodeThread_l, default: \
    GetExitCodeThread)(thread, code)
static __inline__ BOOL windsock_GetExitCodeProcess_l(HANDLE process, unsigned long *code)
{
    DWORD code_value = windsock_ulong_get(code);
    BOOL result = GetExitCodeProcess(process, code != NULL ? &code_value : NULL);
    if (code != NULL)
        *code = code_value;
    return result;
}
#define GetExitCodeProcess(process, code) _Generic((code), unsigned long *: windsock_GetExitCodeProcess_l, \
    default: GetExitCodeProcess)(process, code)
#endif
#endif

#endif
