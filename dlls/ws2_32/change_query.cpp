#include "dlls/ws2_32/change_query.h"

#include "dlls/ws2_32/event_selection.h"
#include "dlls/ws2_32/operation.h"
#include "dlls/ws2_32/socket_io.h"

namespace windsock {

namespace {

// Waits in the descriptor's lane beside the program's own operations, and ends with the descriptor as they do.
class ChangeQuery final : public Operation {
 public:
  ChangeQuery(SocketRef& socket, uint32_t event) : Operation(nobodys_), underlying_(socket.socket()), event_(event) { underlying_.retain(); }
  ~ChangeQuery() override {
    if (is_awaited_) underlying_.selection()->awaits_no_more(event_);
    underlying_.release();
  }

  // False: another one waits for it already. With the query itself at hand, which takes the question back if it cannot wait.
  bool ask() { return is_awaited_ = underlying_.make_selection().asked(event_); }

  std::optional<OperationEnd> attempt(SocketRef& socket) override {
    auto ready = host::ready_now(until.get(), host::kPollIn);
    if (!ready || ready.value() == 0) return std::nullopt;
    is_awaited_ = false;
    underlying_.selection()->changed(socket, event_);
    return OperationEnd{};
  }
  int watched_beside() const override { return until.get(); }

  UniqueFd until;

 private:
  WSAOVERLAPPED nobodys_{};
  UnderlyingSocket& underlying_;
  const uint32_t event_;
  bool is_awaited_ = false;
};

}  // namespace

WsaResult<void> query_change(SocketRef& socket, host::NetworkChange change, int host_family) {
  const uint32_t event = change == host::NetworkChange::kAddresses ? FD_ADDRESS_LIST_CHANGE : FD_ROUTING_INTERFACE_CHANGE;
  auto query = std::make_unique<ChangeQuery>(socket, event);
  if (!query->ask()) return {};
  query->until = WS_TRY_HOST(host::watch_network(change, host_family));
  auto begun = SocketIo::of(socket).begin(socket, SocketIo::Lane::kBeside, std::move(query));
  if (!begun && begun.error() != static_cast<WsaError>(WSA_IO_PENDING)) return Failure{begun.error()};
  return {};
}

}  // namespace windsock
