#include "dlls/user32/window_class.h"

#include <libloaderapi.h>

#include <algorithm>
#include <list>
#include <utility>

namespace windsock::user32::window_classes {

namespace {

std::list<WindowClass>& all() {
  static auto& classes = *new std::list<WindowClass>;
  return classes;
}

}  // namespace

HINSTANCE module_of(HINSTANCE instance) {
  static const HINSTANCE program = GetModuleHandleA(nullptr);
  return instance != nullptr ? instance : program;
}

bool insert(WindowClass&& description) {
  auto is_same = [&](const WindowClass& other) { return other.name == description.name && other.instance == description.instance; };
  if (std::any_of(all().begin(), all().end(), is_same)) return false;
  all().push_back(std::move(description));
  return true;
}

WindowClass* find(ATOM name, HINSTANCE instance) {
  WindowClass* global = nullptr;
  for (WindowClass& one : all()) {
    if (name == 0 || one.name != name) continue;
    if (one.instance == instance) return &one;
    if (one.style & CS_GLOBALCLASS) global = &one;
  }
  return global;
}

void remove(WindowClass& window_class) {
  all().remove_if([&](const WindowClass& one) { return &one == &window_class; });
}

}  // namespace windsock::user32::window_classes
