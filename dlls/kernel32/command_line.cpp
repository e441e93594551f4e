#include "dlls/kernel32/command_line.h"

namespace windsock::kernel32 {

namespace {

bool is_blank(char character) { return character == ' ' || character == '\t'; }

// Takes the program's name off the front of the line. Backslashes mean nothing special in it.
std::string take_program_name(std::string_view& line) {
  std::string name;
  bool quoted = false;
  size_t i = 0;
  for (; i < line.size() && (quoted || !is_blank(line[i])); ++i) {
    if (line[i] == '"')
      quoted = !quoted;
    else
      name += line[i];
  }
  line.remove_prefix(i);
  return name;
}

// Takes one argument off the front of the line, which begins with it.
std::string take_argument(std::string_view& line) {
  std::string argument;
  bool quoted = false;
  size_t i = 0;
  while (i < line.size() && (quoted || !is_blank(line[i]))) {
    size_t backslashes = 0;
    while (i < line.size() && line[i] == '\\') {
      ++backslashes;
      ++i;
    }
    bool before_quote = i < line.size() && line[i] == '"';
    argument.append(before_quote ? backslashes / 2 : backslashes, '\\');
    if (!before_quote) {
      // After backslashes the loop condition has to look at the character again.
      if (backslashes == 0) argument += line[i++];
      continue;
    }
    ++i;
    if (backslashes % 2 == 1) {
      argument += '"';
    } else if (quoted && i < line.size() && line[i] == '"') {
      argument += '"';
      ++i;
    } else {
      quoted = !quoted;
    }
  }
  line.remove_prefix(i);
  return argument;
}

void skip_blanks(std::string_view& line) {
  size_t i = 0;
  while (i < line.size() && is_blank(line[i])) ++i;
  line.remove_prefix(i);
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> arguments;
  arguments.push_back(take_program_name(line));
  for (skip_blanks(line); !line.empty(); skip_blanks(line)) arguments.push_back(take_argument(line));
  return arguments;
}

std::vector<std::string> program_candidates(std::string_view line) {
  skip_blanks(line);
  if (line.starts_with('"')) {
    line.remove_prefix(1);
    return {std::string(line.substr(0, line.find('"')))};
  }
  std::vector<std::string> candidates;
  for (size_t i = 0; i <= line.size(); ++i) {
    bool ends_here = i == line.size() ? i > 0 && !is_blank(line[i - 1]) : i > 0 && is_blank(line[i]) && !is_blank(line[i - 1]);
    if (ends_here) candidates.emplace_back(line.substr(0, i));
  }
  return candidates;
}

}  // namespace windsock::kernel32
