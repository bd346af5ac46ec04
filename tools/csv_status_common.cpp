#include <fmt/format.h>

#include "base/text.hpp"
#include "csv_status.hpp"

namespace mbx::status {

cli::Description description() {
    return {.name = "csv-status",
            .summary = "look into, change and cut a recipient list",
            .usage = {"COMMAND [OPTION]... LIST"},
            .examples = {{"is the list sound", "csv-status check staff.csv"},
                         {"how far is it", "csv-status report staff.csv"},
                         {"try the failures again", "csv-status retry staff.csv > again.csv"}},
            .notes = "Options of a command: csv-status COMMAND --help"};
}

std::vector<std::unique_ptr<cli::Tool>> commands() {
    std::vector<std::unique_ptr<cli::Tool>> result;
    result.push_back(make_check());
    result.push_back(make_next());
    result.push_back(make_mark());
    result.push_back(make_retry());
    result.push_back(make_report());
    result.push_back(make_split());
    return result;
}

cli::Json json_of(const migration::ListRow& row) {
    cli::Json object{{"line", row.line},
                     {"outcome", base::ascii_lower(word_of(row.result.outcome))},
                     {"name", row.recipient.name},
                     {"alias", row.recipient.alias},
                     {"source", row.recipient.source},
                     {"destination", row.recipient.destination}};
    if (row.result.outcome != migration::Outcome::Pending) {
        object["text"] = row.result.text;
        object["time"] = row.result.time;
    }
    return object;
}

std::string recipients_text(std::size_t count) {
    return fmt::format("{} {}", count, count == 1 ? "recipient" : "recipients");
}

}  // namespace mbx::status
