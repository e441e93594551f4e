// Our files in a Wine prefix.
//
// Wine keeps a file in system32 for each DLL of its own, and looks there first. Ours take the places of three; what was there is moved
// aside, into the folder `windsock` of the prefix, so that it can be put back as it was. The others lie beside them: copies, so that
// the prefix works by itself and goes on working when Windsock is upgraded, and a link to windsockd, which the copies start.
//
// The files alone change nothing for a program: Wine prefers its own DLLs until it is told otherwise (launcher.h, installer.h).
#pragma once

#include <filesystem>
#include <string>

#include "dlls/winehost/installation.h"

namespace windsock::winehost {

// Where Wine's own files are kept while ours are in their places, and what `windsock wine` has written down.
std::filesystem::path kept_folder(const std::filesystem::path& prefix);

// Puts in place what is missing, Wine's, or of another Windsock. Throws filesystem_error.
void place_files(const Installation& installation, const std::filesystem::path& prefix);
// Puts back what was there before. Files that are not ours stay. Throws filesystem_error.
void remove_files(const std::filesystem::path& prefix);

enum class FilesState { kAbsent, kComplete, kOther, kDamaged };
// kOther: complete, but another Windsock's; kDamaged: some are there.
FilesState examine_files(const Installation& installation, const std::filesystem::path& prefix);

// Writes a file that is complete or not there, also for whoever looks meanwhile; one that is there keeps its mode. False, with
// errno, when it could not.
bool write_file(const std::filesystem::path& path, const std::string& text);
std::string read_file(const std::filesystem::path& path);

}  // namespace windsock::winehost
