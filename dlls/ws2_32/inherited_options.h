// The options that a connection has of its listener, of those that the host keeps.
#pragma once

namespace windsock {

// Gives the socket `to` what the socket `from` has; both are streams of the host.
void copy_host_options(int from, int to);

}  // namespace windsock
