// A Wine prefix: finding it, making it, and having it for oneself while it is changed.
#pragma once

#include <string>

#include "dlls/common/unique_fd.h"
#include "dlls/winehost/installation.h"

namespace windsock::winehost {

// The prefix for those who name none: below the user's data folder. Empty: there is no such folder.
std::string own_prefix();
// The one that plain `wine` uses: $WINEPREFIX, or ~/.wine. Empty: there is none.
std::string usual_prefix();
// The path as Wine wants it.
std::string absolute_path(const std::string& prefix);

// Whether Wine has made it.
bool is_prefix(const std::string& prefix);
// Why our DLLs cannot be in it; empty: they can.
std::string refuse_prefix(const std::string& prefix);

// While it lives, no other windsock changes the prefix; the rest wait. The folder is made if need be. Not open, with errno: it cannot be.
UniqueFd lock_prefix(const std::string& prefix);

// Makes the prefix of $WINEPREFIX if there is none, and puts our DLLs into it if others are there. The caller holds the lock. Returns
// what went wrong, or an empty text.
std::string prepare_prefix(const Installation& installation, const std::string& prefix);

}  // namespace windsock::winehost
