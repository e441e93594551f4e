// MessageText: the arguments of a message as the procedure it goes to takes them.
//
// A few messages have a text, or room for one, behind lParam. For a procedure of the other encoding it is converted; for one that
// another thread runs it is copied as well, so that a sender whose patience ends may leave: nothing of its own is touched any more.
#pragma once

#include <minwindef.h>

#include <string>

#include "dlls/user32/text.h"

namespace windsock::user32 {

// Whether the message is the system's own and has pointers behind its arguments: it cannot be posted.
bool has_pointers(UINT message);

class MessageText {
 public:
  MessageText(UINT message, WPARAM wparam, LPARAM lparam, Encoding from, Encoding to);

  WPARAM wparam() const { return wparam_; }
  LPARAM lparam();
  // By the sender, once the procedure has returned: its result as the sender understands it.
  LRESULT take_back(LRESULT result) const;

 private:
  enum class Kind : uint8_t { kNone, kText, kRoom, kLength };
  static Kind kind_of(UINT message);

  const Kind kind_;
  const Encoding from_, to_;
  const WPARAM wparam_;
  const LPARAM lparam_;
  // The copy, in the encoding that the procedure takes.
  std::string narrow_;
  std::u16string wide_;
};

}  // namespace windsock::user32
