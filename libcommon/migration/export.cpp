#include "migration/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <unordered_map>

#include "base/text.hpp"
#include "convert/to_mail.hpp"
#include "migration/prepared_messages.hpp"
#include "migration/store_walk.hpp"
#include "pst/check/checker.hpp"

namespace mbx::migration {
namespace {

constexpr unsigned kFoldersAhead = 3;

class Exporter {
  public:
    Exporter(const ExportContext& context, const std::string& pst_path,
             const ExportOptions& options, const WholeSources& keep_whole)
        : context_(context),
          options_(options),
          keep_whole_(keep_whole),
          writer_(pst_path, options.pst, context.clock, context.ids),
          losses_(result_.losses, context.losses) {}

    /// Writes the file and looks at it. What is returned has to be kept whole; publish() it when
    /// that is nothing.
    std::vector<UnfaithfulMessage> write() {
        const std::vector<store::StoreFolder> folders = context_.store.folders();
        const std::vector<PstTarget> plan =
            plan_pst_folders(folders, options_.folders, options_.known);
        result_.missing = missing_folders(folders, options_.known);
        for (const PstTarget& target : plan) {
            add_folder(target);
        }
        const unsigned at_once =
            context_.store.connections(kFoldersAhead + 1).value_or(kFoldersAhead + 1);
        std::deque<Opened> opened;
        std::size_t next = 0;
        for (;;) {
            // The folders behind this one are read meanwhile: a server's answers to their opening
            // take as long as the link is.
            while (next < plan.size() && opened.size() < std::max(at_once, 1U)) {
                if (plan[next].has_messages) {
                    opened.push_back(open_folder(plan[next], next));
                }
                ++next;
            }
            if (opened.empty()) {
                break;
            }
            const Opened now = std::move(opened.front());
            opened.pop_front();
            export_folder(plan[now.index], now, result_.folders[now.index]);
        }
        add_unreached();
        if (context_.bad_items.too_many()) {
            throw context_.bad_items.too_many_error();
        }
        writer_.finish();
        result_.file_size = writer_.size_so_far();
        return options_.read_back == ReadBack::None
                   ? std::vector<UnfaithfulMessage>()
                   : read_back(writer_.part_path(), result_, options_, context_);
    }

    ExportResult publish() {
        throw_if_stopped(context_.stop);
        writer_.close();
        return std::move(result_);
    }

  private:
    struct Opened {
        std::size_t index;  // in the plan
        std::unique_ptr<PreparedMessages> messages;
        std::optional<std::uint64_t> count;
        std::optional<Error> failure = std::nullopt;  // then there are no messages
    };

    void add_folder(const PstTarget& target) {
        ExportedFolder folder;
        folder.path = target.path;
        folder.pst_path = target.folder.display_name;
        folder.use = target.use;
        pst::ndb::Nid parent = writer_.ipm_subtree();
        if (target.parent) {
            const ExportedFolder& above = result_.folders[*target.parent];
            parent = above.nid;
            folder.pst_path = above.pst_path + "/" + folder.pst_path;
        }
        folder.nid = writer_.add_folder(parent, target.folder);
        result_.folders.push_back(std::move(folder));
    }

    Opened open_folder(const PstTarget& target, std::size_t index) {
        PrepareOptions options;
        options.folder = target.folder.special;
        options.exact_source = options_.exact_source;
        options.keep_whole = &keep_whole_;
        options.filter = options_.messages;
        try {
            auto stream = context_.store.messages(target.path);
            const auto count = target.message_count ? target.message_count : stream->remaining();
            return {index, prepare_messages_ahead(std::move(stream), options), count};
        } catch (const Error& error) {
            if (!is_about_one_message(error)) {
                throw;
            }
            return {index, nullptr, std::nullopt, error};
        }
    }

    void export_folder(const PstTarget& target, const Opened& opened, ExportedFolder& folder) {
        if (opened.failure) {
            add_failed_folder(opened.failure->what(), *opened.failure, folder);
            return;
        }
        context_.progress.start("export " + base::escape(mail::to_string(target.path)),
                                opened.count);
        while (auto prepared = opened.messages->next()) {
            throw_if_stopped(context_.stop);
            take(*prepared, folder);
        }
        context_.progress.finish();
    }

