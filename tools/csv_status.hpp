// The commands of csv-status, and what they share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/tool.hpp"
#include "migration/recipient_list.hpp"

namespace mbx::status {

cli::Description description();
std::vector<std::unique_ptr<cli::Tool>> commands();

// One function for each command; listed in csv_status_common.cpp.
std::unique_ptr<cli::Tool> make_check();
std::unique_ptr<cli::Tool> make_next();
std::unique_ptr<cli::Tool> make_mark();
std::unique_ptr<cli::Tool> make_retry();
std::unique_ptr<cli::Tool> make_report();
std::unique_ptr<cli::Tool> make_split();

/// What all commands have: one list.
class ListCommand : public cli::Tool {
  public:
    using Tool::Tool;

  protected:
    void declare(cli::OptionSet& /*options*/) override {}
    void check(std::vector<std::string> operands) override {
        cli::expect_operands(operands, {"LIST"});
        path_ = operands.front();
    }

    std::string path_;  // NOLINT(misc-non-private-member-variables-in-classes): the commands' own
};

cli::Json json_of(const migration::ListRow& row);
/// "1 recipient", "7 recipients".
std::string recipients_text(std::size_t count);

}  // namespace mbx::status
