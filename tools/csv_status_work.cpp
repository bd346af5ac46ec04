// next and mark: what a worker asks of a list, and tells it.
#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "base/time.hpp"
#include "csv_status.hpp"
#include "migration/list_file.hpp"
#include "migration/server_profiles.hpp"

namespace mbx::status {
namespace {

using migration::ListFile;
using migration::ListRow;
using migration::Outcome;
using migration::Recipient;
using migration::Result;

class Next final : public ListCommand {
  public:
    Next()
        : ListCommand({.name = "next",
                       .summary = "print the next recipient that waits; exit 1 when none does",
                       .usage = {"[OPTION]... LIST"},
                       .examples = {{"who is next", "csv-status next staff.csv"},
                                    {"claim a recipient for this shell",
                                     "exec 9<>staff.csv.lock; csv-status next --claim-fd 9 "
                                     "staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(cli::Context& context) override {
        ListFile file(path_);
        const std::optional<ListRow> row =
            claim_fd_ ? file.claim_next(static_cast<int>(*claim_fd_)) : file.next();
        if (!row) {
            context.console.detail("no recipient waits");
            return ExitCode::No;
        }
        const Recipient& recipient = row->recipient;
        context.output.record(
            json_of(*row), lines_
                               ? fmt::format("{}\n{}\n{}\n{}\n{}", recipient.alias,
                                             recipient.source, recipient.destination,
                                             plain_names(recipient) ? "yes" : "no", recipient.name)
                               : format_row(recipient));
        return ExitCode::Ok;
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Next options")
            .number<unsigned>("claim-fd", &claim_fd_, "N",
                              "claim the recipient until descriptor N, open on LIST.lock, and all "
                              "its copies are closed",
                              0, 1U << 20)
            .flag("lines", &lines_,
                  "print alias, source, destination, whether alias and source can be file names "
                  "(yes or no), and name, a line each");
    }

  private:
    static bool plain_names(const Recipient& recipient) {
        return migration::is_plain_name(recipient.alias) &&
               migration::is_plain_name(recipient.source);
    }

    std::optional<unsigned> claim_fd_;
    bool lines_ = false;
};

class Mark final : public ListCommand {
  public:
    Mark()
        : ListCommand({.name = "mark",
                       .summary = "write a recipient's result into the list",
                       .usage = {"--alias ALIAS --source SERVER (--success|--failure) TEXT LIST"},
                       .examples = {{"John is there",
                                     "csv-status mark --alias JohnD --source GW-PILOT1 "
                                     "--success 'Migrated No Errors' staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(cli::Context& context) override {
        const auto now = to_unix_time(base::SystemClock().now());
        Result result{success_ ? Outcome::Success : Outcome::Failure,
                      success_ ? *success_ : *failure_,
                      format_time(now.value_or(base::UnixTime{}),
                                  time_format_ == "iso" ? migration::TimeFormat::Iso
                                                        : migration::TimeFormat::Short)};
        ListFile file(path_);
        file.set_result(alias_, source_, result);
        const ListRow& row = *file.list().find(alias_, source_);
        context.output.record(json_of(row), format_row(row.recipient, row.result));
        return ExitCode::Ok;
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Mark options")
            .value("alias", &alias_, "ALIAS", "whose row")
            .value("source", &source_, "SERVER", "on which source server")
            .value("success", &success_, "TEXT", "the recipient has succeeded: what to say")
            .value("failure", &failure_, "TEXT", "the recipient has failed: what to say")
            .choice("time-format", &time_format_, {"short", "iso"},
                    "5/10/96 10:05:00 (the default), or 1996-05-10T10:05:00Z");
    }
    void check(std::vector<std::string> operands) override {
        ListCommand::check(std::move(operands));
        if (alias_.empty() || source_.empty()) {
            throw Error(ErrorCode::Usage, "--alias and --source are needed");
        }
        if (success_.has_value() == failure_.has_value()) {
            throw Error(ErrorCode::Usage, "one of --success and --failure is needed");
        }
    }

  private:
    std::string alias_;
    std::string source_;
    std::optional<std::string> success_;
    std::optional<std::string> failure_;
    std::string time_format_ = "short";
};

}  // namespace

std::unique_ptr<cli::Tool> make_next() {
    return std::make_unique<Next>();
}

std::unique_ptr<cli::Tool> make_mark() {
    return std::make_unique<Mark>();
}

}  // namespace mbx::status
