// TransmitFile by an overlapped call, and TransmitPackets. What TransmitFile does without: mswsock_test.cpp.
#include "tests/regress/overlapped_call.h"

#include <mswsock.h>

#include <string>

#include "tests/regress/extension.h"
#include "tests/regress/open_file.h"

namespace regress {
namespace {

class TransmitTest : public ConnectionTest {
 protected:
  void SetUp() override {
    ConnectionTest::SetUp();
    packets_ = extension<LPFN_TRANSMITPACKETS>(here(), WSAID_TRANSMITPACKETS);
  }
  int transmit(OverlappedCall& call, const OpenFile& file, DWORD size = 0, TRANSMIT_FILE_BUFFERS* around = nullptr,
               DWORD flags = 0) const {
    return call.begin(here(), [&] { return TransmitFile(here(), file.get(), size, 0, &call.overlapped, around, flags) != FALSE; });
  }
  int transmit(OverlappedCall& call, TRANSMIT_PACKETS_ELEMENT* elements, DWORD count, DWORD flags = 0) const {
    return transmit_on(here(), call, elements, count, flags);
  }
  int transmit_on(SOCKET socket, OverlappedCall& call, TRANSMIT_PACKETS_ELEMENT* elements, DWORD count, DWORD flags = 0) const {
    return call.begin(socket, [&] { return packets_(socket, elements, count, 0, &call.overlapped, flags) != FALSE; });
  }

