// The calendar behind SYSTEMTIME: days since 1601 to year, month and day, and back. Pure functions.
#pragma once

#include <cstdint>

namespace windsock::kernel32 {

struct Date {
  int year = 1601;
  int month = 1;
  int day = 1;
};

inline constexpr int kFirstYear = 1601, kLastYear = 30827;

bool is_date(const Date& date);
int64_t days_of(const Date& date);
Date date_of(int64_t days);

}  // namespace windsock::kernel32
