#include "dlls/kernel32/create_process.h"

#include <algorithm>
#include <new>

#include "dlls/common/host_child.h"
#include "dlls/kernel32/command_line.h"
#include "dlls/kernel32/file.h"
#include "dlls/kernel32/lookup.h"
#include "dlls/kernel32/named_pipe.h"
#include "dlls/kernel32/process.h"
#include "dlls/kernel32/program_search.h"
#include "dlls/kernel32/socket_provider.h"

namespace windsock::kernel32 {

namespace {

// An array as execve wants it; the texts must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> texts;
  for (char* const* text = host::environment(); text != nullptr && *text != nullptr; ++text) texts.emplace_back(*text);
  return texts;
}

Result<std::string, Win32Error> find_file(const ProcessParameters& parameters) {
  if (parameters.application) return program_at(*parameters.application);
  return find_program(program_candidates(*parameters.command_line));
}

// What the program gets from 3 up: the inheritable SOCKETs, and the descriptors that are not close-on-exec, which is how a
// POSIX part of the caller says the same.
Result<services::SocketInheritance, Win32Error> what_to_inherit(Inheritance inheritance) {
  if (inheritance == Inheritance::kNone) return services::SocketInheritance{};
  auto plain = host::inheritable_fds();
  if (!plain) return Failure{win32_error_from_errno(plain.error())};
  services::SocketInheritance inherited = inherit_sockets();
  std::vector<int>& fds = inherited.fds;
  if (inherited.connection.is_open()) fds.push_back(inherited.connection.get());
  fds.insert(fds.end(), plain.value().begin(), plain.value().end());
  std::sort(fds.begin(), fds.end());
  fds.erase(std::unique(fds.begin(), fds.end()), fds.end());
  std::erase_if(fds, [](int fd) { return fd < 3; });
  return inherited;
}

// A handle that goes away unless it is kept.
class NewHandle {
 public:
  NewHandle(Ref<Waitable> object, uint32_t flags) : handle_(object ? handle_table::insert(std::move(object), flags) : nullptr) {}
  NewHandle(const NewHandle&) = delete;
  NewHandle& operator=(const NewHandle&) = delete;
  ~NewHandle() {
    if (handle_ != nullptr) handle_table::remove(handle_);
  }
  bool ok() const { return handle_ != nullptr; }
  Handle keep() { return std::exchange(handle_, nullptr); }

 private:
  Handle handle_;
};

}  // namespace

Result<ProcessHandles, Win32Error> create_process(const ProcessParameters& parameters) {
  if (!parameters.application && (!parameters.command_line || parameters.command_line->empty()))
    return Failure{Win32Error::kInvalidParameter};
  std::string path = WS_TRY(find_file(parameters));
  if (parameters.directory && host::inspect_file(parameters.directory->c_str()) != host::FileKind::kDirectory)
    return Failure{Win32Error::kDirectory};
  services::SocketInheritance inherited = WS_TRY(what_to_inherit(parameters.inheritance));

  // Without a command line the application's name is the only argument.
  std::vector<std::string> arguments =
      parameters.command_line ? split_command_line(*parameters.command_line) : std::vector<std::string>{*parameters.application};
  std::vector<char*> argument_pointers = pointers_to(arguments);
  std::vector<std::string> environment = parameters.environment ? *parameters.environment : own_environment();
  if (!inherited.variable.empty()) environment.push_back(inherited.variable + "=" + inherited.value);
  std::vector<char*> environment_pointers = pointers_to(environment);
  host::ChildRequest request;
  request.path = path.c_str();
  request.arguments = argument_pointers.data();
  request.environment = environment_pointers.data();
  request.directory = parameters.directory ? parameters.directory->c_str() : nullptr;
  request.inherited = inherited.fds;
  request.suspended = parameters.suspended;
  Ref<File> standard_files[3];
  Ref<NamedPipe> standard_pipes[3];
  for (int i = 0; i < 3; ++i) {
    Handle handle = parameters.standard_handles[i];
    if (classify(handle) == HandleRange::kSocket) request.standard_fds[i] = static_cast<int>(reinterpret_cast<uintptr_t>(handle));
    standard_files[i] = find_object_as<File>(handle);
    if (standard_files[i]) request.standard_fds[i] = standard_files[i]->fd();
    // A pipe's connection has no frames if it is one of bytes, which is what a child can use.
    standard_pipes[i] = find_object_as<NamedPipe>(handle);
    if (standard_pipes[i] && standard_pipes[i]->facts().type == PipeType::kBytes)
      request.standard_fds[i] = standard_pipes[i]->connection_fd();
  }

  Ref<Process> process = Process::create();
  if (!process) return Failure{Win32Error::kNotEnoughMemory};
  auto main_thread = Ref<MainThread>::adopt(new (std::nothrow) MainThread(process));
  NewHandle process_handle(Ref<Process>(process), parameters.process_handle_flags);
  NewHandle thread_handle(std::move(main_thread), parameters.thread_handle_flags);
  if (!process_handle.ok() || !thread_handle.ok()) return Failure{Win32Error::kNotEnoughMemory};

  if (auto started = process->start(request); !started) return Failure{win32_error_from_errno(started.error())};
  return ProcessHandles{process_handle.keep(), thread_handle.keep(), process->id()};
}

}  // namespace windsock::kernel32
