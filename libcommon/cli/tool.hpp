// What a tool is: options that are checked before anything is opened, then one run.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "cli/console.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"

namespace mbx::cli {

/// What a running tool talks to.
struct Context {
    Output& output;                  ///< data
    Console& console;                ///< messages
    base::Progress& progress;        ///< the bar
    base::Diagnostics& diagnostics;  ///< shown as warnings
    const base::StopFlag& stop;      ///< SIGINT or SIGTERM has come
};

struct Example {
    std::string does;     ///< "export John's mailbox"
    std::string command;  ///< can be pasted
};

/// The words of --help.
struct Description {
    std::string name;                ///< "mbx-export", or a command's "check"
    std::string summary;             ///< one line, lower case, no full stop
    std::vector<std::string> usage;  ///< what follows the name: "[OPTION]... SOURCE FILE.pst"
    std::vector<Example> examples;   ///< shown first
    std::string notes;               ///< shown last; may be empty
};

/// Options that every tool has.
struct CommonOptions {
    bool help = false;
    bool version = false;
    bool quiet = false;
    bool json = false;
    bool verbose = false;
};

/// A tool, or one command of a tool. Used once: setup(), then run().
class Tool {
  public:
    explicit Tool(Description description) : description_(std::move(description)) {}
    virtual ~Tool() = default;
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    /// Parses and checks the words behind the tool's name. Opens nothing. With --help or --version
    /// nothing is checked. Throws Error(Usage).
    virtual void setup(const std::vector<std::string>& args);
    /// Does the work. Throws Error.
    virtual ExitCode run(Context& context) = 0;

    const Description& description() const noexcept { return description_; }
    virtual const CommonOptions& common() const noexcept { return common_; }
    const OptionSet& options() const noexcept { return options_; }
    /// The text of --help. `call` is how the tool is called: "pst-inspect check". Post: setup().
    virtual std::string help(std::string_view call) const;

  protected:
    /// Declares the tool's own options, by address of the members that take them.
    virtual void declare(OptionSet& options) = 0;
    /// Takes the operands and checks options against each other. Throws Error(Usage).
    virtual void check(std::vector<std::string> operands) = 0;

  private:
    Description description_;
    CommonOptions common_;
    OptionSet options_;
};

/// A tool whose first operand names one of its commands.
class ToolWithCommands : public Tool {
  public:
    ToolWithCommands(Description description, std::vector<std::unique_ptr<Tool>> commands);

    void setup(const std::vector<std::string>& args) override;
    ExitCode run(Context& context) override;
    const CommonOptions& common() const noexcept override;
    std::string help(std::string_view call) const override;

  protected:
    void declare(OptionSet& options) override;
    void check(std::vector<std::string> operands) override;

  private:
    std::vector<std::unique_ptr<Tool>> commands_;
    Tool* chosen_ = nullptr;
};

/// Throws Error(Usage) unless there is one operand for each name ("SOURCE", "FILE.pst").
void expect_operands(const std::vector<std::string>& operands,
                     const std::vector<std::string>& names);

}  // namespace mbx::cli
