#include "dlls/winehost/registry_file.h"

#include <strings.h>

namespace windsock::winehost {

namespace {

constexpr size_t kNowhere = std::string_view::npos;

bool begins_with(std::string_view text, size_t place, std::string_view what) {
  return text.size() - place >= what.size() && strncasecmp(text.data() + place, what.data(), what.size()) == 0;
}

size_t next_line(std::string_view text, size_t place) {
  const size_t end = text.find('\n', place);
  return end == kNowhere ? text.size() : end + 1;
}

struct Span {
  size_t begin = kNowhere, end = kNowhere;
  bool exists() const { return begin != kNowhere; }
};

// From the head to the end of the last line that is not empty.
Span find_section(std::string_view text, std::string_view key) {
  const std::string head = "[" + std::string(key) + "]";
  for (size_t line = 0; line < text.size(); line = next_line(text, line)) {
    if (!begins_with(text, line, head)) continue;
    Span section{line, next_line(text, line)};
    while (section.end < text.size() && text[section.end] != '[' && text[section.end] != '\n') section.end = next_line(text, section.end);
    return section;
  }
  return {};
}

Span find_value(std::string_view text, Span section, std::string_view name) {
  const std::string head = "\"" + std::string(name) + "\"=";
  for (size_t line = next_line(text, section.begin); line < section.end; line = next_line(text, line)) {
    if (!begins_with(text, line, head)) continue;
    Span value{line, next_line(text, line)};
    while (value.end < section.end && value.end >= 2 && text[value.end - 2] == '\\') value.end = next_line(text, value.end);
    return value;
  }
  return {};
}

bool has_values(std::string_view text, Span section) {
  for (size_t line = next_line(text, section.begin); line < section.end; line = next_line(text, line))
    if (text[line] != '#') return true;
  return false;
}

std::string line_of(const RegistryChange& change) { return "\"" + change.name + "\"=" + change.data + "\n"; }

}  // namespace

std::optional<std::string> registry_value(std::string_view text, std::string_view key, std::string_view name) {
  const Span section = find_section(text, key);
  const Span value = section.exists() ? find_value(text, section, name) : Span{};
  if (!value.exists()) return std::nullopt;
  const size_t data = value.begin + name.size() + 3;
  std::string_view found = text.substr(data, value.end - data);
  if (found.ends_with('\n')) found.remove_suffix(1);
  return std::string(found);
}

std::string apply_change(std::string text, RegistryChange& change, long now) {
  const Span section = find_section(text, change.key);
  change.made_key = !section.exists();
  change.before.clear();
  if (change.made_key) return text + "\n[" + change.key + "] " + std::to_string(now) + "\n" + line_of(change);
  const Span value = find_value(text, section, change.name);
  if (!value.exists()) return text.insert(section.end, line_of(change));
  change.before = text.substr(value.begin, value.end - value.begin);
  return text.replace(value.begin, value.end - value.begin, line_of(change));
}

std::string take_back_change(std::string text, const RegistryChange& change) {
  if (registry_value(text, change.key, change.name) != change.data) return text;
  Span section = find_section(text, change.key);
  const Span value = find_value(text, section, change.name);
  text.replace(value.begin, value.end - value.begin, change.before);
  section.end += change.before.size() - (value.end - value.begin);
  if (!change.made_key || has_values(text, section)) return text;
  if (section.begin > 0 && text[section.begin - 1] == '\n') --section.begin;  // the empty line before it
  return text.erase(section.begin, section.end - section.begin);
}

std::optional<std::string> registry_name(std::string_view name) {
  std::string written;
  for (char c : name) {
    if (c < ' ' || c > '~' || c == '"' || c == '[' || c == ']') return std::nullopt;
    written += c;
    if (c == '\\') written += c;
  }
  return written;
}

}  // namespace windsock::winehost
