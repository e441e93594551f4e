// Results in a program's buffer: structures at its head, and what they point to behind them.
//
// What does not fit is counted all the same, so a filler runs twice: over an empty buffer, which tells the size that is needed,
// and then over the program's, which either takes everything or is not touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace windsock {

class PackedBuffer {
 public:
  PackedBuffer() = default;  // only counts
  PackedBuffer(void* begin, size_t size) : begin_(static_cast<std::byte*>(begin)), size_(size) {}

  // Room for `count` zeroed objects; null when it is not there.
  template <typename T>
  T* reserve(size_t count = 1) {
    used_ = (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    size_t offset = used_;
    used_ += count * sizeof(T);
    if (!begin_ || used_ > size_) return nullptr;
    memset(begin_ + offset, 0, count * sizeof(T));
    return reinterpret_cast<T*>(begin_ + offset);
  }
  template <typename T>
  T* put(const T& value) {
    T* place = reserve<T>();
    if (place) memcpy(place, &value, sizeof value);
    return place;
  }
  // With a zero behind it.
  template <typename Character>
  Character* put_text(std::basic_string_view<Character> text) {
    Character* place = reserve<Character>(text.size() + 1);
    if (place) memcpy(place, text.data(), text.size() * sizeof(Character));
    return place;
  }
  size_t used() const { return used_; }

 private:
  std::byte* begin_ = nullptr;
  size_t size_ = 0;
  size_t used_ = 0;
};

}  // namespace windsock