    void take(Prepared& prepared, ExportedFolder& folder) {
        if (prepared.folder_failed) {
            add_failed_folder(prepared.failure->text(), *prepared.failure, folder);
            return;
        }
        if (prepared.failure) {
            add_bad_item(prepared, folder, BadKind::Unreadable, *prepared.failure);
            return;
        }
        if (!prepared.mapi) {
            ++folder.filtered;
            context_.progress.advance(1, 0);
            return;
        }
        losses_.set_place(mail::to_string(folder.path) + " " + base::escape(prepared.mail->id));
        for (base::Diagnostic& loss : prepared.losses) {
            losses_.report(std::move(loss));
        }
        write(prepared, folder);
    }

    void write(const Prepared& prepared, ExportedFolder& folder) {
        const std::uint64_t size = prepared.mail->source->size();
        try {
            writer_.add(folder.nid, *prepared.mapi);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            add_bad_item(prepared, folder, BadKind::Unconvertible, error);
            return;
        }
        ++folder.messages;
        folder.bytes += size;
        context_.progress.advance(1, size);
    }

    void add_bad_item(const Prepared& prepared, ExportedFolder& folder, BadKind kind,
                      const Error& error) {
        const auto& [id, bytes] = prepared.mail
                                      ? store::Salvaged{prepared.mail->id, prepared.mail->source}
                                      : prepared.salvaged;
        context_.bad_items.add(
            {mail::to_string(folder.path), id, kind, with_hint(error.what(), error), ""}, bytes);
        ++folder.bad;
        context_.progress.advance(1, 0);
    }

    void add_failed_folder(const std::string& reason, const Error& error, ExportedFolder& folder) {
        context_.bad_items.add(
            {mail::to_string(folder.path), "", BadKind::Folder, with_hint(reason, error), ""},
            nullptr);
        ++folder.bad;
    }

    static std::string with_hint(const std::string& reason, const Error& error) {
        return error.hint().empty() ? reason : reason + "; " + error.hint();
    }

    void add_unreached() {
        if (context_.unreached == nullptr) {
            return;
        }
        for (const base::Diagnostic& place : context_.unreached->places()) {
            const bool is_folder =
                place.id == "folder-unreadable" || place.id == "folders-too-deep";
            context_.bad_items.add(
                {place.place, "", is_folder ? BadKind::Folder : BadKind::Unreached, place.text, ""},
                nullptr);
        }
    }

    const ExportContext& context_;
    const ExportOptions& options_;
    const WholeSources& keep_whole_;
    pst::PstWriter writer_;
    ExportResult result_;
    LossCounter losses_;
};

[[noreturn]] void throw_difference(const std::string& place, const std::string& text) {
    throw Error(ErrorCode::BadData, "the file read back is not what was written: " + text)
        .with_place(place);
}

UnfaithfulMessage unfaithful(const mapi::Message& message, convert::SourceOrigin origin,
                             const std::string& place) {
    const auto recipe = convert::recipe_identity(message);
    if (!recipe) {
        throw_difference(place, "the original bytes of the message are not in it");
    }
    UnfaithfulMessage result{place, recipe->source, std::nullopt};
    if (origin == convert::SourceOrigin::Edited) {
        result.stored_view = recipe->whole_view;
    }
    return result;
}

/// Every message can be read, and gives the bytes back that it came from; those that do not go to
/// `found`.
void read_messages(pst::PstReader& reader, const ExportedFolder& folder, bool exact_source,
                   const ExportContext& context, std::vector<UnfaithfulMessage>& found) {
    context.progress.start("read back " + base::escape(folder.pst_path), folder.messages);
    const auto cursor = reader.messages(folder.nid);
    std::uint64_t count = 0;
    base::IgnoreDiagnostics losses;
    while (const auto nid = cursor->next()) {
        throw_if_stopped(context.stop);
        const mapi::Message message = cursor->message();
        if (!message.damage.empty()) {
            throw_difference(folder.pst_path, message.damage);
        }
        const auto mail = convert::to_mail(message, {}, losses);
        if (exact_source && mail.origin != convert::SourceOrigin::Exact) {
            found.push_back(
                unfaithful(message, mail.origin, folder.pst_path + ": " + to_string(*nid)));
        }
        ++count;
        context.progress.advance(1, mail.message.source->size());
    }
    if (count != folder.messages) {
        throw_difference(folder.pst_path,
                         fmt::format("{} messages, expected {}", count, folder.messages));
    }
    context.progress.finish();
}

/// What scanpst would look at: no error, and no warning either in a file that we made.
void check_structure(const std::string& part_path, const ExportContext& context) {
    std::string first;
    const auto take = [&](const pst::check::Finding& finding) {
        if (finding.severity != pst::check::Severity::Info && first.empty()) {
            first = std::string(finding.rule->id) + ": " + message_of(finding);
        }
    };
    pst::check::check_pst(part_path, take, context.progress, context.stop);
    if (!first.empty()) {
        throw_difference(base::escape(part_path), first);
    }
}

}  // namespace

std::uint64_t ExportResult::messages() const {
    return std::accumulate(folders.begin(), folders.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& f) { return sum + f.messages; });
}

