// The text in which Wine keeps a part of the registry (user.reg), changed so that the change can be taken back to the byte.
//
// Wine's own tools would do, but wineserver writes the whole file anew then, with other times. So the file is edited while no
// wineserver runs: whatever does not concern the value stays as it is. Pure functions from text to text.
//
// The format: a section begins with [Key\\Subkey] and a time, a line beginning with # may follow; "name"=data, one a line, binary data
// going on over lines that end with a backslash; an empty line before the next section. Names are compared without case.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windsock::winehost {

// What a change needs to be taken back.
struct RegistryChange {
  std::string key;     // as in the file: with doubled backslashes
  std::string name;
  std::string data;    // what we write, as in the file: "text" in quotes
  std::string before;  // the lines of the value that was there; empty: none was
  bool made_key = false;
};

// The data of a value, as in the file.
std::optional<std::string> registry_value(std::string_view text, std::string_view key, std::string_view name);

// Sets key, name and data of `change`, notes the rest in it. `now`: in seconds, for a key that is made.
std::string apply_change(std::string text, RegistryChange& change, long now);
// Takes it back, unless somebody has given the value another data since. Harmless when it was never applied.
std::string take_back_change(std::string text, const RegistryChange& change);

// How a key or a name stands in the file; nothing for what we do not write: quotes, brackets, and what is not ASCII.
std::optional<std::string> registry_name(std::string_view name);

}  // namespace windsock::winehost
