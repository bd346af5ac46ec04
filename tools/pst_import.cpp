// pst-import: PST → mailbox.

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/text.hpp"
#include "cli/mailbox_options.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run.hpp"
#include "cli/selection_options.hpp"
#include "migration/import.hpp"
#include "migration/manifest.hpp"
#include "report.hpp"
#include "store/destination_lock.hpp"

namespace mbx::tools {
namespace {

struct Totals {
    std::uint64_t messages = 0;
    std::uint64_t sent = 0;
    std::uint64_t sent_bytes = 0;
    std::uint64_t hidden = 0;
    std::uint64_t filtered = 0;
    std::uint64_t unreached = 0;
    std::uint64_t missing = 0;
    std::uint64_t altered = 0;
    std::uint64_t flags_differ = 0;
    std::uint64_t dates_differ = 0;
};

Totals totals_of(const migration::ImportResult& result) {
    Totals totals;
    for (const migration::ImportedFolder& folder : result.folders) {
        totals.messages += folder.messages;
        totals.sent += folder.sent;
        totals.sent_bytes += folder.sent_bytes;
        totals.hidden += folder.hidden;
        totals.filtered += folder.filtered;
        totals.unreached += folder.unreached;
        if (folder.proof) {
            totals.missing += folder.proof->missing;
            totals.altered += folder.proof->altered;
            totals.flags_differ += folder.proof->flags_differ;
            totals.dates_differ += folder.proof->dates_differ;
        }
    }
    return totals;
}

/// Below $TMPDIR; removed with all that is in it.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "pst-import-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw system_error(errno, "cannot make a folder", ErrorCode::CannotCreate)
                .with_place(base::escape(name));
        }
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

class PstImport final : public cli::Tool {
  public:
    PstImport()
        : Tool({.name = "pst-import",
                .summary = "copy the messages of a .pst or .ost file into a mailbox",
                .usage = {"[OPTION]... FILE.pst DESTINATION",
                          "[OPTION]... FILE.pst --server NAME --alias ALIAS"},
                .examples =
                    {{"into a mailbox on a server",
                      "pst-import --password-file ~/.john john.pst imaps://john@mail.example"},
                     {"into a new Maildir", "pst-import john.pst maildir:/srv/mail/john"}},
                .notes = "What has landed is recorded in FILE.pst.journal: run again after an "
                         "interruption, the import goes on,\nand no message comes twice. Messages "
                         "that cannot be imported are kept in FILE.pst.refused."}) {}

    ExitCode run(cli::Context& context) override {
        if (manifest_) {
            migration::verify_by_manifest(*manifest_, pst_path_, context.stop);
        }
        migration::Mailbox mailbox = destination_.resolve();
        const std::string destination = store::to_string(mailbox.url);
        const auto pst = open_pst(context);
        options_.plan.known = mailbox.folders;
        if (dry_run_) {
            return dry_run(context, *pst, mailbox);
        }
        refuse_early(context, *pst, mailbox);
        const bool made_work_folder = make_work_folder();
        migration::Journal journal(beside(".journal"),
                                   migration::bind_journal(pst_path_, mailbox.url));
        try {
            const Destination opened = open_destination(context, mailbox);
            return import_file(context, *pst, *opened.store, journal, destination);
        } catch (const Error& error) {
            if (!journal.resumed() && journal.folders().empty()) {
                remove_work(journal, made_work_folder);
                throw;
            }
            throw with_way_on(error);
        }
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Import options")
            .flag("dry-run,n", &dry_run_, "show which folders would be imported, and write nothing")
            .flag("allow-non-empty", &options_.allow_non_empty,
                  "import although the destination's Inbox holds messages")
            .number<std::uint64_t>("bad-item-limit", &bad_item_limit_, "N",
                                   "succeed with up to N messages left behind (default: 0)")
            .choice("proof", &proof_, {"full", "header", "counts", "none"},
                    "how the destination is compared with the file at the end (default: full): "
                    "every byte; Message-ID, Date, From and Subject; counts; not at all")
            .value("manifest", &manifest_, "FILE",
                   "first compare the file with FILE, a manifest as sha256sum writes it")
            .value("work-dir", &work_dir_, "FOLDER",
                   "keep the journal and refused messages in FOLDER (default: beside FILE.pst)")
            .flag("mail-only", &options_.plan.mail_only,
                  "leave out calendars, contacts, tasks, notes and journals")
            .flag("unpack-tnef", &options_.unpack_tnef,
                  "put what winmail.dat attachments hold in their place")
            .flag("no-exact-source", &no_exact_source_,
                  "make each message from its properties, although its original bytes are there")
            .flag("salvage", &options_.salvage,
                  "import damaged messages, too, as far as they can be read")
            .number<std::uint32_t>("code-page", &code_page_, "N",
                                   "of 8-bit text in old files (default: 1252)")
            .choice("reader", &reader_, {"auto", "own", "libpff"},
                    "what reads the file (default: auto)");
        selection_.declare(options);
        destination_.declare(options);
    }

