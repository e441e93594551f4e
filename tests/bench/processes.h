// What the benchmark and the gates need around the measured work: a clock, children, a folder of their own.
#ifndef TESTS_BENCH_PROCESSES_H
#define TESTS_BENCH_PROCESSES_H

#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace bench {

// Says to make check that a test could not be done here.
inline constexpr int kExitSkipped = 77;

// Runs the body of main: an exception becomes a message and exit code 1.
template <class Body>
int run_main(Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

// Seconds on the monotonic clock, which all processes share.
double now();

// The middle value.
double median(std::vector<double> values);

// Confines this process, and all that it starts, to one CPU: the last that it may use.
void pin_to_one_cpu();

// A child, waited for at the end of the object.
class ChildProcess {
 public:
  enum class AtEnd { kWait, kTerminate };

  // This program again, with other arguments.
  explicit ChildProcess(const std::vector<std::string>& arguments, AtEnd at_end = AtEnd::kWait);
  // Another program.
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments, AtEnd at_end);
  ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_), at_end_(other.at_end_) { other.pid_ = -1; }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { wait(); }

  int pid() const { return pid_; }
  // Waits for the end; returns the exit code, or -1 if a signal ended it.
  int wait();

 private:
  int pid_;
  AtEnd at_end_;
};

// This program again, with these arguments and one more: the number of its end of a channel of packets, whose other end is returned.
std::pair<int, ChildProcess> start_with_channel(std::vector<std::string> arguments);

// A new folder, removed at the end with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A windsockd of this build, in a folder of its own that the environment names to every process started from here.
class PrivateServer {
 public:
  PrivateServer();
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

 private:
  TemporaryFolder folder_;
  ChildProcess server_;
};

}  // namespace bench

#endif
