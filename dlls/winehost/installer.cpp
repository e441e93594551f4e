#include "dlls/winehost/installer.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "config.h"
#include "dlls/winehost/installation_record.h"
#include "dlls/winehost/prefix.h"
#include "dlls/winehost/prefix_files.h"
#include "dlls/winehost/probe.h"

namespace windsock::winehost {

namespace {

namespace fs = std::filesystem;

constexpr int kFailed = 1, kNotThere = 127;
constexpr const char* kLibraries[] = {"ws2_32", "mswsock", "wsock32"};
constexpr const char* kOursFirst = "\"native,builtin\"";
constexpr const char* kProbe = "x86_64-windows/windsock-probe.exe";

int complain(int status, const std::string& text) {
  fmt::print(stderr, "windsock: {}\n", text);
  return status;
}

// A word of a command that the user is told to type.
std::string shell_word(const std::string& text) {
  constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == text.npos) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string install_command(const std::string& prefix, const std::string& application) {
  return fmt::format("windsock wine install --prefix {}{}", shell_word(prefix), application.empty() ? "" : " --app " + shell_word(application));
}

std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Programs are told apart by the names of their files; a path may be given, of either system.
std::string name_of_application(const std::string& given) {
  const size_t slash = given.find_last_of("/\\");
  return in_small_letters(slash == given.npos ? given : given.substr(slash + 1));
}

std::optional<std::string> key_for(const std::string& application) {
  if (application.empty()) return registry_name("Software\\Wine\\DllOverrides");
  return registry_name("Software\\Wine\\AppDefaults\\" + application + "\\DllOverrides");
}

fs::path registry_of(const std::string& prefix) { return fs::path(prefix) / "user.reg"; }

// What the three commands begin with: the prefix, and what is needed of the system.
struct Workplace {
  std::optional<Installation> installation;
  std::string prefix, application;
};

// An exit status when it cannot be; it has been said why.
std::optional<int> find_workplace(const InstallOptions& options, Workplace& found) {
  found.installation = find_installation();
  if (std::string missing = what_is_missing(found.installation); !missing.empty()) return complain(kNotThere, missing);
  found.prefix = options.prefix.empty() ? usual_prefix() : options.prefix;
  if (found.prefix.empty()) return complain(kFailed, "which prefix? Give --prefix, or set WINEPREFIX or HOME");
  found.prefix = absolute_path(found.prefix);
  found.application = name_of_application(options.application);
  if (found.application.empty() != options.application.empty() || !key_for(found.application))
    return complain(kFailed, fmt::format("{} is no name of a program that can be told to Wine", options.application));
  if (std::string refusal = refuse_prefix(found.prefix); !refusal.empty()) return complain(kFailed, refusal);
  setenv("WINEPREFIX", found.prefix.c_str(), 1);
  return std::nullopt;
}

std::string not_at_rest(const std::string& prefix) {
  return fmt::format("programs run in {}, and its registry is theirs meanwhile; end them (WINEPREFIX={} wineserver -k) and repeat", prefix, shell_word(prefix));
}

std::string for_whom(const std::string& application) { return application.empty() ? "every program" : application; }

std::string not_understood(const std::string& prefix) {
  return fmt::format("{} cannot be understood", (kept_folder(prefix) / "installed.json").string());
}

std::string describe_files(FilesState state, const InstallationRecord& record, const std::string& again) {
  switch (state) {
    case FilesState::kAbsent:
      return "none of Windsock";
    case FilesState::kDamaged:
      return fmt::format("some of Windsock are missing; do: {}", again);
    case FilesState::kOther:
      return fmt::format("of another Windsock{} than this one, {}; to have this one's, do: {}",
                         record.version.empty() ? "" : ", " + record.version + ",", PACKAGE_VERSION, again);
    case FilesState::kComplete:
      break;
  }
  return fmt::format("of this Windsock, {}", PACKAGE_VERSION);
}

std::string describe_programs(const InstallationRecord& record) {
  std::vector<std::string> names;
  for (const InstalledFor& one : record.installed) names.push_back(for_whom(one.application));
  return names.empty() ? "no program" : fmt::format("{}", fmt::join(names, ", "));
}

std::string try_out(const Workplace& at, int& result) {
  std::string folder = (fs::temp_directory_path() / "windsock-XXXXXX").string();
  if (!mkdtemp(folder.data())) return fmt::format("{}: {}", folder, strerror(errno));
  const fs::path program = fs::path(folder) / (at.application.empty() ? "windsock-probe.exe" : at.application);
  std::error_code error;
  fs::copy_file(fs::path(at.installation->folder) / kProbe, program, error);
  if (!error) result = run_wine_quietly(*at.installation, {program.string()}, "");
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return error ? error.message() : "";
}

// Registry and record, in this order of writing: what is in the registry is always known.
bool write_down(const Workplace& at, const InstallationRecord& record, const std::string& registry) {
  return write_record(at.prefix, record) && write_file(registry_of(at.prefix), registry);
}

}  // namespace

int install(const InstallOptions& options) {
  Workplace at;
  if (auto status = find_workplace(options, at)) return *status;
  UniqueFd lock = lock_prefix(at.prefix);
  if (!lock.is_open()) return complain(kFailed, fmt::format("the prefix {} cannot be used: {}", at.prefix, strerror(errno)));
  auto record = read_record(at.prefix);
  if (!record) return complain(kFailed, not_understood(at.prefix));
  if (is_prefix(at.prefix) && !is_at_rest(*at.installation)) return complain(kFailed, not_at_rest(at.prefix));
  if (std::string trouble = prepare_prefix(*at.installation, at.prefix); !trouble.empty()) return complain(kFailed, trouble);
  if (!is_at_rest(*at.installation)) return complain(kFailed, not_at_rest(at.prefix));  // a new one has been started to be made

  std::string registry = read_file(registry_of(at.prefix));
  if (!registry.ends_with('\n')) return complain(kFailed, fmt::format("{} is not what Wine writes", registry_of(at.prefix).string()));
  if (InstalledFor* before = record->find(at.application))  // again: as if for the first time
    for (auto change = before->changes.rbegin(); change != before->changes.rend(); ++change) registry = take_back_change(registry, *change);
  else
    record->installed.push_back({at.application, {}});
  InstalledFor& entry = *record->find(at.application);
  entry.changes.clear();
  record->version = PACKAGE_VERSION;
  for (const char* library : kLibraries) {
    entry.changes.push_back({*key_for(at.application), library, kOursFirst, "", false});
    registry = apply_change(registry, entry.changes.back(), time(nullptr));
  }
  if (!write_down(at, *record, registry)) return complain(kFailed, fmt::format("{} cannot be written: {}", at.prefix, strerror(errno)));
  fmt::print("Windsock {} is installed in {} for {}\n", PACKAGE_VERSION, at.prefix, for_whom(at.application));
  return 0;
}

int remove(const InstallOptions& options) {
  Workplace at;
  if (auto status = find_workplace(options, at)) return *status;
  if (!is_prefix(at.prefix)) return complain(kFailed, fmt::format("{} is no Wine prefix", at.prefix));
  UniqueFd lock = lock_prefix(at.prefix);
  if (!lock.is_open()) return complain(kFailed, fmt::format("the prefix {} cannot be used: {}", at.prefix, strerror(errno)));
  auto record = read_record(at.prefix);
  if (!record) return complain(kFailed, not_understood(at.prefix));
  if (!at.application.empty() && !record->find(at.application))
    return complain(kFailed, fmt::format("Windsock is not installed in {} for {} alone", at.prefix, at.application));
  if (!is_at_rest(*at.installation)) return complain(kFailed, not_at_rest(at.prefix));

  std::string registry = read_file(registry_of(at.prefix));
  for (size_t i = record->installed.size(); i-- > 0;) {
    InstalledFor& one = record->installed[i];
    if (!at.application.empty() && one.application != at.application) continue;
    for (auto change = one.changes.rbegin(); change != one.changes.rend(); ++change) registry = take_back_change(registry, *change);
    record->installed.erase(record->installed.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const bool nothing_left = record->installed.empty();
  // The other way round than write_down: until the registry is as it was, the record is needed.
  if ((registry != read_file(registry_of(at.prefix)) && !write_file(registry_of(at.prefix), registry)) || !write_record(at.prefix, *record))
    return complain(kFailed, fmt::format("{} cannot be written: {}", at.prefix, strerror(errno)));
  try {
    if (nothing_left) remove_files(at.prefix);
  } catch (const fs::filesystem_error& failure) {
    return complain(kFailed, fmt::format("the files in the prefix cannot be put back: {}", failure.what()));
  }
  fmt::print("Windsock is no longer in {} for {}\n", at.prefix, for_whom(at.application));
  return 0;
}

int show_installation(const InstallOptions& options) {
  Workplace at;
  if (auto status = find_workplace(options, at)) return *status;
  auto line = [](const char* subject, const std::string& text) { fmt::print("{:<13} {}\n", subject, text); };
  line("prefix", at.prefix);
  if (!is_prefix(at.prefix)) {
    line("works", "no: this is no Wine prefix; windsock wine install makes one");
    return kFailed;
  }
  const std::string again = install_command(at.prefix, at.application);
  auto record = read_record(at.prefix);
  if (!record) {
    line("works", "no: " + not_understood(at.prefix));
    return kFailed;
  }
  line("files", describe_files(examine_files(*at.installation, at.prefix), *record, again));
  line("installed for", describe_programs(*record));

  int result = -1;
  if (std::string trouble = try_out(at, result); !trouble.empty()) return complain(kFailed, fmt::format("the probe cannot be run: {}", trouble));
  const std::string wine = version_of_wine(*at.installation);
  const std::string program = at.application.empty() ? "a program" : at.application;
  switch (result) {
    case kProbeWorks:
      line("works", fmt::format("yes: {} finds it, tried in {}", program, wine));
      return 0;
    case kProbeWinesOwn:
      line("works", fmt::format("no: {} finds Wine's own Winsock; do: {}", program, again));
      return kFailed;
    case kProbeNoHost:
      line("works", fmt::format("no: {} finds it, but it cannot work in {} (WSASYSNOTREADY), see windsock doctor{}", program, wine,
                                wine.starts_with(kVerifiedWine) ? fmt::format("; if that is content, do: {}", again) : ""));
      return kFailed;
    default:
      line("works", fmt::format("no: {} cannot be run by {} in this prefix (exit status {})", program, at.installation->wine, result));
      return kFailed;
  }
}

PrefixReport examine_usual_prefix(const Installation& installation) {
  const std::string prefix = usual_prefix();
  if (prefix.empty() || !is_prefix(prefix)) return {true, "there is no Wine prefix yet; the first run makes one"};
  if (std::string refusal = refuse_prefix(prefix); !refusal.empty()) return {true, refusal};
  auto record = read_record(prefix);
  if (!record) return {false, not_understood(prefix)};
  if (record->installed.empty()) return {true, fmt::format("in {} Windsock is not installed; windsock run works all the same", prefix)};
  const FilesState state = examine_files(installation, prefix);
  return {state == FilesState::kComplete,
          fmt::format("in {} Windsock is installed for {}, the files are {}; windsock wine status tries it", prefix, describe_programs(*record),
                      describe_files(state, *record, install_command(prefix, "")))};
}

}  // namespace windsock::winehost
