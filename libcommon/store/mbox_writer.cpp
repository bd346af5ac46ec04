#include "store/mbox_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/disk_names.hpp"
#include "store/mbox_from_lines.hpp"
#include "store/mbox_splitter.hpp"
#include "store/mbox_status.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kReadAtOnce = 4 * 1024 * 1024;
constexpr std::size_t kMostPending = 512;

/// A source whose reading has failed; kept apart from failures to write.
struct SourceFailure {
    Error error;
};

/// Calls a function that reads a source.
template <typename Call>
auto reading(Call call) {
    try {
        return call();
    } catch (const Error& error) {
        throw SourceFailure{error};
    }
}

/// What must be known of a message before its first byte is written.
struct Outline {
    base::ByteView start;  ///< all of it, when whole
    base::Bytes storage;   ///< of start, unless the source lies in memory
    bool whole = false;
    bool ends_in_newline = false;
};

/// Keeps a message of usual size; of a larger one it reads the rest for its last byte.
Outline read_outline(const base::ByteSource& source) {
    Outline outline;
    if (outline.start = source.in_memory(); !outline.start.empty()) {
        outline.whole = true;
        outline.ends_in_newline = outline.start.back() == std::byte{'\n'};
        return outline;
    }
    const auto reader = source.open();
    base::Bytes piece(kPiece);
    std::byte last{};
    outline.whole = true;
    while (const std::size_t n = reader->read(piece)) {
        last = piece[n - 1];
        outline.whole = outline.whole && outline.storage.size() + n <= kReadAtOnce;
        if (outline.whole) {
            base::append(outline.storage, base::ByteView(piece).first(n));
        }
    }
    outline.start = outline.storage;
    outline.ends_in_newline = last == std::byte{'\n'};
    return outline;
}

/// What must be written before a postmark, so that it stands behind an empty line.
std::string missing_separator(const base::File& file, std::uint64_t size) {
    std::array<std::byte, 3> bytes{};
    const std::uint64_t from = size - std::min<std::uint64_t>(size, bytes.size());
    const std::string_view end =
        base::as_text(base::ByteView(bytes).first(file.read_at(from, bytes)));
    const auto ends_with = [&](std::string_view what) {
        return end.size() >= what.size() && end.substr(end.size() - what.size()) == what;
    };
    if (size == 0 || ends_with("\n\n") || ends_with("\n\r\n")) {
        return "";
    }
    return ends_with("\n") ? "\n" : "\n\n";
}

std::uint64_t count_entries(const base::File& file, std::uint64_t size) {
    MboxSplitter splitter(
        [&](std::uint64_t offset, base::MutableByteView out) { return file.read_at(offset, out); },
        size, MboxQuoting::Detect);
    std::uint64_t count = 0;
    while (splitter.next()) {
        ++count;
    }
    return count;
}

}  // namespace

MboxWriter::MboxWriter(const Directory& folder, const std::string& name,
                       base::Diagnostics& diagnostics, const base::StopFlag& stop)
    : file_(folder.open_append(name)),
      lock_(file_, folder, name, stop),
      diagnostics_(diagnostics),
      size_(file_.size()) {
    try {
        count_ = count_entries(file_, size_);
    } catch (Error& error) {
        error.with_place(base::escape(file_.path()));
        throw;
    }
    separator_ = missing_separator(file_, size_);
    record_.emplace(folder, name, file_, size_);
}

void MboxWriter::append(const mail::Message& message, std::uint64_t ticket) {
    AppendResult result;
    result.ticket = ticket;
    try {
        write_message(message);
        write_out();
        size_ = file_.size();
        separator_.clear();
        result.id = fmt::format("#{}", ++count_);
    } catch (const SourceFailure& failure) {
        buffer_.clear();
        file_.truncate(size_);
        result.failure = failure.error;
    } catch (const Error&) {
        buffer_.clear();
        file_.truncate(size_);
        throw;
    }
    pending_.push_back(std::move(result));
    if (pending_.size() >= kMostPending) {
        flush();
    }
}

void MboxWriter::write_message(const mail::Message& message) {
    const Outline outline = reading([&] { return read_outline(*message.source); });
    const bool adds_newline = !outline.ends_in_newline;
    const std::string addition = make_addition(head_of(base::as_text(outline.start)), message.flags,
                                               atoms_of(message.keywords), adds_newline);
    write(base::as_bytes(separator_));
    write(base::as_bytes(make_postmark(message.internal_date)));
    write(base::as_bytes(addition));
    FromLineFilter filter(FromLines::Quote);
    if (outline.whole) {
        filter.feed(outline.start, buffer_);
    } else {
        const auto reader = reading([&] { return message.source->open(); });
        base::Bytes piece(kBuffer);
        while (const std::size_t n = reading([&] { return reader->read(piece); })) {
            filter.feed(base::ByteView(piece).first(n), buffer_);
            write({});
        }
    }
    filter.finish(buffer_);
    write(base::as_bytes(adds_newline ? "\n\n" : "\n"));
}

std::vector<std::string> MboxWriter::atoms_of(const std::vector<std::string>& keywords) {
    std::vector<std::string> atoms;
    for (const std::string& keyword : keywords) {
        std::string atom = keyword_atom(keyword);
        if (atom != keyword && changed_keywords_.insert(keyword).second) {
            diagnostics_.report(
                {base::Severity::Warning, "keyword-changed", base::escape(file_.path()),
                 fmt::format("keyword '{}' is written as '{}'", base::escape(keyword, 60), atom)});
        }
        if (!atom.empty()) {
            atoms.push_back(std::move(atom));
        }
    }
    return atoms;
}

void MboxWriter::write(base::ByteView bytes) {
    base::append(buffer_, bytes);
    if (buffer_.size() >= kBuffer) {
        write_out();
    }
}

void MboxWriter::write_out() {
    file_.write(buffer_);
    buffer_.clear();
}

std::vector<AppendResult> MboxWriter::take_results() {
    return std::exchange(results_, {});
}

void MboxWriter::flush() {
    if (pending_.empty()) {
        return;
    }
    file_.sync();
    record_->update(size_);
    std::move(pending_.begin(), pending_.end(), std::back_inserter(results_));
    pending_.clear();
}

}  // namespace mbx::store
