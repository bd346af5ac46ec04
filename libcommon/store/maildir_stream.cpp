#include "store/maildir_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/maildir_name.hpp"
#include "store/message_file.hpp"
#include "store/packed_message.hpp"

namespace mbx::store {
namespace {

using Entry = MaildirFolder::Entry;

/// Links and odd files are listed: opening them fails, and that is how they come to light.
void add_entries(const std::optional<Directory>& half, bool is_new, std::vector<Entry>& to) {
    if (!half) {
        return;
    }
    for (DirectoryEntry& entry : half->entries()) {
        if (entry.name.front() != '.' && entry.kind != EntryKind::Folder) {
            to.push_back({std::move(entry.name), is_new, false});
        }
    }
}

std::optional<std::string> find_unique(const Directory& half, std::string_view unique) {
    for (DirectoryEntry& entry : half.entries()) {
        if (split_maildir_name(entry.name).unique == unique) {
            return std::move(entry.name);
        }
    }
    return std::nullopt;
}

}  // namespace

MaildirFolder::MaildirFolder(Directory folder)
    : folder_(std::move(folder)),
      cur_(folder_.find_folder("cur")),
      new_(folder_.find_folder("new")) {}

std::vector<Entry> MaildirFolder::list() const {
    // new comes first: a message that moves to cur meanwhile is met twice, but never missed.
    std::vector<Entry> entries;
    add_entries(new_, true, entries);
    const std::size_t count_new = entries.size();
    add_entries(cur_, false, entries);
    std::set<std::string_view> in_cur;
    if (count_new > 0) {
        for (std::size_t i = count_new; i < entries.size(); ++i) {
            in_cur.insert(split_maildir_name(entries[i].name).unique);
        }
    }
    for (std::size_t i = 0; i < count_new; ++i) {
        entries[i].has_twin = in_cur.count(split_maildir_name(entries[i].name).unique) != 0;
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return natural_less(a.name, b.name); });
    return entries;
}

std::optional<MaildirFolder::Opened> MaildirFolder::open(const Entry& entry) const {
    const std::optional<Directory>& half = entry.is_new ? new_ : cur_;
    if (std::optional<base::File> file = half->find_file(entry.name)) {
        return Opened{*std::move(file), entry.name};
    }
    if (entry.has_twin) {
        return std::nullopt;
    }
    const std::string_view unique = split_maildir_name(entry.name).unique;
    for (const std::optional<Directory>* place : {&cur_, &new_}) {
        if (!*place) {
            continue;
        }
        if (const std::optional<std::string> name = find_unique(**place, unique)) {
            if (std::optional<base::File> file = (*place)->find_file(*name)) {
                return Opened{*std::move(file), *name};
            }
        }
    }
    return std::nullopt;
}

MaildirStream::MaildirStream(Directory folder, base::Diagnostics& diagnostics)
    : folder_(std::make_shared<const MaildirFolder>(std::move(folder))),
      diagnostics_(diagnostics),
      keywords_(MaildirKeywords::load(folder_->directory(), diagnostics)),
      entries_(folder_->list()) {}

std::optional<mail::Message> MaildirStream::next() {
    while (next_ < entries_.size()) {
        const Entry entry = std::move(entries_[next_++]);
        salvaged_ = {std::string(split_maildir_name(entry.name).unique), nullptr};
        try {
            if (std::optional<mail::Message> message = read(entry)) {
                if (message->source->size() == 0) {
                    report_empty_message(diagnostics_, place_of(entry));
                }
                return message;
            }
            if (!entry.has_twin) {
                diagnostics_.report({base::Severity::Info, "message-gone",
                                     base::escape(folder_->directory().path_of(entry.name)),
                                     "the message was deleted while the mailbox was read"});
            }
        } catch (const Error& error) {
            throw as_message_error(error).with_place(place_of(entry));
        }
    }
    return std::nullopt;
}

std::string MaildirStream::place_of(const Entry& entry) const {
    return base::escape(folder_->directory().path_of(entry.is_new ? "new/" : "cur/") + entry.name);
}

std::optional<mail::Message> MaildirStream::read(const Entry& entry) {
    const std::optional<MaildirFolder::Opened> opened = folder_->open(entry);
    if (!opened) {
        return std::nullopt;
    }
    const MaildirName name = split_maildir_name(opened->name);
    mail::Message message;
    message.id = name.unique;
    salvaged_.bytes = message_file_source(opened->file, [folder = folder_, entry] {
        if (std::optional<MaildirFolder::Opened> again = folder->open(entry)) {
            return std::move(again->file);
        }
        throw Error(ErrorCode::Io, "the message was deleted while the mailbox was read")
            .with_place(base::escape(folder->directory().path_of(entry.name)));
    });
    message.source = unpacked(salvaged_.bytes);
    message.internal_date = plausible_change_time(opened->file);
    if (!message.internal_date) {
        message.internal_date = time_of_maildir_name(name.unique);
        if (message.internal_date && !is_plausible(*message.internal_date)) {
            message.internal_date.reset();
        }
    }
    message.flags = flags_of_letters(name.letters);
    message.keywords = keywords_of(name.letters);
    return message;
}

std::vector<std::string> MaildirStream::keywords_of(std::string_view letters) {
    std::vector<std::string> keywords;
    if (is_forwarded(letters)) {
        keywords.emplace_back(mail::kForwarded);
    }
    for (const char letter : letters) {
        if (letter < 'a' || letter > 'z') {
            continue;
        }
        if (const std::optional<std::string> name = keywords_.name_of(letter)) {
            const bool known = std::any_of(
                keywords.begin(), keywords.end(),
                [&](const auto& other) { return base::equals_ignore_case(other, *name); });
            if (!known) {
                keywords.push_back(*name);
            }
        } else if (nameless_letters_.insert(letter).second) {
            diagnostics_.report(
                {base::Severity::Warning, "keyword-nameless",
                 base::escape(folder_->directory().path()),
                 fmt::format("keyword letter '{}' has no name in {}; it is left out", letter,
                             MaildirKeywords::kFileName)});
        }
    }
    return keywords;
}

std::uint64_t count_maildir_messages(Directory folder) {
    const std::vector<Entry> entries = MaildirFolder(std::move(folder)).list();
    return static_cast<std::uint64_t>(std::count_if(
        entries.begin(), entries.end(), [](const Entry& entry) { return !entry.has_twin; }));
}

}  // namespace mbx::store
