// The actor's commands that need Linux: descriptors and forked children.
#include "tests/system/actor.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

using namespace actor;

namespace {

std::vector<int> g_fillers;  // descriptors that fill the table

volatile sig_atomic_t g_children_ended = 0;  // how often SIGCHLD came

// Not by signal(): with ThreadSanitizer that one does not restart the read of the next command, which so would end the actor.
[[maybe_unused]] const int g_counting = [] {
  struct sigaction count {};
  count.sa_handler = [](int) { g_children_ended = g_children_ended + 1; };
  count.sa_flags = SA_RESTART;
  return sigaction(SIGCHLD, &count, nullptr);
}();

int count_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
  closedir(folder);
  return count - 1;  // the folder itself
}

// Runs `work` in a forked child and answers with what it answers.
std::string in_child(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw Failed{-1};
  pid_t child = fork();
  if (child == 0) {
    std::string answer;
    try {
      answer = work();
    } catch (const Failed& failed) {
      answer = "error_" + std::to_string(failed.code);
    }
    if (write(ends[1], answer.data(), answer.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  std::string answer;
  char part[4096];
  for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;) answer.append(part, static_cast<size_t>(n));
  close(ends[0]);
  int status = -1;
  waitpid(child, &status, 0);
  if (status != 0) throw Failed{-1};
  return answer;
}

pid_t g_holder = -1;
int g_holder_gate = -1;

}  // namespace

const Commands actor::kSystemCommands = {
    {"descriptors", [](Words&) { return text(count_descriptors()); }},
    {"children_ended", [](Words&) { return text(static_cast<int>(g_children_ended)); }},
    {"fill",  // takes every descriptor that is left, under a limit that makes it quick
     [](Words& words) {
       rlimit limit;
       getrlimit(RLIMIT_NOFILE, &limit);
       limit.rlim_cur = next<rlim_t>(words);
       setrlimit(RLIMIT_NOFILE, &limit);
       for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) g_fillers.push_back(fd);
       return text(g_fillers.size());
     }},
    {"free",
     [](Words& words) {
       for (int n = next<int>(words); n > 0 && !g_fillers.empty(); --n) {
         close(g_fillers.back());
         g_fillers.pop_back();
       }
       return std::string();
     }},
    {"child",  // another command, which a forked child executes; its answer, or error_CODE
     [](Words& words) {
       const Body& command = command_named(next<std::string>(words));
       return in_child([&] { return command(words); });
     }},
    {"child_hold",  // a child that keeps all sockets until "child_end"
     [](Words&) {
       int ends[2];
       if (pipe(ends) != 0) throw Failed{-1};
       g_holder = fork();
       if (g_holder == 0) {
         char byte;
         close(ends[1]);
         ssize_t got = read(ends[0], &byte, 1);
         _exit(got == 0 ? 0 : 1);
       }
       close(ends[0]);
       g_holder_gate = ends[1];
       return text(g_holder);
     }},
    {"child_end",
     [](Words&) {
       close(g_holder_gate);
       int status = 0;
       waitpid(g_holder, &status, 0);
       return text(status);
     }},
};
