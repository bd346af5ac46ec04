#include "base/spool.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/file.hpp"

namespace mbx::base {

struct Spool::State {
    std::size_t memory_limit = 0;
    Bytes memory;   // everything, while file is closed
    File file;      // everything but `pending`, once open
    Bytes pending;  // tail not yet written to the file
    std::uint64_t size = 0;

    void flush() {
        file.write(pending);
        pending.clear();
    }

    std::uint64_t flushed() const { return size - pending.size(); }
};

namespace {

constexpr std::size_t kPendingLimit = 256 * 1024;

}  // namespace

Spool::Spool(std::size_t memory_limit) : state_(std::make_unique<State>()) {
    state_->memory_limit = memory_limit;
}
Spool::~Spool() = default;
Spool::Spool(Spool&&) noexcept = default;
Spool& Spool::operator=(Spool&&) noexcept = default;

void Spool::write(ByteView bytes) {
    State& s = *state_;
    s.size += bytes.size();
    if (!s.file.is_open() && s.size <= s.memory_limit) {
        append(s.memory, bytes);
        return;
    }
    if (!s.file.is_open()) {
        s.file = File::temporary();
        s.file.write(s.memory);
        s.memory = {};
    }
    append(s.pending, bytes);
    if (s.pending.size() >= kPendingLimit) {
        s.flush();
    }
}

std::uint64_t Spool::size() const noexcept {
    return state_->size;
}

std::size_t Spool::read_at(std::uint64_t offset, MutableByteView out) const {
    State& s = *state_;
    if (s.file.is_open()) {
        if (offset + out.size() > s.flushed()) {
            s.flush();
        }
        return s.file.read_at(offset, out);
    }
    if (offset >= s.memory.size()) {
        return 0;
    }
    const std::size_t n =
        std::min<std::size_t>(out.size(), s.memory.size() - static_cast<std::size_t>(offset));
    if (n != 0) {
        std::memcpy(out.data(), s.memory.data() + offset, n);
    }
    return n;
}

void Spool::write_at(std::uint64_t offset, ByteView bytes) {
    State& s = *state_;
    if (bytes.empty()) {
        return;
    }
    if (s.file.is_open()) {
        s.flush();
        s.file.write_at(offset, bytes);
        return;
    }
    std::memcpy(s.memory.data() + offset, bytes.data(), bytes.size());
}

namespace {

class SpoolReader final : public ByteReader {
  public:
    SpoolReader(const Spool& spool, std::uint64_t offset) : spool_(spool), offset_(offset) {}
    std::size_t read(MutableByteView out) override {
        const std::size_t n = spool_.read_at(offset_, out);
        offset_ += n;
        return n;
    }

  private:
    const Spool& spool_;
    std::uint64_t offset_;
};

class SpoolSource final : public ByteSource {
  public:
    explicit SpoolSource(Spool spool) : spool_(std::move(spool)) {}
    std::uint64_t size() const override { return spool_.size(); }
    std::unique_ptr<ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<ByteReader> open_at(std::uint64_t offset) const override {
        return std::make_unique<SpoolReader>(spool_, std::min(offset, spool_.size()));
    }

  private:
    Spool spool_;
};

}  // namespace

SharedSource Spool::take() {
    const std::size_t memory_limit = state_->memory_limit;
    SharedSource result;
    if (state_->file.is_open()) {
        state_->flush();
        result = std::make_shared<SpoolSource>(std::move(*this));
    } else {
        result = memory_source(std::move(state_->memory));
    }
    *this = Spool(memory_limit);
    return result;
}

}  // namespace mbx::base
