// What Windsock and Wine are on this system, for the commands that bring them together.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace windsock::winehost {

struct Installation {
  std::string folder;  // with x86_64-windows and x86_64-unix
  std::string server;  // windsockd
  std::string wine;    // the program; empty: none found
};

// Nothing: Windsock was built without the Wine host.
std::optional<Installation> find_installation();
// What that Wine says of itself, as "wine-8.0 (…)"; empty when it says nothing.
std::string version_of_wine(const Installation& installation);
// The version the host was tried with; others may lack what it needs, and WSAStartup says WSASYSNOTREADY then.
inline constexpr char kVerifiedWine[] = "wine-8.0";

// Why the host's library cannot be loaded, by Wine or by anybody: a library that it needs is missing. Empty: it can.
std::string why_not_loadable(const Installation& installation);

// What the commands say when there is nothing to run; empty: there is.
std::string what_is_missing(const std::optional<Installation>& installation);

// Runs Wine to its end, in the prefix of $WINEPREFIX, without a word and without input; `overrides`, unless empty, instead of what
// the environment says of DLLs. The exit status; -1: it was ended by a signal, or could not be started.
int run_wine_quietly(const Installation& installation, const std::vector<std::string>& words, const std::string& overrides);

// Whether the wineserver of the prefix of $WINEPREFIX has ended, and so has written down the registry. Waits for one that ends.
bool is_at_rest(const Installation& installation);

}  // namespace windsock::winehost
