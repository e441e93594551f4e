// Full tables: of descriptors and of thread keys for a program, of descriptors for windsockd.
//
// The promise of WSADuplicateSocket is that the socket stays alive on its way. A claimant without a free descriptor is told
// WSAEMFILE, closes something and tries again; a windsockd without one refuses new offers and goes on with the rest.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>

#include "dlls/common/debug.h"
#include "dlls/common/host.h"
#include "dlls/ws2_32/socket_table.h"
#include "tests/fault/operations.h"
#include "tests/support/deadline.h"
#include "tests/support/process_info.h"

// Last.
#include "tests/fault/cmocka.h"

namespace {
std::atomic<bool> g_no_large_memory{false};
constexpr std::size_t kLarge = 16384;  // less than a page of the table
thread_local int g_allocations_left = -1;  // then this thread gets no memory; negative: it does
}  // namespace

// Not inlined: gcc would take the parts of different pairs for mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (g_allocations_left == 0) throw std::bad_alloc();
  if (g_allocations_left > 0) --g_allocations_left;
  if (void* made = std::malloc(size)) return made;
  throw std::bad_alloc();
}
// Also of the one that does not throw: AddressSanitizer has its own.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(size);
  } catch (...) {
    return nullptr;
  }
}
[[gnu::noinline]] void operator delete(void* made) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete(void* made, std::size_t) noexcept { std::free(made); }

// The one of a page: its entries are aligned.
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  if (g_no_large_memory && size >= kLarge) return nullptr;
  try {
    return ::operator new(size, alignment);
  } catch (...) {
    return nullptr;
  }
}

using namespace windsock;
using namespace windsock::fault;

