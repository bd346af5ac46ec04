#include "store/mbox_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mbox_lock.hpp"
#include "store/mbox_status.hpp"
#include "store/message_file.hpp"

namespace mbx::store {
namespace {

constexpr std::uint64_t kReadAtOnce = 1024 * 1024;

/// A part of an open file, which it keeps open.
class RangeSource final : public base::ByteSource {
  public:
    RangeSource(std::shared_ptr<const base::File> file, std::uint64_t offset, std::uint64_t size)
        : file_(std::move(file)), offset_(offset), size_(size) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<Reader>(*this);
    }

  private:
    class Reader final : public base::ByteReader {
      public:
        explicit Reader(const RangeSource& range) : range_(range) {}
        std::size_t read(base::MutableByteView out) override {
            const std::uint64_t left = range_.size_ - done_;
            const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left));
            if (range_.file_->read_at(range_.offset_ + done_, out.first(want)) < want) {
                throw Error(ErrorCode::Io, "the file became shorter while it was read")
                    .with_place(base::escape(range_.file_->path()));
            }
            done_ += want;
            return want;
        }

      private:
        const RangeSource& range_;
        std::uint64_t done_ = 0;
    };

    std::shared_ptr<const base::File> file_;
    std::uint64_t offset_;
    std::uint64_t size_;
};

/// The size as long as no other program writes.
std::uint64_t settled_size(const base::File& file, base::Diagnostics& diagnostics) {
    const std::optional<MboxReadLock> lock = MboxReadLock::try_lock(file);
    if (!lock) {
        diagnostics.report({base::Severity::Warning, "mbox-locked", base::escape(file.path()),
                            "another program keeps the file locked; it is read as it is now"});
    }
    return file.size();
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
            salvaged_.bytes =
                std::make_shared<RangeSource>(file_, begin, splitter_.position() - begin);
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

mail::Message MboxStream::make_message(const Found& found) const {
    const std::uint64_t size = found.end - found.begin;
    mail::Message message;
    message.id = id_of(found.entry);
    message.flags = found.status.flags;
    message.keywords = found.status.keywords;
    message.internal_date = found.entry.postmark.date;
    message.source = filtered_source(std::make_shared<RangeSource>(file_, found.begin, size),
                                     found.entry.from_lines);
    if (size <= kReadAtOnce) {
        message.source = base::memory_source(base::read_all(*message.source, kReadAtOnce));
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
