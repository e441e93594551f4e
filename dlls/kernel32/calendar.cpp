#include "dlls/kernel32/calendar.h"

#include <chrono>

namespace windsock::kernel32 {

namespace {

namespace chrono = std::chrono;

constexpr chrono::sys_days kFirstDay = chrono::year(kFirstYear) / 1 / 1;

chrono::year_month_day as_chrono(const Date& date) {
  return chrono::year(date.year) / chrono::month(static_cast<unsigned>(date.month)) / chrono::day(static_cast<unsigned>(date.day));
}

}  // namespace

bool is_date(const Date& date) {
  return date.year >= kFirstYear && date.year <= kLastYear && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31 &&
         as_chrono(date).ok();
}

int64_t days_of(const Date& date) { return (chrono::sys_days(as_chrono(date)) - kFirstDay).count(); }

Date date_of(int64_t days) {
  chrono::year_month_day date = kFirstDay + chrono::days(days);
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

}  // namespace windsock::kernel32
