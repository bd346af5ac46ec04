#include "migration/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/to_mail.hpp"
#include "mail/crlf.hpp"
#include "migration/append_batch.hpp"
#include "migration/loss_counter.hpp"
#include "migration/mailbox_check.hpp"
#include "migration/store_addresses.hpp"
#include "migration/store_walk.hpp"
#include "migration/tail.hpp"

namespace mbx::migration {
namespace {

using mail::FolderPath;
using pst::ndb::Nid;

/// With every sign written =XX, as store/imap writes those that it knows to be refused. Letters,
/// digits, "-", "_", "=" and blanks within are what all servers take.
std::string plain_name(std::string_view name, bool ascii_only) {
    const auto is_plain = [&](std::size_t i) {
        const char c = name[i];
        const bool at_end = i == 0 || i + 1 == name.size();
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        return (!ascii && !ascii_only) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
               (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '=' || (c == ' ' && !at_end);
    };
    std::string result;
    for (std::size_t i = 0; i < name.size(); ++i) {
        result += is_plain(i) ? std::string(1, name[i])
                              : fmt::format("={:02X}", static_cast<unsigned char>(name[i]));
    }
    return result;
}

/// Its first characters: a server on a file system has 255 bytes for an encoded name.
std::string short_name(std::string_view name) {
    constexpr std::size_t kCharacters = 60;
    std::string result;
    for (std::size_t i = 0; i < kCharacters && !name.empty(); ++i) {
        base::append_utf8(result, base::take_utf8(name).code_point);
    }
    return result;
}

/// What is made from parts of the PST is made once, and not for each time that it is read.
base::SharedSource in_memory_when_small(const base::SharedSource& source) {
    constexpr std::uint64_t kSmall = 1024 * 1024;
    if (!source->in_memory().empty() || source->size() > kSmall) {
        return source;
    }
    return base::memory_source(base::read_all(*source, kSmall));
}

/// The size as it would be sent, when that is over the limit.
std::optional<std::uint64_t> size_over(const base::ByteSource& source, std::uint64_t limit) {
    if (source.size() <= limit / 2) {  // line ends can at most double it
        return std::nullopt;
    }
    const std::uint64_t size = mail::crlf_size(source).bytes;
    return size > limit ? std::optional(size) : std::nullopt;
}

/// Makes the folders of the plan; where the destination refuses a name, another one near it.
class FolderMaker {
  public:
    FolderMaker(store::MailStore& store, base::Diagnostics& diagnostics,
                const std::vector<MailTarget>& plan)
        : store_(store), diagnostics_(diagnostics) {
        for (const MailTarget& target : plan) {
            taken_.insert(target.path);
        }
    }

    /// The path that the folder has got.
    FolderPath make(const MailTarget& target) {
        const FolderPath wanted = below_renamed(target.path);
        std::optional<Error> refusal;
        for (const FolderPath& path : candidates(wanted)) {
            try {
                store_.create_folder(path, target.use);
            } catch (const Error& error) {
                // Some servers put a place where no folder can be as a lack of permission.
                if (error.code() != ErrorCode::CannotCreate &&
                    error.code() != ErrorCode::NotAllowed) {
                    throw;
                }
                refusal = refusal ? refusal : error;
                continue;
            }
            if (path != target.path) {
                remember(target.path, path);
                diagnostics_.report({base::Severity::Warning, "folder-renamed",
                                     mail::to_string(target.path),
                                     "became " + mail::to_string(path)});
            }
            return path;
        }
        throw std::move(*refusal).with_place(mail::to_string(wanted));
    }

    /// An earlier run has given that folder another path.
    void remember(const FolderPath& wanted, const FolderPath& path) {
        if (wanted != path) {
            renamed_[wanted] = path;
            taken_.insert(path);
        }
    }

  private:
    FolderPath below_renamed(const FolderPath& path) const {
        for (std::size_t length = path.size(); length > 0; --length) {
            const auto it =
                renamed_.find(FolderPath(path.begin(), path.begin() + static_cast<long>(length)));
            if (it != renamed_.end()) {
                FolderPath result = it->second;
                result.insert(result.end(), path.begin() + static_cast<long>(length), path.end());
                return result;
            }
        }
        return path;
    }

    /// The path itself; its name without the signs that one server or another refuses; a shorter
    /// one; one in ASCII; another for what is reserved there; and, for servers that want no folders
    /// below this one, a place at the top. None of them is another folder's.
    std::vector<FolderPath> candidates(const FolderPath& path) const {
        std::vector<FolderPath> result{path};
        if (path == mail::kInboxPath) {
            return result;
        }
        const std::string plain = plain_name(path.back(), false);
        const std::string ascii = plain_name(path.back(), true);
        std::string flat;
        for (const std::string& name : path) {
            flat += (flat.empty() ? "" : " - ") + plain_name(name, true);
        }
        for (const std::string& name : {plain, short_name(plain), ascii, plain + "_"}) {
            FolderPath beside = path;
            beside.back() = name;
            add_candidate(result, std::move(beside));
        }
        add_candidate(result, {flat});
        add_candidate(result, {short_name(flat)});
        return result;
    }

    void add_candidate(std::vector<FolderPath>& candidates, FolderPath path) const {
        FolderPath possible = store_.possible_name(path);
        if (std::find(candidates.begin(), candidates.end(), possible) != candidates.end()) {
            return;
        }
        while (taken_.count(possible) != 0) {
            path.back() += '_';
            possible = store_.possible_name(path);
        }
        candidates.push_back(std::move(possible));
    }

    store::MailStore& store_;
    base::Diagnostics& diagnostics_;
    std::set<FolderPath> taken_;
    std::map<FolderPath, FolderPath> renamed_;
};

/// One folder of the PST on its way.
class FolderImport {
  public:
    FolderImport(const ImportContext& context, const ImportOptions& options,
                 const MailTarget& target, FolderMaker& maker, StoreAddresses& addresses,
                 LossCounter& losses)
        : context_(context),
          options_(options),
          target_(target),
          maker_(maker),
          addresses_(addresses),
          losses_(losses) {
        result_.pst_path = target.pst_path;
        result_.path = target.path;
        if (const Journal::Folder* const earlier = context.journal.folder(target.nid)) {
            maker.remember(target.path, earlier->path);
        }
    }

    /// Opens the folder at the destination before its turn. What an earlier run has filled, or may
    /// have, is not opened ahead: it is looked at first, when its turn has come.
    void open_ahead() {
        if (target_.message_count == 0 || context_.journal.folder(target_.nid) != nullptr) {
            return;
        }
        make_folder();
        if (!may_hold_unrecorded()) {
            open_destination();
        }
    }

    /// Hands every message over; answers may still be on their way then. `between` is called after
    /// each.
    template <typename Between>
    void send(Between between) {
        context_.progress.start("import " + base::escape(target_.pst_path), target_.message_count);
        const auto cursor = context_.pst.messages(target_.nid);
        std::uint64_t seen = 0;
        while (const auto nid = next(*cursor)) {
            ++seen;
            stop_when_asked();
            import_message(*nid, *cursor);
            between();
        }
        report_missing_rows(seen);
        if (batch_) {
            batch_->push();
        }
        context_.progress.finish();
    }

    /// True when finish() would not have to wait for the destination.
    bool is_settled() { return !batch_ || batch_->is_settled(); }

    /// Pre: all is sent.
    ImportedFolder finish() {
        const Journal::Folder* folder = context_.journal.folder(target_.nid);
        if (folder == nullptr) {
            begin_folder();
        }
        if (batch_) {
            batch_->close();
            result_.sent = batch_->totals().messages;
            result_.sent_bytes = batch_->totals().bytes;
            result_.bad += batch_->totals().refused;
            batch_.reset();
        }
        folder = context_.journal.folder(target_.nid);
        if (!folder->done) {
            context_.store.create_folder(folder->path, target_.use);
            context_.journal.resume_folder(target_.nid);
            context_.journal.end_folder(target_.nid);
        }
        result_.path = folder->path;
        result_.messages = folder->landed;
        return std::move(result_);
    }

  private:
    std::optional<Nid> next(pst::MessageCursor& cursor) {
        try {
            return cursor.next();
        } catch (const Error& error) {
            if (!is_about_one_message(error)) {
                throw;
            }
            add_bad_item(Nid{}, BadKind::Unreadable, error.what(), nullptr);
            cursor_failed_ = true;
            return std::nullopt;
        }
    }

    void stop_when_asked() {
        if (context_.stop.requested() && batch_) {
            batch_->close();
        }
        throw_if_stopped(context_.stop);
    }

    void import_message(Nid nid, pst::MessageCursor& cursor) {
        if (context_.journal.has_landed(nid)) {
            ++result_.resumed;
            context_.progress.advance(1, 0);
            return;
        }
        std::optional<mail::Message> message;
        Landed landed;
        try {
            message = read(nid, cursor);
            if (message) {
                // Reads all of it: what cannot be read shows here and not halfway to the server.
                message->source = in_memory_when_small(message->source);
                landed.key = content_key(*message->source);
            }
        } catch (const Error& error) {
            if (!is_about_one_message(error)) {
                stop_when_asked();
                throw;
            }
            add_bad_item(nid, BadKind::Unreadable, error.what(),
                         message ? message->source : nullptr);
            return;
        }
        if (message) {
            landed.nid = nid;
            landed.flags = message->flags;
            landed.keywords = message->keywords;
            landed.internal_date = message->internal_date;
            send(*message, std::move(landed));
        }
    }

    /// nullopt for what is not to be moved.
    std::optional<mail::Message> read(Nid nid, pst::MessageCursor& cursor) {
        const mapi::Message stored = cursor.message();
        if (convert::is_hidden_item(stored)) {
            ++result_.hidden;
            return std::nullopt;
        }
        convert::ToMailOptions options;
        options.folder = target_.special;
        options.use_exact_source = options_.use_exact_source;
        options.unpack_tnef = options_.unpack_tnef;
        options.directory = &addresses_;
        losses_.set_place(target_.pst_path + " " + to_string(nid));
        mail::Message message = convert::to_mail(stored, options, losses_).message;
        if (!options_.messages.takes(message)) {
            ++result_.filtered;
            return std::nullopt;
        }
        return message;
    }

    void send(const mail::Message& message, Landed landed) {
        const std::uint64_t size = message.source->size();
        const auto limit = context_.store.limits().largest_message;
        if (const auto over = limit ? size_over(*message.source, *limit) : std::nullopt) {
            add_bad_item(landed.nid, BadKind::TooLarge,
                         fmt::format("{} bytes, the destination takes {}", *over, *limit),
                         message.source);
            return;
        }
        open_folder();
        if (auto id = tail_.take(landed.key)) {
            landed.id = std::move(*id);
            context_.journal.add(landed);
            ++result_.recovered;
        } else {
            batch_->add(message, std::move(landed));
        }
        context_.progress.advance(1, size);
    }

    /// When the first message goes there.
    void open_folder() {
        if (batch_) {
            return;
        }
        const Journal::Folder* const earlier = context_.journal.folder(target_.nid);
        if (earlier != nullptr && !earlier->done) {
            context_.store.create_folder(earlier->path, target_.use);
            tail_ = Tail(context_.store, context_.journal, target_.nid, context_.stop);
        } else if (earlier == nullptr) {
            make_folder();
            if (may_hold_unrecorded()) {
                tail_ = Tail(context_.store, result_.path, context_.stop);
                before_ = 0;  // nobody knows how many of them are the earlier run's
            }
        }
        open_destination();
        begin_folder();
        batch_.emplace(std::move(writer_), context_.journal, target_.nid, context_.bad_items,
                       target_.pst_path);
    }

    /// A journal may have lost its end, and with it the records of folders that are filled.
    bool may_hold_unrecorded() const { return context_.journal.resumed() && before_ > 0; }

    void open_destination() {
        if (!writer_) {
            make_folder();
            writer_ = context_.store.writer(result_.path);
        }
    }

    void make_folder() {
        if (is_made_) {
            return;
        }
        if (const Journal::Folder* const earlier = context_.journal.folder(target_.nid)) {
            result_.path = earlier->path;
            context_.store.create_folder(result_.path, target_.use);
        } else {
            result_.path = maker_.make(target_);
        }
        before_ = context_.store.message_count(result_.path).value_or(0);
        is_made_ = true;
    }

    void begin_folder() {
        make_folder();
        context_.journal.begin_folder(target_.nid, target_.pst_path, result_.path, before_);
    }

    void report_missing_rows(std::uint64_t seen) {
        if (seen < target_.message_count && !cursor_failed_) {
            add_bad_item(Nid{}, BadKind::Unreadable,
                         fmt::format("the folder lists {} messages, only {} are there",
                                     target_.message_count, seen),
                         nullptr);
        }
    }

    void add_bad_item(Nid nid, BadKind kind, std::string reason, const base::SharedSource& bytes) {
        const std::string id = nid == Nid{} ? std::string() : to_string(nid);
        context_.bad_items.add({target_.pst_path, id, kind, std::move(reason), ""}, bytes);
        ++result_.bad;
        context_.progress.advance(1, 0);
    }

    const ImportContext& context_;
    const ImportOptions& options_;
    const MailTarget& target_;
    FolderMaker& maker_;
    StoreAddresses& addresses_;
    LossCounter& losses_;
    Tail tail_;
    bool is_made_ = false;
    std::uint64_t before_ = 0;  // messages in the folder at the destination when it was opened
    std::unique_ptr<store::FolderWriter> writer_;  // until the first message goes there
    std::optional<AppendBatch> batch_;
    bool cursor_failed_ = false;
    ImportedFolder result_;
};

/// An Inbox with mail in it is somebody's, unless an earlier run of this import has begun it.
void refuse_filled_inbox(const ImportContext& context, const MailPlan& plan) {
    const bool begun =
        std::any_of(plan.folders.begin(), plan.folders.end(), [&](const MailTarget& target) {
            return target.path == mail::kInboxPath && context.journal.folder(target.nid) != nullptr;
        });
    const InboxState inbox = check_inbox(context.store);
    if (!begun && inbox.messages > 0) {
        throw Error(
            ErrorCode::CannotCreate,
            fmt::format("the Inbox of the destination is not empty: {} messages", inbox.messages),
            "--allow-non-empty imports all the same");
    }
}

/// The folders one after the other. Behind a long line the next one is opened meanwhile, and the
/// answers to the ones before come in while this one is sent.
class Sender {
  public:
    Sender(const ImportContext& context, const ImportOptions& options, const MailPlan& plan,
           ImportResult& result)
        : context_(context),
          result_(result),
          maker_(context.store, context.diagnostics, plan.folders),
          addresses_(context.pst, context.stop),
          losses_(result.losses, context.losses) {
        std::vector<store::FolderToMake> to_make;
        for (const MailTarget& target : plan.folders) {
            if (!target.wanted) {
                continue;
            }
            imports_.push_back(std::make_unique<FolderImport>(context, options, target, maker_,
                                                              addresses_, losses_));
            if (context.journal.folder(target.nid) == nullptr) {
                to_make.push_back({target.path, target.use});
            }
        }
        context.store.prepare(to_make);
        const unsigned connections = context.store.connections(kConnections).value_or(1);
        most_ahead_ = connections > 2 ? 1 : 0;
        most_unfinished_ = connections > 2 ? connections - 2 : connections - (connections > 0);
    }

    void run() {
        for (sending_ = 0; sending_ < imports_.size(); ++sending_) {
            throw_if_stopped(context_.stop);
            for (std::size_t i = 0; i <= most_ahead_ && sending_ + i < imports_.size(); ++i) {
                imports_[sending_ + i]->open_ahead();
            }
            imports_[sending_]->send([this] { finish_settled(); });
            while (sending_ + 1 - finished_ > most_unfinished_) {
                finish_one();
            }
        }
        while (finished_ < imports_.size()) {
            finish_one();
        }
    }

  private:
    static constexpr unsigned kConnections = 4;

    void finish_settled() {
        while (finished_ < sending_ && imports_[finished_]->is_settled()) {
            finish_one();
        }
    }

    void finish_one() {
        result_.folders.push_back(imports_[finished_]->finish());
        imports_[finished_++].reset();
    }

    const ImportContext& context_;
    ImportResult& result_;
    FolderMaker maker_;
    StoreAddresses addresses_;
    LossCounter losses_;
    std::vector<std::unique_ptr<FolderImport>> imports_;  // null when finished
    std::size_t sending_ = 0;
    std::size_t finished_ = 0;
    std::size_t most_ahead_ = 0;
    std::size_t most_unfinished_ = 0;  // sent, and answers still on their way
};

/// Looked at before anything is sent: the proof would fail.
void refuse_lost_folders(const ImportContext& context, const MailPlan& plan) {
    std::set<FolderPath> there;
    for (const store::StoreFolder& folder : context.store.folders()) {
        there.insert(folder.path);
    }
    for (const MailTarget& target : plan.folders) {
        const Journal::Folder* const folder = context.journal.folder(target.nid);
        if (folder != nullptr && folder->landed > 0 && there.count(folder->path) == 0 &&
            !context.store.message_count(folder->path)) {
            throw Error(ErrorCode::BadData,
                        fmt::format("the folder is gone, into which an earlier run has put {} "
                                    "message{}",
                                    folder->landed, folder->landed == 1 ? "" : "s"),
                        "bring it back; or, if the mailbox was emptied, remove " +
                            base::escape(context.journal.path()) + " to begin anew")
                .with_place(base::escape(mail::to_string(folder->path)));
        }
    }
}

/// What the earlier run had sent when it was cut off may still be landing.
void settle(const ImportContext& context, const MailPlan& plan) {
    std::vector<FolderPath> cut_off;
    for (const MailTarget& target : plan.folders) {
        const Journal::Folder* const folder = context.journal.folder(target.nid);
        if (folder != nullptr && !folder->done) {
            cut_off.push_back(folder->path);
        }
    }
    context.store.settle(cut_off);
}

/// Reads the folders behind the one that is proven meanwhile.
class Prover {
  public:
    Prover(const ImportContext& context, Proof proof, const MailPlan& plan, ImportResult& result)
        : context_(context), proof_(proof), result_(result) {
        for (const MailTarget& target : plan.folders) {
            if (target.wanted) {
                nids_.push_back(target.nid);
            }
        }
    }

    void run() {
        if (proof_ == Proof::Counts) {
            count_ahead();
        }
        // A server that allows one connection gives one folder at a time.
        const unsigned side_by_side =
            context_.store.connections(kFoldersAhead + 1).value_or(kFoldersAhead + 1);
        for (std::size_t i = 0; i < nids_.size(); ++i) {
            open_up_to(i + std::max(side_by_side, 1U) - 1);
            std::unique_ptr<StoredMessages> messages = std::move(opened_.front());
            opened_.pop_front();
            ImportedFolder& folder = result_.folders[i];
            folder.proof =
                prove_folder(context_.store, folder.path, context_.journal, nids_[i], proof_,
                             context_.progress, context_.stop, std::move(messages));
        }
    }

  private:
    static constexpr unsigned kFoldersAhead = 2;

    void count_ahead() {
        std::vector<FolderPath> paths;
        for (const ImportedFolder& folder : result_.folders) {
            paths.push_back(folder.path);
        }
        context_.store.prepare_counts(paths);
    }

    void open_up_to(std::size_t last) {
        for (; next_ < nids_.size() && next_ <= last; ++next_) {
            std::unique_ptr<StoredMessages> messages;
            if (is_read_for_proof(context_.journal, nids_[next_], proof_)) {
                messages = std::make_unique<StoredMessages>(
                    context_.store, result_.folders[next_].path, context_.stop);
            }
            opened_.push_back(std::move(messages));
        }
    }

    const ImportContext& context_;
    Proof proof_;
    ImportResult& result_;
    std::vector<Nid> nids_;  // of result_.folders
    std::deque<std::unique_ptr<StoredMessages>> opened_;
    std::size_t next_ = 0;
};

}  // namespace

bool ImportResult::proven() const {
    return std::all_of(folders.begin(), folders.end(), [](const ImportedFolder& folder) {
        return folder.proof && folder.proof->holds();
    });
}

MailPlan plan_import(pst::PstReader& pst, store::MailStore& store, const MailPlanOptions& options) {
    return plan_mail_folders(
        pst.folders(), store.folders(),
        [&](const FolderPath& path) { return store.possible_name(path); }, options);
}

ImportResult import_pst(const ImportContext& context, const ImportOptions& options) {
    const MailPlan plan = plan_import(context.pst, context.store, options.plan);
    if (!options.allow_non_empty) {
        refuse_filled_inbox(context, plan);
    }
    refuse_lost_folders(context, plan);
    context.bad_items.forget_earlier_run();
    settle(context, plan);
    ImportResult result;
    result.resumed = context.journal.resumed();
    std::copy_if(plan.skipped.begin(), plan.skipped.end(), std::back_inserter(result.skipped),
                 [](const SkippedFolder& folder) { return folder.message_count > 0; });
    Sender(context, options, plan, result).run();
    if (options.proof != Proof::None) {
        Prover(context, options.proof, plan, result).run();
    }
    if (!context.journal.finished()) {
        context.journal.finish();
    }
    return result;
}

}  // namespace mbx::migration
