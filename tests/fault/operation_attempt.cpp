// One attempt of an operation: what it leaves behind, and whether it can be made again.
#include "tests/fault/operations.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "tests/support/deadline.h"
#include "tests/support/process_info.h"

namespace windsock::fault {

namespace {

std::string text(const char* format, int a, int b = 0) {
  char line[200];
  snprintf(line, sizeof line, format, a, b);
  return line;
}

void close_made(World& world) {
  for (SOCKET s : world.made) closesocket(s);
  world.made.clear();
}

bool is_allowed(const Operation& operation, int error) {
  return std::find(operation.allowed.begin(), operation.allowed.end(), error) != operation.allowed.end();
}

void close_all(World& world) {
  close_made(world);
  for (SOCKET* s : {&world.server, &world.client, &world.listener, &world.datagram})
    if (*s != INVALID_SOCKET) closesocket(std::exchange(*s, INVALID_SOCKET));
  world.partner.reset();
}

// What the whole process has, before anything was made and after everything was closed.
struct Traces {
  long descriptors = test_support::open_descriptor_count(), threads = test_support::thread_count(), shared_memory = 0;
  int sockets = sockets_in_table();
  Traces() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) shared_memory += line.find("memfd:") != std::string::npos;
  }
};

// What is left of an operation that threads of the library have taken part in; nothing, if all is well.
std::string leftovers(const Operation& operation, const Traces& before) {
  const long spare = operation.meets_server ? 1 : 0;
  auto is_clean = [&] {
    Traces now;
    return now.descriptors >= before.descriptors && now.descriptors <= before.descriptors + spare && now.threads == before.threads &&
           now.shared_memory <= before.shared_memory + spare && now.sockets == before.sockets;
  };
  if (wait_for_threads(test_support::kDeadline) && test_support::eventually(is_clean)) return "";
  Traces now;
  return text("%d descriptors, %d threads, ", static_cast<int>(now.descriptors - before.descriptors), static_cast<int>(now.threads - before.threads)) +
         text("%d mappings and %d entries in the table are left", static_cast<int>(now.shared_memory - before.shared_memory), now.sockets - before.sockets);
}

// The operation in a world of its own, and once more in the same one if the call itself has failed. Whether it has succeeded.
bool try_in_background(const Operation& operation, const Fault* fault, Fired& fired, std::string& verdict) {
  World world;
  operation.set_up(world);
  if (fault) arm(*fault);
  int error = operation.run(world);
  if (fault) fired = disarm();
  const bool final = world.is_spent || (operation.is_final && operation.is_final(fired, error));
  verdict = world.wrong;
  if (verdict.empty() && error != 0) {
    if (!fault || !fired.fired)
      verdict = text("it fails without a fault, error %d", error);
    else if (!is_allowed(operation, error))
      verdict = text("error %d, which is none for this", error);
    else if (int again = final ? 0 : operation.run(world))
      verdict = text("after error %d the next try fails with %d", error, again) + ' ' + world.wrong;
  }
  close_all(world);
  if (operation.tear_down) operation.tear_down(world);
  return error == 0;
}

// With a program's first thread ThreadSanitizer begins one of its own, which stays.
void have_a_thread() {
  long thread = 0;
  std::thread([&thread] { thread = test_support::current_thread(); }).join();
  const std::string task = "/proc/self/task/" + std::to_string(thread);
  MUST(test_support::eventually([&] { return access(task.c_str(), F_OK) != 0; }));  // it may be counted for a moment still
}

std::string attempt_in_background(const Operation& operation, const Fault& fault, Fired& fired) {
  start_winsock();
  have_a_thread();
  Traces before;
  std::string verdict;
  bool succeeded = try_in_background(operation, &fault, fired, verdict);
  if (verdict.empty()) verdict = leftovers(operation, before);
  if (verdict.empty() && !succeeded) (void)try_in_background(operation, nullptr, fired, verdict);
  return verdict;
}

}  // namespace

std::string attempt(const Operation& operation, const Fault& fault, Fired& fired) {
  if (operation.in_background) return attempt_in_background(operation, fault, fired);
  World world;
  operation.set_up(world);
  // What the set-up itself left behind (the thread's place, a page of the table) is there by now.
  int descriptors = open_descriptors(), sockets = sockets_in_table();
  // An open connection to windsockd is counted already; one that the operation makes is not.
  auto left = [&] { return open_descriptors() - descriptors; };
  int spare = operation.meets_server ? 1 : 0, gone = operation.loses_connection ? 1 : 0;

  arm(fault);
  int error = operation.run(world);
  fired = disarm();
  std::string verdict;
  if (error != 0) {
    if (!fired.fired) return text("it fails without a fault, error %d", error);
    bool final = operation.is_final && operation.is_final(fired, error);
    if (!final && !is_allowed(operation, error))
      verdict = text("error %d, which is none for this", error);
    else if (left() < -gone || left() > spare + (operation.keeps_socket ? 1 : 0))
      verdict = text("%d descriptors are left after error %d", left(), error);
    else if (sockets_in_table() != sockets)
      verdict = text("%d entries are left in the table after error %d", sockets_in_table() - sockets, error);
    else if (int again = final ? 0 : operation.run(world))
      verdict = text("after error %d the next try fails with %d", error, again);
  }
  if (verdict.empty()) {
    int closed = static_cast<int>(world.client == INVALID_SOCKET && sockets == 3);  // closesocket's own
    close_made(world);
    if (left() + closed < 0 || left() + closed > spare)
      verdict = text("%d descriptors are left at the end", left() + closed);
    else if (sockets_in_table() + closed != sockets)
      verdict = text("%d entries are left in the table at the end", sockets_in_table() + closed - sockets);
  }
  if (operation.tear_down) operation.tear_down(world);
  return verdict;
}

}  // namespace windsock::fault
