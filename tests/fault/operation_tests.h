// The tests of a list of operations (operations.h): every host call of each fails once with each of its errors. The way is in attempt.h.
#pragma once

#include <vector>

#include "tests/fault/operations.h"

namespace windsock::fault {

// As main() returns it. The first argument chooses among the operations by name.
int test_operations(const char* group, const std::vector<Operation>& operations, int argc, char** argv);

}  // namespace windsock::fault
