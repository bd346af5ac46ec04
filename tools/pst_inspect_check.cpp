// check: is the file sound?
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "migration/manifest.hpp"
#include "pst/check/checker.hpp"
#include "pst/check/image.hpp"
#include "pst/check/reader_rules.hpp"
#include "pst_inspect.hpp"
#include "report.hpp"

namespace mbx::inspect {
namespace {

using cli::Json;
using pst::check::CheckResult;
using pst::check::Finding;
using pst::check::Severity;
using tools::counted;

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::Error:
            return "error";
        case Severity::Warning:
            return "warning";
        case Severity::Info:
            return "info";
    }
    return "";
}

class Check final : public ReaderTool {
  public:
    Check()
        : ReaderTool({.name = "check",
                      .summary = "check whether a file is sound, without changing it",
                      .usage = {"[OPTION]... FILE...", "--rules"},
                      .examples = {{"is it sound?", "pst-inspect check john.pst"},
                                   {"the answer alone", "pst-inspect check --quiet john.pst"},
                                   {"every finding, for a script",
                                    "pst-inspect check --json --level info --limit 0 john.pst"},
                                   {"what is checked?", "pst-inspect check --rules"}},
                      .notes =
                          "Exit code: 0 sound, 1 not sound, 65 not a PST. A file with warnings is "
                          "sound unless\n"
                          "--strict is given: files that Outlook itself wrote have warnings."}) {}

    ExitCode run(cli::Context& context) override {
        if (list_rules_) {
            print_rules(context.output);
            return ExitCode::Ok;
        }
        if (manifest_) {
            base::File::open_read(*manifest_);  // a missing one is said once, not for each file
        }
        return for_each_file(files_, context, [&](const std::string& file) {
            try {
                if (manifest_) {
                    migration::verify_by_manifest(*manifest_, file, context.stop);
                }
                return check_file(file, context) ? ExitCode::Ok : ExitCode::No;
            } catch (const Error& error) {
                if (context.output.is_json() && !common().quiet &&
                    is_about_one_file(error, context)) {
                    print_failure(file, error, context.output);
                }
                throw;
            }
        });
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Checking")
            .choice("level,l", &level_, {"error", "warning", "info"},
                    "the least severe findings to show (default: warning)")
            .number("limit", &limit_, "N", "show so many findings of a rule (default: 20, 0: all)")
            .value("manifest", &manifest_, "FILE",
                   "first compare each file with FILE, a manifest as sha256sum writes it")
            .flag("strict", &strict_, "a file with warnings is not sound")
            .flag("rules", &list_rules_, "list the rules and exit");
        ReaderTool::declare(options);
    }

    void check(std::vector<std::string> operands) override {
        if (operands.empty() && !list_rules_) {
            throw Error(ErrorCode::Usage, "FILE is missing");
        }
        files_ = std::move(operands);
    }

  private:
    static void print_rules(cli::Output& output) {
        for (const pst::check::Rule& rule : pst::check::rules()) {
            const std::string section =
                rule.section.empty() ? "" : fmt::format(" ([MS-PST] {})", rule.section);
            output.record({{"rule", rule.id},
                           {"severity", name_of(rule.severity)},
                           {"title", rule.title},
                           {"section", rule.section}},
                          fmt::format("{:<4} {:<8} {}{}", rule.id, name_of(rule.severity),
                                      rule.title, section));
        }
    }

    /// Our own look at the bytes needs pages of 512 bytes.
    bool is_checked_through_libpff(const std::string& file) const {
        return kind() == pst::ReaderKind::Libpff ||
               (kind() == pst::ReaderKind::Auto && pst::check::has_4k_pages(file));
    }

