// What the commands over the raw structure of a file share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pst/check/finding.hpp"
#include "pst/check/node_data.hpp"
#include "pst_inspect.hpp"

namespace mbx::inspect {

/// A command over the raw structure of one file; findings on the way are warnings.
class StructureTool : public cli::Tool {
  public:
    using Tool::Tool;

    ExitCode run(cli::Context& context) override;

  protected:
    void declare(cli::OptionSet& /*options*/) override {}
    void check(std::vector<std::string> operands) override {
        cli::expect_operands(operands, {"FILE"});
        file_ = std::move(operands[0]);
    }
    virtual void show(const pst::check::NodeReader& reader, pst::check::Reporter& reporter,
                      cli::Output& output) = 0;

    std::string file_;
};

}  // namespace mbx::inspect
