#include "server/status_view.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace windsock::tool {

namespace {

using nlohmann::ordered_json;
using Row = std::vector<std::string>;

// Columns as wide as their longest cell, two spaces between them.
std::string format_table(const std::string& title, Row head, std::vector<Row> rows) {
  if (rows.empty()) return fmt::format("\n{}: none\n", title);
  std::string text = fmt::format("\n{} ({})\n", title, rows.size());
  rows.insert(rows.begin(), std::move(head));
  std::vector<size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const Row& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format(" {:<{}} ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string process(const ordered_json& who) {
  return fmt::format("{} {}", who.at("pid").get<int>(), who.at("program").get<std::string>());
}

std::string addresses(const ordered_json& ticket) {
  std::string local = ticket.at("local"), peer = ticket.at("peer");
  if (local.empty() && peer.empty()) return "-";
  return peer.empty() ? local : local + " <- " + peer;
}

// The network events in the order of their bits.
constexpr const char* kEventNames[] = {"READ", "WRITE", "OOB", "ACCEPT", "CONNECT", "CLOSE", "QOS", "GROUP_QOS", "ROUTING", "ADDRESS_LIST"};

// "1234: READ CLOSE": who has selected events, and which.
std::string selection(const ordered_json& socket) {
  if (socket.at("selected_by").is_null()) return "-";
  std::string text = fmt::format("{}:", socket.at("selected_by").get<int>());
  const auto events = socket.at("selected_events").get<uint32_t>();
  for (size_t i = 0; i < std::size(kEventNames); ++i)
    if (events >> i & 1) text += fmt::format(" {}", kEventNames[i]);
  return text;
}

std::string head(const ordered_json& server) {
  std::string text = fmt::format("windsockd {} (protocol {}) runs as pid {} in {}, for {}{}\n", server.at("version").get<std::string>(),
                                 server.at("protocol").get<std::string>(), server.at("pid").get<int>(),
                                 server.at("directory").get<std::string>(), format_seconds(server.at("uptime_seconds")),
                                 server.at("leaving").get<bool>() ? "; it is leaving and takes no offers" : "");
  auto limit = [](uint64_t value) { return value == 0 ? std::string("as many as fit") : std::to_string(value); };
  text += fmt::format("descriptors {} of {} (reserve {}, being closed {}); tickets at most {}, per client {}\n",
                      server.at("descriptors").get<uint64_t>(), server.at("descriptor_limit").get<uint64_t>(),
                      server.at("descriptor_reserve").get<uint64_t>(), server.at("closing").get<uint64_t>(),
                      limit(server.at("max_tickets")), limit(server.at("max_tickets_per_client")));
  return text;
}

std::string counters(const ordered_json& all) {
  std::string text = "\ncounters\n ";
  for (const auto& [name, value] : all.items())
    if (value.is_number()) text += fmt::format(" {} {} ", name, value.get<uint64_t>());
  text += "\n  refused:";
  for (const auto& [name, value] : all.at("refused").items()) text += fmt::format(" {} {} ", name, value.get<uint64_t>());
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace

std::string format_seconds(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.0f} h", seconds / 3600);
}

std::string format_status(const ordered_json& report) {
  std::string text = head(report.at("server"));

  std::vector<Row> clients;
  for (const auto& one : report.at("clients"))
    clients.push_back({std::to_string(one.at("pid").get<int>()), one.at("program"), format_seconds(one.at("connected_seconds")),
                       std::to_string(one.at("shared_sockets").get<size_t>())});
  text += format_table("clients", {"PID", "PROGRAM", "CONNECTED", "SHARED SOCKETS"}, std::move(clients));

  std::vector<Row> tickets;
  for (const auto& one : report.at("tickets"))
    tickets.push_back({one.at("ticket").get<std::string>().substr(0, 8), format_seconds(one.at("age_seconds")), process(one.at("target")),
                       process(one.at("offered_by")), fmt::format("{} {}", one.at("family").get<std::string>(), one.at("type").get<std::string>()),
                       addresses(one)});
  text += format_table("parked sockets", {"TICKET", "AGE", "FOR", "OFFERED BY", "KIND", "ADDRESSES"}, std::move(tickets));

  std::vector<Row> shared;
  for (const auto& one : report.at("shared_sockets")) {
    std::string owners;
    for (const auto& pid : one.at("owners")) owners += (owners.empty() ? "" : " ") + std::to_string(pid.get<int>());
    shared.push_back({std::to_string(one.at("slot").get<unsigned>()), std::to_string(one.at("cookie").get<uint64_t>()),
                      owners.empty() ? "-" : owners, selection(one), std::to_string(one.at("tickets").get<unsigned>())});
  }
  text += format_table("shared sockets", {"SLOT", "COOKIE", "OWNERS", "EVENTS", "TICKETS"}, std::move(shared));
  return text + counters(report.at("counters"));
}

}  // namespace windsock::tool
