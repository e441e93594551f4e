// The directory where windsockd and its clients meet, and the names in it.
//
// $WINDSOCK_DIR, else /run/user/<uid> (by uid, not by environment), else /tmp/windsock-<uid>. Other users are the adversary: the
// directory is opened without following links, must belong to us and be closed to others (0700), and everything in it is
// reached through the open fd from then on.
#pragma once

#include <string>

#include "dlls/common/host.h"

namespace windsock {

inline constexpr char kServerSocketName[] = "windsockd.socket";
inline constexpr char kServerLockName[] = "windsockd.lock";  // held by windsockd for its life
inline constexpr char kStartLockName[] = "windsockd.start";  // held by the client that starts windsockd

struct RuntimeDirectory {
  UniqueFd fd;
  std::string path;
};

// The path that would be used, for messages.
std::string runtime_directory_path();
// Opens it, and makes it where that is ours to do. EPERM: it belongs to somebody else; EACCES: its mode lets others in.
host::Result<RuntimeDirectory> open_runtime_directory();

}  // namespace windsock
