#include "pst/ndb/tree_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::uint64_t kLargestTree = 0xFFFFFFFF;  // lcbTotal has 32 bits
constexpr std::size_t kMostSubnodes = kMostSiEntriesUnicode * kMostSlEntriesUnicode;

/// One block, or the XBLOCK or XXBLOCK over what stands below.
struct Tree {
    Bid bid;
    std::uint64_t size = 0;
};

template <typename Header, typename Entry>
base::Bytes index_block(const Header& header, std::span<const Entry> entries) {
    base::Bytes bytes = base::to_bytes(base::record_bytes(header));
    base::append(bytes, std::as_bytes(entries));
    return bytes;
}

Tree write_x_block(BlockWriter& blocks, std::uint8_t level, std::span<const Tree> children) {
    XBlockHeader header{};
    header.btype = kTypeXBlock;
    header.cLevel = level;
    header.cEnt = static_cast<std::uint16_t>(children.size());
    std::vector<le64> bids;
    std::uint64_t size = 0;
    for (const Tree& child : children) {
        bids.emplace_back(child.bid.value);
        size += child.size;
        blocks.own(child.bid);
    }
    header.lcbTotal = static_cast<std::uint32_t>(size);
    return {blocks.write_internal(index_block(header, std::span<const le64>(bids))), size};
}

/// Gathers leaves and puts an XBLOCK over each 1,021 of them.
class DataTreeBuilder {
  public:
    explicit DataTreeBuilder(BlockWriter& blocks) : blocks_(blocks) {}

    void add_leaf(base::ByteView data) {
        if (leaves_.size() == kMostXEntriesUnicode) {
            close_x_block();
        }
        size_ += data.size();
        if (size_ > kLargestTree) {
            throw Error(ErrorCode::BadData, "a value is larger than 4 GiB");
        }
        leaves_.push_back({blocks_.write_data(data), data.size()});
    }

    DataTree finish() {
        if (size_ == 0) {
            return {};
        }
        if (x_blocks_.empty() && leaves_.size() == 1) {
            return {leaves_.front().bid, size_};
        }
        close_x_block();
        if (x_blocks_.size() == 1) {
            return {x_blocks_.front().bid, size_};
        }
        return {write_x_block(blocks_, 2, x_blocks_).bid, size_};
    }

  private:
    void close_x_block() {
        x_blocks_.push_back(write_x_block(blocks_, 1, leaves_));
        leaves_.clear();
    }

    BlockWriter& blocks_;
    std::vector<Tree> leaves_;
    std::vector<Tree> x_blocks_;
    std::uint64_t size_ = 0;
};

Bid write_sl_block(BlockWriter& blocks, std::span<const SubnodeEntry> entries) {
    SlBlockHeaderUnicode header{};
    header.start.btype = kTypeSlBlock;
    header.start.cEnt = static_cast<std::uint16_t>(entries.size());
    std::vector<SlEntryUnicode> records;
    for (const SubnodeEntry& entry : entries) {
        records.push_back({entry.nid.value, entry.data.value, entry.sub.value});
        blocks.own(entry.data);
        blocks.own(entry.sub);
    }
    return blocks.write_internal(index_block(header, std::span<const SlEntryUnicode>(records)));
}

std::vector<SubnodeEntry> sorted(std::span<const SubnodeEntry> entries) {
    std::vector<SubnodeEntry> result(entries.begin(), entries.end());
    const auto by_nid = [](const SubnodeEntry& a, const SubnodeEntry& b) { return a.nid < b.nid; };
    std::sort(result.begin(), result.end(), by_nid);
    const auto same_nid = [](const SubnodeEntry& a, const SubnodeEntry& b) {
        return a.nid == b.nid;
    };
    const auto twice = std::adjacent_find(result.begin(), result.end(), same_nid);
    if (twice != result.end()) {
        throw Error(ErrorCode::Internal,
                    fmt::format("subnode {} occurs twice", to_string(twice->nid)));
    }
    return result;
}

}  // namespace

DataTree write_data_tree(BlockWriter& blocks, base::ByteReader& reader) {
    DataTreeBuilder builder(blocks);
    base::Bytes leaf(kLargestDataUnicode);
    while (const std::size_t n = reader.read(leaf)) {
        builder.add_leaf(base::ByteView(leaf).first(n));
        if (n < leaf.size()) {
            break;
        }
    }
    return builder.finish();
}

Bid write_subnode_tree(BlockWriter& blocks, std::span<const SubnodeEntry> entries) {
    if (entries.empty()) {
        return {};
    }
    if (entries.size() > kMostSubnodes) {
        throw Error(ErrorCode::BadData, fmt::format("an object has {} parts, the most is {}",
                                                    entries.size(), kMostSubnodes));
    }
    const std::vector<SubnodeEntry> all = sorted(entries);
    std::vector<SiEntryUnicode> index;
    for (std::span<const SubnodeEntry> rest = all; !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), kMostSlEntriesUnicode));
        index.push_back({part.front().nid.value, write_sl_block(blocks, part).value});
        rest = rest.subspan(part.size());
    }
    if (index.size() == 1) {
        return Bid{index.front().bid};
    }
    SlBlockHeaderUnicode header{};
    header.start.btype = kTypeSlBlock;
    header.start.cLevel = 1;
    header.start.cEnt = static_cast<std::uint16_t>(index.size());
    for (const SiEntryUnicode& entry : index) {
        blocks.own(Bid{entry.bid});
    }
    return blocks.write_internal(index_block(header, std::span<const SiEntryUnicode>(index)));
}

}  // namespace mbx::pst::ndb
