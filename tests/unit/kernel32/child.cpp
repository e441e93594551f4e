// The commands of the test program as a child. Each writes its report to the descriptor that the command line names.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/unit/kernel32/support.h"

namespace kernel32_test {

namespace {

void report(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t written = write(fd, text.data() + done, text.size() - done);
    if (written <= 0) _exit(99);
    done += static_cast<size_t>(written);
  }
}

void report_arguments(int fd, int argc, char** argv) {
  for (int i = 0; i < argc; ++i) report(fd, "[" + std::string(argv[i]) + "]");
}

void report_directory(int fd) {
  char* directory = getcwd(nullptr, 0);
  report(fd, directory);
  free(directory);
}

void report_fds(int fd) {
  for (int open : process_fds(GetCurrentProcessId()))
    if (open >= 3 && open != fd) report(fd, std::to_string(open) + " ");
}

// Signals that are not at their default, and signals that are blocked.
void report_signals(int fd) {
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int number : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGRTMAX}) {
    struct sigaction action;
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_DFL) report(fd, "handled " + std::to_string(number) + " ");
    if (sigismember(&blocked, number)) report(fd, "blocked " + std::to_string(number) + " ");
  }
}

// A timer while there is no memory for a thread's stack, and afterwards.
void report_timer_without_thread(int fd) {
  HANDLE timer = CreateWaitableTimerA(nullptr, TRUE, nullptr);
  LARGE_INTEGER due{};
  rlimit usual{}, none{0, RLIM_INFINITY};
  getrlimit(RLIMIT_AS, &usual);
  none.rlim_max = usual.rlim_max;
  setrlimit(RLIMIT_AS, &none);
  BOOL set = SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE);
  DWORD error = GetLastError();
  setrlimit(RLIMIT_AS, &usual);
  report(fd, (set ? "set " : "failed ") + std::to_string(error) + " ");
  report(fd, WaitForSingleObject(timer, 0) == WAIT_TIMEOUT ? "unset " : "signalled ");
  set = SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE);
  report(fd, set && WaitForSingleObject(timer, kHang) == WAIT_OBJECT_0 ? "signalled" : "failed");
}

void copy_input_to(int fd) {
  char text[256];
  for (ssize_t got; (got = read(0, text, sizeof text)) > 0;) report(fd, std::string(text, static_cast<size_t>(got)));
}

// Each way to Winsock's send: does it lead to the same function, which is not libc's?
void report_winsock_procedures(int fd) {
  HMODULE winsock = LoadLibraryA("WS2_32.dll");
  FARPROC by_name = GetProcAddress(winsock, "send");
  HMODULE old = LoadLibraryA("wsock32");
  if (by_name != nullptr && reinterpret_cast<void*>(by_name) != reinterpret_cast<void*>(&::send) && GetModuleHandleA("ws2_32") == winsock) report(fd, "name ");
  if (GetProcAddress(winsock, reinterpret_cast<LPCSTR>(uintptr_t{19})) == by_name) report(fd, "ordinal ");
  if (GetProcAddress(old, "send") != nullptr && GetProcAddress(old, "WSASend") == nullptr) report(fd, "wsock32 ");
  if (FreeLibrary(old) && FreeLibrary(winsock)) report(fd, "freed");
}

// What a console handler reports to, and what it answers.
int console_fd = -1;
HANDLE console_done = nullptr;

BOOL WINAPI second_handler(DWORD event) {
  report(console_fd, "second " + std::to_string(event) + " ");
  return FALSE;
}
BOOL WINAPI first_handler(DWORD event) {
  report(console_fd, "first " + std::to_string(event) + " ");
  SetEvent(console_done);
  return TRUE;
}

void report_console_event(int fd, int number, bool taken) {
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(number, SIG_DFL);  // whoever runs the tests in the background may have it ignored
  console_fd = fd;
  console_done = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  if (taken) SetConsoleCtrlHandler(first_handler, TRUE);
  SetConsoleCtrlHandler(second_handler, TRUE);
  kill(getpid(), number);
  WaitForSingleObject(console_done, kHang);
}

void report_ignored_interrupt(int fd) {
  signal(SIGINT, SIG_DFL);
  console_fd = fd;
  SetConsoleCtrlHandler(second_handler, TRUE);
  SetConsoleCtrlHandler(nullptr, TRUE);
  raise(SIGINT);
  report(fd, "ignored ");
  SetConsoleCtrlHandler(nullptr, FALSE);
  SetConsoleCtrlHandler(second_handler, FALSE);
  if (!SetConsoleCtrlHandler(second_handler, FALSE)) report(fd, "unknown " + std::to_string(GetLastError()));
}

