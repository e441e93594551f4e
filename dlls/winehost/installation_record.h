// What `windsock wine install` has changed in a prefix, kept in the prefix itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dlls/winehost/registry_file.h"

namespace windsock::winehost {

struct InstalledFor {
  std::string application;  // in small letters, as Windows compares names; empty: the whole prefix
  std::vector<RegistryChange> changes;
};

struct InstallationRecord {
  std::string version;  // of the Windsock that wrote it
  std::vector<InstalledFor> installed;

  InstalledFor* find(const std::string& application);
};

// An empty one where none was written; nothing when it cannot be understood.
std::optional<InstallationRecord> read_record(const std::filesystem::path& prefix);
// An empty one removes the file. False, with errno, when it could not be written.
bool write_record(const std::filesystem::path& prefix, const InstallationRecord& record);

}  // namespace windsock::winehost