    bool check_file(const std::string& file, cli::Context& context) const {
        std::map<std::string_view, std::uint64_t> shown;
        const bool quiet = common().quiet;
        const auto take = [&](const Finding& finding) {
            if (!quiet && is_shown(finding.severity) &&
                (limit_ == 0 || shown[finding.rule->id]++ < limit_)) {
                print(file, finding, context.output);
            }
        };
        const bool through_libpff = is_checked_through_libpff(file);
        const CheckResult result =
            through_libpff
                ? pst::check::check_through_reader(*open(file, pst::ReaderKind::Libpff, context),
                                                   take, context.progress, context.stop)
                : pst::check::check_pst(file, take, context.progress, context.stop);
        for (const auto& [id, count] : shown) {
            if (limit_ != 0 && count > limit_) {
                context.console.note(fmt::format("{}: {} more findings of rule {}",
                                                 base::escape(file), count - limit_, id));
            }
        }
        const bool sound = result.is_sound() && (!strict_ || result.warnings == 0);
        if (!quiet) {
            print_result(file, result, sound, not_applied(through_libpff), context.output);
        }
        return sound;
    }

    /// By our own checker all rules are applied but the one about libpff.
    static std::vector<std::string_view> not_applied(bool through_libpff) {
        std::vector<std::string_view> result;
        for (const pst::check::Rule& rule : pst::check::rules()) {
            const auto applied = pst::check::rules_of_readers();
            if (through_libpff && std::ranges::find(applied, rule.id) == applied.end()) {
                result.push_back(rule.id);
            }
        }
        return result;
    }

    bool is_shown(Severity severity) const {
        const Severity least = level_ == "error"  ? Severity::Error
                               : level_ == "info" ? Severity::Info
                                                  : Severity::Warning;
        return severity >= least;
    }

    void print(const std::string& file, const Finding& finding, cli::Output& output) const {
        Json object{{"file", file},
                    {"rule", finding.rule->id},
                    {"severity", name_of(finding.severity)},
                    {"text", finding.text}};
        if (!finding.expected.empty()) {
            object["found"] = finding.found;
            object["expected"] = finding.expected;
        }
        const pst::check::Place& place = finding.place;
        if (place.offset) {
            object["offset"] = *place.offset;
        }
        if (place.node) {
            object["node"] = to_string(*place.node);
        }
        if (place.subnode) {
            object["subnode"] = to_string(*place.subnode);
        }
        if (place.block) {
            object["block"] = to_string(*place.block);
        }
        if (!place.detail.empty()) {
            object["detail"] = place.detail;
        }
        const std::string where = pst::check::to_string(place);
        output.record(
            object,
            fmt::format("{}{} {}: {}{}{}", files_.size() > 1 ? base::escape(file) + ": " : "",
                        name_of(finding.severity), finding.rule->id, where,
                        where.empty() ? "" : ": ", pst::check::message_of(finding)));
    }

    /// For scripts; people read it on standard error.
    static void print_failure(const std::string& file, const Error& error, cli::Output& output) {
        output.record({{"file", file},
                       {"rule", nullptr},
                       {"severity", name_of(Severity::Error)},
                       {"text", error.what()}},
                      "");
    }

    static void print_result(const std::string& file, const CheckResult& result, bool sound,
                             const std::vector<std::string_view>& not_applied,
                             cli::Output& output) {
        std::string text = fmt::format(
            "{}: {}: {}, {}, {} in {}, {}, {}", base::escape(file), sound ? "sound" : "not sound",
            counted(result.errors, "error"), counted(result.warnings, "warning"),
            counted(result.infos, "info"), counted(result.folders, "folder"),
            counted(result.messages, "message"), counted(result.blocks, "block"));
        if (!not_applied.empty()) {
            text += fmt::format("\n{}: read through libpff; not applied: {}", base::escape(file),
                                fmt::join(not_applied, " "));
        }
        output.record({{"file", file},
                       {"sound", sound},
                       {"errors", result.errors},
                       {"warnings", result.warnings},
                       {"infos", result.infos},
                       {"blocks", result.blocks},
                       {"nodes", result.nodes},
                       {"folders", result.folders},
                       {"messages", result.messages},
                       {"not_applied", not_applied}},
                      text);
    }

    std::vector<std::string> files_;
    std::optional<std::string> manifest_;
    std::string level_ = "warning";
    std::uint32_t limit_ = 20;
    bool strict_ = false;
    bool list_rules_ = false;
};

}  // namespace

std::unique_ptr<cli::Tool> make_check() {
    return std::make_unique<Check>();
}

}  // namespace mbx::inspect
