#include "dlls/user32/window.h"

#include <map>
#include <utility>

namespace windsock::user32::windows {

namespace {

// By handles, which grow: so also by age.
std::map<uintptr_t, Window>& table() {
  static auto& windows = *new std::map<uintptr_t, Window>;
  return windows;
}

constexpr uintptr_t kFirst = 0x10010, kStep = 2;
constinit uintptr_t next_handle = kFirst;

}  // namespace

Window& insert(Window&& window) {
  uintptr_t handle = next_handle;
  Window& inserted = table().emplace(handle, std::move(window)).first->second;
  inserted.handle = reinterpret_cast<HWND>(handle);
  ++inserted.window_class->windows;
  next_handle += kStep;
  return inserted;
}

Window* find(HWND handle) {
  auto found = table().find(reinterpret_cast<uintptr_t>(handle));
  return found != table().end() ? &found->second : nullptr;
}

void remove(Window& window) {
  --window.window_class->windows;
  table().erase(reinterpret_cast<uintptr_t>(window.handle));
}

bool is_descendant(HWND handle, HWND of) {
  const Window* window = find(handle);
  while (window != nullptr && window->place == Place::kChild) {
    if (window->parent == of) return true;
    window = find(window->parent);
  }
  return false;
}

std::vector<HWND> select(const std::function<bool(const Window&)>& is_meant) {
  std::vector<HWND> found;
  for (const auto& [handle, window] : table())
    if (is_meant(window)) found.push_back(window.handle);
  return found;
}

void remove_all_of(const MessageQueue* queue) {
  std::erase_if(table(), [&](const auto& entry) {
    if (entry.second.queue != queue) return false;
    --entry.second.window_class->windows;
    return true;
  });
}

}  // namespace windsock::user32::windows
