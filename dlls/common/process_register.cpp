#include "dlls/common/process_register.h"

#include <cerrno>
#include <mutex>

#include "dlls/common/runtime_directory.h"

namespace windsock::process_register {

namespace {

constexpr char kFileName[] = "processes";
constexpr unsigned kSpaceBits = 31;
constexpr uint32_t kSpaces = uint32_t{1} << kSpaceBits;

int64_t place_of(uint32_t space, uint32_t number) { return (int64_t{number} << kSpaceBits) + space % kSpaces; }

// Held whenever a descriptor of the file is opened or closed.
std::mutex& mutex() {
  static auto* one = new std::mutex;
  return *one;
}
int g_entered_by = -1;  // the descriptor of a process that has entered, for its life

host::Result<UniqueFd> open_file() {
  RuntimeDirectory directory = WS_TRY(open_runtime_directory());
  return host::create_file_at(directory.fd.get(), kFileName);
}

// Nobody: no process.
host::Result<std::optional<host::ByteHolder>> holder(int64_t first, int64_t count) {
  std::lock_guard lock(mutex());
  if (g_entered_by >= 0) return host::holder_of_bytes(g_entered_by, first, count);
  UniqueFd file = WS_TRY(open_file());
  return host::holder_of_bytes(file.get(), first, count);
}

// The number is looked up once more when the descriptor is there: before, it could have become another process's.
host::Result<UniqueFd> open_holder(const host::ByteHolder& found) {
  UniqueFd process = WS_TRY(host::open_process(found.pid));
  auto again = WS_TRY(holder(found.offset, 1));
  if (!again || again->pid != found.pid) return host::failure(ESRCH);
  return process;
}

}  // namespace

host::Result<uint32_t> space_of(const char* directory) {
  UniqueFd opened = WS_TRY(host::open_read(directory));
  host::FileIdentity identity = WS_TRY(host::identify(opened.get()));
  uint64_t mixed = (identity.device * 0x9e3779b97f4a7c15 ^ identity.inode) * 0xff51afd7ed558ccd;
  return static_cast<uint32_t>(mixed >> (64 - kSpaceBits));
}

host::Result<void> enter(uint32_t space, uint32_t number) {
  std::lock_guard lock(mutex());
  if (g_entered_by < 0) g_entered_by = WS_TRY(open_file()).release();
  return host::hold_byte(g_entered_by, place_of(space, number));
}

host::Result<UniqueFd> find(uint32_t space, uint32_t number) {
  auto found = WS_TRY(holder(place_of(space, number), 1));
  if (!found) return host::failure(ESRCH);
  return open_holder(*found);
}

host::Result<UniqueFd> find_in_any_space(uint32_t number) {
  const int64_t first = place_of(0, number), end = first + kSpaces;
  auto found = WS_TRY(holder(first, kSpaces));
  if (!found) return host::failure(ESRCH);
  auto below = WS_TRY(holder(first, found->offset - first));
  auto above = WS_TRY(holder(found->offset + 1, end - found->offset - 1));
  if (below || above) return host::failure(ESRCH);
  return open_holder(*found);
}

}  // namespace windsock::process_register
