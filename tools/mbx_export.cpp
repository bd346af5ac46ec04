// mbx-export: mailbox → new PST.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/mailbox_options.hpp"
#include "cli/run.hpp"
#include "cli/selection_options.hpp"
#include "migration/disk_space.hpp"
#include "migration/export.hpp"
#include "migration/manifest.hpp"
#include "migration/store_walk.hpp"
#include "report.hpp"

namespace mbx::tools {
namespace {

/// Where a PST's times and identifiers come from: the machine, or SOURCE_DATE_EPOCH for files that
/// can be made again bit for bit.
struct Origins {
    std::unique_ptr<base::Clock> clock = std::make_unique<base::SystemClock>();
    std::unique_ptr<base::IdSource> ids = std::make_unique<base::RandomIds>();

    Origins() {
        const char* const epoch =
            std::getenv("SOURCE_DATE_EPOCH");  // NOLINT(concurrency-mt-unsafe)
        if (epoch == nullptr) {
            return;
        }
        char* end = nullptr;
        const long long seconds = std::strtoll(epoch, &end, 10);
        const auto time = base::to_file_time(base::UnixTime{seconds});
        if (end == epoch || *end != '\0' || !time) {
            throw Error(ErrorCode::Usage, "SOURCE_DATE_EPOCH is no number of seconds since 1970");
        }
        clock = std::make_unique<base::FixedClock>(*time);
        ids = std::make_unique<base::SeededIds>(static_cast<std::uint64_t>(seconds));
    }
};

class MbxExport final : public cli::Tool {
  public:
    MbxExport()
        : Tool({.name = "mbx-export",
                .summary = "copy a mailbox into a new Outlook .pst file",
                .usage = {"[OPTION]... SOURCE FILE.pst",
                          "[OPTION]... --server NAME --alias ALIAS FILE.pst"},
                .examples = {{"a Maildir", "mbx-export maildir:/srv/mail/john john.pst"},
                             {"a mailbox on a server, without junk",
                              "mbx-export --exclude '\\Junk' --password-file ~/.john "
                              "imaps://john@mail.example john.pst"}},
                .notes =
                    "SOURCE is read only. FILE.pst must not exist; it appears when it is "
                    "complete and has been read back.\nMessages that cannot be taken along are "
                    "kept in FILE.pst.bad."}) {}

    ExitCode run(cli::Context& context) override {
        migration::Mailbox mailbox = source_.resolve();
        migration::Unreached unreached(context.diagnostics);
        const auto store = store::open_store(mailbox.url, store::OpenMode::Read, mailbox.connect,
                                             unreached, context.stop);
        options_.known = mailbox.folders;
        if (manifest_) {
            migration::check_manifest(*manifest_, pst_path_);
        }
        if (dry_run_) {
            return show_plan(context, *store, unreached);
        }
        if (const auto size = migration::mailbox_size(mailbox.url)) {
            migration::check_disk_space(pst_path_, *size, context.diagnostics);
        }
        return export_to_file(context, *store, base::escape(to_string(mailbox.url)), unreached);
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Export options")
            .flag("dry-run,n", &dry_run_, "show which folders would be exported, and write nothing")
            .number<std::uint64_t>("bad-item-limit", &bad_item_limit_, "N",
                                   "succeed with up to N messages left behind (default: 0)")
            .choice("check", &check_, {"full", "counts", "none"},
                    "how the finished file is read back (default: full): every message, byte for "
                    "byte; folders and counts; not at all")
            .flag("no-check", &no_check_, "the same as --check none")
            .choice("encoding", &encoding_, {"permute", "none"},
                    "how data is encoded in the file (default: permute, as Outlook does)")
            .flag("no-exact-source", &no_exact_source_,
                  "do not keep what gives each message back byte for byte")
            .value("manifest", &manifest_, "FILE",
                   "add the finished file to FILE, a manifest as sha256sum writes it")
            .value("name", &options_.pst.display_name, "NAME",
                   "what Outlook calls the file (default: Outlook Data File)");
        selection_.declare(options);
        source_.declare(options);
    }

