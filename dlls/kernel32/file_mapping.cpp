#include "dlls/kernel32/file_mapping.h"

#include <cerrno>
#include <new>

#include "dlls/common/host_directory.h"
#include "dlls/common/host_file.h"
#include "dlls/common/runtime_directory.h"

namespace windsock::kernel32 {

namespace {

constexpr char kLockName[] = "mappings.lock";
constexpr char kPrefix[] = "mapping-";
constexpr size_t kLongestFileName = 255;

// Whether nobody but us uses the file; it is locked then.
bool is_unused(int fd) { return host::lock_file(fd, host::LockWait::kTry).ok(); }

// While it lives no other process looks for mappings' files, makes or removes one.
class Directory {
 public:
  static host::Result<Directory> lock() {
    Directory directory;
    RuntimeDirectory runtime = WS_TRY(open_runtime_directory());
    directory.fd_ = std::move(runtime.fd);
    directory.path_ = std::move(runtime.path);
    directory.lock_ = WS_TRY(host::create_file_at(directory.fd_.get(), kLockName));
    WS_TRY(host::lock_file(directory.lock_.get(), host::LockWait::kWait));
    return directory;
  }
  host::Result<UniqueFd> open(const std::string& name) const { return host::create_file_at(fd_.get(), name.c_str()); }
  void remove(const std::string& name) const { static_cast<void>(host::remove_at(fd_.get(), name.c_str())); }
  // Memory of processes that died, or did not give it back when they ended.
  void remove_unused() const {
    auto names = host::list_directory(path_.c_str());
    if (!names) return;
    for (const std::string& name : names.value()) {
      if (!name.starts_with(kPrefix)) continue;
      if (auto memory = open(name); memory && is_unused(memory.value().get())) remove(name);
    }
  }

 private:
  UniqueFd fd_, lock_;
  std::string path_;
};

// The memory of a name, locked as ours.
struct Shared {
  UniqueFd memory;
  uint64_t size = 0;
  bool existed = false;
};

host::Result<Shared> find_or_make(const std::string& file, uint64_t size) {
  Directory directory = WS_TRY(Directory::lock());
  directory.remove_unused();
  Shared shared{WS_TRY(directory.open(file)), size, false};
  int fd = shared.memory.get();
  shared.existed = !is_unused(fd);
  if (!shared.existed) {
    auto sized = host::resize_file(fd, 0);
    if (sized) sized = host::resize_file(fd, static_cast<int64_t>(size));
    if (!sized) {
      directory.remove(file);
      return Failure{sized.error()};
    }
  }
  WS_TRY(host::share_lock(fd));
  shared.size = static_cast<uint64_t>(WS_TRY(host::file_size(fd)));
  return shared;
}

host::Result<Shared> find(const std::string& file) {
  Directory directory = WS_TRY(Directory::lock());
  Shared shared{WS_TRY(directory.open(file)), 0, true};
  int fd = shared.memory.get();
  if (is_unused(fd)) {
    directory.remove(file);
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
  std::string file = kPrefix;
  for (char character : rest)
    file += character == '/' ? "%2f" : character == '%' ? "%25" : std::string(1, character);
  if (file.size() > kLongestFileName) return std::nullopt;
  return file;
}

Ref<FileMapping> FileMapping::make(UniqueFd fd, uint64_t size, Protection protection, std::string name) {
  return Ref<FileMapping>::adopt(new (std::nothrow) FileMapping(std::move(fd), size, protection, std::move(name)));
}

// Its views hold it, so nobody of this process uses the memory any more.
FileMapping::~FileMapping() {
  if (name_.empty()) return;
  auto directory = Directory::lock();
  if (!directory) return;
  // A child of fork() has the lock with us, and goes on with memory that has lost its name.
  if (is_unused(fd_.get())) directory.value().remove(name_);
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
