#include "tests/fault/operation_tests.h"

#include <cstdio>

#include "dlls/common/debug.h"

// Last.
#include "tests/fault/cmocka.h"

namespace windsock::fault {

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

void every_row_is_wrapped(void**) { assert_string_equal(unwrapped_calls().c_str(), ""); }

void survives_every_fault(void** state) {
  const auto& operation = *static_cast<const Operation*>(*state);
  Tally tally = run_all(
      operation.name.c_str(), [&](const Fault& fault, Fired& fired) { return attempt(operation, fault, fired); }, operation.impossible);
  printf("%s: %u host calls, %u attempts\n", operation.name.c_str(), tally.calls, tally.attempts);
  assert_int_equal(tally.failures, 0);
  assert_in_range(tally.calls, operation.least_calls, UINT32_MAX);
}

}  // namespace

int test_operations(const char* group, const std::vector<Operation>& operations, int argc, char** argv) {
  debug::configure("-all", debug::g_levels);  // each fault would be complained about
  if (argc > 1) cmocka_set_test_filter(argv[1]);
  std::vector<CMUnitTest> tests = {cmocka_unit_test(every_row_is_wrapped)};
  for (const Operation& operation : operations)
    tests.push_back({operation.name.c_str(), survives_every_fault, nullptr, nullptr, const_cast<Operation*>(&operation)});
  // cmocka_run_group_tests counts an array; this is what it stands for.
  return _cmocka_run_group_tests(group, tests.data(), tests.size(), start_server, end_server);
}

}  // namespace windsock::fault
