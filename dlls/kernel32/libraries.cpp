// Libraries and their functions by name. Windows' names of our own functions are not always their symbols (libc has send, too): the
// table that says which is which is made from the lists of exports.
#include <dlfcn.h>
#include <link.h>
#include <libloaderapi.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include "dlls/common/host.h"
#include "dlls/common/host_child.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/text.h"

using namespace windsock;
using namespace windsock::kernel32;

namespace {

enum class Library : uint8_t { kernel32, user32, ws2_32, mswsock, wsock32 };

struct LibraryRow {
  Library library;
  std::string_view name;
  const char* file;
};
constexpr LibraryRow kLibraries[] = {
    {Library::kernel32, "kernel32", "libkernel32.so.1"},
    {Library::user32, "user32", "libuser32.so.1"},
    {Library::ws2_32, "ws2_32", "libws2_32.so.1"},
    {Library::mswsock, "mswsock", "libmswsock.so.1"},
    {Library::wsock32, "wsock32", "libwsock32.so.1"},
};

struct Procedure {
  Library library;
  uint16_t ordinal;
  std::string_view name;
  const char* symbol;
};
constexpr Procedure kProcedures[] = {
#define PROCEDURE(library, ordinal, name, symbol) {Library::library, ordinal, name, symbol},
#include "dlls/kernel32/kernel32.procedures"
#undef PROCEDURE
};

// Null: the host's.
const LibraryRow* own_library(std::string name) {
  if (size_t folder = name.find_last_of("/\\"); folder != std::string::npos) name.erase(0, folder + 1);
  for (char& character : name) character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
  constexpr std::string_view kSuffix = ".dll";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  for (const LibraryRow& row : kLibraries)
    if (row.name == name) return &row;
  return nullptr;
}

enum class Presence : uint8_t { kMustBeLoaded, kLoad };

void* open_library(const char* name, Presence presence) {
  const LibraryRow* own = own_library(name);
  int mode = RTLD_NOW | (presence == Presence::kMustBeLoaded ? RTLD_NOLOAD : 0);
  void* handle = ::dlopen(own != nullptr ? own->file : name, mode);
  // Where this library stands, the others do too.
  if (handle == nullptr && own != nullptr && presence == Presence::kLoad) {
    std::string beside = host::directory_of_module(reinterpret_cast<const void*>(&kLibraries)) + "/" + own->file;
    handle = ::dlopen(beside.c_str(), mode);
  }
  if (handle == nullptr) set_last_error(Win32Error::kModuleNotFound);
  return handle;
}

HMODULE find_module(const char* name) {
  if (name == nullptr) return static_cast<HMODULE>(::dlopen(nullptr, RTLD_NOW));
  void* handle = open_library(name, Presence::kMustBeLoaded);
  // A handle that GetModuleHandle gives is not to be freed.
  if (handle != nullptr) ::dlclose(handle);
  return static_cast<HMODULE>(handle);
}

HMODULE load_module(const char* name) {
  if (name != nullptr) return static_cast<HMODULE>(open_library(name, Presence::kLoad));
  set_last_error(Win32Error::kInvalidParameter);
  return nullptr;
}

// Which of ours a module is; null: none.
const LibraryRow* row_of(HMODULE module) {
  for (const LibraryRow& row : kLibraries) {
    void* handle = ::dlopen(row.file, RTLD_NOW | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    ::dlclose(handle);
    if (handle == module) return &row;
  }
  return nullptr;
}

// The symbol of a function that a program asks for by name or, below 65536, by number; null: there is none.
const char* symbol_of(const LibraryRow& library, LPCSTR name) {
  auto number = reinterpret_cast<uintptr_t>(name);
  constexpr uintptr_t kEndOfOrdinals = 0x10000;
  auto is_meant = [&](const Procedure& procedure) {
    if (procedure.library != library.library) return false;
    return number < kEndOfOrdinals ? number != 0 && procedure.ordinal == number : procedure.name == name;
  };
  const auto* found = std::find_if(std::begin(kProcedures), std::end(kProcedures), is_meant);
  return found != std::end(kProcedures) ? found->symbol : nullptr;
}

// The host's file of a module; nothing: it is none.
std::optional<std::string> file_of(HMODULE module) {
  void* program = ::dlopen(nullptr, RTLD_NOW);
  const link_map* loaded = nullptr;
  if (::dlinfo(program, RTLD_DI_LINKMAP, &loaded) != 0) loaded = nullptr;
  ::dlclose(program);
  if (module == nullptr || module == program) {
    auto path = host::own_program();
    return path ? std::optional(std::move(path).take()) : std::nullopt;
  }
  // A handle of the host's is the address of one of these.
  while (loaded != nullptr && static_cast<const void*>(loaded) != module) loaded = loaded->l_next;
  return loaded != nullptr ? std::optional<std::string>(loaded->l_name) : std::nullopt;
}

template <typename Character, typename Convert>
DWORD module_file_name(HMODULE module, Character* buffer, DWORD size, Convert convert) {
  auto path = file_of(module);
  if (!path) return static_cast<DWORD>(fail(Win32Error::kModuleNotFound));
  auto text = convert(*path);
  if (buffer == nullptr) return static_cast<DWORD>(fail(size != 0 ? Win32Error::kInvalidParameter : Win32Error::kInsufficientBuffer));
  if (size == 0) return static_cast<DWORD>(fail(Win32Error::kInsufficientBuffer));
  auto stored = std::min<size_t>(text.size(), size - 1);
  std::copy_n(text.begin(), stored, buffer);
  buffer[stored] = 0;
  set_last_error(stored == text.size() ? Win32Error::kSuccess : Win32Error::kInsufficientBuffer);
  return stored == text.size() ? static_cast<DWORD>(stored) : size;
}

}  // namespace

DWORD GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size) {
  return module_file_name(module, buffer, size, [](const std::string& path) { return path; });
}
DWORD GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size) { return module_file_name(module, buffer, size, utf16_from_utf8); }

HMODULE GetModuleHandleA(LPCSTR name) { return find_module(name); }
HMODULE GetModuleHandleW(LPCWSTR name) { return name == nullptr ? find_module(nullptr) : find_module(utf8_from_utf16(reinterpret_cast<const char16_t*>(name)).c_str()); }
HMODULE LoadLibraryA(LPCSTR name) { return load_module(name); }
HMODULE LoadLibraryW(LPCWSTR name) { return name == nullptr ? load_module(nullptr) : load_module(utf8_from_utf16(reinterpret_cast<const char16_t*>(name)).c_str()); }

BOOL FreeLibrary(HMODULE module) {
  if (module == nullptr || ::dlclose(module) != 0) return fail(Win32Error::kInvalidHandle);
  return TRUE;
}

FARPROC GetProcAddress(HMODULE module, LPCSTR name) {
  constexpr uintptr_t kEndOfOrdinals = 0x10000;
  void* handle = module != nullptr ? module : RTLD_DEFAULT;
  const LibraryRow* own = module != nullptr ? row_of(module) : nullptr;
  const char* symbol = own != nullptr ? symbol_of(*own, name) : reinterpret_cast<uintptr_t>(name) < kEndOfOrdinals ? nullptr : name;
  void* found = symbol != nullptr ? ::dlsym(handle, symbol) : nullptr;
  if (found == nullptr) set_last_error(Win32Error::kProcedureNotFound);
  return reinterpret_cast<FARPROC>(found);
}
