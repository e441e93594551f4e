// windsock: the command for people. Shows and steers the running windsockd; starts none.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "config.h"
#include "dlls/common/runtime_directory.h"
#include "dlls/winehost/installer.h"
#include "dlls/winehost/launcher.h"
#include "server/doctor.h"
#include "server/preload.h"
#include "server/status_view.h"
#include "server/tool_client.h"

namespace windsock::tool {
namespace {

using nlohmann::ordered_json;

int complain(const std::string& text) {
  fmt::print(stderr, "windsock: {}\n", text);
  return 1;
}

int show_status(bool as_json) {
  auto client = ToolClient::connect();
  if (!client && means_not_running(client.error())) {
    if (as_json)
      fmt::print("{}\n", ordered_json{{"running", false},
                                      {"directory", runtime_directory_path()},
                                      {"clients", ordered_json::array()},
                                      {"tickets", ordered_json::array()},
                                      {"shared_sockets", ordered_json::array()}}
                             .dump(1));
    else
      fmt::print("{}\n", explain(client.error(), nullptr));
    return 0;
  }
  if (!client) return complain(explain(client.error(), nullptr));
  ToolClient connected = std::move(client).take();
  auto text = fetch_status(connected);
  if (!text) return complain(explain(text.error(), &connected));
  if (as_json)
    fmt::print("{}\n", text.value());
  else
    fmt::print("{}", format_status(ordered_json::parse(text.value())));
  return 0;
}

wire::Ticket ticket_from_text(const std::string& text) {
  wire::Ticket ticket{};
  for (size_t i = 0; i < ticket.size(); ++i) ticket[i] = static_cast<std::byte>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  return ticket;
}

int revoke(const std::string& prefix) {
  auto client = ToolClient::connect();
  if (!client) return complain(explain(client.error(), nullptr));
  ToolClient connected = std::move(client).take();
  auto text = fetch_status(connected);
  if (!text) return complain(explain(text.error(), &connected));

  const ordered_json report = ordered_json::parse(text.value());
  std::vector<std::string> matches;
  for (const auto& one : report.at("tickets"))
    if (std::string ticket = one.at("ticket"); ticket.starts_with(prefix)) matches.push_back(std::move(ticket));
  if (matches.empty()) return complain(fmt::format("no parked socket has a ticket that begins with {}; see windsock status", prefix));
  if (matches.size() > 1)
    return complain(fmt::format("{} tickets begin with {}; give more digits (windsock status --json shows all)", matches.size(), prefix));
  auto done = connected.ask<wire::Done>(wire::Revoke{ticket_from_text(matches[0])});
  if (!done) return complain(explain(done.error(), &connected));
  fmt::print("ticket {} is revoked; its socket is closed in windsockd\n", matches[0].substr(0, 8));
  return 0;
}

int stop(bool now) {
  auto client = ToolClient::connect();
  if (!client && means_not_running(client.error())) {
    fmt::print("{}\n", explain(client.error(), nullptr));
    return 0;
  }
  if (!client) return complain(explain(client.error(), nullptr));
  ToolClient connected = std::move(client).take();
  auto done = connected.ask<wire::Done>(wire::Stop{now ? 0u : 1u});
  if (!done) return complain(explain(done.error(), &connected));
  if (!now) {
    fmt::print("windsockd takes no more offers and leaves when the parked sockets are claimed\n");
    return 0;
  }
  if (!connected.wait_for_end()) return complain("windsockd has said yes, but is still there");
  fmt::print("windsockd has left\n");
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{"Shows and steers windsockd, which hands sockets from one process to another for Windsock."};
  app.set_version_flag("--version", "windsock " PACKAGE_VERSION);
  app.require_subcommand(1);

  bool as_json = false;
  CLI::App* status = app.add_subcommand("status", "who is connected, what is parked, which sockets are shared");
  status->add_flag("--json", as_json, "as JSON, for programs");

  std::string ticket;
  CLI::App* revocation = app.add_subcommand("revoke", "withdraw a parked socket");
  revocation->add_option("TICKET", ticket, "the ticket, or as many of its first digits as make it clear")
      ->required()
      ->check([](const std::string& text) {
        bool good = !text.empty() && text.size() <= 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
        return good ? std::string() : "a ticket is up to 32 digits 0-9 a-f, as windsock status shows it";
      });

  bool now = false, when_idle = false;
  CLI::App* ending = app.add_subcommand("stop", "end windsockd");
  CLI::Option* now_option = ending->add_flag("--now", now, "at once; parked sockets are lost");
  ending->add_flag("--when-idle", when_idle, "when the parked sockets are claimed (the default)")->excludes(now_option);

  CLI::App* preloading = app.add_subcommand("preload", "run a program with Windsock in place of the library it was linked to");
  preloading->prefix_command();
  preloading->footer("windsock preload PROGRAM [ARGUMENTS...]");

  winehost::RunOptions running_options;
  CLI::App* running = app.add_subcommand("run", "run a Windows program in Wine, with Windsock in place of Wine's own Winsock");
  running->add_option("--prefix", running_options.prefix, "the Wine prefix (default: $WINEPREFIX, else one of our own)");
  running->prefix_command();
  running->footer("windsock run [--prefix FOLDER] PROGRAM [ARGUMENTS...]");

  CLI::App* wine = app.add_subcommand("wine", "have a Wine prefix use Windsock for good, without windsock run");
  wine->require_subcommand(1);
  winehost::InstallOptions install_options;
  constexpr struct {
    const char *name, *description;
    int (*command)(const winehost::InstallOptions&);
  } kWineCommands[] = {
      {"install", "put Windsock's files and settings into the prefix", winehost::install},
      {"remove", "take them out again; the prefix is as it was before", winehost::remove},
      {"status", "say what is installed, try whether it works, and what to do if not", winehost::show_installation},
  };
  for (const auto& one : kWineCommands) {
    CLI::App* command = wine->add_subcommand(one.name, one.description);
    command->add_option("--prefix", install_options.prefix, "the Wine prefix (default: the one that wine uses: $WINEPREFIX, else ~/.wine)");
    command->add_option("--app", install_options.application, "for programs of this name alone (default: for all)");
  }

  CLI::App* doctoring = app.add_subcommand("doctor", "check what Windsock needs of this system");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*status) return show_status(as_json);
  if (*revocation) return revoke(ticket);
  if (*ending) return stop(now);
  for (const auto& one : kWineCommands)
    if (*wine && *wine->get_subcommand(one.name)) return one.command(install_options);
  if (*doctoring) return report(examine());
  CLI::App* starting = *running ? running : preloading;
  const std::vector<std::string> command = starting->remaining();
  if (command.empty()) {
    fmt::print(stderr, "windsock: which program? {}\n", starting->get_footer());
    return 2;
  }
  return *running ? winehost::run_program(running_options, command) : preload(command);
}

}  // namespace
}  // namespace windsock::tool

int main(int argc, char** argv) {
  try {
    return windsock::tool::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "windsock: {}\n", error.what());
    return 1;
  }
}
