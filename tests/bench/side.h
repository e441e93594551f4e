// A side of a comparison: the same rows of work done by Windsock, or by plain host calls.
//
// The rows are written once (call_rows.cpp, traffic_rows.cpp) and compiled twice, each time with one of the two vocabularies
// of vocabulary.h, because the public headers of Windsock and the host's socket headers cannot meet in one translation unit.
// What both halves have in common is this plain interface, which names neither; so one process holds both and can alternate
// between them, call by call.
#ifndef TESTS_BENCH_SIDE_H
#define TESTS_BENCH_SIDE_H

#include <cerrno>
#include <cstddef>
#include <vector>

namespace bench {

// One row's code on one side. A row keeps its sockets in `state`, from prepare to finish.
struct RowCode {
  const char* name;
  void* (*prepare)(int argument);
  // Makes ready for `count` operations: what is neither counted nor timed. Never more than the row's batch at once.
  void (*fill)(void* state, long count);
  // The work: exactly `count` operations.
  void (*run)(void* state, long count);
  void (*finish)(void* state);
  // The clock of the row, in seconds; null: the wall's.
  double (*seconds)(void* state) = nullptr;
};

// The handoff on one side. Sockets travel as plain numbers: natively a SOCKET is the host's descriptor.
struct HandoffCode {
  // Connects to the central server. Called once in each process before its first offer or claim.
  void (*connect)();
  // A connected TCP socket; its other end stays open until the process ends or `close` of the returned one.
  long (*make_socket)();
  // Offers `socket` to process `target`; returns the size of the ticket written, which the program ships by its own means.
  std::size_t (*offer)(long socket, int target, void* ticket, std::size_t capacity);
  long (*claim)(const void* ticket, std::size_t size);
  void (*close)(long socket);
};

// The network events of a socket that processes share, on one side. A process keeps its part in `state`, from begin to end.
struct SelectionCode {
  void* (*begin)(long socket);
  // They are this process's when it returns, and no other's.
  void (*select)(void* state);
  // While another process selects them: what this one has to do for it.
  void (*lose)(void* state);
  void (*end)(void* state);
};

struct Side {
  const char* name;
  void (*start)();
  void (*stop)();
  std::vector<RowCode> rows;
  HandoffCode handoff;
  SelectionCode selection;
};

const Side& windsock_side();
const Side& host_side();

// The row of this name; a name that does not exist is a mistake in a table, and throws.
const RowCode& find_row(const Side& side, const char* name);

// Room for any side's ticket (WSAPROTOCOL_INFOW has 628 bytes).
inline constexpr std::size_t kTicketRoom = 1024;

// Throws, with a message for people: a benchmark whose calls fail measures nothing.
[[noreturn]] void fail(const char* what, int error);

inline void require(bool condition, const char* what) {
  if (!condition) [[unlikely]]
    fail(what, errno);
}

}  // namespace bench

#endif
