// The exports for pipes without a name, whose ends are Files, and looking into pipes of both kinds.
#include <namedpipeapi.h>

#include <new>

#include "dlls/common/host_pipe.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/handle_table.h"
#include "dlls/kernel32/last_error.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"

using namespace windsock::kernel32;
namespace host = windsock::host;

namespace {

HANDLE make_end(windsock::UniqueFd fd, const SECURITY_ATTRIBUTES* attributes) {
  auto file = Ref<File>::adopt(new (std::nothrow) File(std::move(fd), FileManner::kSynchronous));
  return file ? handle_table::insert(std::move(file), attributes != nullptr && attributes->bInheritHandle ? kHandleInherit : 0) : nullptr;
}

void store(LPDWORD where, size_t value) {
  if (where != nullptr) *where = static_cast<DWORD>(value);
}

}  // namespace

BOOL CreatePipe(PHANDLE read_end, PHANDLE write_end, LPSECURITY_ATTRIBUTES attributes, DWORD size) {
  if (read_end == nullptr || write_end == nullptr) return fail(Win32Error::kInvalidParameter);
  auto made = host::create_pipe();
  if (!made) return fail(win32_error_from_errno(made.error()));
  host::Pipe pipe = std::move(made).take();
  if (size != 0) host::wish_pipe_size(pipe.write_end.get(), size);
  HANDLE reader = make_end(std::move(pipe.read_end), attributes);
  HANDLE writer = reader != nullptr ? make_end(std::move(pipe.write_end), attributes) : nullptr;
  if (writer == nullptr) {
    if (reader != nullptr) handle_table::remove(reader);
    return fail(Win32Error::kNotEnoughMemory);
  }
  *read_end = reader;
  *write_end = writer;
  return TRUE;
}

BOOL PeekNamedPipe(HANDLE handle, LPVOID buffer, DWORD size, LPDWORD read, LPDWORD available, LPDWORD left_of_message) {
  if (Ref<NamedPipe> pipe = find_object_as<NamedPipe>(handle)) {
    if (!pipe->is_open_for(PipeUse::kRead)) return fail(Win32Error::kAccessDenied);
    auto peeked = pipe->peek(buffer, buffer != nullptr ? size : 0);
    if (!peeked) return fail(peeked.error());
    store(read, peeked.value().copied);
    store(available, peeked.value().available);
    store(left_of_message, peeked.value().left_of_message);
    return TRUE;
  }
  Ref<File> file = find_object_as<File>(handle);
  if (!file) return fail(Win32Error::kInvalidHandle);
  if (file->type() != host::FileType::kPipe) return fail(Win32Error::kInvalidFunction);
  if (!host::is_open_for(file->fd(), host::FileUse::kRead)) return fail(Win32Error::kAccessDenied);
  auto peeked = host::peek_pipe(file->fd(), buffer, buffer != nullptr ? size : 0);
  if (!peeked) return fail(win32_error_from_errno(peeked.error()));
  store(read, peeked.value().copied);
  store(available, peeked.value().available);
  store(left_of_message, 0);  // bytes have no messages
  return TRUE;
}
