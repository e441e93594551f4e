// The status of windsockd as JSON text in a memfd: what AskStatus is answered with, and all that `windsock status` shows.
#pragma once

#include <cstdint>

#include "dlls/common/host.h"

namespace windsock::server {

class RequestHandlers;

extern const char kVersionText[];

// A sealed memfd with the text.
host::Result<UniqueFd> write_status(const RequestHandlers& handlers, int64_t now);

}  // namespace windsock::server
