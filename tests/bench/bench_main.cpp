// make bench: what Windsock's calls cost beside the same work in plain host calls, and its handoff beside a minimal relay.
//
// Free wall clock moves by factors with the load of a machine, so single numbers are worth nothing here and ratios are: all is
// pinned to one CPU, and each row alternates between the two sides (A B A B ...), about a millisecond at a time. The ratio is
// the median of the ratios of neighbouring samples, which had the same weather; the ratio of the two medians would compare a
// calm half of the run with a loaded one.
//
// Google Benchmark runs and counts the alternating samples; its options (--benchmark_filter=send, --benchmark_out=FILE,
// --benchmark_list_tests) work. --rounds=N sets the number of samples for each side.
//
// The same program is the relay, the target of the handoffs and the partner of the takes, in other roles; see main.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "tests/bench/goals.h"
#include "tests/bench/handoff_walk.h"
#include "tests/bench/processes.h"
#include "tests/bench/relay.h"
#include "tests/bench/side.h"
#include "tests/bench/take_walk.h"

namespace bench {
namespace {

// Shorter than a time slice, so that a neighbour on the CPU spoils few samples and not a bit of each.
constexpr double kSampleSeconds = 0.001;
constexpr int kUsualRounds = 151;

// One side of one row, ready to be sampled.
class Sampler {
 public:
  virtual ~Sampler() = default;
  // Seconds for `count` operations by the row's clock, filling not included.
  virtual double sample(long count) = 0;
};

class CallSampler : public Sampler {
 public:
  CallSampler(const Side& side, const ClockRow& row) : code_(find_row(side, row.row)), state_(code_.prepare(row.argument)) {}
  ~CallSampler() override { code_.finish(state_); }

  double sample(long count) override {
    code_.fill(state_, count);
    const double started_at = seconds();
    code_.run(state_, count);
    return seconds() - started_at;
  }

 private:
  double seconds() const { return code_.seconds ? code_.seconds(state_) : now(); }

  const RowCode& code_;
  void* state_;
};

class LatencySampler : public Sampler {
 public:
  explicit LatencySampler(const Side& side) : walk_(side) {}
  double sample(long count) override { return walk_.median_latency(count) * static_cast<double>(count); }

 private:
  HandoffWalk walk_;
};

class StreamSampler : public Sampler {
 public:
  explicit StreamSampler(const Side& side) : walk_(side) {}
  double sample(long count) override { return walk_.duration(count); }

 private:
  HandoffWalk walk_;
};

class TakeSampler : public Sampler {
 public:
  explicit TakeSampler(const Side& side) : walk_(side) {}
  double sample(long count) override { return walk_.duration(count); }

 private:
  TakeWalk walk_;
};

using MakeSampler = std::unique_ptr<Sampler> (*)(const Side&, const ClockRow&);

struct Row {
  ClockRow goal;
  MakeSampler make;
};

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const ClockRow& row : kClockRows) {
    rows.push_back({row, [](const Side& side, const ClockRow& goal) -> std::unique_ptr<Sampler> {
                      return std::make_unique<CallSampler>(side, goal);
                    }});
  }
  rows.push_back(
      {{"handoff to another process, p50", "handoff", 0, 50, kHandoffLatencyGoal, 0},
       [](const Side& side, const ClockRow&) -> std::unique_ptr<Sampler> { return std::make_unique<LatencySampler>(side); }});
  rows.push_back(
      {{"handoffs, a stream", "handoff-stream", 0, 200, kHandoffStreamGoal, 0},
       [](const Side& side, const ClockRow&) -> std::unique_ptr<Sampler> { return std::make_unique<StreamSampler>(side); }});
  rows.push_back(
      {{"take on a shared socket", "take", 0, 50, kTakeGoal, 0},
       [](const Side& side, const ClockRow&) -> std::unique_ptr<Sampler> { return std::make_unique<TakeSampler>(side); }});
  return rows;
}

// A row with both its sides, made when the first sample is taken. `batches` is chosen once, by the host's side, so that
// both sides always do the same number of operations.
class Contest {
 public:
  explicit Contest(const Row& row) : row_(row) {}

  const ClockRow& goal() const { return row_.goal; }
  std::vector<double>& samples(bool ours) { return ours ? ours_ : raw_; }