std::uint64_t ExportResult::bytes() const {
    return std::accumulate(folders.begin(), folders.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& f) { return sum + f.bytes; });
}

std::uint64_t ExportResult::filtered() const {
    return std::accumulate(folders.begin(), folders.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& f) { return sum + f.filtered; });
}

std::vector<UnfaithfulMessage> read_back(const std::string& part_path, const ExportResult& written,
                                         const ExportOptions& options,
                                         const ExportContext& context) {
    check_structure(part_path, context);
    std::vector<UnfaithfulMessage> found_unfaithful;
    base::DiagnosticList damage;
    const auto reader = pst::open_pst(part_path, {}, damage);
    std::unordered_map<std::uint32_t, pst::PstFolder> there;
    for (pst::PstFolder& folder : reader->folders()) {
        there.emplace(folder.nid.value, std::move(folder));
    }
    for (const ExportedFolder& folder : written.folders) {
        const auto found = there.find(folder.nid.value);
        if (found == there.end()) {
            throw_difference(folder.pst_path, "the folder is not there");
        }
        if (found->second.message_count != folder.messages) {
            throw_difference(folder.pst_path,
                             fmt::format("{} messages, expected {}", found->second.message_count,
                                         folder.messages));
        }
        if (options.read_back == ReadBack::Full) {
            read_messages(*reader, folder, options.exact_source, context, found_unfaithful);
        }
    }
    if (!damage.items.empty()) {
        throw_difference(damage.items.front().place, damage.items.front().text);
    }
    return found_unfaithful;
}

ExportResult export_mailbox(const ExportContext& context, const std::string& pst_path,
                            const ExportOptions& options) {
    // The second attempt keeps whole what was not faithful; the third is for a source that changed
    // in between.
    constexpr int kMostAttempts = 3;
    const std::uint64_t bad_items_before = context.bad_items.count();
    base::IgnoreDiagnostics told_already;
    const ExportContext again{context.store,    context.clock, context.ids,  context.bad_items,
                              context.progress, told_already,  context.stop, context.unreached};
    WholeSources keep_whole;
    for (int attempt = 1;; ++attempt) {
        Exporter exporter(attempt == 1 ? context : again, pst_path, options, keep_whole);
        if (attempt == 1) {
            context.bad_items.forget_earlier_run();
        }
        const std::vector<UnfaithfulMessage> found = exporter.write();
        if (found.empty()) {
            return exporter.publish();
        }
        if (attempt == kMostAttempts) {
            throw_difference(found.front().place, "the message does not give its original bytes");
        }
        for (const UnfaithfulMessage& message : found) {
            keep_whole[message.source] = message.stored_view;
            context.losses.report({base::Severity::Info, "kept-whole", message.place,
                                   "its original bytes are kept whole, since the PST gives back "
                                   "other values than were put into it"});
        }
        context.bad_items.forget_after(bad_items_before);
    }
}

}  // namespace mbx::migration
