#include "store/message_file.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;

class RangeReader final : public base::ByteReader {
  public:
    RangeReader(std::shared_ptr<const base::File> file, std::uint64_t offset, std::uint64_t size)
        : file_(std::move(file)), offset_(offset), left_(size) {}

    std::size_t read(base::MutableByteView out) override {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
        if (file_->read_at(offset_, out.first(want)) < want) {
            throw Error(ErrorCode::Io, "the file became shorter while it was read")
                .with_place(base::escape(file_->path()));
        }
        offset_ += want;
        left_ -= want;
        return want;
    }

  private:
    std::shared_ptr<const base::File> file_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

class RangeSource final : public base::ByteSource {
  public:
    RangeSource(std::uint64_t offset, std::uint64_t size, OpenFile open_file)
        : offset_(offset), size_(size), open_file_(std::move(open_file)) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<base::ByteReader> open_at(std::uint64_t offset) const override {
        const std::uint64_t skip = std::min(offset, size_);
        return std::make_unique<RangeReader>(open_file_(), offset_ + skip, size_ - skip);
    }

  private:
    std::uint64_t offset_;
    std::uint64_t size_;
    OpenFile open_file_;
};

}  // namespace

base::SharedSource range_source(std::uint64_t offset, std::uint64_t size, OpenFile open_file) {
    return std::make_shared<RangeSource>(offset, size, std::move(open_file));
}

base::SharedSource message_file_source(const base::File& file, std::function<base::File()> reopen) {
    const std::uint64_t size = file.size();
    if (size <= kReadAtOnce) {
        base::Bytes bytes(static_cast<std::size_t>(size));
        bytes.resize(file.read_at(0, bytes));
        return base::memory_source(std::move(bytes));
    }
    return range_source(0, size, [size, reopen = std::move(reopen)] {
        auto again = std::make_shared<const base::File>(reopen());
        if (again->size() != size) {
            throw Error(ErrorCode::Io, "the file was changed while the mailbox was read")
                .with_place(base::escape(again->path()));
        }
        return again;
    });
}

Error as_message_error(const Error& error) {
    const bool fits = error.code() == ErrorCode::BadData || error.code() == ErrorCode::Io;
    return Error(fits ? error.code() : ErrorCode::Io, error.text(), error.hint());
}

void report_empty_message(base::Diagnostics& diagnostics, std::string place) {
    diagnostics.report({base::Severity::Warning, "message-empty", std::move(place),
                        "the message is empty (0 bytes), as a full disk or a crash may have left "
                        "it; it is taken along as it is"});
}

bool is_plausible(base::UnixTime time) {
    const std::optional<base::UnixTime> now = base::to_unix_time(base::SystemClock().now());
    return time.seconds >= 365 * kDay && (!now || time.seconds <= now->seconds + kDay);
}

std::optional<base::UnixTime> plausible_change_time(const base::File& file) {
    struct stat status {};
    if (::fstat(file.descriptor(), &status) != 0) {
        throw system_error(errno, "cannot read its status");
    }
    const base::UnixTime time{status.st_mtim.tv_sec};
    return is_plausible(time) ? std::optional(time) : std::nullopt;
}

void set_change_time(const base::File& file, base::UnixTime time) {
    std::array<timespec, 2> times{};
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = time.seconds;
    if (::futimens(file.descriptor(), times.data()) != 0) {
        throw system_error(errno, "cannot set its date").with_place(base::escape(file.path()));
    }
}

}  // namespace mbx::store
