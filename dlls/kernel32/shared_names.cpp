#include "dlls/kernel32/shared_names.h"

#include "dlls/common/host_directory.h"
#include "dlls/common/host_memory.h"
#include "dlls/common/runtime_directory.h"

namespace windsock::kernel32 {

namespace {

constexpr size_t kLongestFileName = 255;

}  // namespace

host::Result<SharedNames> SharedNames::lock(const char* lock_file) {
  SharedNames names;
  RuntimeDirectory runtime = WS_TRY(open_runtime_directory());
  names.fd_ = std::move(runtime.fd);
  names.path_ = std::move(runtime.path);
  names.lock_ = WS_TRY(host::create_file_at(names.fd_.get(), lock_file));
  WS_TRY(host::lock_file(names.lock_.get(), host::LockWait::kWait));
  return names;
}

SharedNames::~SharedNames() {
  if (lock_.is_open()) host::unlock_file(lock_.get());
}

host::Result<UniqueFd> SharedNames::open(const std::string& file) const { return host::create_file_at(fd_.get(), file.c_str()); }
void SharedNames::remove(const std::string& file) const { static_cast<void>(host::remove_at(fd_.get(), file.c_str())); }

std::vector<std::string> SharedNames::list(std::string_view prefix) const {
  std::vector<std::string> found;
  auto names = host::list_directory(path_.c_str());
  if (!names) return found;
  for (const std::string& name : names.value())
    if (name.starts_with(prefix)) found.push_back(name);
  return found;
}

void SharedNames::remove_unused(std::string_view prefix) const {
  for (const std::string& name : list(prefix))
    if (auto file = open(name); file && is_unused(file.value().get())) remove(name);
}

bool SharedNames::is_unused(int fd) { return host::lock_file(fd, host::LockWait::kTry).ok(); }

std::optional<std::string> escaped_file_name(std::string_view prefix, std::string_view name) {
  std::string file(prefix);
  for (char character : name) file += character == '/' ? "%2f" : character == '%' ? "%25" : std::string(1, character);
  if (file.size() > kLongestFileName) return std::nullopt;
  return file;
}

}  // namespace windsock::kernel32
