/* The main calls from plain C: every one is found by the linker with the prototype of the headers and does its work.
 *
 * The program's own FD_SETSIZE is in force, as the documentation allows: the library must take the count from the set. */
#define FD_SETSIZE 4096
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sockaddr_in loopback(unsigned short port) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static SOCKET bound(int type) {
  struct sockaddr_in address = loopback(0);
  SOCKET s = socket(AF_INET, type, 0);
  assert_true(s != INVALID_SOCKET);
  assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
  return s;
}

static struct sockaddr_in name_of(SOCKET s) {
  struct sockaddr_in address;
  int length = sizeof address;
  assert_int_equal(getsockname(s, (struct sockaddr *)&address, &length), 0);
  assert_int_equal(length, sizeof address);
  return address;
}

static int start(void **state) {
  WSADATA data;
  (void)state;
  return WSAStartup(MAKEWORD(2, 2), &data);
}

static int stop(void **state) {
  (void)state;
  return WSACleanup();
}

static void a_connection_carries_bytes(void **state) {
  SOCKET server = bound(SOCK_STREAM), client, accepted;
  struct sockaddr_in address, peer;
  int length = sizeof peer;
  char buffer[16];
  (void)state;
  assert_int_equal(listen(server, SOMAXCONN), 0);
  address = name_of(server);
  client = socket(PF_INET, SOCK_STREAM, IPPROTO_TCP);
  assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
  accepted = accept(server, (struct sockaddr *)&peer, &length);
  assert_true(accepted != INVALID_SOCKET);
  address = name_of(client);
  assert_memory_equal(&peer.sin_port, &address.sin_port, sizeof peer.sin_port);
  assert_int_equal(send(client, "hello", 5, 0), 5);
  assert_int_equal(recv(accepted, buffer, sizeof buffer, 0), 5);
  assert_memory_equal(buffer, "hello", 5);
  assert_int_equal(shutdown(client, SD_SEND), 0);
  assert_int_equal(recv(accepted, buffer, sizeof buffer, 0), 0);
  assert_int_equal(closesocket(client), 0);
  assert_int_equal(closesocket(accepted), 0);
  assert_int_equal(closesocket(server), 0);
}

static void datagrams_name_their_sender(void **state) {
  SOCKET here = bound(SOCK_DGRAM), there = bound(SOCK_DGRAM);
  struct sockaddr_in target = name_of(there), sender, own = name_of(here);
  int length = sizeof sender;
  char buffer[16];
  WSABUF vector = {sizeof buffer, buffer};
  DWORD count = 0, flags = 0;
  (void)state;
  assert_int_equal(sendto(here, "one", 3, 0, (struct sockaddr *)&target, sizeof target), 3);
  assert_int_equal(recvfrom(there, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &length), 3);
  assert_memory_equal(&sender, &own, offsetof(struct sockaddr_in, sin_zero));
  vector.len = 3;
  assert_int_equal(WSASendTo(here, &vector, 1, &count, 0, (struct sockaddr *)&target, sizeof target, NULL, NULL), 0);
  vector.len = sizeof buffer;
  assert_int_equal(WSARecvFrom(there, &vector, 1, &count, &flags, NULL, NULL, NULL, NULL), 0);
  assert_int_equal(count, 3);
  assert_int_equal(closesocket(here), 0);
  assert_int_equal(closesocket(there), 0);
}

static void options_and_modes(void **state) {
  SOCKET s = bound(SOCK_DGRAM);
  int type = 0, length = sizeof type;
  DWORD timeout = 10;
  u_long on = 1;
  char byte;
  (void)state;
  assert_int_equal(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &length), 0);
  assert_int_equal(type, SOCK_DGRAM);
  assert_int_equal(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout), 0);
  assert_int_equal(recv(s, &byte, 1, 0), SOCKET_ERROR);
  assert_int_equal(WSAGetLastError(), WSAETIMEDOUT);
  assert_int_equal(ioctlsocket(s, FIONBIO, &on), 0);
  assert_int_equal(recv(s, &byte, 1, 0), SOCKET_ERROR);
  assert_int_equal(WSAGetLastError(), WSAEWOULDBLOCK);
  assert_int_equal(GetLastError(), WSAEWOULDBLOCK);
  assert_int_equal(closesocket(s), 0);
}

