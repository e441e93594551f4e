#include "dlls/user32/window_life.h"

#include <optional>
#include <utility>

#include "dlls/user32/failure.h"
#include "dlls/user32/message_queue.h"
#include "dlls/user32/names.h"
#include "dlls/user32/procedure_call.h"
#include "dlls/user32/window.h"

namespace windsock::user32 {

namespace {

struct Made {
  HWND handle;
  Procedure procedure;
  ATOM class_name;
};

template <typename Description>
std::optional<Made> make(const Description& description, MessageQueue& queue) {
  UserLock lock(user_mutex());
  HINSTANCE instance = window_classes::module_of(description.hInstance);
  WindowClass* window_class = window_classes::find(names::find(description.lpszClass), instance);
  if (window_class == nullptr) return failed(ERROR_CANNOT_FIND_WND_CLASS, std::optional<Made>());
  Window window;
  window.place = description.style & WS_CHILD ? Place::kChild : Place::kTopLevel;
  if (description.hwndParent == HWND_MESSAGE) {
    window.place = Place::kMessageOnly;
  } else if (description.hwndParent != nullptr) {
    if (windows::find(description.hwndParent) == nullptr) return failed(ERROR_INVALID_WINDOW_HANDLE, std::optional<Made>());
    window.parent = description.hwndParent;
  } else if (window.place == Place::kChild) {
    return failed(ERROR_TLW_WITH_WSCHILD, std::optional<Made>());
  }
  window.window_class = window_class;
  window.queue = &queue;
  window.procedure = window_class->procedure;
  window.instance = instance;
  window.style = static_cast<DWORD>(description.style) & ~DWORD{WS_VISIBLE};
  window.extended_style = description.dwExStyle;
  if (window.place == Place::kChild) window.id = reinterpret_cast<LONG_PTR>(description.hMenu);
  window.extra.resize(static_cast<size_t>(window_class->window_extra));
  const Window& inserted = windows::insert(std::move(window));
  return Made{inserted.handle, inserted.procedure, window_class->name};
}

// The window's own procedure as it is at the moment. False: there is no such window any more.
bool call_window(HWND handle, UINT message, WPARAM wparam, LPARAM lparam, LRESULT& result) {
  Procedure procedure;
  {
    UserLock lock(user_mutex());
    const Window* window = windows::find(handle);
    if (window == nullptr) return false;
    procedure = window->procedure;
  }
  result = call_procedure(procedure, procedure.encoding, handle, message, wparam, lparam);
  return true;
}

// What a message with a description is called with: in the encoding of the procedure.
class DescriptionFor {
 public:
  template <typename Description>
  DescriptionFor(const Description& given, const Made& made) {
    constexpr bool kIsWide = std::is_same_v<Description, CREATESTRUCTW>;
    wide_ = {given.lpCreateParams, given.hInstance, given.hMenu, given.hwndParent, given.cy, given.cx, given.y, given.x,
             given.style,          nullptr,         nullptr,     given.dwExStyle};
    if ((made.procedure.encoding == Encoding::kWide) == kIsWide) {
      wide_.lpszName = reinterpret_cast<LPCWSTR>(given.lpszName);
      wide_.lpszClass = reinterpret_cast<LPCWSTR>(given.lpszClass);
    } else {
      set(wide_.lpszName, given.lpszName, name_);
      set(wide_.lpszClass, given.lpszClass, class_);
    }
  }
  LPARAM lparam() { return reinterpret_cast<LPARAM>(&wide_); }

 private:
  // Both forms of the structure have the same layout.
  static_assert(sizeof(CREATESTRUCTA) == sizeof(CREATESTRUCTW));
  struct Kept {
    std::string narrow;
    std::u16string wide;
  };
  static void set(LPCWSTR& where, const char16_t* text, Kept& kept) {
    if (!IS_INTRESOURCE(text)) kept.narrow = utf8_from_utf16(text);
    where = IS_INTRESOURCE(text) ? text : reinterpret_cast<LPCWSTR>(kept.narrow.c_str());
  }
  static void set(LPCWSTR& where, const char* text, Kept& kept) {
    if (!IS_INTRESOURCE(text)) kept.wide = utf16_from_utf8(text);
    where = IS_INTRESOURCE(text) ? reinterpret_cast<LPCWSTR>(text) : kept.wide.c_str();
  }

  CREATESTRUCTW wide_;
  Kept name_, class_;
};

// The end of a window that has been told all it is to be told.
void remove_window(HWND handle) {
  UserLock lock(user_mutex());
  Window* window = windows::find(handle);
  if (window == nullptr) return;
  window->queue->forget(handle);
  windows::remove(*window);
}

void end_window(HWND handle) {
  LRESULT ignored;
  call_window(handle, WM_NCDESTROY, 0, 0, ignored);
  remove_window(handle);
}

// Children, and windows at the top that this one owns. Those of other threads are destroyed there.
void destroy_dependent(HWND handle) {
  UserLock lock(user_mutex());
  const MessageQueue* self = MessageQueue::current_if_any();
  auto dependent =
      with_memory(std::vector<HWND>(), [&] { return windows::select([&](const Window& window) { return window.parent == handle; }); });
  for (HWND one : dependent) {
    const Window* window = windows::find(one);
    if (window == nullptr) continue;
    bool is_own = window->queue == self;
    lock.unlock();
    LRESULT ignored;
    if (is_own)
      destroy_window(one);
    else
      send_message(one, kDestroyMessage, 0, 0, Encoding::kWide, {}, ignored);
    lock.lock();
  }
}

template <typename Description>
HWND create(const Description& description) {
  MessageQueue* queue = MessageQueue::current();
  if (queue == nullptr) return nullptr;
  auto made = with_memory(std::optional<Made>(), [&] { return make(description, *queue); });
  if (!made) return nullptr;
  auto told =
      with_memory(std::optional<DescriptionFor>(), [&] { return std::optional<DescriptionFor>(std::in_place, description, *made); });
  HWND handle = made->handle;
  LRESULT result = 0;
  if (!told) {
    remove_window(handle);
    return nullptr;
  }
  if (!call_window(handle, WM_NCCREATE, 0, told->lparam(), result) || result == 0) {
    end_window(handle);
    return nullptr;
  }
  RECT rectangle{description.x, description.y, description.x + description.cx, description.y + description.cy};
  call_window(handle, WM_NCCALCSIZE, FALSE, reinterpret_cast<LPARAM>(&rectangle), result);
  if (!call_window(handle, WM_CREATE, 0, told->lparam(), result)) return nullptr;
  if (result == -1) {
    destroy_window(handle);
    return nullptr;
  }
  return IsWindow(handle) ? handle : nullptr;
}

}  // namespace

HWND create_window(const CREATESTRUCTA& description) { return create(description); }
HWND create_window(const CREATESTRUCTW& description) { return create(description); }

bool destroy_window(HWND handle) {
  {
    UserLock lock(user_mutex());
    Window* window = windows::find(handle);
    if (window == nullptr || (window->queue == MessageQueue::current_if_any() && window->is_going))
      return failed(ERROR_INVALID_WINDOW_HANDLE, false);
    if (window->queue != MessageQueue::current_if_any()) return failed(ERROR_ACCESS_DENIED, false);
    window->is_going = true;
  }
  LRESULT ignored;
  call_window(handle, WM_DESTROY, 0, 0, ignored);
  destroy_dependent(handle);
  end_window(handle);
  return true;
}

}  // namespace windsock::user32