    void check(std::vector<std::string> operands) override {
        destination_.take_operand(operands, 1, "DESTINATION");
        cli::expect_operands(operands, {"FILE.pst"});
        pst_path_ = operands[0];
        selection_.check();
        options_.plan.filter = selection_.folders();
        options_.messages = selection_.messages();
        options_.proof = migration::parse_proof(proof_);
        options_.use_exact_source = !no_exact_source_;
    }

  private:
    pst::PstReaderOptions reader_options() const {
        pst::PstReaderOptions options;
        options.code_page = code_page_;
        options.kind = reader_ == "own"      ? pst::ReaderKind::Own
                       : reader_ == "libpff" ? pst::ReaderKind::Libpff
                                             : pst::ReaderKind::Auto;
        return options;
    }

    /// With its folders read: a file that is damaged beyond use shows it here.
    std::unique_ptr<pst::PstReader> open_pst(cli::Context& context) const {
        auto pst = pst::open_pst(pst_path_, reader_options(), context.diagnostics);
        try {
            static_cast<void>(pst->folders());
        } catch (const Error& error) {
            const bool other_may =
                error.code() == ErrorCode::BadData && reader_ == "auto" && pst->info().is_verified;
            throw Error(error.code(), error.text(),
                        other_may ? "--reader libpff may read more of it; it looks at no checksums"
                                  : error.hint())
                .with_place(error.place())
                .with_place(base::escape(pst_path_));
        }
        return pst;
    }

    struct Destination {
        std::unique_ptr<store::MailStore> store;
        std::unique_ptr<store::DestinationLock> lock;
    };

    static Destination open_destination(cli::Context& context, const migration::Mailbox& mailbox) {
        Destination result;
        result.store = store::open_store(mailbox.url, store::OpenMode::Write, mailbox.connect,
                                         context.diagnostics, context.stop);
        result.lock = std::make_unique<store::DestinationLock>(mailbox.url);
        return result;
    }

    /// What to do where the server, and not the import, is to blame.
    static Error with_way_on(const Error& error) {
        const bool may_pass =
            error.code() == ErrorCode::Unavailable || error.code() == ErrorCode::TryAgain;
        return Error(error.code(), error.text(),
                     may_pass ? "the same command goes on from here" : error.hint())
            .with_place(error.place());
    }

    /// Of an import that has sent nothing.
    void remove_work(const migration::Journal& journal, bool made_work_folder) const {
        std::error_code ignored;
        std::filesystem::remove(journal.path(), ignored);
        if (made_work_folder) {
            std::filesystem::remove(*work_dir_, ignored);
        }
    }

    std::string beside(const std::string& ending) const {
        const std::filesystem::path pst(pst_path_);
        const std::filesystem::path folder =
            work_dir_ ? std::filesystem::path(*work_dir_) : pst.parent_path();
        return (folder / (pst.filename().string() + ending)).string();
    }

    using Look = std::function<void(store::MailStore&)>;

    static bool is_on_server(const migration::Mailbox& mailbox) {
        return mailbox.url.kind == store::StoreKind::Imap;
    }

