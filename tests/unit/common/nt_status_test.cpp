// The table of NTSTATUS values, by the documented numbers: a status, its Win32 error, its Winsock error, and back.
#include "dlls/common/nt_status.h"

#include <gtest/gtest.h>

#include <set>

namespace windsock {
namespace {

struct Documented {
  uint32_t status, win32;
  int winsock;
};

// ntstatus.h, RtlNtStatusToDosError's list, and the error codes of Winsock's calls.
constexpr Documented kDocumented[] = {
    {0, 0, 0},
    {0x103, 997, 997},
    {0x80000005, 234, 10040},
    {0xC0000005, 998, 10014},
    {0xC0000008, 6, 10038},
    {0xC000000D, 87, 10022},
    {0xC0000011, 38, 10022},
    {0xC0000017, 8, 10055},
    {0xC0000022, 5, 10013},
    {0xC0000024, 6, 10038},
    {0xC000009A, 1450, 10055},
    {0xC00000A3, 21, 10035},
    {0xC00000B0, 233, 10058},
    {0xC00000B5, 121, 10060},
    {0xC00000BB, 50, 10045},
    {0xC0000120, 995, 995},
    {0xC000013B, 64, 10053},
    {0xC000013C, 64, 10054},
    {0xC0000140, 59, 10057},
    {0xC000014B, 109, 10058},
    {0xC0000141, 59, 10049},
    {0xC000020A, 52, 10048},
    {0xC000020D, 64, 10054},
    {0xC0000236, 1225, 10061},
    {0xC0000237, 1226, 10101},
    {0xC000023B, 1230, 10056},
    {0xC000023C, 1231, 10051},
    {0xC000023D, 1232, 10065},
    {0xC000023F, 1234, 10054},
    {0xC0000240, 1235, 10004},
    {0xC0000241, 1236, 10053},
};

TEST(NtStatus, HasTheDocumentedCodes) {
  for (const Documented& row : kDocumented) {
    EXPECT_EQ(win32_from_nt_status(row.status), row.win32) << std::hex << row.status;
    EXPECT_EQ(wsa_from_nt_status(row.status), row.winsock) << std::hex << row.status;
  }
}

TEST(NtStatus, HasNoRowThatIsNotDocumentedHereAndNoneTwice) {
  std::set<uint32_t> documented, rows;
  for (const Documented& row : kDocumented) documented.insert(row.status);
  size_t count = 0;
#define NT_STATUS(name, value, win32, win32_name, winsock, winsock_name) rows.insert(value), ++count;
#include "dlls/common/nt_status.def"
#undef NT_STATUS
  EXPECT_EQ(rows, documented);
  EXPECT_EQ(count, rows.size());
}

TEST(NtStatus, OfAWinsockErrorIsTheUsualOne) {
  EXPECT_EQ(nt_status_from_wsa(0), 0U);
  EXPECT_EQ(nt_status_from_wsa(10054), 0xC000020D);
  EXPECT_EQ(nt_status_from_wsa(10053), 0xC0000241);
  EXPECT_EQ(nt_status_from_wsa(10055), 0xC000009A);
  EXPECT_EQ(nt_status_from_wsa(10038), 0xC0000008);
  EXPECT_EQ(nt_status_from_wsa(10022), 0xC000000D);
  EXPECT_EQ(nt_status_from_wsa(995), 0xC0000120);
}

TEST(NtStatus, OfEachErrorLeadsBackToIt) {
  for (int error = 1; error < 0xFFFF; ++error) {
    ASSERT_EQ(wsa_from_nt_status(nt_status_from_wsa(error)), error);
    ASSERT_EQ(win32_from_nt_status(nt_status_from_win32(static_cast<uint32_t>(error))), static_cast<uint32_t>(error));
  }
}

TEST(NtStatus, OfAnErrorWithoutARowCarriesIt) {
  EXPECT_EQ(nt_status_from_wsa(10052), 0xC0070000 | 10052);
  EXPECT_EQ(nt_status_from_win32(112), 0xC0070070U);
  EXPECT_EQ(win32_from_nt_status(0xC0070000 | 10052), 10052U);
}

TEST(NtStatus, ThatNobodyKnowsIsAnErrorOnlyIfItsSeveritySaysSo) {
  EXPECT_EQ(win32_from_nt_status(0xC0FFFFFF), 317U);
  EXPECT_EQ(wsa_from_nt_status(0xC0FFFFFF), 10022);
  EXPECT_EQ(win32_from_nt_status(0x40000000), 0U);
  EXPECT_EQ(wsa_from_nt_status(0x40000000), 0);
  EXPECT_TRUE(is_failure(0x80000005));
  EXPECT_FALSE(is_failure(0x103));
}

}  // namespace
}  // namespace windsock
