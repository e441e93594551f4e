// The stand-in for libFuzzer in an ordinary build: runs a target with every file of the folders named on the command line, with
// every beginning of it, and with every byte of it changed. So a corpus is a test, and each seed stands for its neighbours.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

constexpr size_t kChanged = 600;  // the bytes of a file that are varied

size_t g_runs = 0;

// The input ends where its memory ends, so that a sanitizer sees one byte too many being read.
void run(std::vector<uint8_t> input) {
  input.shrink_to_fit();
  LLVMFuzzerTestOneInput(input.data(), input.size());
  ++g_runs;
}

void run_with_neighbours(const std::vector<uint8_t>& seed) {
  run(seed);
  size_t limit = std::min(seed.size(), kChanged);
  for (size_t i = 0; i < limit; ++i) {
    run({seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(i)});
    for (uint8_t changed : {uint8_t{0}, uint8_t{0xff}, static_cast<uint8_t>(seed[i] ^ 1), static_cast<uint8_t>(seed[i] ^ 0x80)}) {
      std::vector<uint8_t> input = seed;
      input[i] = changed;
      run(std::move(input));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') continue;  // an option of libFuzzer
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i]))
      if (entry.is_regular_file()) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      std::ifstream file(path, std::ios::binary);
      run_with_neighbours(std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {}));
      ++files;
    }
  }
  printf("%zu files, %zu runs\n", files, g_runs);
  return files ? 0 : 1;
}
