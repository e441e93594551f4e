#include "tests/support/agent.h"

#include <cstring>
#include <string>

#include "tests/support/agent_records.h"
#include "tests/support/process_info.h"

namespace test_support {

Agent::~Agent() { finish(); }

bool Agent::launch() {
  control_listener_ = listener(AF_INET, 1);
  if (!control_listener_.valid()) return false;
  std::string command = "\"" + executable_path() + "\" " + kAgentArgument + " " +
                        std::to_string(local_name(control_listener_.get()).port());
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION created{};
  if (!CreateProcessA(nullptr, &command[0], nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &created)) return false;
  CloseHandle(created.hThread);
  process_ = created.hProcess;
  pid_ = created.dwProcessId;
  return true;
}

bool Agent::connect() {
  if (!wait_for(control_listener_.get(), Readiness::kRead)) return false;
  control_ = Socket(accept(control_listener_.get(), nullptr, nullptr));
  control_listener_ = Socket();
  return control_.valid() && test_support::set_option(control_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
}

bool Agent::finish() {
  control_ = Socket();
  control_listener_ = Socket();
  return wait_for_exit();
}

bool Agent::exit_at_once() {
  Request request{};
  request.verb = AgentVerb::kExitAtOnce;
  return send_record(control_.get(), request) && wait_for_exit();
}

bool Agent::wait_for_exit() {
  if (process_ == nullptr) return true;
  const DWORD waited = WaitForSingleObject(process_, kDeadlineMs);
  CloseHandle(process_);
  process_ = nullptr;
  return waited == WAIT_OBJECT_0;
}

bool Agent::exchange(Request& request, Reply* reply) {
  return send_record(control_.get(), request) && receive_record(control_.get(), reply);
}

Outcome Agent::call(Request& request) {
  Reply reply{};
  if (!exchange(request, &reply)) {
    ADD_FAILURE() << "the agent does not answer";
    return {-1, 0};
  }
  return reply.outcome;
}

Outcome Agent::claim(const WSAPROTOCOL_INFOW& info, DWORD flags) {
  Request request{};
  request.verb = AgentVerb::kClaim;
  request.info = info;
  request.numbers[0] = static_cast<int>(flags);
  return call(request);
}

Outcome Agent::duplicate(SOCKET socket, DWORD target, WSAPROTOCOL_INFOW* info) {
  Request request{};
  request.verb = AgentVerb::kDuplicate;
  request.socket = socket;
  request.process = target;
  Reply reply{};
  if (!exchange(request, &reply)) {
    ADD_FAILURE() << "the agent does not answer";
    return {-1, 0};
  }
  *info = reply.info;
  return reply.outcome;
}

Outcome Agent::connect_to_port(int family, unsigned short port) {
  Request request{};
  request.verb = AgentVerb::kConnect;
  request.numbers[0] = family;
  request.numbers[1] = port;
  return call(request);
}

Outcome Agent::bind_to_port(int family, int type, int option, const Endpoint& endpoint) {
  Request request{};
  request.verb = AgentVerb::kBind;
  request.numbers[0] = family;
  request.numbers[1] = type;
  request.numbers[2] = option;
  request.numbers[3] = endpoint.length;
  std::memcpy(request.data, &endpoint.storage, sizeof endpoint.storage);
  return call(request);
}

Outcome Agent::accept_on(SOCKET socket) {
  Request request{};
  request.verb = AgentVerb::kAccept;
  request.socket = socket;
  return call(request);
}

Outcome Agent::send_data(SOCKET socket, const std::string& data) {
  Request request{};
  request.verb = AgentVerb::kSend;
  request.socket = socket;
  request.size = data.copy(request.data, sizeof request.data);
  return call(request);
}

Outcome Agent::receive(SOCKET socket, std::string* data, int length) {
  Request request{};
  request.verb = AgentVerb::kReceive;
  request.socket = socket;
  request.numbers[0] = length;
  Reply reply{};
  if (!exchange(request, &reply)) return {-1, 0};
  data->assign(reply.data, reply.size);
  return reply.outcome;
}

Outcome Agent::receive_exactly_from(SOCKET socket, std::string* data, size_t length) {
  Request request{};
  request.verb = AgentVerb::kReceiveExactly;
  request.socket = socket;
  request.size = length;
  Reply reply{};
  if (!exchange(request, &reply)) return {-1, 0};
  data->assign(reply.data, reply.size);
  return reply.outcome;
}

Outcome Agent::get_option(SOCKET socket, int level, int name) {
  Request request{};
  request.verb = AgentVerb::kGetOption;
  request.socket = socket;
  request.numbers[0] = level;
  request.numbers[1] = name;
  return call(request);
}

Outcome Agent::set_option(SOCKET socket, int level, int name, int value) {
  Request request{};
  request.verb = AgentVerb::kSetOption;
  request.socket = socket;
  request.numbers[0] = level;
  request.numbers[1] = name;
  request.numbers[2] = value;
  return call(request);
}

Outcome Agent::set_nonblocking(SOCKET socket, bool nonblocking) {
  Request request{};
  request.verb = AgentVerb::kSetNonblocking;
  request.socket = socket;
  request.numbers[0] = nonblocking;
  return call(request);
}

Outcome Agent::shutdown_socket(SOCKET socket, int how) {
  Request request{};
  request.verb = AgentVerb::kShutdown;
  request.socket = socket;
  request.numbers[0] = how;
  return call(request);
}

Outcome Agent::close_socket(SOCKET socket) {
  Request request{};
  request.verb = AgentVerb::kClose;
  request.socket = socket;
  return call(request);
}

Outcome Agent::port_of(SOCKET socket) {
  Request request{};
  request.verb = AgentVerb::kPort;
  request.socket = socket;
  return call(request);
}

Outcome Agent::select_events(SOCKET socket, long events) {
  Request request{};
  request.verb = AgentVerb::kSelectEvents;
  request.socket = socket;
  request.numbers[0] = static_cast<int>(events);
  return call(request);
}

Outcome Agent::next_events(SOCKET socket, int milliseconds) {
  Request request{};
  request.verb = AgentVerb::kNextEvents;
  request.socket = socket;
  request.numbers[0] = milliseconds;
  return call(request);
}

}  // namespace test_support
