// The directory of the meeting: ours, closed to others, and no symbolic link.
#include "dlls/common/runtime_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "tests/unit/common/test_host.h"

namespace windsock {
namespace {

class RuntimeDirectoryTest : public testing::Test {
 protected:
  RuntimeDirectoryTest() {
    if (const char* before = getenv("WINDSOCK_DIR")) before_ = before;
    use("meeting");
    testing::internal::CaptureStderr();
  }
  ~RuntimeDirectoryTest() override {
    testing::internal::GetCapturedStderr();
    if (before_)
      setenv("WINDSOCK_DIR", before_->c_str(), 1);
    else
      unsetenv("WINDSOCK_DIR");
  }
  void use(const std::string& name) {
    path_ = place_.path() + "/" + name;
    setenv("WINDSOCK_DIR", path_.c_str(), 1);
  }
  int error() { return static_cast<int>(open_runtime_directory().error()); }

  test::TemporaryDirectory place_;
  std::string path_;

 private:
  std::optional<std::string> before_;
};

TEST_F(RuntimeDirectoryTest, is_made_for_us_alone) {
  auto directory = open_runtime_directory();
  ASSERT_TRUE(directory.ok());
  EXPECT_EQ(directory.value().path, path_);
  struct stat status;
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
  EXPECT_EQ(status.st_uid, geteuid());
}

TEST_F(RuntimeDirectoryTest, is_used_when_it_is_there) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_TRUE(open_runtime_directory().ok());
}

TEST_F(RuntimeDirectoryTest, is_refused_when_others_may_enter) {
  for (mode_t mode : {0750, 0705, 0770, 0777, 0701}) {
    mkdir(path_.c_str(), 0700);
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_EQ(error(), EACCES) << std::oct << mode;
  }
}

TEST_F(RuntimeDirectoryTest, is_refused_as_a_symbolic_link) {
  ASSERT_EQ(mkdir((place_.path() + "/real").c_str(), 0700), 0);
  ASSERT_EQ(symlink("real", path_.c_str()), 0);
  EXPECT_TRUE(error() == ENOTDIR || error() == ELOOP);
}

TEST_F(RuntimeDirectoryTest, is_refused_as_a_file) {
  close(open(path_.c_str(), O_CREAT | O_WRONLY, 0600));
  EXPECT_EQ(error(), ENOTDIR);
}

TEST_F(RuntimeDirectoryTest, is_refused_when_it_belongs_to_another) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_EQ(error(), EPERM);
}

TEST_F(RuntimeDirectoryTest, is_not_made_below_nothing) {
  use("no/such/place");
  EXPECT_EQ(error(), ENOENT);
}

TEST_F(RuntimeDirectoryTest, a_long_path_still_has_room_for_the_socket) {
  use(std::string(200, 'd'));
  auto directory = open_runtime_directory();
  ASSERT_TRUE(directory.ok());
  UniqueFd listener = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, host::Blocking::kYes)).take();
  ASSERT_TRUE(host::bind_unix_at(listener.get(), directory.value().fd.get(), kServerSocketName).ok());
  ASSERT_TRUE(host::listen(listener.get(), 1).ok());
  UniqueFd client = std::move(host::create_socket(AF_UNIX, SOCK_SEQPACKET, 0, host::Blocking::kYes)).take();
  EXPECT_TRUE(host::connect_unix_at(client.get(), directory.value().fd.get(), kServerSocketName).ok());
}

TEST_F(RuntimeDirectoryTest, without_the_variable_is_chosen_by_uid) {
  unsetenv("WINDSOCK_DIR");
  const std::string uid = std::to_string(geteuid());
  EXPECT_TRUE(runtime_directory_path() == "/run/user/" + uid || runtime_directory_path() == "/tmp/windsock-" + uid);
  setenv("WINDSOCK_DIR", "", 1);
  EXPECT_NE(runtime_directory_path(), "");
}

}  // namespace
}  // namespace windsock
