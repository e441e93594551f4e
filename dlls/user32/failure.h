// How an export fails.
#pragma once

#include <errhandlingapi.h>
#include <winerror.h>

#include <new>

namespace windsock::user32 {

template <typename T = BOOL>
T failed(DWORD error, T answer = {}) {
  SetLastError(error);
  return answer;
}

// Runs what needs memory, and calls nothing of the program's.
template <typename T, typename Body>
T with_memory(T failure, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return failed(ERROR_NOT_ENOUGH_MEMORY, failure);
  }
}

}  // namespace windsock::user32
