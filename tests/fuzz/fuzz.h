// What a fuzz target is: one function that libFuzzer calls with every input it thinks of (./configure --enable-fuzz), and that
// replay.cpp calls with the inputs of its corpus otherwise, in make check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// A property that must hold for every input.
#define FUZZ_CHECK(condition)                                                              \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);       \
      abort();                                                                             \
    }                                                                                      \
  } while (0)

namespace windsock::fuzz {

// Takes an input apart from its front; at its end come zeros.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(data, size) {}
  bool at_end() const { return rest_.empty(); }

  uint8_t byte() {
    if (rest_.empty()) return 0;
    uint8_t first = rest_[0];
    rest_ = rest_.subspan(1);
    return first;
  }
  uint16_t number() {
    uint16_t low = byte();
    return static_cast<uint16_t>(low | byte() << 8);
  }
  std::span<const uint8_t> bytes(size_t count) {
    auto front = rest_.subspan(0, count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(front.size());
    return front;
  }
  std::span<const uint8_t> rest() { return bytes(rest_.size()); }

 private:
  std::span<const uint8_t> rest_;
};

inline std::string text_of(std::span<const uint8_t> bytes) { return std::string(bytes.begin(), bytes.end()); }

}  // namespace windsock::fuzz
