#include "server/doctor.h"

#include <fmt/core.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "config.h"
#include "dlls/common/runtime_directory.h"
#include "dlls/common/shared_state.h"
#include "dlls/winehost/installation.h"
#include "dlls/winehost/installer.h"
#include "server/preload.h"
#include "server/tool_client.h"

namespace windsock::tool {

namespace {

using Verdict = Finding::Verdict;

// Fewer, and a server of a few hundred connections is in trouble.
constexpr uint64_t kComfortableFdLimit = 4096;

Finding ok(std::string text) { return {Verdict::kOk, "", std::move(text)}; }
Finding warn(std::string text) { return {Verdict::kWarn, "", std::move(text)}; }
Finding fail(std::string text) { return {Verdict::kFail, "", std::move(text)}; }
std::string reason(host::Errno error) { return strerror(static_cast<int>(error)); }

Finding examine_directory() {
  const std::string path = runtime_directory_path();
  auto directory = host::open_directory(path.c_str(), false);
  if (!directory) {
    if (static_cast<int>(directory.error()) == ENOENT) return ok(fmt::format("{} will be made when it is needed", path));
    if (static_cast<int>(directory.error()) == ELOOP || static_cast<int>(directory.error()) == ENOTDIR)
      return fail(fmt::format("{} is not a directory (or a symbolic link); remove it, or set WINDSOCK_DIR to another place", path));
    return fail(fmt::format("{}: {}; set WINDSOCK_DIR to a directory of your own", path, reason(directory.error())));
  }
  auto owner = host::ownership(directory.value().get());
  if (!owner) return fail(fmt::format("{}: {}", path, reason(owner.error())));
  if (owner.value().uid != host::effective_uid())
    return fail(fmt::format("{} belongs to uid {}, you are uid {}; set WINDSOCK_DIR to a directory of your own", path, owner.value().uid,
                            host::effective_uid()));
  if (owner.value().mode & 0077) return fail(fmt::format("{} has mode {:o}; do: chmod 700 {}", path, owner.value().mode, path));
  return ok(fmt::format("{} is yours alone (mode {:o})", path, owner.value().mode));
}

Finding examine_server() {
  auto client = ToolClient::connect();
  if (client)
    return client.value().welcome().version == PACKAGE_VERSION
               ? ok(fmt::format("windsockd {} answers, protocol {}.{}", client.value().welcome().version, client.value().welcome().major,
                                client.value().welcome().minor))
               : warn(fmt::format("windsockd {} answers, but this is windsock {}; do: windsock stop (the next program starts the new one)",
                                  client.value().welcome().version, PACKAGE_VERSION));
  if (!means_not_running(client.error())) return fail(explain(client.error(), nullptr));
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(own_folder()) / "windsockd", ignored))
    return warn(fmt::format("windsockd is not running, and not in {} beside windsock; run make install", own_folder()));
  return ok("windsockd is not running; the first program that needs it starts it");
}

Finding examine_fd_limit() {
  auto soft = host::fd_limit();
  auto hard = host::raise_fd_limit();
  if (!soft || !hard) return fail("the limit of open descriptors cannot be read");
  std::string text = fmt::format("{} open descriptors, {} for windsockd", soft.value(), hard.value());
  if (hard.value() < kComfortableFdLimit)
    return warn(fmt::format("{}; raise the hard limit to {} or more (LimitNOFILE=, limits.conf, ulimit -Hn)", text, kComfortableFdLimit));
  return ok(text);
}

Finding examine_wake_signal() {
  auto signal = host::reserve_wake_signal();
  if (!signal) return fail("no real-time signal is free for waking blocked calls; whoever started this shell ignores them all");
  return ok(fmt::format("SIGRTMAX-{} is free for waking blocked calls", SIGRTMAX - signal.value()));
}

