// A file that is transmitted: with this content, in the place for such; open for reading while the object lives.
#ifndef TESTS_REGRESS_OPEN_FILE_H
#define TESTS_REGRESS_OPEN_FILE_H

#include <windows.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace regress {

class OpenFile {
 public:
  explicit OpenFile(const std::string& content) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() / ("windsock-transmit-" + std::to_string(GetCurrentProcessId()) + "-" + std::to_string(++count));
    std::ofstream(path_, std::ios::binary) << content;
    handle_ = CreateFileA(path_.string().c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, nullptr);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (handle_ != INVALID_HANDLE_VALUE) CloseHandle(handle_);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  HANDLE get() const { return handle_; }
  bool valid() const { return handle_ != INVALID_HANDLE_VALUE; }
  long long position() const {
    LARGE_INTEGER none{}, position{};
    return SetFilePointerEx(handle_, none, &position, FILE_CURRENT) ? position.QuadPart : -1;
  }

 private:
  std::filesystem::path path_;
  HANDLE handle_ = INVALID_HANDLE_VALUE;
};

}  // namespace regress

#endif
