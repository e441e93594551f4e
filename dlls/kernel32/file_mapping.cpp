#include "dlls/kernel32/file_mapping.h"

#include <cerrno>
#include <new>

#include "dlls/common/host_file.h"
#include "dlls/common/host_memory.h"
#include "dlls/kernel32/shared_names.h"

namespace windsock::kernel32 {

namespace {

constexpr char kLockName[] = "mappings.lock";
constexpr char kPrefix[] = "mapping-";

// The memory of a name, locked as ours.
struct Shared {
  UniqueFd memory;
  uint64_t size = 0;
  bool existed = false;
};

host::Result<Shared> find_or_make(const std::string& file, uint64_t size) {
  SharedNames names = WS_TRY(SharedNames::lock(kLockName));
  names.remove_unused(kPrefix);
  Shared shared{WS_TRY(names.open(file)), size, false};
  int fd = shared.memory.get();
  shared.existed = !SharedNames::is_unused(fd);
  if (!shared.existed) {
    auto sized = host::resize_file(fd, 0);
    if (sized) sized = host::resize_file(fd, static_cast<int64_t>(size));
    if (!sized) {
      names.remove(file);
      return Failure{sized.error()};
    }
  }
  WS_TRY(host::share_lock(fd));
  shared.size = static_cast<uint64_t>(WS_TRY(host::file_size(fd)));
  return shared;
}

host::Result<Shared> find(const std::string& file) {
  SharedNames names = WS_TRY(SharedNames::lock(kLockName));
  Shared shared{WS_TRY(names.open(file)), 0, true};
  int fd = shared.memory.get();
  if (SharedNames::is_unused(fd)) {
    names.remove(file);
    return host::failure(ENOENT);
  }
  WS_TRY(host::share_lock(fd));
  shared.size = static_cast<uint64_t>(WS_TRY(host::file_size(fd)));
  return shared;
}

Failure<Win32Error> failure_of(host::Errno error) { return Failure{win32_error_from_errno(error)}; }

}  // namespace

std::optional<std::string> shared_file_name(const std::string& name) {
  std::string rest = name;
  for (std::string_view prefix : {"Local\\", "Global\\"})
    if (rest.starts_with(prefix)) {
      rest.erase(0, prefix.size());
      break;
    }
  if (rest.empty() || rest.find('\\') != std::string::npos) return std::nullopt;
  return escaped_file_name(kPrefix, rest);
}

Ref<FileMapping> FileMapping::make(UniqueFd fd, uint64_t size, Protection protection, std::string name) {
  return Ref<FileMapping>::adopt(new (std::nothrow) FileMapping(std::move(fd), size, protection, std::move(name)));
}

// Its views hold it, so nobody of this process uses the memory any more.
FileMapping::~FileMapping() {
  if (name_.empty()) return;
  auto names = SharedNames::lock(kLockName);
  if (!names) return;
  // A child of fork() has the lock with us, and goes on with memory that has lost its name.
  if (SharedNames::is_unused(fd_.get())) names.value().remove(name_);
  fd_ = {};
}

Ref<FileMapping> FileMapping::of_file(UniqueFd file, uint64_t size, Protection protection) {
  return make(std::move(file), size, protection, {});
}

Result<Ref<FileMapping>, Win32Error> FileMapping::of_memory(uint64_t size, Protection protection) {
  auto memory = host::create_memory("windsock-mapping", size);
  if (!memory) return failure_of(memory.error());
  Ref<FileMapping> mapping = make(std::move(memory).take(), size, protection, {});
  if (!mapping) return Failure{Win32Error::kNotEnoughMemory};
  return mapping;
}

Result<FileMapping::Named, Win32Error> FileMapping::of_named_memory(const std::string& name, uint64_t size, Protection protection) {
  auto file = shared_file_name(name);
  if (!file) return Failure{Win32Error::kPathNotFound};
  auto found = find_or_make(*file, size);
  if (!found) return failure_of(found.error());
  Shared shared = std::move(found).take();
  Ref<FileMapping> mapping = make(std::move(shared.memory), shared.size, protection, *file);
  if (!mapping) return Failure{Win32Error::kNotEnoughMemory};
  return Named{std::move(mapping), shared.existed};
}

Result<Ref<FileMapping>, Win32Error> FileMapping::open(const std::string& name, Protection protection) {
  auto file = shared_file_name(name);
  if (!file) return Failure{Win32Error::kPathNotFound};
  auto found = find(*file);
  if (!found) return failure_of(found.error());
  Shared shared = std::move(found).take();
  Ref<FileMapping> mapping = make(std::move(shared.memory), shared.size, protection, *file);
  if (!mapping) return Failure{Win32Error::kNotEnoughMemory};
  return mapping;
}

}  // namespace windsock::kernel32
