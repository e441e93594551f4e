// The status report as tables for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace windsock::tool {

// Throws nlohmann::json::exception when the report is not of the shape that server/status_report.cpp writes.
std::string format_status(const nlohmann::ordered_json& report);
// "850 ms", "12.3 s", "4 min", "3 h".
std::string format_seconds(double seconds);

}  // namespace windsock::tool