    /// Makes nothing: of a mailbox on disk that is not there yet, an empty one of its kind tells
    /// what it will take.
    static void look_at_destination(const cli::Context& context, const migration::Mailbox& mailbox,
                                    base::Diagnostics& diagnostics, const Look& look) {
        const auto open = [&](const store::MailboxUrl& url, store::OpenMode mode) {
            return store::open_store(url, mode, mailbox.connect, diagnostics, context.stop);
        };
        std::error_code ignored;
        if (is_on_server(mailbox) || std::filesystem::exists(mailbox.url.path, ignored)) {
            look(*open(mailbox.url, store::OpenMode::Check));
            return;
        }
        const TemporaryFolder elsewhere;
        store::MailboxUrl empty = mailbox.url;
        empty.path = (elsewhere.path() / std::filesystem::path(empty.path).filename()).string();
        look(*open(empty, store::OpenMode::Write));
    }

    /// What opening the destination would make is not made for an import that comes to nothing. On
    /// a server, opening makes nothing.
    void refuse_early(const cli::Context& context, pst::PstReader& pst,
                      const migration::Mailbox& mailbox) const {
        if (!is_on_server(mailbox)) {
            base::IgnoreDiagnostics told_when_opened;
            look_at_destination(context, mailbox, told_when_opened, [&](store::MailStore& store) {
                migration::refuse_impossible(pst, store, options_.plan);
            });
        }
    }

    ExitCode dry_run(cli::Context& context, pst::PstReader& pst,
                     const migration::Mailbox& mailbox) {
        ExitCode code = ExitCode::Ok;
        look_at_destination(context, mailbox, context.diagnostics, [&](store::MailStore& store) {
            code = show_plan(context, pst, store);
        });
        return code;
    }

    ExitCode show_plan(cli::Context& context, pst::PstReader& pst, store::MailStore& store) {
        const migration::MailPlan plan = migration::plan_import(pst, store, options_.plan);
        for (const migration::MailTarget& target : plan.folders) {
            if (!target.wanted) {
                continue;
            }
            const std::string path = mail::to_string(target.path);
            context.output.record(
                {{"type", "folder"},
                 {"pst_path", target.pst_path},
                 {"path", path},
                 {"messages", target.message_count}},
                fmt::format("{} -> {}: {}", base::escape(target.pst_path), base::escape(path),
                            messages_text(target.message_count)));
        }
        for (const migration::SkippedFolder& folder : plan.skipped) {
            if (folder.message_count > 0) {
                context.output.record({{"type", "skipped_folder"},
                                       {"pst_path", folder.pst_path},
                                       {"messages", folder.message_count},
                                       {"reason", folder.reason}},
                                      skipped_text(folder));
            }
        }
        for (const migration::LostFolder& folder : plan.lost) {
            const std::string reason = "cannot be read: " + folder.reason;
            context.output.record({{"type", "skipped_folder"},
                                   {"pst_path", folder.pst_path},
                                   {"messages", 0},
                                   {"reason", reason}},
                                  fmt::format("{}: {}", base::escape(folder.pst_path), reason));
        }
        return plan.lost.empty() ? ExitCode::Ok : ExitCode::DataErr;
    }

    static std::string skipped_text(const migration::SkippedFolder& folder) {
        return fmt::format("{}: {} left out: {}", base::escape(folder.pst_path),
                           messages_text(folder.message_count), folder.reason);
    }

    /// False when it is there.
    bool make_work_folder() const {
        std::error_code error;
        const bool made = work_dir_ && std::filesystem::create_directories(*work_dir_, error);
        if (error) {
            throw Error(ErrorCode::CannotCreate, "cannot make the folder: " + error.message())
                .with_place(base::escape(*work_dir_));
        }
        return made;
    }

