// windsock run: an unmodified Windows program, in Wine, with this Winsock in place of Wine's.
//
// What Wine needs for that: our DLLs in the prefix's system32, for a DLL that is found there is what a program gets; winehost's two
// halves where WINEDLLPATH points; and the word, by WINEDLLOVERRIDES, that ours come before Wine's own. The latter two are for this run
// and its children alone: without them Wine takes no notice of the files in system32.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace windsock::winehost {

struct RunOptions {
  std::string prefix;  // empty: $WINEPREFIX, else one of our own
};

// Replaces this process by the program. Returns an exit code only when that failed, having said why: 127 what is needed is not there,
// 126 it cannot be run.
int run_program(const RunOptions& options, const std::vector<std::string>& command);

// What `windsock doctor` reports. Nothing: Windsock was built without the Wine host.
struct Installation {
  std::string folder;  // with x86_64-windows and x86_64-unix
  std::string wine;    // the program; empty: none found
};
std::optional<Installation> find_installation();
// What that Wine says of itself, as "wine-8.0 (…)"; empty when it says nothing.
std::string version_of_wine(const Installation& installation);
// The version the host was tried with; others may lack what it needs, and WSAStartup says WSASYSNOTREADY then.
inline constexpr char kVerifiedWine[] = "wine-8.0";

}  // namespace windsock::winehost
