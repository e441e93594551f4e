// Host calls that fail in what ends later: overlapped calls, completion ports, network events, and the threads that serve them.
#include "dlls/ws2_32/loading.h"
#include "tests/fault/operation_tests.h"

// So that kernel32's waits and ports know of sockets.
[[gnu::used]] static void (*const kLoaded)() = windsock::loaded;

int main(int argc, char** argv) {
  using namespace windsock::fault;
  std::vector<Operation> operations = overlapped_operations();
  operations.insert(operations.end(), event_operations().begin(), event_operations().end());
  return test_operations("faults of what ends later", operations, argc, argv);
}