    ExitCode import_file(cli::Context& context, pst::PstReader& pst, store::MailStore& store,
                         migration::Journal& journal, const std::string& destination) {
        const Stopwatch watch;
        const LossesShown losses(common().verbose, context.diagnostics);
        if (journal.resumed()) {
            context.console.note("going on where " + base::escape(journal.path()) + " ends");
        }
        migration::BadItems bad_items(beside(".refused"), bad_item_limit_);
        const migration::ImportResult result =
            migration::import_pst({pst, store, journal, bad_items, context.progress,
                                   context.diagnostics, losses.sink(), context.stop},
                                  options_);
        selection_.warn_about_folders(context.diagnostics);
        report(context, result, bad_items, destination, watch.seconds());
        if (bad_items.too_many()) {
            throw too_many(bad_items);
        }
        refuse_unproven(result, destination);
        return ExitCode::Ok;
    }

    static Error too_many(const migration::BadItems& bad_items) {
        const Error error = bad_items.too_many_error();
        const auto& items = bad_items.items();
        const bool is_damaged =
            std::any_of(items.begin(), items.end(), [](const migration::BadItem& item) {
                return item.kind == migration::BadKind::Unreadable && !item.kept_as.empty();
            });
        return is_damaged ? Error(error.code(), error.text(),
                                  error.hint() +
                                      "; --salvage imports what can be read of those "
                                      "that are damaged")
                          : error;
    }

    void report(cli::Context& context, const migration::ImportResult& result,
                const migration::BadItems& bad_items, const std::string& destination,
                double seconds) const {
        for (const migration::ImportedFolder& folder : result.folders) {
            report_folder(context, folder);
        }
        for (const migration::SkippedFolder& folder : result.skipped) {
            context.output.is_json() ? context.output.record({{"type", "skipped_folder"},
                                                              {"pst_path", folder.pst_path},
                                                              {"messages", folder.message_count},
                                                              {"reason", folder.reason}},
                                                             {})
                                     : context.console.note(skipped_text(folder));
        }
        for (const migration::ImportedFolder& folder : result.folders) {
            report_unproven(context, folder);
            report_newcomers(context, folder);
        }
        show_bad_items(context, bad_items);
        show_losses(context, result.losses);
        if (!common().verbose) {
            note_losses(context, result.losses);
        }
        const Totals totals = totals_of(result);
        if (totals.flags_differ + totals.dates_differ > 0) {
            context.console.note(fmt::format(
                "the destination holds {} with other flags or keywords and {} with another date",
                messages_text(totals.flags_differ), messages_text(totals.dates_differ)));
        }
        report_summary(context, result, totals, bad_items, destination, seconds);
    }

    void report_folder(cli::Context& context, const migration::ImportedFolder& folder) const {
        if (!context.output.is_json() && !common().verbose) {
            return;
        }
        cli::Json record{{"type", "folder"},
                         {"pst_path", folder.pst_path},
                         {"path", mail::to_string(folder.path)},
                         {"messages", folder.messages},
                         {"sent", folder.sent},
                         {"sent_bytes", folder.sent_bytes},
                         {"resumed", folder.resumed},
                         {"recovered", folder.recovered},
                         {"hidden", folder.hidden},
                         {"left_out", folder.filtered},
                         {"bad_items", folder.bad},
                         {"unreached", folder.unreached}};
        if (folder.proof) {
            record["proof"] = {{"found", folder.proof->found},
                               {"missing", folder.proof->missing},
                               {"altered", folder.proof->altered},
                               {"others", folder.proof->others},
                               {"flags_differ", folder.proof->flags_differ},
                               {"dates_differ", folder.proof->dates_differ}};
        }
        context.output.record(
            record, fmt::format("{} -> {}: {}, {} sent now", base::escape(folder.pst_path),
                                base::escape(mail::to_string(folder.path)),
                                messages_text(folder.messages), cli::with_thousands(folder.sent)));
    }

