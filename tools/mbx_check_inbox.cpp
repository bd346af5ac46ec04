// mbx-check-inbox: may a mailbox be imported here?

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/mailbox_options.hpp"
#include "cli/run.hpp"
#include "migration/mailbox_check.hpp"
#include "report.hpp"

namespace mbx::tools {
namespace {

class MbxCheckInbox final : public cli::Tool {
  public:
    MbxCheckInbox()
        : Tool({.name = "mbx-check-inbox",
                .summary = "say whether a mailbox has an Inbox, and whether it is empty",
                .usage = {"[OPTION]... DESTINATION", "[OPTION]... --server NAME --alias ALIAS"},
                .examples = {{"before an import",
                              "mbx-check-inbox imaps://john@mail.example && "
                              "pst-import john.pst imaps://john@mail.example"}},
                .notes = "Exit code 0: it exists and is empty. 1: it does not exist, or holds "
                         "messages.\n73: it cannot be written."}) {}

    ExitCode run(cli::Context& context) override {
        const migration::Mailbox mailbox = mailbox_.resolve();
        const auto store = store::open_store(mailbox.url, store::OpenMode::Check, mailbox.connect,
                                             context.diagnostics, context.stop);
        const migration::InboxState inbox = migration::check_inbox(*store);
        const std::string place = store::to_string(mailbox.url);
        context.output.record(
            {{"type", "inbox"},
             {"mailbox", place},
             {"exists", inbox.exists},
             {"messages", inbox.messages}},
            fmt::format("{}: {}", base::escape(place),
                        inbox.exists ? messages_text(inbox.messages) : std::string("no Inbox")));
        if (!inbox.is_ready()) {
            return ExitCode::No;
        }
        store->expect_writable(mail::kInboxPath);
        return ExitCode::Ok;
    }

  protected:
    void declare(cli::OptionSet& options) override { mailbox_.declare(options); }

    void check(std::vector<std::string> operands) override {
        mailbox_.take_operand(operands, 0, "DESTINATION");
        cli::expect_operands(operands, {});
    }

  private:
    cli::MailboxOptions mailbox_;
};

}  // namespace
}  // namespace mbx::tools

int main(int argc, char* argv[]) {
    mbx::tools::MbxCheckInbox tool;
    return mbx::cli::run(argc, argv, tool);
}
