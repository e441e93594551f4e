// Work that must not keep the calling thread: what it asks the host for may take long, and cannot be ended.
#pragma once

#include <functional>

namespace windsock {

// Runs it in a thread of its own, of which the program knows nothing. False: there is none to be had.
bool run_in_background(std::function<void()> work);

}  // namespace windsock
