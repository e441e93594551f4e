#include "dlls/winehost/executable.h"

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <fstream>

namespace windsock::winehost {

namespace {

// https://learn.microsoft.com/windows/win32/debug/pe-format: the place of the signature, the signature, the machine.
constexpr std::streamoff kSignaturePlace = 0x3c;
constexpr uint16_t kX86_64 = 0x8664, kI386 = 0x14c, kArm64 = 0xaa64;

}  // namespace

std::optional<std::string> refuse_executable(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[2]{}, signature[4]{};
  uint32_t place = 0;
  uint16_t machine = 0;
  if (!file.read(magic, sizeof magic) || memcmp(magic, "MZ", 2) != 0) return std::nullopt;
  file.seekg(kSignaturePlace);
  file.read(reinterpret_cast<char*>(&place), sizeof place);
  file.seekg(place);
  file.read(signature, sizeof signature);
  file.read(reinterpret_cast<char*>(&machine), sizeof machine);
  if (!file || memcmp(signature, "PE\0\0", 4) != 0) return fmt::format("{} is a program for DOS or 16-bit Windows; only 64-bit programs run here", path);
  switch (machine) {
    case kX86_64:
      return std::nullopt;
    case kI386:
      return fmt::format("{} is a 32-bit Windows program; the Wine host is 64-bit, and a 32-bit process could not load it", path);
    case kArm64:
      return fmt::format("{} is a Windows program for ARM64; only x86-64 programs run here", path);
    default:
      return fmt::format("{} is a Windows program for machine {:#x}; only x86-64 programs run here", path, machine);
  }
}

}  // namespace windsock::winehost
