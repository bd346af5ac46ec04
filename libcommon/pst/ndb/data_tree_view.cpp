#include "pst/ndb/data_tree_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "pst/ndb/index_block.hpp"

namespace mbx::pst::ndb {
namespace {

XBlock read_x_block(const BlockFile& file, Bid bid) {
    const BlockFile::SharedBlock data = file.block(bid);
    try {
        return decode_x_block(*data, file.header().width);
    } catch (Error& error) {
        error.with_place("block " + to_string(bid));
        throw;
    }
}

}  // namespace

DataTreeView::DataTreeView(SharedBlockFile file, Bid bid) : file_(std::move(file)), root_(bid) {
    if (bid.is_none()) {
        return;
    }
    if (bid.is_internal()) {
        size_ = read_x_block(*file_, bid).total;
    } else {
        only_ = file_->block(bid);
        size_ = only_->size();
        leaves_.push_back(bid);
    }
}

const std::vector<Bid>& DataTreeView::leaves() const {
    if (!leaves_.empty() || root_.is_none()) {
        return leaves_;
    }
    XBlock top = read_x_block(*file_, root_);
    if (top.level == 1) {
        leaves_ = std::move(top.children);
        return leaves_;
    }
    std::vector<Bid> leaves;
    for (const Bid bid : top.children) {
        const XBlock below = read_x_block(*file_, bid);
        if (below.level != 1) {
            throw Error(ErrorCode::BadData, "an XXBLOCK below an XXBLOCK")
                .with_place("block " + to_string(bid));
        }
        leaves.insert(leaves.end(), below.children.begin(), below.children.end());
    }
    leaves_ = std::move(leaves);
    return leaves_;
}

BlockFile::SharedBlock DataTreeView::block(std::size_t index) const {
    return only_ ? only_ : file_->block(leaves()[index]);
}

std::size_t DataTreeView::block_size(std::size_t index) const {
    if (only_) {
        return only_->size();
    }
    const Bid bid = leaves()[index];
    const std::optional<BlockReference> at = file_->find_block(bid);
    if (!at) {
        throw Error(ErrorCode::BadData,
                    fmt::format("block {} is not in the file's list of blocks", to_string(bid)));
    }
    return at->size;
}

namespace {

class DataReader final : public base::ByteReader {
  public:
    DataReader(DataTreeView view, Bid bid) : view_(std::move(view)), bid_(bid) {}

    /// Goes on at `offset`. Blocks in front are not read.
    void skip(std::uint64_t offset) {
        while (next_ < view_.block_count() && offset > 0) {
            // All blocks but the last should be full; ask the BBT so that a file where they are not
            // reads right all the same.
            const std::size_t size = view_.block_size(next_);
            if (offset < size) {
                break;
            }
            offset -= size;
            done_ += size;
            ++next_;
        }
        if (next_ < view_.block_count() && offset > 0) {
            take_block();
            rest_ = rest_.subspan(static_cast<std::size_t>(offset));
        }
    }

    std::size_t read(base::MutableByteView out) override {
        try {
            return fill(out);
        } catch (Error& error) {
            error.with_place(view_.file().path());
            throw;
        }
    }

  private:
    std::size_t fill(base::MutableByteView out) {
        std::size_t filled = 0;
        while (filled < out.size()) {
            if (rest_.empty()) {
                if (next_ == view_.block_count()) {
                    expect_size();
                    break;
                }
                take_block();
                continue;
            }
            const std::size_t n = std::min(rest_.size(), out.size() - filled);
            std::memcpy(out.data() + filled, rest_.data(), n);
            rest_ = rest_.subspan(n);
            filled += n;
        }
        return filled;
    }

    void take_block() {
        block_ = view_.block(next_++);
        rest_ = *block_;
        done_ += rest_.size();
        if (done_ > view_.size()) {
            expect_size();
        }
    }

    void expect_size() const {
        if (done_ != view_.size()) {
            throw Error(
                ErrorCode::BadData,
                fmt::format("lcbTotal is {} bytes, but the blocks have {}", view_.size(), done_))
                .with_place("block " + to_string(bid_));
        }
    }

    DataTreeView view_;
    Bid bid_;
    std::size_t next_ = 0;    // block to read
    std::uint64_t done_ = 0;  // bytes of the blocks before it
    BlockFile::SharedBlock block_;
    base::ByteView rest_;
};

class DataSource final : public base::ByteSource {
  public:
    DataSource(SharedBlockFile file, Bid bid)
        : file_(std::move(file)), bid_(bid), size_(DataTreeView(file_, bid).size()) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override { return open_at(0); }
    std::unique_ptr<base::ByteReader> open_at(std::uint64_t offset) const override {
        auto reader = std::make_unique<DataReader>(DataTreeView(file_, bid_), bid_);
        if (offset > 0) {
            reader->skip(offset);
        }
        return reader;
    }

  private:
    SharedBlockFile file_;
    Bid bid_;
    std::uint64_t size_;
};

}  // namespace

base::SharedSource data_source(SharedBlockFile file, Bid bid) {
    return std::make_shared<DataSource>(std::move(file), bid);
}

}  // namespace mbx::pst::ndb
