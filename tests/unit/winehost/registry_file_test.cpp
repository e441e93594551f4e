#include "dlls/winehost/registry_file.h"

#include <gtest/gtest.h>

namespace windsock::winehost {
namespace {

constexpr char kKey[] = R"(Software\\Wine\\DllOverrides)";

const char kHead[] = "WINE REGISTRY Version 2\n;; All keys relative to REGISTRY\\\\User\\\\S-1-5-21-0-0-0-1000\n\n#arch=win64\n";
const char kEmptyKey[] = "\n[Software\\\\Wine\\\\DllOverrides] 1795693454\n#time=1dd7d9b75c23a22\n";
const char kOthers[] = "\n[Software\\\\Wine\\\\Fonts] 1795693836\n#time=1dd7d9c59c07388\n\"LogPixels\"=dword:00000060\n";
const char kBinary[] = "\n[Control Panel\\\\Desktop] 1795693454\n\"ws2_32\"=hex:9e,1e,07,\\\n  12,80,\\\n  00\n\"Z\"=\"z\\\\\"\n";

RegistryChange change(const char* key = kKey, const char* name = "ws2_32") { return {key, name, "\"native,builtin\"", "", false}; }

const std::string kTexts[] = {
    kHead,
    std::string(kHead) + kOthers,
    std::string(kHead) + kEmptyKey,
    std::string(kHead) + kEmptyKey + kOthers,
    std::string(kHead) + kBinary + kEmptyKey + "\"*msvcrt\"=\"native\"\n" + kOthers,
    std::string(kHead) + kEmptyKey + "\"ws2_32\"=\"builtin\"\n\"zlib1\"=\"native\"\n" + kOthers,
    std::string(kHead) + kEmptyKey + "\"WS2_32\"=\"native,builtin\"\n",
};
constexpr const char* kKeys[] = {kKey, R"(Software\\Wine\\AppDefaults\\x.exe\\DllOverrides)", R"(Control Panel\\Desktop)", R"(Software)"};

TEST(registry_file, whatever_is_applied_is_taken_back_to_the_byte) {
  for (const std::string& text : kTexts)
    for (const char* key : kKeys) {
      std::vector<RegistryChange> changes = {change(key), change(key, "mswsock"), change(key, "wsock32")};
      std::string changed = text;
      for (RegistryChange& one : changes) changed = apply_change(changed, one, 1795700000);
      EXPECT_NE(changed, text);
      for (const RegistryChange& one : changes) EXPECT_EQ(registry_value(changed, key, one.name), one.data);
      for (auto one = changes.rbegin(); one != changes.rend(); ++one) changed = take_back_change(changed, *one);
      EXPECT_EQ(changed, text);
    }
}

TEST(registry_file, a_value_joins_the_others_of_its_key) {
  RegistryChange added = change();
  EXPECT_EQ(apply_change(kTexts[3], added, 0), std::string(kHead) + kEmptyKey + "\"ws2_32\"=\"native,builtin\"\n" + kOthers);
  EXPECT_FALSE(added.made_key);
  EXPECT_EQ(added.before, "");
}

TEST(registry_file, a_key_that_is_not_there_is_made) {
  RegistryChange added = change();
  EXPECT_EQ(apply_change(kTexts[1], added, 1795700000),
            std::string(kHead) + kOthers + "\n[Software\\\\Wine\\\\DllOverrides] 1795700000\n\"ws2_32\"=\"native,builtin\"\n");
  EXPECT_TRUE(added.made_key);
}

TEST(registry_file, a_value_of_several_lines_is_replaced_whole) {
  RegistryChange replaced = change(R"(Control Panel\\Desktop)");
  const std::string text = apply_change(kTexts[4], replaced, 0);
  EXPECT_EQ(text.find("12,80"), std::string::npos);
  EXPECT_EQ(registry_value(text, R"(Control Panel\\Desktop)", "Z"), R"("z\\")");
  EXPECT_EQ(replaced.before, "\"ws2_32\"=hex:9e,1e,07,\\\n  12,80,\\\n  00\n");
}

TEST(registry_file, what_wine_has_written_anew_is_taken_back_too) {
  RegistryChange first = change(), second = change(kKey, "mswsock");
  apply_change(apply_change(kTexts[1], first, 1795700000), second, 1795700000);
  // Sorted, and with another time.
  const std::string anew = std::string(kHead) + "\n[Software\\\\Wine\\\\DllOverrides] 1795700009\n#time=1dd7d9b75c23a22\n" +
                           "\"mswsock\"=\"native,builtin\"\n\"ws2_32\"=\"native,builtin\"\n" + kOthers;
  EXPECT_EQ(take_back_change(take_back_change(anew, second), first), kTexts[1]);
}

TEST(registry_file, a_key_with_what_others_have_put_there_stays) {
  RegistryChange made = change();
  const std::string text = apply_change(kTexts[1], made, 0) + "\"zlib1\"=\"native\"\n";
  const std::string left = take_back_change(text, made);
  EXPECT_EQ(registry_value(left, kKey, "zlib1"), "\"native\"");
  EXPECT_EQ(registry_value(left, kKey, "ws2_32"), std::nullopt);
}

TEST(registry_file, what_somebody_has_changed_since_is_his) {
  RegistryChange added = change();
  apply_change(kTexts[3], added, 0);
  const std::string text = std::string(kHead) + kEmptyKey + "\"ws2_32\"=\"builtin\"\n";
  EXPECT_EQ(take_back_change(text, added), text);
  EXPECT_EQ(take_back_change(kTexts[1], added), kTexts[1]);
}

TEST(registry_file, names_are_compared_without_case_and_as_a_whole) {
  EXPECT_EQ(registry_value(kTexts[5], R"(software\\wine\\dlloverrides)", "WS2_32"), "\"builtin\"");
  EXPECT_EQ(registry_value(kTexts[5], R"(Software\\Wine)", "ws2_32"), std::nullopt);
  EXPECT_EQ(registry_value(kTexts[5], kKey, "ws2_3"), std::nullopt);
  EXPECT_EQ(registry_value("", kKey, "ws2_32"), std::nullopt);
}

TEST(registry_file, names_that_the_file_would_write_otherwise_are_refused) {
  EXPECT_EQ(registry_name("a b\\c.exe"), R"(a b\\c.exe)");
  for (const char* name : {"a\"b", "a[b", "a]b", "a\nb", "\xc3\xa9"}) EXPECT_EQ(registry_name(name), std::nullopt) << name;
}

}  // namespace
}  // namespace windsock::winehost
