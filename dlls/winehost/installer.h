// windsock wine install | remove | status: a Wine prefix that uses this Winsock for good, without `windsock run`.
//
// It takes our files in the prefix (prefix_files.h), and the word to Wine that they come before its own: in the registry, for the whole
// prefix or for programs of one name. What has been changed stands in the file windsock/installed.json of the prefix, so that it can be
// taken back to the byte. The registry belongs to a running wineserver, so the prefix must be at rest.
#pragma once

#include <string>

#include "dlls/winehost/installation.h"

namespace windsock::winehost {

struct InstallOptions {
  std::string prefix;       // empty: the one that plain `wine` uses
  std::string application;  // the name of a program; empty: the whole prefix
};

// Exit codes: 0 done; 1 it could not be done, and why has been said; 127 there is no Wine or no Wine host.
int install(const InstallOptions& options);
// Without an application: all that was ever installed there.
int remove(const InstallOptions& options);
// 0: programs find this Winsock, and it works (tried); 1: they do not, and what to do has been said.
int show_installation(const InstallOptions& options);

// What `windsock doctor` says of the prefix that plain `wine` uses, without running anything there.
struct PrefixReport {
  bool good = true;
  std::string text;
};
PrefixReport examine_usual_prefix(const Installation& installation);

}  // namespace windsock::winehost
