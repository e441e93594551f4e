#include "dlls/kernel32/file_search.h"

#include <algorithm>
#include <new>

#include "dlls/kernel32/name_pattern.h"

namespace windsock::kernel32 {

namespace {

Win32Error error_of_folder(host::Errno error) {
  Win32Error known = win32_error_from_errno(error);
  return known == Win32Error::kFileNotFound ? Win32Error::kPathNotFound : known;
}

// The folder's own names come first.
bool before(const std::string& a, const std::string& b) {
  auto rank = [](const std::string& name) { return name == "." ? 0 : name == ".." ? 1 : 2; };
  return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
}

}  // namespace

Result<Ref<FileSearch>, Win32Error> FileSearch::begin(const std::string& path) {
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "./" : path.substr(0, slash + 1);
  std::string last = slash == std::string::npos ? path : path.substr(slash + 1);
  if (path.empty()) return Failure{Win32Error::kPathNotFound};
  std::vector<std::string> names;
  if (is_pattern(last)) {
    auto listed = host::list_directory(folder.c_str());
    if (!listed) return Failure{error_of_folder(listed.error())};
    names = std::move(listed).take();
    std::erase_if(names, [&](const std::string& name) { return !matches(last, name); });
    std::sort(names.begin(), names.end(), before);
  } else {
    if (auto facts = host::file_facts(folder.c_str()); !facts) return Failure{error_of_folder(facts.error())};
    if (!last.empty()) names.push_back(std::move(last));
  }
  auto search = Ref<FileSearch>::adopt(new (std::nothrow) FileSearch(std::move(folder), std::move(names)));
  if (!search) return Failure{Win32Error::kNotEnoughMemory};
  return search;
}

std::optional<FileSearch::Found> FileSearch::next() {
  std::lock_guard lock(lock_);
  while (next_ < names_.size()) {
    const std::string& name = names_[next_++];
    // One that has gone meanwhile is none of the files.
    if (auto facts = host::file_facts((folder_ + name).c_str())) return Found{name, facts.value()};
  }
  return std::nullopt;
}

}  // namespace windsock::kernel32