  LPFN_TRANSMITPACKETS packets_ = nullptr;
};
FOR_BOTH_FAMILIES(TransmitTest);

TEST_P(TransmitTest, TransmitsAFileBetweenItsBuffers) {
  const OpenFile file("the file,");
  char head[] = "head,", tail[] = "tail";
  TRANSMIT_FILE_BUFFERS around = {head, 5, tail, 4};
  OverlappedCall call;
  ASSERT_BEGUN(transmit(call, file, 0, &around));
  EXPECT_EQ("head,the file,tail", receive_exactly(there(), 18));
  EXPECT_EQ(18, call.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, TheStructureHasTheOffset) {
  const OpenFile file("0123456789");
  OverlappedCall call;
  call.overlapped.Offset = 4;
  ASSERT_BEGUN(transmit(call, file, 3));
  EXPECT_EQ("456", receive_exactly(there(), 3));
  EXPECT_EQ(3, call.end()) << error_name(WSAGetLastError());
  EXPECT_EQ(4u, call.overlapped.Offset) << "it is the program's";
  call.overlapped.Offset = 7;
  ASSERT_BEGUN(transmit(call, file));
  EXPECT_EQ("789", receive_exactly(there(), 3)) << "all the rest";
  EXPECT_EQ(3, call.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, ALargeFileWaitsForItsReader) {
  const OpenFile file(std::string(16 << 20, 'x'));
  ASSERT_TRUE(set_nonblocking(here()));
  OverlappedCall call;
  ASSERT_PENDING(transmit(call, file));
  EXPECT_FALSE(call.told());
  EXPECT_EQ(16u << 20, receive_exactly(there(), 16 << 20).size());
  EXPECT_EQ(16 << 20, call.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, ADisconnectComesAfterTheData) {
  const OpenFile file("the file");
  OverlappedCall call;
  ASSERT_BEGUN(transmit(call, file, 0, nullptr, TF_DISCONNECT));
  EXPECT_EQ("the file", receive_to_end(there()));
  EXPECT_EQ(8, call.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, ClosingAbortsIt) {
  const OpenFile file(std::string(16 << 20, 'x'));
  OverlappedCall call;
  ASSERT_PENDING(transmit(call, file));
  ASSERT_TRUE(set_linger(here(), 1, 0));
  ASSERT_RETURNS(0, pair_.client.close());
  EXPECT_FAILS_WITH(call.end_of_closed(), WSA_OPERATION_ABORTED);
}

TEST_P(TransmitTest, FilesAndSendsKeepTheirOrder) {
  const OpenFile file(std::string(2 << 20, 'f'));
  OverlappedCall before("before"), between, after("after");
  ASSERT_BEGUN(before.send(here()));
  ASSERT_BEGUN(transmit(between, file));
  ASSERT_BEGUN(after.send(here()));
  const std::string got = receive_exactly(there(), (2 << 20) + 11);
  EXPECT_TRUE(got == "before" + std::string(2 << 20, 'f') + "after");
  EXPECT_EQ(2 << 20, between.end()) << error_name(WSAGetLastError());
  EXPECT_EQ(5, after.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, RefusesWhatItCannotSend) {
  const OpenFile file("unsent");
  OverlappedCall call;
  const auto refused = [&](SOCKET socket, DWORD flags) {
    return call.begin(socket, [&] { return TransmitFile(socket, file.get(), 0, 0, &call.overlapped, nullptr, flags) != FALSE; });
  };
  const Socket alone = make_socket(family(), SOCK_STREAM), datagram = bound_socket(family(), SOCK_DGRAM);
  EXPECT_FAILS_WITH(refused(alone.get(), 0), WSAENOTCONN);
  EXPECT_FAILS_WITH(refused(datagram.get(), 0), WSAEINVAL);
  EXPECT_FAILS_WITH(refused(here(), TF_REUSE_SOCKET), WSAEINVAL);
  EXPECT_FAILS_WITH(refused(INVALID_SOCKET, 0), WSAENOTSOCK);
  ASSERT_RETURNS(0, shutdown(here(), SD_SEND));
  EXPECT_FAILS_WITH(refused(here(), 0), WSAESHUTDOWN);
  EXPECT_FALSE(call.told());
}

// ---- TransmitPackets ------------------------------------------------------------------------------------------------------
TRANSMIT_PACKETS_ELEMENT memory(char* text, ULONG length) {
  TRANSMIT_PACKETS_ELEMENT element{};
  element.dwElFlags = TP_ELEMENT_MEMORY;
  element.cLength = length;
  element.pBuffer = text;
  return element;
}
TRANSMIT_PACKETS_ELEMENT part_of(const OpenFile& file, LONGLONG offset, ULONG length) {
  TRANSMIT_PACKETS_ELEMENT element{};
  element.dwElFlags = TP_ELEMENT_FILE;
  element.cLength = length;
  element.nFileOffset.QuadPart = offset;
  element.hFile = file.get();
  return element;
}

TEST_P(TransmitTest, PacketsAreOfMemoryAndFiles) {
  ASSERT_NE(nullptr, packets_);
  const OpenFile file("0123456789"), other("other");
  char head[] = "head,", tail[] = ",tail";
  TRANSMIT_PACKETS_ELEMENT elements[] = {memory(head, 5), part_of(file, 2, 3), part_of(other, 0, 0), memory(tail, 5)};
  OverlappedCall call;
  ASSERT_BEGUN(transmit(call, elements, 4));
  EXPECT_EQ("head,234other,tail", receive_exactly(there(), 18)) << "a length of zero is all of a file";
  EXPECT_EQ(18, call.end()) << error_name(WSAGetLastError());
}

// "If set to -1, transmission begins at the current byte offset."
TEST_P(TransmitTest, APacketGoesOnFromTheFilesPosition) {
  ASSERT_NE(nullptr, packets_);
  const OpenFile file("0123456789");
  LARGE_INTEGER four{};
  four.QuadPart = 4;
  ASSERT_TRUE(SetFilePointerEx(file.get(), four, nullptr, FILE_BEGIN));
  TRANSMIT_PACKETS_ELEMENT element = part_of(file, -1, 3);
  OverlappedCall call;
  ASSERT_BEGUN(transmit(call, &element, 1));
  EXPECT_EQ("456", receive_exactly(there(), 3));
  EXPECT_EQ(3, call.end()) << error_name(WSAGetLastError());
}

TEST_P(TransmitTest, PacketsWithoutAStructureWaitAndEndTheConnection) {
  ASSERT_NE(nullptr, packets_);
  char text[] = "all";
  TRANSMIT_PACKETS_ELEMENT element = memory(text, 3);
  ASSERT_TRUE(packets_(here(), &element, 1, 0, nullptr, TF_DISCONNECT)) << error_name(WSAGetLastError());
  EXPECT_EQ("all", receive_to_end(there()));
}

TEST_P(TransmitTest, PacketsThatCannotBeSentAreRefused) {
  ASSERT_NE(nullptr, packets_);
  char text[] = "unsent";
  TRANSMIT_PACKETS_ELEMENT element = memory(text, 6);
  OverlappedCall call;
  EXPECT_FAILS_WITH(transmit(call, &element, 1, TF_REUSE_SOCKET), WSAEINVAL);
  EXPECT_FAILS_WITH(transmit(call, nullptr, 1), WSAEFAULT);
  const Socket alone = make_socket(family(), SOCK_STREAM);
  EXPECT_FAILS_WITH(transmit_on(alone.get(), call, &element, 1), WSAENOTCONN);
  EXPECT_FAILS_WITH(transmit_on(INVALID_SOCKET, call, &element, 1), WSAENOTSOCK);
  ASSERT_RETURNS(0, shutdown(here(), SD_SEND));
  EXPECT_FAILS_WITH(transmit(call, &element, 1), WSAESHUTDOWN);
  EXPECT_FALSE(call.told());
}

}  // namespace
}  // namespace regress
