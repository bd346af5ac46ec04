#include "store/mbox_append_record.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mbox_lock.hpp"
#include "store/mbox_postmark.hpp"

namespace mbx::store {
namespace {

constexpr std::uint64_t kLongestRecord = 200;
constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::size_t kLongestPostmark = 1024;
constexpr std::string_view kFrom = "From ";

struct Record {
    std::uint64_t size = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

std::string record_name_of(const std::string& mbox) {
    return fmt::format(".{}.mbx", mbox);
}

struct stat status_of(const base::File& file) {
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) {
        throw system_error(errno, "cannot read its status").with_place(base::escape(file.path()));
    }
    return status;
}

/// Always of one length, so that it can be written over.
std::string to_text(const Record& record) {
    return fmt::format("mbx-append {:020} {:020} {:020}\n", record.size, record.device,
                       record.inode);
}

std::optional<Record> parse_record(const std::string& text) {
    std::array<std::uint64_t, 3> numbers{};
    std::string_view rest = text;
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    for (std::uint64_t& number : numbers) {
        rest.remove_prefix(std::min<std::size_t>(rest.size(), 1));
        const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (failure != std::errc()) {
            return std::nullopt;
        }
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    }
    const Record record{numbers[0], numbers[1], numbers[2]};
    return text == to_text(record) ? std::optional(record) : std::nullopt;
}

/// Looks through what lies behind the recorded size for postmarks that are not ours.
class Leftover {
  public:
    Leftover(const base::File& mbox, std::uint64_t begin, std::uint64_t end)
        : mbox_(mbox), begin_(begin), end_(end) {}

    bool is_all_ours() const {
        if (!starts_as_ours()) {
            return false;
        }
        for (std::uint64_t at = begin_; at < end_; at += kPiece) {
            // With the byte before, and enough behind for a postmark that begins in this piece.
            const std::uint64_t from = at == 0 ? 0 : at - 1;
            const std::string text = read(from, kPiece + kLongestPostmark);
            if (holds_foreign_postmark(text, static_cast<std::size_t>(at - from))) {
                return false;
            }
        }
        return true;
    }

  private:
    std::string read(std::uint64_t from, std::size_t most) const {
        std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(most, end_ - from)),
                         '\0');
        text.resize(
            mbox_.read_at(from, std::as_writable_bytes(std::span(text.data(), text.size()))));
        return text;
    }

    /// The empty line that parts messages, where one was missing; then our postmark, or what there
    /// is of it.
    bool starts_as_ours() const {
        const std::string mark = fmt::format("{}{} ", kFrom, kMboxrdSender);
        std::string text = read(begin_, 2 + mark.size());
        text.erase(0, std::min(text.find_first_not_of('\n'), text.size()));
        const std::size_t common = std::min(text.size(), mark.size());
        return text.compare(0, common, mark, 0, common) == 0;
    }

    /// What another program has appended may stand behind a line that was cut short. In what we
    /// write, "From " at the beginning of a line is quoted.
    bool holds_foreign_postmark(std::string_view text, std::size_t first) const {
        for (std::size_t at = text.find(kFrom, first);
             at != std::string_view::npos && at < first + kPiece; at = text.find(kFrom, at + 1)) {
            const char before = at == 0 ? '\n' : text[at - 1];
            const std::string_view line = text.substr(at, text.find_first_of("\r\n", at) - at);
            const std::string_view sender = line.substr(kFrom.size());
            const bool ours = before == '\n' && sender.substr(0, kMboxrdSender.size()) ==
                                                    kMboxrdSender.substr(0, sender.size());
            if (!ours && before != '>' && (before == '\n' || parse_postmark(line))) {
                return true;
            }
        }
        return false;
    }

    const base::File& mbox_;
    std::uint64_t begin_;
    std::uint64_t end_;
};

void repair_from(const Record& record, base::File& mbox, base::Diagnostics& diagnostics) {
    const struct stat status = status_of(mbox);
    const std::uint64_t size = mbox.size();
    if (record.device != status.st_dev || record.inode != status.st_ino || size <= record.size) {
        return;  // another file by now, or nothing was written
    }
    const std::string place = base::escape(mbox.path());
    if (!Leftover(mbox, record.size, size).is_all_ours()) {
        diagnostics.report(
            {base::Severity::Warning, "mbox-cut-message", place,
             fmt::format("a killed import may have left a message cut short behind 0x{:x}; it "
                         "stays, since another program has written there",
                         record.size)});
        return;
    }
    mbox.truncate(record.size);
    mbox.sync();
    diagnostics.report({base::Severity::Warning, "mbox-repaired", place,
                        fmt::format("{} bytes behind 0x{:x} that a killed import had left there "
                                    "unrecorded were cut off",
                                    size - record.size, record.size)});
}

}  // namespace

MboxAppendRecord::MboxAppendRecord(Directory folder, const std::string& name,
                                   const base::File& mbox, std::uint64_t size)
    : folder_(std::move(folder)), record_name_(record_name_of(name)), mbox_(mbox) {
    folder_.remove(record_name_);
    try {
        file_ = folder_.create_file(record_name_);
    } catch (const Error&) {
        return;  // /var/mail, say, which holds the mailboxes of all
    }
    write(size);
    folder_.sync();
}

MboxAppendRecord::~MboxAppendRecord() {
    if (file_.is_open()) {
        folder_.remove(record_name_);
    }
}

void MboxAppendRecord::update(std::uint64_t size) {
    if (file_.is_open()) {
        write(size);
    }
}

void MboxAppendRecord::write(std::uint64_t size) {
    const struct stat status = status_of(mbox_);
    file_.write_at(0, base::as_bytes(to_text({size, status.st_dev, status.st_ino})));
    file_.sync();
}

void repair_mbox(const Directory& folder, const std::string& name, base::Diagnostics& diagnostics,
                 const base::StopFlag& stop) {
    const std::string record_name = record_name_of(name);
    if (!folder.find_file(record_name)) {
        return;
    }
    base::File mbox = folder.open_append(name);
    const MboxWriteLock lock(mbox, folder, name, stop);
    // Read under the lock: the record of a writer at work is gone by now.
    if (const std::optional<Record> record =
            parse_record(folder.read_file(record_name, kLongestRecord))) {
        repair_from(*record, mbox, diagnostics);
    }
    folder.remove(record_name);
}

}  // namespace mbx::store
