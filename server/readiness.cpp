#include "server/readiness.h"

#include <cstdio>

#include "config.h"
#include "dlls/common/host.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace windsock::server {

namespace {

void notify([[maybe_unused]] const std::string& message) {
#ifdef HAVE_SYSTEMD
  sd_notify(0, message.c_str());
#endif
}

}  // namespace

void Readiness::ready() {
  // The descriptor stays in use, so that no other file gets its number.
  if (after_ready_ == AfterReady::kBeSilent && !freopen("/dev/null", "w", stderr)) fclose(stderr);
  if (ready_fd_.is_open()) host::write_all(ready_fd_.get(), "\n", 1);
  ready_fd_.reset();
  notify("READY=1");
}

void Readiness::status(const std::string& text) {
  if (text == last_) return;
  last_ = text;
  notify("STATUS=" + text);
}

void Readiness::stopping() { notify("STOPPING=1"); }

UniqueFd activated_socket() {
#ifdef HAVE_SYSTEMD
  if (sd_listen_fds(1) == 1 && sd_is_socket_unix(SD_LISTEN_FDS_START, 0, 1, nullptr, 0) > 0) {
    auto owned = UniqueFd::adopt(SD_LISTEN_FDS_START);
    (void)host::set_inheritable(owned.get(), false);
    return owned;
  }
#endif
  return {};
}

}  // namespace windsock::server
