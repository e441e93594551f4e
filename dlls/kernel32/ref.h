// Ref<T>: one counted reference to a kernel object. The count stands in the object (see Waitable), so that a handle, a wait in
// progress and the object's own work (a running thread) each hold it alive without an allocation.
#pragma once

#include <utility>

namespace windsock::kernel32 {

template <typename T>
class Ref {
 public:
  Ref() = default;
  // Takes over a reference that somebody counted already; a new object is born with one.
  static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  // Counts a further reference.
  static Ref share(T* object) {
    if (object != nullptr) object->add_reference();
    return adopt(object);
  }
  Ref(const Ref& other) : Ref(share(other.object_)) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename Derived>
  Ref(Ref<Derived>&& other) noexcept : object_(other.release()) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->drop_reference();
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  // The reference goes to the caller.
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

}  // namespace windsock::kernel32
