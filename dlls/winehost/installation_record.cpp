#include "dlls/winehost/installation_record.h"

#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "dlls/winehost/prefix_files.h"

namespace windsock::winehost {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RegistryChange, key, name, data, before, made_key)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InstalledFor, application, changes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InstallationRecord, version, installed)

namespace {

namespace fs = std::filesystem;

fs::path record_path(const fs::path& prefix) { return kept_folder(prefix) / "installed.json"; }

}  // namespace

InstalledFor* InstallationRecord::find(const std::string& application) {
  for (InstalledFor& one : installed)
    if (one.application == application) return &one;
  return nullptr;
}

std::optional<InstallationRecord> read_record(const fs::path& prefix) {
  std::error_code ignored;
  if (!fs::exists(record_path(prefix), ignored)) return InstallationRecord{};
  const auto parsed = nlohmann::json::parse(read_file(record_path(prefix)), nullptr, false);
  try {
    return parsed.get<InstallationRecord>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

bool write_record(const fs::path& prefix, const InstallationRecord& record) {
  const fs::path path = record_path(prefix);
  if (record.installed.empty()) return unlink(path.c_str()) == 0 || errno == ENOENT;
  std::error_code error;
  fs::create_directories(kept_folder(prefix), error);
  return write_file(path, nlohmann::json(record).dump(1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace windsock::winehost