// Ends by a signal as a program does that has no handler, without leaving a core file.
[[noreturn]] void end_by_signal(int number) {
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  signal(number, SIG_DFL);
  raise(number);
  _exit(98);
}

void copy_input_to_output() {
  char buffer[256];
  for (ssize_t got; (got = read(0, buffer, sizeof buffer)) > 0;)
    if (write(1, buffer, static_cast<size_t>(got)) != got) _exit(97);
}

// Starts a suspended child of its own, tells its id, and leaves it behind.
void leave_suspended_child(int fd) {
  std::string line = child_command_line(fd, "mark");
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION information{};
  if (!CreateProcessA(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_SUSPENDED, nullptr, nullptr, &startup, &information)) _exit(96);
  report(fd, std::to_string(information.dwProcessId));
}

void report_broken_pipe(int fd) {
  HANDLE reading = nullptr, writing = nullptr;
  signal(SIGPIPE, SIG_DFL);
  CreatePipe(&reading, &writing, nullptr, 0);
  CloseHandle(reading);
  DWORD written = 0;
  report(fd, WriteFile(writing, "x", 1, &written, nullptr) ? "written" : std::to_string(GetLastError()));
}

// Looks for a mapping, tells what it finds there and leaves something else.
void use_mapping(int fd, const char* name) {
  HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, name);
  DWORD error = GetLastError();
  auto* bytes = static_cast<char*>(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0));
  if (bytes == nullptr) _exit(93);
  report(fd, std::to_string(error) + " " + bytes);
  strcpy(bytes, "from the child");
}

void hold_mapping(int fd, const char* name) {
  if (CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, name) == nullptr) _exit(93);
  report(fd, "ready");
  close(fd);
  for (;;) pause();
}

void hold_pipe(int fd, const char* path) {
  if (CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr) == INVALID_HANDLE_VALUE) _exit(93);
  report(fd, "ready");
  close(fd);
  for (;;) pause();
}

std::string free_console() { return FreeConsole() ? "freed" : std::to_string(GetLastError()); }

// With a terminal of its own, that the process leads, and then a child of it that does not.
void report_free_console(int fd) {
  signal(SIGHUP, SIG_IGN);
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || setsid() < 0) _exit(92);
  report(fd, "before " + free_console());
  int terminal = open(ptsname(master), O_RDWR | O_CLOEXEC);
  if (terminal < 0) _exit(92);
  report(fd, " leader " + free_console());
  pid_t child = fork();
  if (child == 0) {
    report(fd, " child " + free_console());
    report(fd, open("/dev/tty", O_RDWR) < 0 ? " gone" : " there");
    report(fd, " again " + free_console());
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

}  // namespace

int run_child(int argc, char** argv) {
  if (argc < 4) return 95;
  int fd = atoi(argv[2]);
  std::string command = argv[3];
  if (command == "arguments") {
    report_arguments(fd, argc - 4, argv + 4);
  } else if (command == "mark") {
    report(fd, "ran");
  } else if (command == "exit") {
    ExitProcess(static_cast<UINT>(atoi(argv[4])));
  } else if (command == "directory") {
    report_directory(fd);
  } else if (command == "variable") {
    const char* value = getenv(argv[4]);
    report(fd, value == nullptr ? "unset" : value);
  } else if (command == "fds") {
    report_fds(fd);
  } else if (command == "signals") {
    report_signals(fd);
  } else if (command == "signal") {
    end_by_signal(atoi(argv[4]));
  } else if (command == "copy") {
    copy_input_to_output();
  } else if (command == "pause") {
    report(fd, "ready");
    close(fd);
    for (;;) pause();
  } else if (command == "leave-suspended") {
    leave_suspended_child(fd);
  } else if (command == "input") {
    copy_input_to(fd);
  } else if (command == "winsock-procedures") {
    report_winsock_procedures(fd);
  } else if (command == "console") {
    report_console_event(fd, atoi(argv[4]), std::string(argv[5]) == "taken");
  } else if (command == "console-ignored") {
    report_ignored_interrupt(fd);
  } else if (command == "console-free") {
    report_free_console(fd);
  } else if (command == "broken-pipe") {
    report_broken_pipe(fd);
  } else if (command == "mapping") {
    use_mapping(fd, argv[4]);
  } else if (command == "mapping-pause") {
    hold_mapping(fd, argv[4]);
  } else if (command == "pipe-pause") {
    hold_pipe(fd, argv[4]);
  } else if (command == "timer-without-thread") {
    report_timer_without_thread(fd);
  } else {
    return 94;
  }
  return 0;
}

}  // namespace kernel32_test