Finding examine_shared_memory() {
  auto memory = host::create_memory("windsock-doctor", 4096);
  if (!memory) return fail(fmt::format("memfd_create: {}; a kernel of 5.1 or later is needed", reason(memory.error())));
  int fd = memory.value().get();
  if (auto sealed = host::seal_future_writes(fd); !sealed)
    return fail(fmt::format("F_SEAL_FUTURE_WRITE: {}; a kernel of 5.1 or later is needed", reason(sealed.error())));
  if (auto writable = host::map(fd, 4096, true)) {
    host::unmap(writable.value(), 4096);
    return fail("a sealed memfd can still be mapped writable; this kernel (or sandbox) does not keep the seal");
  }
  return ok("sealed shared memory works");
}

Finding examine_pidfd() {
  auto self = host::open_process(host::process_id());
  if (!self) return fail(fmt::format("pidfd_open: {}; a kernel of 5.3 or later is needed (or the sandbox forbids it)", reason(self.error())));
  auto pid = host::process_of(self.value().get());
  if (!pid || pid.value() != host::process_id()) return fail("a pidfd does not name its process in /proc/self/fdinfo; mount /proc");
  return ok("processes can be named by pidfd");
}

Finding examine_proc() {
  auto owner = host::process_owner(host::process_id());
  if (!owner || owner.value() != host::effective_uid()) return fail("/proc is not readable; do: mount -t proc proc /proc");
  return ok("/proc is mounted");
}

Finding examine_libraries() {
  auto folder = library_folder();
  if (!folder) return warn(fmt::format("{} not found; run make, or make install (windsock preload needs it)", kPreloadedLibraries[0]));
  return ok(fmt::format("the libraries are in {}", *folder));
}

Finding examine_wine() {
  auto installation = winehost::find_installation();
  if (!installation) return ok("Windsock was built without its Wine host; Windows programs do not run on it (windsock run)");
  if (installation->wine.empty()) return warn("Wine is not installed (Debian: wine64), or not in PATH; windsock run needs it");
  if (std::string trouble = winehost::why_not_loadable(*installation); !trouble.empty())
    return fail(fmt::format("{}; WSAStartup gives WSASYSNOTREADY in Wine", trouble));
  const std::string version = winehost::version_of_wine(*installation);
  if (!version.starts_with(winehost::kVerifiedWine))
    return warn(fmt::format("{} is {}, the Wine host was tried with {}; if it does not fit, WSAStartup gives WSASYSNOTREADY", installation->wine,
                            version.empty() ? "silent" : version, winehost::kVerifiedWine));
  return ok(fmt::format("{} for windsock run, the host is in {}", version, installation->folder));
}

Finding examine_prefix() {
  auto installation = winehost::find_installation();
  if (!installation) return ok("without the Wine host no prefix matters");
  const winehost::PrefixReport report = winehost::examine_usual_prefix(*installation);
  return report.good ? ok(report.text) : warn(report.text);
}

constexpr struct {
  const char* subject;
  Finding (*examine)();
} kExaminations[] = {
    {"directory", examine_directory},         {"server", examine_server}, {"descriptors", examine_fd_limit},
    {"signal", examine_wake_signal},          {"memory", examine_shared_memory},
    {"processes", examine_pidfd},             {"proc", examine_proc},     {"libraries", examine_libraries},
    {"wine", examine_wine},                   {"prefix", examine_prefix},
};

}  // namespace

std::vector<Finding> examine() {
  std::vector<Finding> findings;
  for (const auto& [subject, examination] : kExaminations) {
    findings.push_back(examination());
    findings.back().subject = subject;
  }
  return findings;
}

int report(const std::vector<Finding>& findings) {
  constexpr const char* kWords[] = {"ok", "warn", "FAIL"};
  int worst = 0;
  for (const Finding& finding : findings) {
    worst = std::max(worst, static_cast<int>(finding.verdict));
    fmt::print("{:<5} {:<12} {}\n", kWords[static_cast<size_t>(finding.verdict)], finding.subject, finding.text);
  }
  return worst == static_cast<int>(Verdict::kFail) ? 1 : 0;
}

}  // namespace windsock::tool