static void sets_larger_than_the_default(void **state) {
  enum { kSockets = 200 };
  SOCKET sockets[kSockets];
  fd_set *set = malloc(sizeof *set);
  struct timeval timeout = {0, 0};
  struct sockaddr_in target;
  (void)state;
  assert_int_equal(sizeof(fd_set), 8 + 4096 * sizeof(SOCKET));
  FD_ZERO(set);
  for (int i = 0; i < kSockets; ++i) {
    sockets[i] = bound(SOCK_DGRAM);
    FD_SET(sockets[i], set);
    FD_SET(sockets[i], set);
  }
  assert_int_equal(set->fd_count, kSockets);
  FD_CLR(sockets[0], set);
  assert_int_equal(set->fd_count, kSockets - 1);
  assert_false(FD_ISSET(sockets[0], set));
  assert_int_equal(select(0, NULL, set, NULL, &timeout), kSockets - 1);
  assert_true(FD_ISSET(sockets[kSockets - 1], set));
  target = name_of(sockets[150]);
  assert_int_equal(sendto(sockets[1], "x", 1, 0, (struct sockaddr *)&target, sizeof target), 1);
  assert_int_equal(select(0, set, NULL, NULL, NULL), 1);
  assert_int_equal(set->fd_count, 1);
  assert_true(FD_ISSET(sockets[150], set));
  for (int i = 0; i < kSockets; ++i) assert_int_equal(closesocket(sockets[i]), 0);
  free(set);
}

static void polling(void **state) {
  SOCKET s = bound(SOCK_DGRAM);
  WSAPOLLFD polled = {s, POLLRDNORM | POLLWRNORM, 0};
  (void)state;
  assert_int_equal(WSAPoll(&polled, 1, 0), 1);
  assert_int_equal(polled.revents, POLLWRNORM);
  assert_int_equal(closesocket(s), 0);
}

static void names(void **state) {
  struct addrinfo hints, *found = NULL;
  char text[INET6_ADDRSTRLEN];
  struct in6_addr six;
  struct in_addr four;
  char host[256];
  (void)state;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  assert_int_equal(getaddrinfo("127.0.0.1", "80", &hints, &found), 0);
  assert_int_equal(found->ai_family, AF_INET);
  freeaddrinfo(found);
  assert_int_equal(inet_pton(AF_INET6, "::1", &six), 1);
  assert_string_equal(inet_ntop(AF_INET6, &six, text, sizeof text), "::1");
  four.s_addr = inet_addr("10.1.2.3");
  assert_string_equal(inet_ntoa(four), "10.1.2.3");
  assert_int_equal(gethostname(host, sizeof host), 0);
  assert_int_equal(ntohl(htonl(0x01020304)), 0x01020304);
}

static void a_socket_is_duplicated(void **state) {
  SOCKET first = bound(SOCK_DGRAM), second;
  WSAPROTOCOL_INFOA info;
  struct sockaddr_in one, two;
  (void)state;
  assert_int_equal(WSADuplicateSocketA(first, GetCurrentProcessId(), &info), 0);
  second = WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED);
  assert_true(second != INVALID_SOCKET);
  one = name_of(first);
  two = name_of(second);
  assert_memory_equal(&one, &two, sizeof one);
  assert_int_equal(closesocket(first), 0);
  assert_int_equal(closesocket(second), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_connection_carries_bytes), cmocka_unit_test(datagrams_name_their_sender),
      cmocka_unit_test(options_and_modes),          cmocka_unit_test(sets_larger_than_the_default),
      cmocka_unit_test(polling),                    cmocka_unit_test(names),
      cmocka_unit_test(a_socket_is_duplicated),
  };
  return cmocka_run_group_tests_name("calls", tests, start, stop);
}
