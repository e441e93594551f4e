#include "server/status_view.h"

#include <gtest/gtest.h>

namespace windsock::tool {
namespace {

const char kReport[] = R"({
  "running": true,
  "server": {"pid": 10, "version": "1.2.3", "protocol": "1.0", "epoch": 5, "uptime_seconds": 61.5, "directory": "/run/user/7",
             "leaving": false, "descriptors": 4, "closing": 1, "descriptor_limit": 1000, "descriptor_reserve": 64,
             "max_tickets": 0, "max_tickets_per_client": 9},
  "clients": [{"pid": 11, "program": "acceptor", "connected_seconds": 3.25, "shared_sockets": 1}],
  "tickets": [{"ticket": "0123456789abcdef0123456789abcdef", "age_seconds": 0.012, "target": {"pid": 12, "program": "worker"},
               "offered_by": {"pid": 11, "program": "acceptor"}, "family": "inet", "type": "stream",
               "local": "127.0.0.1:80", "peer": "127.0.0.1:5000", "slot": 3}],
  "shared_sockets": [{"slot": 3, "generation": 1, "epoch": 0, "cookie": 77, "owners": [11, 12], "selected_by": 12,
                      "selected_events": 33, "tickets": 1}],
  "counters": {"offers": 4, "refused": {"invalid": 2}}
})";

TEST(status_view, shows_every_part) {
  std::string text = format_status(nlohmann::ordered_json::parse(kReport));
  for (const char* part : {"windsockd 1.2.3 (protocol 1.0) runs as pid 10 in /run/user/7, for 61.5 s", "descriptors 4 of 1000", "per client 9",
                           "clients (1)", "acceptor", "parked sockets (1)", "01234567 ", "12 ms", "12 worker", "127.0.0.1:80 <- 127.0.0.1:5000",
                           "shared sockets (1)", "11 12", "12: READ CLOSE", "offers 4", "invalid 2"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  EXPECT_EQ(text.find("0123456789"), std::string::npos) << "a ticket is shown by its first digits only";
}

TEST(status_view, columns_stand_under_each_other) {
  auto report = nlohmann::ordered_json::parse(kReport);
  auto second = report["clients"][0];
  second["pid"] = 1234567;
  second["program"] = "x";
  report["clients"].push_back(second);
  std::string text = format_status(report);
  size_t first_line = text.find("  11 "), second_line = text.find("  1234567 ");
  ASSERT_NE(first_line, std::string::npos);
  ASSERT_NE(second_line, std::string::npos);
  EXPECT_EQ(text.find("acceptor", first_line) - first_line, text.find("x ", second_line) - second_line);
}

TEST(status_view, a_report_of_another_shape_throws) {
  auto report = nlohmann::ordered_json::parse(kReport);
  report.erase("clients");
  EXPECT_THROW(format_status(report), nlohmann::json::exception);
}

TEST(status_view, durations) {
  EXPECT_EQ(format_seconds(0), "0 ms");
  EXPECT_EQ(format_seconds(0.85), "850 ms");
  EXPECT_EQ(format_seconds(12.34), "12.3 s");
  EXPECT_EQ(format_seconds(240), "4 min");
  EXPECT_EQ(format_seconds(3 * 3600), "3 h");
}

}  // namespace
}  // namespace windsock::tool