namespace {

PrivateServer* g_server;

int start_server(void**) {
  g_server = new PrivateServer;
  return g_server->is_running() ? 0 : -1;
}

int end_server(void**) {
  delete g_server;
  return 0;
}

// For the body of a child: a text says what is wrong.
#define EXPECT(condition)                                                                        \
  do {                                                                                           \
    if (!(condition)) return "line " + std::to_string(__LINE__) + ": not " #condition ", error " + std::to_string(WSAGetLastError()); \
  } while (0)

void assert_passes(const std::function<std::string()>& body) { assert_string_equal(in_child(body).c_str(), ""); }

bool claim_fails_with(WSAPROTOCOL_INFOW& info, int error) {
  WSASetLastError(0);
  return claim(info) == INVALID_SOCKET && WSAGetLastError() == error;
}

bool is_bound_datagram(SOCKET s) {
  sockaddr_in address{};
  int length = sizeof address;
  return getsockname(s, reinterpret_cast<sockaddr*>(&address), &length) == 0 && address.sin_port != 0;
}

SOCKET datagram() { return socket(AF_INET, SOCK_DGRAM, 0); }

bool offer(SOCKET s, int pid, WSAPROTOCOL_INFOW& info) { return WSADuplicateSocketW(s, static_cast<DWORD>(pid), &info) == 0; }

// A process with a connection to windsockd, and tickets for sockets of another.
struct Claimant {
  explicit Claimant(int tickets) : source(make_source(tickets + 1)), infos(static_cast<size_t>(tickets) + 1) {
    start_winsock();
    ready = ask_source(*source, host::process_id(), infos.data(), tickets + 1);
    SOCKET first = claim(infos.back());
    ready = ready && closesocket(first) == 0;
  }
  std::unique_ptr<Partner> source;
  std::vector<WSAPROTOCOL_INFOW> infos;
  bool ready;
};

void a_claim_without_a_descriptor_is_repeated(void**) {
  assert_passes([]() -> std::string {
    Claimant claimant(1);
    EXPECT(claimant.ready);
    FullTable full;
    for (int i = 0; i < 3; ++i) EXPECT(claim_fails_with(claimant.infos[0], WSAEMFILE));
    full.free(1);
    SOCKET s = claim(claimant.infos[0]);
    EXPECT(s != INVALID_SOCKET);
    EXPECT(is_bound_datagram(s));
    EXPECT(claim_fails_with(claimant.infos[0], WSAEINVAL));  // good once
    return "";
  });
}

void several_claims_without_a_descriptor_lose_none(void**) {
  assert_passes([]() -> std::string {
    constexpr int kTickets = 4;
    Claimant claimant(kTickets);
    EXPECT(claimant.ready);
    FullTable full;
    for (int i = 0; i < kTickets; ++i) EXPECT(claim_fails_with(claimant.infos[static_cast<size_t>(i)], WSAEMFILE));
    // Backwards: the replies wait in the order of the first tries.
    int freed = 0;
    for (int i = kTickets - 1; i >= 0; --i) {
      SOCKET s;
      while ((s = claim(claimant.infos[static_cast<size_t>(i)])) == INVALID_SOCKET) {
        EXPECT(WSAGetLastError() == WSAEMFILE);
        EXPECT(freed < kTickets);
        full.free(1);
        ++freed;
      }
      EXPECT(is_bound_datagram(s));
    }
    return "";
  });
}

void other_requests_wait_for_the_claim(void**) {
  assert_passes([]() -> std::string {
    Claimant claimant(1);
    EXPECT(claimant.ready);
    SOCKET own = datagram();
    EXPECT(own != INVALID_SOCKET);
    {
      FullTable full;
      EXPECT(claim_fails_with(claimant.infos[0], WSAEMFILE));
      full.free(2);  // for the target's pidfd and what is read of it; the reply would take the first
      FullTable full_again;
      WSAPROTOCOL_INFOW info;
      EXPECT(!offer(own, claimant.source->pid(), info));
      EXPECT(WSAGetLastError() == WSAEMFILE);
    }
    WSAPROTOCOL_INFOW info;
    EXPECT(offer(own, claimant.source->pid(), info));
    EXPECT(claim(claimant.infos[0]) != INVALID_SOCKET);
    return "";
  });
}

// The offer is made while the reply with a socket is on its way, and that finds no descriptor.
void an_offer_beside_a_blocked_claim_parks_nothing(void**) {
  assert_passes([]() -> std::string {
    Claimant claimant(1);
    EXPECT(claimant.ready);
    World world;
    pair(world);

    g_server->stop_for_a_while(true);
    int claim_error = 0, offer_error = 0;
    std::atomic<long> claimer{0}, offerer{0};
    std::thread claims([&] {
      claimer = test_support::current_thread();
      claim_error = claim(claimant.infos[0]) == INVALID_SOCKET ? WSAGetLastError() : 0;
    });
    bool waiting = test_support::eventually([&] { return claimer != 0 && test_support::thread_waits_in_kernel(claimer); });
    int before = open_descriptors();
    std::thread offers([&] {
      offerer = test_support::current_thread();
      WSAPROTOCOL_INFOW info;
      offer_error = offer(world.server, claimant.source->pid(), info) ? 0 : WSAGetLastError();
    });
    // It has opened the target's pidfd, and waits.
    waiting = waiting && test_support::eventually(
                             [&] { return offerer != 0 && open_descriptors() == before + 1 && test_support::thread_sleeps(offerer); });
    {
      FullTable full;
      g_server->stop_for_a_while(false);
      claims.join();
      offers.join();
    }
    EXPECT(waiting);
    EXPECT(claim_error == WSAEMFILE);
    EXPECT(offer_error == WSAEMFILE);
    EXPECT(claim(claimant.infos[0]) != INVALID_SOCKET);
    // Nobody else holds the socket: the peer sees its end.
    EXPECT(closesocket(world.server) == 0);
    u_long nonblocking = 1;
    EXPECT(ioctlsocket(world.client, FIONBIO, &nonblocking) == 0);
    char byte;
    EXPECT(recv(world.client, &byte, 1, 0) == 0);
    return "";
  });
}

// The socket has arrived, and there is no memory to enter it in the table.
void a_claim_without_memory_is_repeated(void**) {
  assert_passes([]() -> std::string {
    Claimant claimant(1);
    EXPECT(claimant.ready);
    // Numbers of which the table has no page yet.
    EXPECT(test_support::allow_descriptors(2 * static_cast<long>(SocketTable::kPageSize)));
    for (int fd = 0; fd < static_cast<int>(SocketTable::kPageSize);) {
      auto copy = host::duplicate(0);
      EXPECT(copy.ok());
      fd = std::move(copy).take().release();
    }
    g_no_large_memory = true;
    for (int i = 0; i < 3; ++i) EXPECT(claim_fails_with(claimant.infos[0], WSAENOBUFS));
    g_no_large_memory = false;
    SOCKET s = claim(claimant.infos[0]);
    EXPECT(s != INVALID_SOCKET);
    EXPECT(is_bound_datagram(s));
    EXPECT(claim_fails_with(claimant.infos[0], WSAEINVAL));
    return "";
  });
}

void a_first_claim_without_a_descriptor_is_repeated(void**) {
  assert_passes([]() -> std::string {
    auto source = make_source(1);
    start_winsock();
    WSAPROTOCOL_INFOW info;
    EXPECT(ask_source(*source, host::process_id(), &info, 1));
    FullTable full;
    SOCKET s;
    int freed = 0;
    // It needs a few for the connection; at each number it says the same and leaves nothing behind.
    while ((s = claim(info)) == INVALID_SOCKET) {
      EXPECT(WSAGetLastError() == WSAEMFILE);
      EXPECT(freed < 8);
      full.free(1);
      ++freed;
    }
    EXPECT(freed > 0);
    EXPECT(is_bound_datagram(s));
    return "";
  });
}

void a_first_offer_without_a_descriptor_is_repeated(void**) {
  assert_passes([]() -> std::string {
    auto target = make_source(0);
    start_winsock();
    SOCKET s = datagram();
    FullTable full;
    WSAPROTOCOL_INFOW info;
    int freed = 0;
    while (!offer(s, target->pid(), info)) {
      EXPECT(WSAGetLastError() == WSAEMFILE);
      EXPECT(freed < 8);
      full.free(1);
      ++freed;
    }
    EXPECT(freed > 0);
    return "";
  });
}

void an_accept_without_a_descriptor_is_repeated(void**) {
  assert_passes([]() -> std::string {
    start_winsock();
    World world;
    pending_connection(world);
    FullTable full;
    EXPECT(accept(world.listener, nullptr, nullptr) == INVALID_SOCKET);
    EXPECT(WSAGetLastError() == WSAEMFILE);
    EXPECT(datagram() == INVALID_SOCKET);
    EXPECT(WSAGetLastError() == WSAEMFILE);
    full.free(1);
    EXPECT(accept(world.listener, nullptr, nullptr) != INVALID_SOCKET);
    return "";
  });
}

// Claims what it is told and answers with the error.
void claim_on_request(int commands, int answers) {
  start_winsock();
  WSAPROTOCOL_INFOW info;
  while (read_all(commands, &info, sizeof info)) {
    int error = claim(info) == INVALID_SOCKET ? WSAGetLastError() : 0;
    if (!write_all(answers, &error, sizeof error)) return;
  }
}

bool claimed_by(const Partner& partner, const WSAPROTOCOL_INFOW& info) {
  int error = -1;
  return partner.tell(&info, sizeof info) && partner.hear(&error, sizeof error) && error == 0;
}

// Whichever of its allocations fails: the question is not taken for asked.
void a_question_about_changes_without_memory_is_repeated(void**) {
  assert_passes([]() -> std::string {
    start_winsock();
    constexpr int kMost = 50;
    for (int enough = 0; enough < kMost; ++enough) {
      sockaddr_in address;
      const SOCKET s = bound(SOCK_DGRAM, address);
      const WSAEVENT event = WSACreateEvent();
      EXPECT(WSAEventSelect(s, event, FD_ADDRESS_LIST_CHANGE) == 0);
      auto ask = [s] {
        DWORD returned = 0;
        return WSAIoctl(s, SIO_ADDRESS_LIST_CHANGE, nullptr, 0, nullptr, 0, &returned, nullptr, nullptr) == 0 ? 0 : WSAGetLastError();
      };
      g_allocations_left = enough;
      const int error = ask();
      g_allocations_left = -1;
      const int before = open_descriptors();
      EXPECT(ask() == WSAEWOULDBLOCK);
      const bool is_asked_now = open_descriptors() > before;  // the host is watched
      closesocket(s);
      WSACloseEvent(event);
      if (error == WSAEWOULDBLOCK) return is_asked_now ? "it is asked twice" : "";
      EXPECT(error == WSAENOBUFS);
      EXPECT(is_asked_now);
    }
    return "it always needs more";
  });
}

void a_full_windsockd_refuses_offers_and_serves_claims(void**) {
  PrivateServer server(80);
  assert_true(server.is_running());
  assert_passes([]() -> std::string {
    Partner claimant(claim_on_request);
    start_winsock();
    SOCKET s = datagram();
    WSAPROTOCOL_INFOW first, second, info;
    EXPECT(offer(s, claimant.pid(), first));
    EXPECT(offer(s, claimant.pid(), second));
    int more = 0;
    while (offer(s, claimant.pid(), info)) EXPECT(++more < 80);
    EXPECT(WSAGetLastError() == WSAENOBUFS);
    EXPECT(!offer(s, claimant.pid(), info));
    EXPECT(WSAGetLastError() == WSAENOBUFS);
    // By a client that connects only now, which costs windsockd a descriptor too.
    EXPECT(claimed_by(claimant, first));
    EXPECT(claimed_by(claimant, second));
    // What came with the refused offers counts until windsockd's other thread has closed it.
    EXPECT(test_support::eventually([&] { return offer(s, claimant.pid(), info); }));
    EXPECT(claimed_by(claimant, info));
    return "";
  });
}

void a_windsockd_without_descriptors_refuses_offers_and_serves_claims(void**) {
  PrivateServer server;
  assert_true(server.is_running());
  assert_passes([&]() -> std::string {
    Partner claimant(claim_on_request);
    start_winsock();
    SOCKET s = datagram();
    WSAPROTOCOL_INFOW first, second, info;
    EXPECT(offer(s, claimant.pid(), first));
    EXPECT(offer(s, claimant.pid(), second));
    EXPECT(claimed_by(claimant, first));
    server.allow_descriptors(false);
    for (int i = 0; i < 3; ++i) {
      EXPECT(!offer(s, claimant.pid(), info));
      EXPECT(WSAGetLastError() == WSAEMFILE);
    }
    EXPECT(claimed_by(claimant, second));
    server.allow_descriptors(true);
    EXPECT(offer(s, claimant.pid(), info));
    EXPECT(claimed_by(claimant, info));
    return "";
  });
}

DWORD WINAPI five(LPVOID) { return 5; }

// TlsAlloc takes the host's thread keys, and the library needs some to learn of the ends of threads.
void a_program_that_has_all_thread_keys_is_told_so(void**) {
  assert_passes([]() -> std::string {
    const DWORD values = FlsAlloc(nullptr);
    EXPECT(values != FLS_OUT_OF_INDEXES);
    DWORD last = TLS_OUT_OF_INDEXES;
    for (DWORD index; (index = TlsAlloc()) != TLS_OUT_OF_INDEXES;) last = index;
    EXPECT(last != TLS_OUT_OF_INDEXES);
    for (int i = 0; i < 3; ++i) {
      EXPECT(CreateThread(nullptr, 0, five, nullptr, 0, nullptr) == nullptr);
      EXPECT(GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
      EXPECT(CreateMutexW(nullptr, TRUE, nullptr) == nullptr);
      EXPECT(GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
      EXPECT(!FlsSetValue(values, &last));
      EXPECT(GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
    }
    EXPECT(TlsFree(last));
    HANDLE thread = CreateThread(nullptr, 0, five, nullptr, 0, nullptr);
    EXPECT(thread != nullptr);
    EXPECT(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    DWORD code = 0;
    EXPECT(GetExitCodeThread(thread, &code) && code == 5);
    EXPECT(CloseHandle(thread));
    return "";
  });
}

}  // namespace

int main() {
  debug::configure("-all", debug::g_levels);
  const CMUnitTest tests[] = {
      cmocka_unit_test(a_claim_without_a_descriptor_is_repeated),
      cmocka_unit_test(several_claims_without_a_descriptor_lose_none),
      cmocka_unit_test(other_requests_wait_for_the_claim),
      cmocka_unit_test(an_offer_beside_a_blocked_claim_parks_nothing),
      cmocka_unit_test(a_claim_without_memory_is_repeated),
      cmocka_unit_test(a_first_claim_without_a_descriptor_is_repeated),
      cmocka_unit_test(a_first_offer_without_a_descriptor_is_repeated),
      cmocka_unit_test(an_accept_without_a_descriptor_is_repeated),
      cmocka_unit_test(a_program_that_has_all_thread_keys_is_told_so),
      cmocka_unit_test(a_question_about_changes_without_memory_is_repeated),
  };
  // These have a windsockd of their own.
  const CMUnitTest server_tests[] = {
      cmocka_unit_test(a_full_windsockd_refuses_offers_and_serves_claims),
      cmocka_unit_test(a_windsockd_without_descriptors_refuses_offers_and_serves_claims),
  };
  int failed = cmocka_run_group_tests_name("full tables of the program", tests, start_server, end_server);
  return failed + cmocka_run_group_tests_name("full tables of windsockd", server_tests, nullptr, nullptr);
}
