// What the host that has nothing has seen of ports (null_host.cpp): there is none, but whoever has a Port* may refer to it.
#pragma once

namespace null_host {

inline int port_references = 0;
inline int references_without_packet = -1;  // during the last post_packet, when the packet had been taken and released

}  // namespace null_host
