// Where the libraries that make a program a Winsock program are found, and running a program with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace windsock::tool {

inline constexpr const char* kPreloadedLibraries[] = {"libws2_32.so.1", "libkernel32.so.1"};

// The folder that holds all of them: the build tree's, if windsock runs from one, else lib beside our bin, else where they
// were configured to go. Nothing when they are nowhere.
std::optional<std::string> library_folder();
// The folder of the running windsock.
std::string own_folder();

// Replaces this process; returns an exit code only when that failed.
int preload(const std::vector<std::string>& command);

}  // namespace windsock::tool
