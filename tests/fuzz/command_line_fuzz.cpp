// Any text as a Windows command line: its arguments are made of its characters, and quoting them again gives the same arguments.
#include "dlls/kernel32/command_line.h"
#include "tests/fuzz/fuzz.h"

using namespace windsock;

namespace {

// As a program would write it: every argument in quotes, backslashes doubled before a quote.
std::string quoted(const std::string& argument) {
  std::string text = "\"";
  size_t backslashes = 0;
  for (char character : argument) {
    if (character == '"') text.append(backslashes + 1, '\\');
    backslashes = character == '\\' ? backslashes + 1 : 0;
    text += character;
  }
  text.append(backslashes, '\\');
  return text + "\"";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string line = fuzz::text_of({data, size});
  auto arguments = kernel32::split_command_line(line);
  FUZZ_CHECK(!arguments.empty());
  size_t total = 0;
  for (const auto& argument : arguments) total += argument.size();
  FUZZ_CHECK(total <= line.size());

  // The program's name knows no backslashes and can hold no quote; the arguments are what the rules are about.
  std::string again = "program";
  for (size_t i = 1; i < arguments.size(); ++i) again += " " + quoted(arguments[i]);
  auto same = kernel32::split_command_line(again);
  FUZZ_CHECK(same.size() == arguments.size());
  for (size_t i = 1; i < arguments.size(); ++i) FUZZ_CHECK(same[i] == arguments[i]);

  for (const auto& candidate : kernel32::program_candidates(line)) FUZZ_CHECK(line.find(candidate) != std::string::npos);
  return 0;
}