    /// Names the messages: pst-inspect shows them by their number.
    static void report_unproven(cli::Context& context, const migration::ImportedFolder& folder) {
        if (!folder.proof) {
            return;
        }
        if (!folder.proof->unreadable.empty()) {
            context.diagnostics.report(
                {base::Severity::Warning, "not-proven", base::escape(folder.pst_path),
                 "cannot be compared with the destination: " + folder.proof->unreadable});
        }
        for (const pst::ndb::Nid message : folder.proof->examples) {
            context.diagnostics.report(
                {base::Severity::Warning, "not-proven",
                 fmt::format("{} {}", base::escape(folder.pst_path), to_string(message)),
                 fmt::format("is not in the destination's {}, or has other bytes there",
                             base::escape(mail::to_string(folder.path)))});
        }
        const std::uint64_t all = folder.proof->missing + folder.proof->altered;
        if (all > folder.proof->examples.size()) {
            context.console.note(fmt::format("{}: and {} more", base::escape(folder.pst_path),
                                             all - folder.proof->examples.size()));
        }
    }

    static void report_newcomers(cli::Context& context, const migration::ImportedFolder& folder) {
        if (folder.proof && folder.proof->newcomers > 0) {
            context.diagnostics.report(
                {base::Severity::Warning, "newcomers", base::escape(mail::to_string(folder.path)),
                 fmt::format("{} beside those of the PST came in since the import began: new mail, "
                             "or a second import into this mailbox",
                             messages_text(folder.proof->newcomers))});
        }
    }

    void report_summary(cli::Context& context, const migration::ImportResult& result,
                        const Totals& totals, const migration::BadItems& bad_items,
                        const std::string& destination, double seconds) const {
        const bool proven = options_.proof != migration::Proof::None && result.proven();
        context.output.record(
            {{"type", "summary"},
             {"file", pst_path_},
             {"destination", destination},
             {"folders", result.folders.size()},
             {"messages", totals.messages},
             {"sent", totals.sent},
             {"sent_bytes", totals.sent_bytes},
             {"hidden", totals.hidden},
             {"left_out", totals.filtered},
             {"bad_items", bad_items.count()},
             {"unreached", totals.unreached},
             {"missing", totals.missing},
             {"altered", totals.altered},
             {"proof", proof_},
             {"proven", proven},
             {"resumed", result.resumed},
             {"losses", result.losses},
             {"seconds", seconds}},
            fmt::format("{}: {}, {}, {} of them ({}) sent now, {}{}{}, {}, {:.1f} s",
                        base::escape(destination), counted(result.folders.size(), "folder"),
                        messages_text(totals.messages), cli::with_thousands(totals.sent),
                        size_text(totals.sent_bytes), counted(bad_items.count(), "bad item"),
                        unreached_text(totals.unreached), left_out_text(totals.filtered),
                        proven ? "proven" : "not proven", seconds));
    }

    static std::string unreached_text(std::uint64_t count) {
        return count == 0 ? std::string() : fmt::format(", {} not reached", messages_text(count));
    }

    std::string hint_of_unproven(const migration::ImportResult& result,
                                 const Totals& totals) const {
        if (totals.altered > 0) {
            return "--proof header is for servers that rewrite messages on their way in";
        }
        if (result.resumed) {
            return "--json shows the folders; if the mailbox was emptied, remove " +
                   base::escape(beside(".journal")) + " to begin anew";
        }
        return "--json shows the folders";
    }

    void refuse_unproven(const migration::ImportResult& result,
                         const std::string& destination) const {
        if (options_.proof == migration::Proof::None || result.proven()) {
            return;
        }
        const Totals totals = totals_of(result);
        throw Error(ErrorCode::BadData,
                    fmt::format("the destination lacks {} and holds {} with other bytes",
                                messages_text(totals.missing), messages_text(totals.altered)),
                    hint_of_unproven(result, totals))
            .with_place(base::escape(destination));
    }

    cli::MailboxOptions destination_;
    cli::SelectionOptions selection_;
    std::string pst_path_;
    std::optional<std::string> work_dir_;
    std::optional<std::string> manifest_;
    std::string proof_ = "full";
    std::string reader_ = "auto";
    bool dry_run_ = false;
    bool no_exact_source_ = false;
    std::uint32_t code_page_ = 1252;
    std::uint64_t bad_item_limit_ = 0;
    migration::ImportOptions options_;
};

}  // namespace
}  // namespace mbx::tools

int main(int argc, char* argv[]) {
    mbx::tools::PstImport tool;
    return mbx::cli::run(argc, argv, tool);
}
