// csv-status: looks into, changes and cuts the recipient list. See csv-status(1).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/run.hpp"
#include "migration/list_file.hpp"
#include "migration/recipient_list.hpp"
#include "migration/server_profiles.hpp"

namespace {

using mbx::Error;
using mbx::ErrorCode;
using mbx::ExitCode;
using mbx::cli::Context;
using mbx::cli::Json;
using mbx::cli::OptionSet;
using mbx::migration::ListFile;
using mbx::migration::ListRow;
using mbx::migration::Outcome;
using mbx::migration::Recipient;
using mbx::migration::RecipientList;
using mbx::migration::Result;
using mbx::migration::Totals;

Json json_of(const ListRow& row) {
    Json object{{"line", row.line},
                {"outcome", mbx::base::ascii_lower(word_of(row.result.outcome))},
                {"name", row.recipient.name},
                {"alias", row.recipient.alias},
                {"source", row.recipient.source},
                {"destination", row.recipient.destination}};
    if (row.result.outcome != Outcome::Pending) {
        object["text"] = row.result.text;
        object["time"] = row.result.time;
    }
    return object;
}

std::string recipients_text(std::size_t count) {
    return fmt::format("{} {}", count, count == 1 ? "recipient" : "recipients");
}

void write_totals(Context& context, const std::string& path, const Totals& totals) {
    const std::size_t all = totals.pending + totals.succeeded + totals.failed;
    context.output.record(
        {{"list", path},
         {"recipients", all},
         {"pending", totals.pending},
         {"succeeded", totals.succeeded},
         {"failed", totals.failed}},
        fmt::format("{}: {}, {} succeeded, {} failed, {} pending", mbx::base::escape(path),
                    recipients_text(all), totals.succeeded, totals.failed, totals.pending));
}

/// What all commands have: one list.
class ListCommand : public mbx::cli::Tool {
  public:
    using Tool::Tool;

  protected:
    void declare(OptionSet& /*options*/) override {}
    void check(std::vector<std::string> operands) override {
        mbx::cli::expect_operands(operands, {"LIST"});
        path_ = operands.front();
    }

