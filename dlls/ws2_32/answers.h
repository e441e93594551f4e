// How exports that are not supported answer, as the .spec files say. spec_to_answers.awk makes one ANSWER_… line for each.
//
// The functions carry the export's ELF name as an assembler label, so that their shape need not repeat every prototype: the
// host's calling convention lets a function leave arguments alone.
#pragma once

#include <winsock2.h>

#include "dlls/ws2_32/entry.h"

namespace windsock::answers {

// Every one is called once in a program's life or so: what it prints helps to find out why the program is unhappy.
inline void report(const char* name) { WS_WARN(kApi, "%s is not supported; see differences.md", name); }

template <typename R>
R answer(const char* name, R failure, int error) {
  report(name);
  return entry::call(name, failure, [&]() -> WsaResult<R> { return wsa_failure(error); });
}

// The error is the result, or goes where a pointer says.
inline int error_now(int error) { return process::is_started() ? error : WSANOTINITIALISED; }

inline int answer_code(const char* name, int error) {
  report(name);
  return error_now(error);
}

inline int answer_errno(const char* name, void* where, int error) {
  report(name);
  if (!where) {
    services::set_last_error(WSAEFAULT);
    return SOCKET_ERROR;
  }
  *static_cast<int*>(where) = error_now(error);
  return SOCKET_ERROR;
}

}  // namespace windsock::answers

#define ANSWER_EXPORT(type, symbol, parameters)                                        \
  extern "C" WINDSOCK_API type windsock_answer_##symbol parameters __asm__(#symbol); \
  type windsock_answer_##symbol parameters
#define ANSWER_failure(symbol, name, error) \
  ANSWER_EXPORT(int, symbol, ()) { return windsock::answers::answer(name, SOCKET_ERROR, error); }
#define ANSWER_false(symbol, name, error) \
  ANSWER_EXPORT(BOOL, symbol, ()) { return windsock::answers::answer(name, FALSE, error); }
#define ANSWER_null(symbol, name, error) \
  ANSWER_EXPORT(void*, symbol, ()) { return windsock::answers::answer(name, static_cast<void*>(nullptr), error); }
#define ANSWER_invalid(symbol, name, error) \
  ANSWER_EXPORT(SOCKET, symbol, ()) { return windsock::answers::answer(name, INVALID_SOCKET, error); }
#define ANSWER_void(symbol, name) \
  ANSWER_EXPORT(void, symbol, ()) { windsock::answers::report(name); }
#define ANSWER_no(symbol, name) \
  ANSWER_EXPORT(BOOL, symbol, ()) { return FALSE; }
#define ANSWER_code(symbol, name, error) \
  ANSWER_EXPORT(int, symbol, ()) { return windsock::answers::answer_code(name, error); }
#define ANSWER_errno(symbol, name, error, position)                                             \
  ANSWER_EXPORT(int, symbol, (void* a1, void* a2, void* a3, void* a4, void* a5, void* a6)) {   \
    void* const arguments[] = {a1, a2, a3, a4, a5, a6};                                        \
    return windsock::answers::answer_errno(name, arguments[position - 1], error);              \
  }
