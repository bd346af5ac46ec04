// retry and split: new lists from an old one.
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "csv_status.hpp"
#include "migration/list_split.hpp"

namespace mbx::status {
namespace {

using migration::ListRow;
using migration::RecipientList;

class Retry final : public ListCommand {
  public:
    Retry()
        : ListCommand(
              {.name = "retry",
               .summary = "print a new list of the recipients that failed",
               .usage = {"[OPTION]... LIST"},
               .examples = {{"try the failures again", "csv-status retry staff.csv > again.csv"}},
               .notes = ""}) {}

    ExitCode run(cli::Context& context) override {
        const RecipientList list = RecipientList::read(path_);
        for (const ListRow& row : list.rows()) {
            if (base::ascii_lower(word_of(row.result.outcome)) == outcome_) {
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
    void declare(cli::OptionSet& options) override {
        options.group("Retry options")
            .choice("of", &outcome_, {"failure", "success", "pending"},
                    "which recipients (default: failure)");
    }

  private:
    std::string outcome_ = "failure";
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

    ExitCode run(cli::Context& context) override {
        for (const migration::ListPart& part : migration::split_list(path_, count_)) {
            context.output.record(
                {{"list", part.path}, {"recipients", part.recipients}},
                fmt::format("{}: {}", base::escape(part.path), recipients_text(part.recipients)));
        }
        return ExitCode::Ok;
    }

  protected:
    void check(std::vector<std::string> operands) override {
        cli::expect_operands(operands, {"LIST", "N"});
        path_ = operands.front();
        const std::string& number = operands.back();
        const bool digits = !number.empty() && number.size() <= 4 &&
                            number.find_first_not_of("0123456789") == std::string::npos;
        count_ = digits ? std::stoul(number) : 0;
        if (count_ == 0) {
            throw Error(
                ErrorCode::Usage,
                fmt::format("N: found {}, expected a number from 1 to 9999", base::escape(number)));
        }
    }

  private:
    std::size_t count_ = 0;
};

}  // namespace

std::unique_ptr<cli::Tool> make_retry() {
    return std::make_unique<Retry>();
}

std::unique_ptr<cli::Tool> make_split() {
    return std::make_unique<Split>();
}

}  // namespace mbx::status