    void check(std::vector<std::string> operands) override {
        source_.take_operand(operands, 0, "SOURCE");
        cli::expect_operands(operands, {"FILE.pst"});
        pst_path_ = operands[0];
        if (!can_be_shown(options_.pst.display_name)) {
            throw Error(ErrorCode::Usage,
                        fmt::format("--name: found '{}', expected 1 to {} bytes of text",
                                    base::escape(options_.pst.display_name), kLongestName));
        }
        selection_.check();
        options_.folders = selection_.folders();
        options_.messages = selection_.messages();
        options_.exact_source = !no_exact_source_;
        options_.pst.crypt =
            encoding_ == "none" ? pst::ndb::CryptMethod::None : pst::ndb::CryptMethod::Permute;
        if (no_check_ || check_ == "none") {
            options_.read_back = migration::ReadBack::None;
        } else {
            options_.read_back =
                check_ == "counts" ? migration::ReadBack::Counts : migration::ReadBack::Full;
        }
    }

  private:
    static constexpr std::size_t kLongestName = 255;

    /// In Outlook's list of folders.
    static bool can_be_shown(const std::string& name) {
        return !name.empty() && name.size() <= kLongestName &&
               std::none_of(name.begin(), name.end(), [](char c) {
                   return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
               });
    }

    ExitCode show_plan(cli::Context& context, store::MailStore& store,
                       const migration::Unreached& unreached) {
        const std::vector<store::StoreFolder> folders = store.folders();
        const auto plan = migration::plan_pst_folders(folders, options_.folders, options_.known);
        selection_.warn_about_folders(context.diagnostics);
        warn_about_missing(migration::missing_folders(folders, options_.known),
                           context.diagnostics);
        std::vector<std::string> pst_paths;
        for (const migration::PstTarget& target : plan) {
            std::string path = target.parent ? pst_paths[*target.parent] + "/" : std::string();
            pst_paths.push_back(path + target.folder.display_name);
            const std::uint64_t count = count_of(store, target, context.diagnostics);
            context.output.record(
                {{"type", "folder"},
                 {"path", mail::to_string(target.path)},
                 {"pst_path", pst_paths.back()},
                 {"messages", count}},
                fmt::format("{} -> {}: {}", base::escape(mail::to_string(target.path)),
                            base::escape(pst_paths.back()), messages_text(count)));
            warn_about_copies(target.path, target.use, count, context.diagnostics);
        }
        for (const base::Diagnostic& place : unreached.places()) {
            context.diagnostics.report(place);
        }
        return ExitCode::Ok;
    }

    static std::uint64_t count_of(store::MailStore& store, const migration::PstTarget& target,
                                  base::Diagnostics& diagnostics) {
        try {
            return target.has_messages ? store.message_count(target.path).value_or(0) : 0;
        } catch (const Error& error) {
            if (!migration::is_about_one_message(error)) {
                throw;
            }
            diagnostics.report({base::Severity::Error, "folder-unreadable",
                                base::escape(mail::to_string(target.path)), error.what()});
            return 0;
        }
    }

    /// source: as errors name it.
    ExitCode export_to_file(cli::Context& context, store::MailStore& store,
                            const std::string& source, const migration::Unreached& unreached) {
        const Stopwatch watch;
        const Origins origins;
        const LossesShown losses(common().verbose, context.diagnostics);
        migration::BadItems bad_items(pst_path_ + ".bad", bad_item_limit_);
        const migration::ExportContext all{store,        *origins.clock,   *origins.ids,
                                           bad_items,    context.progress, losses.sink(),
                                           context.stop, &unreached};
        migration::ExportResult result;
        try {
            result = migration::export_mailbox(all, pst_path_, options_);
        } catch (Error& error) {
            show_bad_items(context, bad_items);
            if (bad_items.too_many()) {
                error.with_place(source);
            }
            throw;
        }
        if (manifest_) {
            migration::add_to_manifest(*manifest_, pst_path_, context.stop);
        }
        selection_.warn_about_folders(context.diagnostics);
        warn_about_missing(result.missing, context.diagnostics);
        try {
            report(context, result, bad_items, watch.seconds());
            context.output.flush();
        } catch (const Error& error) {
            throw Error(error.code(), error.text(),
                        base::escape(pst_path_) + " is complete; only the report of it is lost")
                .with_place(error.place());
        }
        return ExitCode::Ok;
    }

