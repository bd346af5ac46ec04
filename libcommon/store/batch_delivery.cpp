#include "store/batch_delivery.hpp"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "base/error.hpp"
#include "store/message_file.hpp"

namespace mbx::store {
namespace {

constexpr std::size_t kMostFiles = 256;
constexpr std::size_t kSyncsAtOnce = 16;
constexpr std::uint64_t kMostBytes = 32 * 1024 * 1024;

/// Counts what the bytes would be with CRLF as every line end.
class CrlfCounter {
  public:
    void add(base::ByteView piece) noexcept {
        for (const std::byte byte : piece) {
            if (byte == std::byte{'\n'} && last_ != std::byte{'\r'}) {
                ++missing_;
            }
            last_ = byte;
        }
    }
    std::uint64_t missing() const noexcept { return missing_; }

  private:
    std::byte last_{};
    std::uint64_t missing_ = 0;
};

/// Reads a source piece by piece and keeps its errors apart from those of writing.
class Pieces {
  public:
    explicit Pieces(const base::ByteSource& source) : source_(source) {}

    /// Empty at the end, or when the source fails; then failure() tells.
    base::ByteView next() {
        try {
            if (!reader_) {
                reader_ = source_.open();
            }
            return base::ByteView(buffer_).first(reader_->read(buffer_));
        } catch (const Error& error) {
            failure_ = error;
            return {};
        }
    }
    const std::optional<Error>& failure() const noexcept { return failure_; }

  private:
    const base::ByteSource& source_;
    std::unique_ptr<base::ByteReader> reader_;
    base::Bytes buffer_ = base::Bytes(128 * 1024);
    std::optional<Error> failure_;
};

/// Syncs and closes. Many at once, since a disk flushes its cache for all who wait at that moment:
/// one after the other, each file would wait for a flush of its own.
void sync_all(std::vector<base::File>& files) {
    const std::size_t count = std::min(kSyncsAtOnce, files.size());
    std::atomic<std::size_t> next{0};
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < count; ++i) {
        workers.push_back(std::async([&] {
            for (std::size_t at = next++; at < files.size(); at = next++) {
                files[at].sync();
                files[at].close();
            }
        }));
    }
    for (std::future<void>& worker : workers) {
        worker.wait();
    }
    for (std::future<void>& worker : workers) {
        worker.get();
    }
}

}  // namespace

BatchDelivery::BatchDelivery(Directory aside, Directory into)
    : aside_(std::move(aside)), into_(std::move(into)) {}

BatchDelivery::~BatchDelivery() {
    for (const Pending& pending : pending_) {
        if (!pending.aside_name.empty()) {
            aside_.remove(pending.aside_name);
        }
    }
}

void BatchDelivery::add(const mail::Message& message, std::uint64_t ticket,
                        const std::string& aside_name,
                        const std::function<std::string(const Sizes&)>& final_name) {
    Pending& pending = pending_.emplace_back();
    pending.result.ticket = ticket;
    pending.file = aside_.create_file(aside_name);
    pending.aside_name = aside_name;
    Pieces pieces(*message.source);
    CrlfCounter counter;
    Sizes sizes;
    for (base::ByteView piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
        pending.file.write(piece);
        counter.add(piece);
        sizes.bytes += piece.size();
    }
    if (pieces.failure()) {
        pending.result.failure = pieces.failure();
        pending.file = base::File();
        aside_.remove(aside_name);
        pending.aside_name.clear();
        return;
    }
    sizes.bytes_with_crlf = sizes.bytes + counter.missing();
    if (message.internal_date) {
        set_change_time(pending.file, *message.internal_date);
    }
    pending.result.id = final_name(sizes);
    pending_bytes_ += sizes.bytes;
    // Starts the disk early; the sync in commit() is what counts.
    ::sync_file_range(pending.file.descriptor(), 0, 0, SYNC_FILE_RANGE_WRITE);
}

bool BatchDelivery::is_full() const noexcept {
    return pending_.size() >= kMostFiles || pending_bytes_ >= kMostBytes;
}

void BatchDelivery::commit() {
    if (pending_.empty()) {
        return;
    }
    std::vector<base::File> files;
    for (Pending& pending : pending_) {
        if (pending.file.is_open()) {
            files.push_back(std::move(pending.file));
        }
    }
    sync_all(files);
    for (Pending& pending : pending_) {
        if (!pending.aside_name.empty()) {
            aside_.rename(pending.aside_name, into_, pending.result.id);
            pending.aside_name.clear();
        }
    }
    into_.sync();
    for (Pending& pending : pending_) {
        results_.push_back(std::move(pending.result));
    }
    pending_.clear();
    pending_bytes_ = 0;
}

std::vector<AppendResult> BatchDelivery::take_results() {
    return std::exchange(results_, {});
}

}  // namespace mbx::store
