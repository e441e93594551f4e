#include "server/status_report.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config.h"
#include "dlls/common/host_socket.h"
#include "server/request_handlers.h"

namespace windsock::server {

const char kVersionText[] = PACKAGE_VERSION;

namespace {

using nlohmann::ordered_json;

double seconds_since(int64_t then, int64_t now) { return static_cast<double>((now - then) / 1000000) / 1000; }

// The name that a number has in a table of the host's numbers.
struct Name {
  int number;
  const char* name;
};
constexpr Name kFamilies[] = {{host::kAfUnix, "unix"}, {host::kAfInet, "inet"}, {host::kAfInet6, "inet6"}};
constexpr Name kTypes[] = {
    {host::kSockStream, "stream"}, {host::kSockDgram, "dgram"}, {host::kSockRaw, "raw"}, {host::kSockSeqpacket, "seqpacket"}};

template <size_t n>
const char* name_in(const Name (&names)[n], const host::Result<int>& number) {
  for (const Name& one : names)
    if (number && number.value() == one.number) return one.name;
  return "?";
}

std::string text_of(const host::Result<host::Address>& address) { return address ? host::address_text(address.value()) : ""; }

constexpr const char* kRefusals[Counters::kStatusCount] = {nullptr,   "invalid", "quota",   "no_descriptor",
                                                           "version", "leaving", "internal", "no_target"};

ordered_json counters_of(const Counters& counters) {
  ordered_json refused;
  for (size_t i = 1; i < Counters::kStatusCount; ++i) refused[kRefusals[i]] = counters.refused[i];
  return {{"offers", counters.offers},
          {"claims", counters.claims},
          {"revokes", counters.revokes},
          {"expired", counters.expired},
          {"declared", counters.declared},
          {"takes", counters.takes},
          {"refused", std::move(refused)},
          {"clients", counters.clients},
          {"bad_peers", counters.bad_peers},
          {"peak_clients", counters.peak_clients},
          {"peak_tickets", counters.peak_tickets},
          {"peak_descriptors", counters.peak_descriptors},
          {"packets_in", counters.packets_in},
          {"packets_out", counters.packets_out}};
}

ordered_json describe(const RequestHandlers& handlers, int64_t now) {
  const auto& settings = handlers.settings();
  std::map<int, std::string> programs;  // each process is asked for once
  auto program = [&](int pid) -> const std::string& {
    auto [found, is_new] = programs.try_emplace(pid);
    if (is_new) found->second = host::process_name(pid);
    return found->second;
  };

  ordered_json report;
  report["running"] = true;
  report["server"] = {{"pid", host::process_id()},
                      {"version", kVersionText},
                      {"protocol", std::to_string(wire::kMajor) + "." + std::to_string(wire::kMinor)},
                      {"epoch", settings.epoch},
                      {"uptime_seconds", seconds_since(settings.started, now)},
                      {"directory", settings.directory},
                      {"leaving", handlers.is_leaving()},
                      {"descriptors", handlers.quota().descriptors()},
                      {"closing", handlers.surroundings().closing()},
                      {"descriptor_limit", settings.limits.descriptors},
                      {"descriptor_reserve", settings.limits.reserve},
                      {"max_tickets", settings.limits.tickets},
                      {"max_tickets_per_client", settings.limits.tickets_per_client}};

  report["clients"] = ordered_json::array();
  for (const Peer& peer : handlers.peers())
    report["clients"].push_back({{"pid", peer.pid},
                                 {"program", peer.program.empty() ? program(peer.pid) : peer.program},
                                 {"connected_seconds", seconds_since(peer.since, now)},
                                 {"shared_sockets", peer.references.size()}});

  report["tickets"] = ordered_json::array();
  std::map<uint32_t, unsigned> parked_in;
  handlers.table().for_each([&](const wire::Ticket& ticket, const ParkedSocket& parked) {
    int fd = parked.socket.get();
    ++parked_in[parked.slot.id().index];
    report["tickets"].push_back({{"ticket", ticket_text(ticket)},
                                 {"age_seconds", seconds_since(parked.since, now)},
                                 {"target", {{"pid", parked.target}, {"program", program(parked.target)}}},
                                 {"offered_by", {{"pid", parked.offered_by}, {"program", parked.offered_by_program}}},
                                 {"family", name_in(kFamilies, host::get_option<int>(fd, host::kSolSocket, host::kSoDomain))},
                                 {"type", name_in(kTypes, host::get_option<int>(fd, host::kSolSocket, host::kSoType))},
                                 {"local", text_of(host::local_address(fd))},
                                 {"peer", text_of(host::peer_address(fd))},
                                 {"slot", parked.slot.id().index}});
  });

  report["shared_sockets"] = ordered_json::array();
  handlers.slots().for_each([&](SlotId id, const SharedSlot& slot, uint32_t) {
    ordered_json owners = ordered_json::array();
    for (const Peer& peer : handlers.peers())
      if (peer.references.holds(id)) owners.push_back(peer.pid);
    const Peer* selected_by = handlers.registrations().owner(id.index);
    report["shared_sockets"].push_back({{"slot", id.index},
                                        {"generation", id.generation},
                                        {"epoch", slot.epoch.load(std::memory_order_relaxed)},
                                        {"cookie", slot.cookie.load(std::memory_order_relaxed)},
                                        {"owners", std::move(owners)},
                                        {"selected_by", selected_by ? ordered_json(selected_by->pid) : ordered_json()},
                                        {"selected_events", handlers.slots().value(id, StateField::kSelectedEvents)},
                                        {"tickets", parked_in[id.index]}});
  });
  report["counters"] = counters_of(handlers.counters());
  return report;
}

}  // namespace

host::Result<UniqueFd> write_status(const RequestHandlers& handlers, int64_t now) {
  // What a client calls its program need not be UTF-8.
  std::string text = describe(handlers, now).dump(1, ' ', false, ordered_json::error_handler_t::replace);
  UniqueFd file = WS_TRY(host::create_memory("windsock-status", 0));
  host::write_all(file.get(), text.data(), text.size());
  WS_TRY(host::seal_future_writes(file.get()));
  return file;
}

}  // namespace windsock::server
