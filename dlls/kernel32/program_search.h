// Which file of the host a program's name means, for CreateProcess.
//
// A name given as lpApplicationName is a path and nothing is searched. The name in a command line is looked for as CreateProcess
// documents: in the directory of the calling program, in the current directory, then along PATH; one with a slash is a path.
// Windows' own directories have no counterpart, and no extension is added.
#pragma once

#include <string>
#include <vector>

#include "dlls/common/result.h"
#include "dlls/kernel32/win32_error.h"

namespace windsock::kernel32 {

// Both answer with an absolute path, because the new process may start in another directory.
Result<std::string, Win32Error> program_at(const std::string& path);
Result<std::string, Win32Error> find_program(const std::vector<std::string>& candidates);

}  // namespace windsock::kernel32