    std::string path_;  // NOLINT(misc-non-private-member-variables-in-classes): the commands' own
};

class Check final : public ListCommand {
  public:
    Check()
        : ListCommand({.name = "check",
                       .summary = "say whether a list is sound, and how far it is",
                       .usage = {"[OPTION]... LIST"},
                       .examples = {{"check a list and that its servers are known",
                                     "csv-status check --servers servers.conf staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        for (const ListRow& row : list.rows()) {
            warn_of_names(context, row);
        }
        if (servers_file_) {
            check_servers(list, mbx::migration::ServerProfiles::read(*servers_file_));
        }
        write_totals(context, path_, list.totals());
        return ExitCode::Ok;
    }

  protected:
    void declare(OptionSet& options) override {
        options.group("Check options")
            .value("servers", &servers_file_, "FILE",
                   "also check that every server has a section in this servers.conf");
    }

  private:
    void warn_of_names(Context& context, const ListRow& row) const {
        const Recipient& recipient = row.recipient;
        for (const std::string* name : {&recipient.alias, &recipient.source}) {
            if (!mbx::migration::is_plain_name(*name)) {
                context.console.warning(
                    fmt::format("{}:{}: {} cannot be a file name; this recipient will fail", path_,
                                row.line, mbx::base::escape(*name)));
            }
        }
    }

    void check_servers(const RecipientList& list,
                       const mbx::migration::ServerProfiles& profiles) const {
        for (const ListRow& row : list.rows()) {
            for (const std::string* server : {&row.recipient.source, &row.recipient.destination}) {
                try {
                    static_cast<void>(profiles.find(*server));
                } catch (Error& error) {
                    error.with_place(fmt::format("{}:{}", path_, row.line));
                    throw;
                }
            }
        }
    }

    std::optional<std::string> servers_file_;
};

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

    ExitCode run(Context& context) override {
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
    void declare(OptionSet& options) override {
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
        return mbx::migration::is_plain_name(recipient.alias) &&
               mbx::migration::is_plain_name(recipient.source);
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

    ExitCode run(Context& context) override {
        const auto now = to_unix_time(mbx::base::SystemClock().now());
        Result result{success_ ? Outcome::Success : Outcome::Failure,
                      success_ ? *success_ : *failure_,
                      format_time(now.value_or(mbx::base::UnixTime{}),
                                  time_format_ == "iso" ? mbx::migration::TimeFormat::Iso
                                                        : mbx::migration::TimeFormat::Short)};
        ListFile file(path_);
        file.set_result(alias_, source_, result);
        const ListRow& row = *file.list().find(alias_, source_);
        context.output.record(json_of(row), format_row(row.recipient, row.result));
        return ExitCode::Ok;
    }

  protected:
    void declare(OptionSet& options) override {
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

class Retry final : public ListCommand {
  public:
    Retry()
        : ListCommand(
              {.name = "retry",
               .summary = "print a new list of the recipients that failed",
               .usage = {"[OPTION]... LIST"},
               .examples = {{"try the failures again", "csv-status retry staff.csv > again.csv"}},
               .notes = ""}) {}

    ExitCode run(Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        for (const ListRow& row : list.rows()) {
            if (mbx::base::ascii_lower(word_of(row.result.outcome)) == outcome_) {
                if (context.output.is_json()) {
                    context.output.record(json_of(row), "");
                } else {
                    context.output.write(format_row(row.recipient) + "\r\n");
                }
            }
        }
        return ExitCode::Ok;
    }

  protected:
    void declare(OptionSet& options) override {
        options.group("Retry options")
            .choice("of", &outcome_, {"failure", "success", "pending"},
                    "which recipients (default: failure)");
    }

  private:
    std::string outcome_ = "failure";
};

class Report final : public ListCommand {
  public:
    Report()
        : ListCommand({.name = "report",
                       .summary = "print the totals, and what went wrong how often",
                       .usage = {"LIST"},
                       .examples = {{"how far is it", "csv-status report staff.csv"}},
                       .notes = ""}) {}

    ExitCode run(Context& context) override {
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
    void declare(OptionSet& options) override {
        options.group("Report options")
            .flag("lines", &lines_,
                  "print only how many recipients there are, have succeeded, have failed and wait, "
                  "a line each");
    }

  private:
    bool lines_ = false;
};

class Split final : public ListCommand {
  public:
    Split()
        : ListCommand({.name = "split",
                       .summary = "cut the waiting recipients of a list into N lists",
                       .usage = {"LIST N"},
                       .examples = {{"three machines: staff-1.csv, staff-2.csv, staff-3.csv",
                                     "csv-status split staff.csv 3"}},
                       .notes = ""}) {}

    ExitCode run(Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        std::vector<const ListRow*> rows;
        for (const ListRow& row : list.rows()) {
            if (row.result.outcome == Outcome::Pending) {
                rows.push_back(&row);
            }
        }
        refuse_existing_parts();
        for (std::size_t part = 0; part < count_; ++part) {
            const std::size_t first = rows.size() * part / count_;
            const std::size_t last = rows.size() * (part + 1) / count_;
            write_part(context, part_path(part),
                       {rows.begin() + static_cast<std::ptrdiff_t>(first),
                        rows.begin() + static_cast<std::ptrdiff_t>(last)});
        }
        return ExitCode::Ok;
    }

  protected:
    void check(std::vector<std::string> operands) override {
        mbx::cli::expect_operands(operands, {"LIST", "N"});
        path_ = operands.front();
        const std::string& number = operands.back();
        const bool digits = !number.empty() && number.size() <= 4 &&
                            number.find_first_not_of("0123456789") == std::string::npos;
        count_ = digits ? std::stoul(number) : 0;
        if (count_ == 0) {
            throw Error(ErrorCode::Usage,
                        fmt::format("N: found {}, expected a number from 1 to 9999",
                                    mbx::base::escape(number)));
        }
    }

  private:
    std::string part_path(std::size_t part) const {
        std::filesystem::path path(path_);
        const std::string name =
            fmt::format("{}-{}{}", path.stem().string(), part + 1, path.extension().string());
        return path.replace_filename(name).string();
    }

    void refuse_existing_parts() const {
        for (std::size_t part = 0; part < count_; ++part) {
            if (std::filesystem::exists(part_path(part))) {
                throw Error(ErrorCode::CannotCreate, "exists already",
                            "it may hold results; move it away first")
                    .with_place(part_path(part));
            }
        }
    }

    static void write_part(Context& context, const std::string& path,
                           const std::vector<const ListRow*>& rows) {
        std::string text;
        for (const ListRow* row : rows) {
            text += format_row(row->recipient) + "\r\n";
        }
        mbx::base::replace_file(path, mbx::base::as_bytes(text));
        context.output.record(
            {{"list", path}, {"recipients", rows.size()}},
            fmt::format("{}: {}", mbx::base::escape(path), recipients_text(rows.size())));
    }

    std::size_t count_ = 0;
};

class CsvStatus final : public mbx::cli::ToolWithCommands {
  public:
    CsvStatus()
        : ToolWithCommands(
              {.name = "csv-status",
               .summary = "look into, change and cut a recipient list",
               .usage = {"COMMAND [OPTION]... LIST"},
               .examples = {{"is the list sound", "csv-status check staff.csv"},
                            {"how far is it", "csv-status report staff.csv"},
                            {"try the failures again", "csv-status retry staff.csv > again.csv"}},
               .notes = "Options of a command: csv-status COMMAND --help"},
              commands()) {}

  private:
    static std::vector<std::unique_ptr<Tool>> commands() {
        std::vector<std::unique_ptr<Tool>> all;
        all.push_back(std::make_unique<Check>());
        all.push_back(std::make_unique<Next>());
        all.push_back(std::make_unique<Mark>());
        all.push_back(std::make_unique<Retry>());
        all.push_back(std::make_unique<Report>());
        all.push_back(std::make_unique<Split>());
        return all;
    }
};

}  // namespace

int main(int argc, char* argv[]) {
    CsvStatus tool;
    return mbx::cli::run(argc, argv, tool);
}
