// windsock run: an unmodified Windows program, in Wine, with this Winsock in place of Wine's.
//
// What Wine needs for that: our files in the prefix (prefix_files.h), and the word, by WINEDLLOVERRIDES, that ours come before Wine's own.
// The word is for this run and its children alone; installer.h gives it for good.
#pragma once

#include <string>
#include <vector>

namespace windsock::winehost {

struct RunOptions {
  std::string prefix;  // empty: $WINEPREFIX, else one of our own
};

// Replaces this process by the program. Returns an exit code only when that failed, having said why: 127 what is needed is not there,
// 126 it cannot be run.
int run_program(const RunOptions& options, const std::vector<std::string>& command);

}  // namespace windsock::winehost