  void run(benchmark::State& state, bool ours) {
    if (!samplers_[0]) {
      samplers_[0] = row_.make(host_side(), row_.goal);
      samplers_[1] = row_.make(windsock_side(), row_.goal);
      samplers_[1]->sample(row_.goal.batch);
      samplers_[0]->sample(row_.goal.batch);
      const double batch_seconds = samplers_[0]->sample(row_.goal.batch);
      batches_ = std::max(1, static_cast<int>(kSampleSeconds / batch_seconds));
    }
    for (auto _ : state) {
      double seconds = 0;
      for (int i = 0; i < batches_; ++i) {
        seconds += samplers_[ours]->sample(row_.goal.batch);
      }
      const double operations = static_cast<double>(batches_) * static_cast<double>(row_.goal.batch);
      state.SetIterationTime(seconds / operations);
      samples(ours).push_back(seconds / operations);
    }
  }

  void finish() {
    samplers_[0].reset();
    samplers_[1].reset();
  }

 private:
  Row row_;
  std::unique_ptr<Sampler> samplers_[2];
  int batches_ = 0;
  std::vector<double> ours_;
  std::vector<double> raw_;
};

// The table is printed at the end, from the samples themselves; Google Benchmark's own lines would be thousands.
class QuietReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

void register_samples(Contest& contest, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (const bool ours : {true, false}) {
      std::string name = contest.goal().row;
      if (contest.goal().argument != 0) {
        name += "/" + std::to_string(contest.goal().argument);
      }
      name += ours ? "/windsock" : "/raw";
      const bool last = round + 1 == rounds && !ours;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&contest, ours, last](benchmark::State& state) {
                                     contest.run(state, ours);
                                     if (last) {
                                       contest.finish();
                                     }
                                   })
          ->Iterations(1)
          ->UseManualTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

std::vector<double> ratios(const std::vector<double>& ours, const std::vector<double>& raw) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(ours.size(), raw.size()); ++i) ratios.push_back(ours[i] / raw[i]);
  return ratios;
}

void print_table(std::vector<Contest>& contests) {
  std::printf("%-34s %10s %10s %7s %6s  %s\n", "row (microseconds, medians)", "ours", "raw", "ratio", "goal", "met");
  int met = 0;
  int all = 0;
  for (Contest& contest : contests) {
    if (contest.samples(true).empty() || contest.samples(false).empty()) {
      continue;
    }
    const double ratio = median(ratios(contest.samples(true), contest.samples(false)));
    const double ours = median(contest.samples(true));
    const double raw = median(contest.samples(false));
    const bool is_met = ratio <= contest.goal().goal;
    std::printf("%-34s %10.3f %10.3f %7.2f %6.2f  %s\n", contest.goal().title, ours * 1e6, raw * 1e6, ratio,
                contest.goal().goal, is_met ? "yes" : "NO");
    met += is_met;
    ++all;
    if (std::strcmp(contest.goal().row, "handoff-stream") == 0) {
      std::printf("%-34s %10.0f %10.0f\n", "  the same, handoffs per second", 1 / ours, 1 / raw);
    }
  }
  std::printf("%d of %d goals met\n", met, all);
}

void measure(int rounds) {
  std::vector<Contest> contests;
  for (const Row& row : all_rows()) {
    contests.emplace_back(row);
  }
  for (Contest& contest : contests) {
    register_samples(contest, rounds);
  }
  QuietReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  print_table(contests);
}

int run(int argc, char** argv) {
  int rounds = kUsualRounds;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--rounds=", 9) == 0) {
      rounds = std::max(1, std::atoi(argv[i] + 9));
      std::copy(argv + i + 1, argv + argc + 1, argv + i);
      --argc;
      --i;
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  pin_to_one_cpu();

  const TemporaryFolder folder;
  const std::string relay_path = folder.path() + "/relay";
  setenv(kRelayPathVariable, relay_path.c_str(), 1);
  const int listening = listen_for_relay(relay_path.c_str());
  const ChildProcess relay({"--role=relay", std::to_string(listening)}, ChildProcess::AtEnd::kTerminate);
  close(listening);
  const PrivateServer server;

  windsock_side().start();
  measure(rounds);
  windsock_side().stop();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  return run_main([&] {
    if (argc == 3 && std::strcmp(argv[1], "--role=relay") == 0) serve_relay(std::atoi(argv[2]));
    for (const auto& [role, serve] : {std::pair{"--role=target", &serve_as_target}, {"--role=partner", &serve_as_partner}}) {
      if (argc != 4 || std::strcmp(argv[1], role) != 0) continue;
      serve(argv[2] == std::string(host_side().name) ? host_side() : windsock_side(), std::atoi(argv[3]));
      return 0;
    }
    return run(argc, argv);
  });
}
