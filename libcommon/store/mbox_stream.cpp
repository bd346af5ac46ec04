#include "store/mbox_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/spool.hpp"
#include "base/text.hpp"
#include "store/mbox_lock.hpp"
#include "store/mbox_status.hpp"
#include "store/message_file.hpp"

namespace mbx::store {
namespace {

/// The size as long as no other program writes.
std::uint64_t settled_size(const base::File& file, base::Diagnostics& diagnostics) {
    const std::optional<MboxReadLock> lock = MboxReadLock::try_lock(file);
    if (!lock) {
        diagnostics.report({base::Severity::Warning, "mbox-locked", base::escape(file.path()),
                            "another program keeps the file locked; it is read as it is now"});
    }
    return file.size();
}

/// The message read once: in memory, or where that is too small, on disk.
base::SharedSource held(const base::ByteSource& message, FromLines from_lines) {
    base::Spool spool(kReadAtOnce);
    FromLineFilter filter(from_lines);
    base::Bytes filtered;
    base::for_each_piece(message, [&](base::ByteView piece) {
        filter.feed(piece, filtered);
        spool.write(filtered);
        filtered.clear();
    });
    filter.finish(filtered);
    spool.write(filtered);
    return spool.take();
}

std::string id_of(const MboxEntry& entry) {
    return fmt::format("#{}", entry.number);
}

}  // namespace

struct MboxStream::Found {
    MboxEntry entry;
    MboxStatus status;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

MboxStream::MboxStream(base::File file, MboxQuoting quoting, base::Diagnostics& diagnostics)
    : file_(std::make_shared<const base::File>(std::move(file))),
      diagnostics_(diagnostics),
      splitter_([held = file_](std::uint64_t offset,
                               base::MutableByteView out) { return held->read_at(offset, out); },
                settled_size(*file_, diagnostics), quoting) {}

MboxStream::~MboxStream() = default;

std::optional<mail::Message> MboxStream::next() {
    try {
        const std::optional<Found> found = find_next_or_salvage();
        if (!found) {
            report_left_out();
            return std::nullopt;
        }
        const std::string place = fmt::format("{} at 0x{:x}", salvaged_.id, found->entry.offset);
        if (found->begin == found->end) {
            report_empty_message(diagnostics_, base::escape(file_->path()) + ": " + place);
        }
        try {
            return make_message(*found);
        } catch (Error& error) {
            error.with_place(place);
            throw;
        }
    } catch (Error& error) {
        error.with_place(base::escape(file_->path()));
        throw;
    }
}

std::optional<MboxStream::Found> MboxStream::find_next_or_salvage() {
    const std::uint64_t begin = splitter_.position();
    salvaged_ = {fmt::format("0x{:x}", begin), nullptr};
    try {
        std::optional<Found> found = find_next();
        if (found) {
            salvaged_.id = id_of(found->entry);
        }
        return found;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::BadData) {
            salvaged_.bytes = range_of_file(begin, splitter_.position());
        }
        throw;
    }
}

std::uint64_t MboxStream::count_rest() {
    std::uint64_t count = 0;
    for (;;) {
        try {
            if (!find_next()) {
                return count;
            }
            ++count;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            ++count;
        }
    }
}

/// Skips what mail programs do not show.
std::optional<MboxStream::Found> MboxStream::find_next() {
    while (std::optional<MboxEntry> entry = splitter_.next()) {
        Found found;
        found.begin = entry->begin;
        found.end = entry->end;
        if (std::optional<MboxAddition> addition = parse_addition(entry->head)) {
            found.begin = std::min(found.end, found.begin + addition->size);
            if (addition->newline_at_end && found.end > found.begin) {
                --found.end;
            }
            found.status = std::move(addition->status);
        } else {
            found.status = status_of_head(entry->head);
            if (found.status.expunged || found.status.internal_data) {
                ++(found.status.expunged ? expunged_ : internal_);
                continue;
            }
        }
        found.entry = *std::move(entry);
        return found;
    }
    return std::nullopt;
}

base::SharedSource MboxStream::range_of_file(std::uint64_t begin, std::uint64_t end) const {
    return range_source(begin, end - begin, [file = file_] { return file; });
}

mail::Message MboxStream::make_message(const Found& found) const {
    const std::uint64_t size = found.end - found.begin;
    mail::Message message;
    message.id = id_of(found.entry);
    message.flags = found.status.flags;
    message.keywords = found.status.keywords;
    message.internal_date = found.entry.postmark.date;
    message.source = range_of_file(found.begin, found.end);
    // Where lines are changed, no later one can be had without all before.
    if (size <= kReadAtOnce || found.entry.from_lines != FromLines::Keep) {
        message.source = held(*message.source, found.entry.from_lines);
    }
    return message;
}

void MboxStream::report_left_out() {
    const auto report = [&](std::uint64_t& count, const char* id, const char* what) {
        if (count > 0) {
            diagnostics_.report({base::Severity::Info, id, base::escape(file_->path()),
                                 fmt::format("{} {}", count, what)});
        }
        count = 0;
    };
    report(expunged_, "mbox-expunged", "deleted messages, not yet compacted away, are left out");
    report(internal_, "mbox-internal", "messages of a server's own notes are left out");
}

}  // namespace mbx::store
