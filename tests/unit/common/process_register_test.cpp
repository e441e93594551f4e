// Who is behind a Windows process id: the lock that a process holds for its life.
#include "dlls/common/process_register.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "tests/unit/common/test_host.h"

namespace windsock {
namespace {

constexpr uint32_t kHere = 7, kThere = 0x7ffffffe;  // spaces of numbers

// A process that has entered the register, and waits for its end.
class Registered {
 public:
  Registered(uint32_t space, uint32_t number) {
    test::Pair words = test::unix_pair();
    pid_ = fork();
    if (pid_ == 0) {
      char word = process_register::enter(space, number).ok() ? 'y' : 'n';
      if (::write(words.one.get(), &word, 1) != 1) _exit(1);
      for (;;) pause();
    }
    char word = 0;
    entered_ = ::read(words.other.get(), &word, 1) == 1 && word == 'y';
  }
  ~Registered() { end(); }
  void end() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  int pid() const { return pid_; }
  bool entered() const { return entered_; }

 private:
  int pid_;
  bool entered_ = false;
};

class ProcessRegisterTest : public testing::Test {
 protected:
  ProcessRegisterTest() {
    if (const char* before = getenv("WINDSOCK_DIR")) before_ = before;
    setenv("WINDSOCK_DIR", (place_.path() + "/meeting").c_str(), 1);
  }
  ~ProcessRegisterTest() override {
    if (before_)
      setenv("WINDSOCK_DIR", before_->c_str(), 1);
    else
      unsetenv("WINDSOCK_DIR");
  }
  static int process(const host::Result<UniqueFd>& found) { return found ? host::process_of(found.value().get()).value() : -1; }
  static int error(const host::Result<UniqueFd>& found) { return found ? 0 : static_cast<int>(found.error()); }

  test::TemporaryDirectory place_;
  std::optional<std::string> before_;
};

TEST_F(ProcessRegisterTest, AProcessIsFoundByItsNumberAndNoOther) {
  Registered one(kHere, 84), other(kHere, 0xfffffffc);
  EXPECT_EQ(one.pid(), process(process_register::find(kHere, 84)));
  EXPECT_EQ(other.pid(), process(process_register::find(kHere, 0xfffffffc)));
  EXPECT_EQ(ESRCH, error(process_register::find(kHere, 88)));
  EXPECT_EQ(ESRCH, error(process_register::find(kThere, 84)));
}

TEST_F(ProcessRegisterTest, ItIsGoneWithItsEnd) {
  Registered one(kHere, 84);
  one.end();
  EXPECT_EQ(ESRCH, error(process_register::find(kHere, 84)));
  EXPECT_EQ(ESRCH, error(process_register::find_in_any_space(84)));
  Registered next(kHere, 84);
  EXPECT_EQ(next.pid(), process(process_register::find(kHere, 84)));
}

TEST_F(ProcessRegisterTest, ANumberWithoutASpaceMeansTheOnlyOne) {
  Registered here(kHere, 84), elsewhere(kThere, 88), neighbour(0, 85);
  EXPECT_EQ(here.pid(), process(process_register::find_in_any_space(84)));
  EXPECT_EQ(elsewhere.pid(), process(process_register::find_in_any_space(88)));
  Registered there(kThere, 84);
  EXPECT_EQ(ESRCH, error(process_register::find_in_any_space(84))) << "it could be either";
  EXPECT_EQ(there.pid(), process(process_register::find(kThere, 84)));
  here.end();
  EXPECT_EQ(there.pid(), process(process_register::find_in_any_space(84)));
}

TEST_F(ProcessRegisterTest, ANumberIsTakenOnce) {
  Registered one(kHere, 84), another(kHere, 84);
  EXPECT_TRUE(one.entered());
  EXPECT_FALSE(another.entered());
}

TEST_F(ProcessRegisterTest, ASpaceIsADirectoryAndNotItsName) {
  test::TemporaryDirectory one, other;
  std::filesystem::create_directory_symlink(one.path(), other.path() + "/link");
  auto space = process_register::space_of(one.path().c_str());
  ASSERT_TRUE(space);
  EXPECT_EQ(space.value(), process_register::space_of((other.path() + "/link").c_str()).value());
  EXPECT_NE(space.value(), process_register::space_of(other.path().c_str()).value());
  EXPECT_FALSE(process_register::space_of((one.path() + "/none").c_str()));
}

}  // namespace
}  // namespace windsock
