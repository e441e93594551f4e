// Queries of the name space of DNS (WSALookupServiceBegin): a question is answered at once by the host's resolver, and its
// answers are kept until they are fetched one by one.
//
// Service classes say what is asked: the addresses of a host, the host of an address in text, the port of a service, or the
// addresses of a host with the port that the class stands for. Texts are UTF-8 here.
//
// Threads: the table has a lock of its own; a query that is fetched from belongs to the fetching thread until it is put back.
#pragma once

#include <winsock2.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dlls/ws2_32/wsa_error.h"

namespace windsock {

struct NameQuestion {
  std::optional<std::string> name;
  GUID service_class{};
  DWORD name_space = NS_ALL;
  std::optional<GUID> provider;
  std::vector<AFPROTOCOLS> protocols;  // empty: any
  std::string query_string;
  DWORD flags = 0;  // LUP_…
};

struct NameAddress {
  sockaddr_storage address{};
  int length = 0;
  int type = 0;
  int protocol = 0;
};

struct NameAnswerSet {
  std::string name;
  bool is_alias = false;
  std::vector<NameAddress> addresses;
};

struct NameLookup {
  NameQuestion question;
  std::deque<NameAnswerSet> answers;
};

// Asks the host; may block for long. WSASERVICE_NOT_FOUND: no such name space, class or name. WSANO_DATA: containers, or
// nothing of the families asked for. WSAEINVAL: a provider that is none, or a class that needs a name and has none.
WsaResult<NameLookup> look_up(NameQuestion question);

// The handles of queries. WSA_INVALID_HANDLE: it is none.
namespace name_lookups {
HANDLE insert(NameLookup lookup);
WsaResult<std::shared_ptr<NameLookup>> find(HANDLE handle);
WsaResult<void> remove(HANDLE handle);
}  // namespace name_lookups

}  // namespace windsock
