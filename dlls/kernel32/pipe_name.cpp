#include "dlls/kernel32/pipe_name.h"

#include <algorithm>

#include "dlls/kernel32/text.h"

namespace windsock::kernel32 {

namespace {

constexpr std::string_view kFolders[] = {R"(\\.\pipe\)", R"(\\?\pipe\)"};
constexpr size_t kLongestPath = 256;  // as documented

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  return lower;
}

}  // namespace

bool is_pipe_path(std::string_view path) {
  std::string folder = in_lower_case(path.substr(0, kFolders[0].size()));
  return std::find(std::begin(kFolders), std::end(kFolders), folder) != std::end(kFolders);
}

std::optional<std::string> pipe_name(std::string_view path) {
  if (!is_pipe_path(path) || path.size() > kLongestPath) return std::nullopt;
  std::string name = in_lower_case(path.substr(kFolders[0].size()));
  if (name.empty() || name.find('\\') != std::string::npos) return std::nullopt;
  return name;
}

}  // namespace windsock::kernel32
