// PipeLane: the overlapped operations of one kind under way on an end of a named pipe, in the order of their calls.
#pragma once

#include <memory>
#include <utility>

#include "dlls/kernel32/overlapped_end.h"
#include "dlls/kernel32/pipe_stream.h"

namespace windsock::kernel32 {

struct PipeOperation {
  enum class Kind : uint8_t { kConnect, kRead, kWrite };
  Kind kind = Kind::kConnect;
  PipeRead read;
  PipeWrite write;
  OverlappedEnd telling;
  int thread = 0;  // that began it
  std::unique_ptr<PipeOperation> next;
};

class PipeLane {
 public:
  bool empty() const { return first_ == nullptr; }
  PipeOperation* first() const { return first_.get(); }
  void push(std::unique_ptr<PipeOperation> operation) {
    std::unique_ptr<PipeOperation>* place = &first_;
    while (*place) place = &(*place)->next;
    *place = std::move(operation);
  }
  std::unique_ptr<PipeOperation> pop() { return take(first_); }
  // Takes out what `which` chooses, and does `work` with each.
  template <typename Which, typename Work>
  void take_out(Which which, Work work) {
    for (std::unique_ptr<PipeOperation>* place = &first_; *place;)
      if (which(**place))
        work(take(*place));
      else
        place = &(*place)->next;
  }

 private:
  static std::unique_ptr<PipeOperation> take(std::unique_ptr<PipeOperation>& place) {
    std::unique_ptr<PipeOperation> taken = std::move(place);
    place = std::move(taken->next);
    return taken;
  }

  std::unique_ptr<PipeOperation> first_;
};

}  // namespace windsock::kernel32
