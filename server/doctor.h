// The doctor: looks at everything Windsock needs of the system and says what to do about what is missing.
#pragma once

#include <string>
#include <vector>

namespace windsock::tool {

struct Finding {
  enum class Verdict { kOk, kWarn, kFail };
  Verdict verdict = Verdict::kOk;
  std::string subject;
  std::string text;
};

std::vector<Finding> examine();
// Prints the findings, one a line; 1 when something fails, else 0.
int report(const std::vector<Finding>& findings);

}  // namespace windsock::tool
