// Host calls that fail in calls of the library that are done when they return.
#include "tests/fault/operation_tests.h"

int main(int argc, char** argv) {
  return windsock::fault::test_operations("faults of the library", windsock::fault::operations(), argc, argv);
}
