// From a HANDLE to the object that an export works on.
#pragma once

#include "dlls/kernel32/handle_table.h"

namespace windsock::kernel32 {

// The object of a handle or pseudo-handle; null for what is neither, and for SOCKETs.
Ref<Waitable> find_object(Handle handle);

// Null also when the object is of another kind.
template <typename T>
Ref<T> find_object_as(Handle handle) {
  Ref<Waitable> object = find_object(handle);
  if (!object || object->kind() != T::kKind) return {};
  return Ref<T>::adopt(static_cast<T*>(object.release()));
}

}  // namespace windsock::kernel32