    void report(cli::Context& context, const migration::ExportResult& result,
                const migration::BadItems& bad_items, double seconds) const {
        for (const migration::ExportedFolder& folder : result.folders) {
            warn_about_copies(folder.path, folder.use, folder.messages, context.diagnostics);
            report_folder(context, common().verbose, folder);
        }
        show_bad_items(context, bad_items);
        show_losses(context, result.losses);
        report_summary(context, result, bad_items, seconds);
    }

    /// Its messages may be in the PST, but in a folder that Outlook takes for any other.
    static void warn_about_missing(const migration::SpecialFolders& missing,
                                   base::Diagnostics& diagnostics) {
        for (const auto& [use, path] : missing) {
            diagnostics.report({base::Severity::Warning, "no-such-folder",
                                base::escape(mail::to_string(path)),
                                fmt::format("the mailbox has no such folder, which the profile of "
                                            "the server names for {}",
                                            mail::attribute_of(use))});
        }
    }

    static void warn_about_copies(const mail::FolderPath& path, mail::SpecialUse use,
                                  std::uint64_t messages, base::Diagnostics& diagnostics) {
        if (messages > 0 && migration::shows_other_folders(use)) {
            diagnostics.report({base::Severity::Warning, "shows-other-folders",
                                base::escape(mail::to_string(path)),
                                fmt::format("shows messages of other folders, which are in the "
                                            "PST twice; --exclude '{}' leaves it out, and what "
                                            "lies nowhere else with it",
                                            mail::attribute_of(use))});
        }
    }

    static void report_folder(cli::Context& context, bool verbose,
                              const migration::ExportedFolder& folder) {
        if (context.output.is_json() || verbose) {
            context.output.record(
                {{"type", "folder"},
                 {"path", mail::to_string(folder.path)},
                 {"pst_path", folder.pst_path},
                 {"messages", folder.messages},
                 {"bytes", folder.bytes},
                 {"left_out", folder.filtered},
                 {"bad_items", folder.bad}},
                fmt::format("{}: {}, {}", base::escape(folder.pst_path),
                            messages_text(folder.messages), size_text(folder.bytes)));
        }
    }

    void report_summary(cli::Context& context, const migration::ExportResult& result,
                        const migration::BadItems& bad_items, double seconds) const {
        context.output.record(
            {{"type", "summary"},
             {"file", pst_path_},
             {"folders", result.folders.size()},
             {"messages", result.messages()},
             {"bytes", result.bytes()},
             {"file_bytes", result.file_size},
             {"left_out", result.filtered()},
             {"bad_items", bad_items.count()},
             {"losses", result.losses},
             {"seconds", seconds}},
            fmt::format("{}: {}, {}, {} in a file of {}, {}{}, {:.1f} s", base::escape(pst_path_),
                        counted(result.folders.size(), "folder"), messages_text(result.messages()),
                        size_text(result.bytes()), size_text(result.file_size),
                        counted(bad_items.count(), "bad item"), left_out_text(result.filtered()),
                        seconds));
    }

    cli::MailboxOptions source_;
    cli::SelectionOptions selection_;
    std::string pst_path_;
    std::optional<std::string> manifest_;
    std::string check_ = "full";
    std::string encoding_ = "permute";
    bool dry_run_ = false;
    bool no_check_ = false;
    bool no_exact_source_ = false;
    std::uint64_t bad_item_limit_ = 0;
    migration::ExportOptions options_;
};

}  // namespace
}  // namespace mbx::tools

int main(int argc, char* argv[]) {
    mbx::tools::MbxExport tool;
    return mbx::cli::run(argc, argv, tool);
}
