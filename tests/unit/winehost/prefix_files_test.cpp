#include "dlls/winehost/prefix_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "dlls/winehost/installation_record.h"

namespace windsock::winehost {
namespace {

namespace fs = std::filesystem;

const std::string kOurs = std::string("ours: ") + std::string("W\0i\0n\0d\0s\0o\0c\0k\0", 16);

class prefix_files : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "windsock-prefix-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    root = name;
    installation = {(root / "ours").string(), "/somewhere/windsockd", ""};
    for (const char* file : {"ws2_32.dll", "mswsock.dll", "wsock32.dll", "winehost.dll", "bcryptprimitives.dll"})
      write("ours/x86_64-windows/" + std::string(file), kOurs + file);
    write("ours/x86_64-unix/winehost.so", "\x7f ELF with WINDSOCK_SERVER in it");
    for (const char* file : {"ws2_32.dll", "mswsock.dll", "wsock32.dll", "kernel32.dll"}) write(system32(file), std::string("Wine's ") + file);
  }
  void TearDown() override { fs::remove_all(root); }

  static std::string system32(const std::string& file) { return "prefix/drive_c/windows/system32/" + file; }
  fs::path prefix() const { return root / "prefix"; }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path, std::ios::binary) << text;
  }
  std::string read(const std::string& path) { return read_file(root / path); }
  std::map<std::string, std::string> tree() {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(prefix()))
      all[entry.path().string()] = entry.is_symlink() ? fs::read_symlink(entry.path()).string() : entry.is_directory() ? "" : read_file(entry.path());
    return all;
  }

  fs::path root;
  Installation installation;
};

TEST_F(prefix_files, are_placed_and_removed_without_a_trace) {
  const auto before = tree();
  EXPECT_EQ(examine_files(installation, prefix()), FilesState::kAbsent);
  place_files(installation, prefix());
  EXPECT_EQ(examine_files(installation, prefix()), FilesState::kComplete);
  EXPECT_EQ(read(system32("ws2_32.dll")), kOurs + "ws2_32.dll");
  EXPECT_EQ(read(system32("bcryptprimitives.dll")), kOurs + "bcryptprimitives.dll");
  EXPECT_EQ(fs::read_symlink(root / system32("windsockd")), "/somewhere/windsockd");
  EXPECT_EQ(read(system32("kernel32.dll")), "Wine's kernel32.dll");
  remove_files(prefix());
  EXPECT_EQ(tree(), before);
  remove_files(prefix());
  EXPECT_EQ(tree(), before);
}

TEST_F(prefix_files, are_left_alone_when_they_are_there) {
  place_files(installation, prefix());
  const auto before = tree();
  const auto time = fs::last_write_time(root / system32(""));
  place_files(installation, prefix());
  EXPECT_EQ(tree(), before);
  EXPECT_EQ(fs::last_write_time(root / system32("")), time);
}

TEST_F(prefix_files, of_another_windsock_are_replaced_and_wines_stay_kept) {
  const auto before = tree();
  place_files(installation, prefix());
  write("ours/x86_64-windows/ws2_32.dll", kOurs + "a newer ws2_32.dll");
  EXPECT_EQ(examine_files(installation, prefix()), FilesState::kOther);
  place_files(installation, prefix());
  EXPECT_EQ(read(system32("ws2_32.dll")), kOurs + "a newer ws2_32.dll");
  remove_files(prefix());
  EXPECT_EQ(tree(), before);
}

TEST_F(prefix_files, that_wine_has_put_back_are_the_ones_to_keep) {
  place_files(installation, prefix());
  write(system32("ws2_32.dll"), "a newer Wine's ws2_32.dll");
  EXPECT_EQ(examine_files(installation, prefix()), FilesState::kDamaged);
  place_files(installation, prefix());
  remove_files(prefix());
  EXPECT_EQ(read(system32("ws2_32.dll")), "a newer Wine's ws2_32.dll");

  place_files(installation, prefix());
  write(system32("ws2_32.dll"), "the newest Wine's ws2_32.dll");
  remove_files(prefix());
  EXPECT_EQ(read(system32("ws2_32.dll")), "the newest Wine's ws2_32.dll");
  EXPECT_FALSE(fs::exists(kept_folder(prefix())));
}

TEST_F(prefix_files, that_wine_does_better_are_not_placed) {
  write(system32("bcryptprimitives.dll"), "Wine's bcryptprimitives.dll");
  place_files(installation, prefix());
  EXPECT_EQ(read(system32("bcryptprimitives.dll")), "Wine's bcryptprimitives.dll");
  EXPECT_EQ(examine_files(installation, prefix()), FilesState::kComplete);
  remove_files(prefix());
  EXPECT_EQ(read(system32("bcryptprimitives.dll")), "Wine's bcryptprimitives.dll");
}

TEST_F(prefix_files, a_written_file_keeps_its_mode) {
  write("prefix/user.reg", "before");
  fs::permissions(prefix() / "user.reg", fs::perms(0600));
  EXPECT_TRUE(write_file(prefix() / "user.reg", "after"));
  EXPECT_EQ(read("prefix/user.reg"), "after");
  EXPECT_EQ(fs::status(prefix() / "user.reg").permissions(), fs::perms(0600));
  EXPECT_FALSE(write_file(prefix() / "nowhere/user.reg", "after"));
}

TEST_F(prefix_files, the_record_comes_back_as_it_was_written) {
  InstallationRecord record{"1.2.3", {{"", {{"Key\\\\Sub", "ws2_32", "\"native\"", "\"ws2_32\"=hex:00,\\\n  01\n", true}}}, {"x.exe", {}}}};
  ASSERT_TRUE(write_record(prefix(), record));
  auto again = read_record(prefix());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->version, "1.2.3");
  ASSERT_EQ(again->installed.size(), 2u);
  const RegistryChange& change = again->find("")->changes.at(0);
  EXPECT_EQ(change.key + change.name + change.data + change.before, "Key\\\\Subws2_32\"native\"\"ws2_32\"=hex:00,\\\n  01\n");
  EXPECT_TRUE(change.made_key);
  EXPECT_TRUE(again->find("x.exe"));
  EXPECT_FALSE(again->find("y.exe"));
  ASSERT_TRUE(write_record(prefix(), {"1.2.3", {}}));
  EXPECT_FALSE(fs::exists(kept_folder(prefix()) / "installed.json"));
}

TEST_F(prefix_files, a_record_that_is_none_is_said_to_be_none) {
  EXPECT_TRUE(read_record(prefix()));
  for (const char* text : {"", "{", "[]", "{\"version\": 1, \"installed\": []}", "{\"version\": \"1\"}"}) {
    write("prefix/windsock/installed.json", text);
    EXPECT_FALSE(read_record(prefix())) << text;
  }
}

}  // namespace
}  // namespace windsock::winehost
