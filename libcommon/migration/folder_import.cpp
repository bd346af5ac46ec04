#include "migration/folder_import.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "mail/crlf.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

/// The size as it would be sent, when that is over the limit.
std::optional<std::uint64_t> size_over(const base::ByteSource& source, std::uint64_t limit) {
    if (source.size() <= limit / 2) {  // line ends can at most double it
        return std::nullopt;
    }
    const std::uint64_t size = mail::crlf_size(source).bytes;
    return size > limit ? std::optional(size) : std::nullopt;
}

convert::ToMailOptions mail_options(const ImportOptions& options, const MailTarget& target,
                                    StoreAddresses& addresses) {
    convert::ToMailOptions result;
    result.folder = target.special;
    result.use_exact_source = options.use_exact_source;
    result.unpack_tnef = options.unpack_tnef;
    result.directory = &addresses;
    return result;
}

}  // namespace

using pst::ndb::Nid;

FolderImport::FolderImport(const ImportContext& context, const ImportOptions& options,
                           const MailTarget& target, FolderMaker& maker, StoreAddresses& addresses,
                           LossCounter& losses)
    : context_(context),
      options_(options),
      target_(target),
      maker_(maker),
      addresses_(addresses),
      losses_(losses),
      mail_maker_(mail_options(options, target, addresses), context.pst.info().is_verified) {
    result_.pst_path = target.pst_path;
    result_.path = target.path;
    if (const Journal::Folder* const earlier = context.journal.folder(target.nid)) {
        maker.remember(target.path, earlier->path);
    }
}

void FolderImport::open_ahead() {
    if (target_.message_count == 0 || context_.journal.folder(target_.nid) != nullptr) {
        return;
    }
    make_folder();
    if (!may_hold_unrecorded()) {
        open_destination();
    }
}

void FolderImport::send(const std::function<void()>& between) {
    start_progress();
    const auto cursor = open_cursor();
    std::uint64_t seen = 0;
    while (const auto nid = cursor != nullptr ? next(*cursor) : std::nullopt) {
        ++seen;
        stop_when_asked();
        const bool addresses_known = addresses_.has_read_store();
        import_message(*nid, *cursor);
        if (addresses_.has_read_store() != addresses_known) {
            start_progress();  // theirs has taken its place
            context_.progress.advance(seen, 0);
        }
        between();
    }
    report_unreached(seen);
    if (batch_) {
        batch_->push();
    }
    context_.progress.finish();
}

ImportedFolder FolderImport::finish() {
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
        context_.journal.end_folder(target_.nid);
    }
    result_.path = folder->path;
    result_.messages = folder->landed;
    return std::move(result_);
}

void FolderImport::start_progress() {
    context_.progress.start("import " + base::escape(target_.pst_path), target_.message_count);
}

/// Null when the folder is damaged so that it cannot be opened.
std::unique_ptr<pst::MessageCursor> FolderImport::open_cursor() {
    try {
        return context_.pst.messages(target_.nid);
    } catch (const Error& error) {
        if (!is_about_one_message(error)) {
            throw;
        }
        failure_ = error.what();
        return nullptr;
    }
}

std::optional<Nid> FolderImport::next(pst::MessageCursor& cursor) {
    try {
        return cursor.next();
    } catch (const Error& error) {
        if (!is_about_one_message(error)) {
            throw;
        }
        failure_ = error.what();
        return std::nullopt;
    }
}

void FolderImport::stop_when_asked() {
    if (context_.stop.requested() && batch_) {
        batch_->close();
    }
    throw_if_stopped(context_.stop);
}

void FolderImport::import_message(Nid nid, pst::MessageCursor& cursor) {
    if (context_.journal.has_landed(nid)) {
        ++result_.resumed;
        context_.progress.advance(1, 0);
        return;
    }
    std::optional<MadeMail> made;
    try {
        made = read(nid, cursor);
    } catch (const Error& error) {
        if (!is_about_one_message(error)) {
            stop_when_asked();
            throw;
        }
        add_bad_item(nid, BadKind::Unreadable, error.what(), nullptr);
        return;
    }
    if (!made) {
        return;
    }
    const mail::Message& mail = made->mail;
    if (!made->damage.empty() && !options_.salvage) {
        add_bad_item(nid, BadKind::Unreadable, made->damage, mail.source);
        return;
    }
    if (!made->damage.empty()) {
        losses_.report({base::Severity::Warning, "lossy-damage", {}, made->damage});
        context_.bad_items.add(
            {target_.pst_path, to_string(nid), BadKind::Salvaged, made->damage, ""}, nullptr);
    }
    Landed landed;
    landed.nid = nid;
    landed.key = made->key;
    landed.flags = mail.flags;
    landed.keywords = mail.keywords;
    landed.internal_date = mail.internal_date;
    send_message(mail, std::move(landed));
}

std::optional<MadeMail> FolderImport::read(Nid nid, pst::MessageCursor& cursor) {
    mapi::Message stored = cursor.message();
    if (convert::is_hidden_item(stored)) {
        ++result_.hidden;
        return std::nullopt;
    }
    losses_.set_place(target_.pst_path + " " + to_string(nid));
    MadeMail made = mail_maker_.make(stored, losses_);
    if (!options_.messages.takes(made.mail)) {
        ++result_.filtered;
        return std::nullopt;
    }
    return made;
}

void FolderImport::send_message(const mail::Message& message, Landed landed) {
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
        context_.journal.add(target_.nid, landed);
        ++result_.recovered;
    } else {
        batch_->add(message, std::move(landed));
    }
    context_.progress.advance(1, size);
}

void FolderImport::open_folder() {
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

void FolderImport::open_destination() {
    if (!writer_) {
        make_folder();
        writer_ = context_.store.writer(result_.path);
    }
}

void FolderImport::make_folder() {
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

void FolderImport::begin_folder() {
    make_folder();
    context_.journal.begin_folder(target_.nid, target_.pst_path, result_.path, before_);
}

/// More than any limit of messages allows: they are not known one by one.
void FolderImport::report_unreached(std::uint64_t seen) {
    if (seen < target_.message_count) {
        result_.unreached = target_.message_count - seen;
    } else if (!failure_) {
        return;
    }
    std::string reason = result_.unreached > 0
                             ? fmt::format("{} of its {} messages could not be reached",
                                           result_.unreached, target_.message_count)
                             : "its messages could not be reached";
    if (failure_) {
        reason += ": " + *failure_;
    }
    add_bad_item(Nid{}, BadKind::Folder, std::move(reason), nullptr);
}

void FolderImport::add_bad_item(Nid nid, BadKind kind, std::string reason,
                                const base::SharedSource& bytes) {
    const std::string id = nid == Nid{} ? std::string() : to_string(nid);
    context_.bad_items.add({target_.pst_path, id, kind, std::move(reason), ""}, bytes);
    ++result_.bad;
    context_.progress.advance(1, 0);
}

}  // namespace mbx::migration
