// What both sides share; see side.h.
#include "tests/bench/side.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace bench {

const RowCode& find_row(const Side& side, const char* name) {
  for (const RowCode& row : side.rows) {
    if (std::strcmp(row.name, name) == 0) {
      return row;
    }
  }
  fail(name, 0);
}

void fail(const char* what, int error) {
  throw std::runtime_error(std::string("failed: ") + what + ", error " + std::to_string(error));
}

}  // namespace bench
