// check and report: how far is a list, and is it sound?
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "csv_status.hpp"
#include "migration/server_profiles.hpp"

namespace mbx::status {
namespace {

using migration::ListRow;
using migration::Outcome;
using migration::Recipient;
using migration::RecipientList;
using migration::Totals;

void write_totals(cli::Context& context, const std::string& path, const Totals& totals) {
    const std::size_t all = totals.pending + totals.succeeded + totals.failed;
    context.output.record(
        {{"list", path},
         {"recipients", all},
         {"pending", totals.pending},
         {"succeeded", totals.succeeded},
         {"failed", totals.failed}},
        fmt::format("{}: {}, {} succeeded, {} failed, {} pending", base::escape(path),
                    recipients_text(all), totals.succeeded, totals.failed, totals.pending));
}

class Check final : public ListCommand {
  public:
    Check()
        : ListCommand({.name = "check",
                       .summary = "say whether a list is sound, and how far it is",
                       .usage = {"[OPTION]... LIST"},
                       .examples = {{"check a list and that its servers are known",
                                     "csv-status check --servers servers.conf staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(cli::Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        for (const ListRow& row : list.rows()) {
            warn_of_names(context, row);
        }
        const bool known =
            !servers_file_ ||
            knows_servers(context, list, migration::ServerProfiles::read(*servers_file_));
        write_totals(context, path_, list.totals());
        return known ? ExitCode::Ok : ExitCode::No;
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Check options")
            .value("servers", &servers_file_, "FILE",
                   "also check that every server has a section in this servers.conf")
            .choice("phase", &phase_, {"all", "export", "import"},
                    "which servers: all (the default), those of the source or of the destination");
    }

  private:
    void warn_of_names(cli::Context& context, const ListRow& row) const {
        const Recipient& recipient = row.recipient;
        for (const std::string* name : {&recipient.alias, &recipient.source}) {
            if (!migration::is_plain_name(*name)) {
                context.console.warning(
                    fmt::format("{}:{}: {} cannot be a file name; this recipient will fail", path_,
                                row.line, base::escape(*name)));
            }
        }
    }

    /// Names each server that is not known once, at its first row.
    bool knows_servers(const cli::Context& context, const RecipientList& list,
                       const migration::ServerProfiles& profiles) const {
        std::set<std::string> asked;
        bool all = true;
        const auto ask = [&](const std::string& server, std::size_t line) {
            if (!asked.insert(base::ascii_lower(server)).second) {
                return;
            }
            try {
                static_cast<void>(profiles.find(server));
            } catch (Error& error) {
                all = false;
                context.console.error(error.with_place(fmt::format("{}:{}", path_, line)));
            }
        };
        for (const ListRow& row : list.rows()) {
            if (phase_ != "import") {
                ask(row.recipient.source, row.line);
            }
            if (phase_ != "export") {
                ask(row.recipient.destination, row.line);
            }
        }
        return all;
    }

    std::optional<std::string> servers_file_;
    std::string phase_ = "all";
};

class Report final : public ListCommand {
  public:
    Report()
        : ListCommand({.name = "report",
                       .summary = "print the totals, and what went wrong how often",
                       .usage = {"LIST"},
                       .examples = {{"how far is it", "csv-status report staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(cli::Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        const Totals totals = list.totals();
        if (lines_) {
            context.output.line(fmt::format("{}\n{}\n{}\n{}", list.rows().size(), totals.succeeded,
                                            totals.failed, totals.pending));
            return ExitCode::Ok;
        }
        write_totals(context, path_, totals);
        std::map<std::string, std::size_t> reasons;
        for (const ListRow& row : list.rows()) {
            if (row.result.outcome == Outcome::Failure) {
                ++reasons[row.result.text];
            }
        }
        for (const auto& [text, count] : reasons) {
            context.output.record({{"failure", text}, {"recipients", count}},
                                  fmt::format("{:7} {}", count, text));
        }
        return ExitCode::Ok;
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Report options")
            .flag("lines", &lines_,
                  "print only how many recipients there are, have succeeded, have failed and wait, "
                  "a line each");
    }

  private:
    bool lines_ = false;
};

}  // namespace

std::unique_ptr<cli::Tool> make_check() {
    return std::make_unique<Check>();
}

std::unique_ptr<cli::Tool> make_report() {
    return std::make_unique<Report>();
}

}  // namespace mbx::status
