// Whether a file is a Windows program that the Wine host can run.
#pragma once

#include <optional>
#include <string>

namespace windsock::winehost {

// Why not; nothing for a 64-bit program and for what is no Windows program at all, of which Wine knows more than we (a name to be looked
// for in system32, a script).
std::optional<std::string> refuse_executable(const std::string& path);

}  // namespace windsock::winehost
