// A Wine prefix and our files in it.
//
// Wine keeps a file in system32 for each DLL of its own, and looks there first. Ours take the places of three; what was there is moved
// aside, into the folder `windsock` of the prefix, so that it can be put back as it was.
#pragma once

#include <string>

#include "dlls/winehost/launcher.h"

namespace windsock::winehost {

// The prefix for those who name none: below the user's data folder. Empty: there is no such folder.
std::string own_prefix();

// Makes the prefix if there is none, and puts our DLLs into it if others are there. One process at a time; the rest wait. Returns what
// went wrong, or an empty text.
std::string prepare_prefix(const Installation& installation, const std::string& prefix);

}  // namespace windsock::winehost
