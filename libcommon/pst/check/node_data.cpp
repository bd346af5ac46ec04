#include "pst/check/node_data.hpp"

#include <algorithm>

#include "base/little_endian.hpp"
#include "mapi/message.hpp"
#include "pst/ndb/crypt.hpp"

namespace mbx::pst::check {

using base::read_record;

const BlockInfo* NodeReader::usable(Bid bid) const {
    const BlockInfo* block = index_.find(bid);
    return block != nullptr && block->usable ? block : nullptr;
}

Bytes NodeReader::raw(const BlockInfo& block) const {
    return image_.read(block.offset(), block.cb);
}

std::optional<Bytes> NodeReader::read(const BlockInfo& block) const {
    if (!block.usable) {
        return std::nullopt;
    }
    Bytes bytes = raw(block);
    ndb::decode(image_.crypt(), Bid{block.bid}, bytes);
    return bytes;
}

bool NodeReader::add_blocks(Bid bid, int depth, DataBlocks& result) const {
    const BlockInfo* block = usable(bid);
    if (block == nullptr) {
        return false;
    }
    if (!bid.is_internal()) {
        result.blocks.push_back(block);
        result.size += block->cb;
        return true;
    }
    const Bytes data = raw(*block);
    if (depth >= 2 || data.size() < sizeof(ndb::XBlockHeader) ||
        std::to_integer<unsigned>(data[0]) != ndb::kTypeXBlock) {
        return false;
    }
    const std::size_t count = read_record<ndb::XBlockHeader>(data).cEnt;
    for (std::size_t i = 0; i < count; ++i) {
        if (!add_blocks(image_.x_entry(data, i), depth + 1, result)) {
            return false;
        }
    }
    return true;
}

std::optional<DataBlocks> NodeReader::blocks(Bid data) const {
    DataBlocks result;
    if (!data.is_none() && !add_blocks(data, 0, result)) {
        return std::nullopt;
    }
    return result;
}

std::optional<Bytes> NodeReader::read_all(Bid data, std::uint64_t limit) const {
    const auto found = blocks(data);
    if (!found || found->size > limit) {
        return std::nullopt;
    }
    Bytes result;
    result.reserve(found->size);
    for (const BlockInfo* block : found->blocks) {
        const auto bytes = read(*block);
        if (!bytes) {
            return std::nullopt;
        }
        base::append(result, *bytes);
    }
    return result;
}

std::optional<std::uint64_t> NodeReader::size(Bid data) const {
    if (data.is_none()) {
        return 0;
    }
    const BlockInfo* block = usable(data);
    if (block == nullptr) {
        return std::nullopt;
    }
    if (!data.is_internal()) {
        return block->cb;
    }
    const Bytes bytes = image_.read(block->offset(), sizeof(ndb::XBlockHeader));
    if (bytes.size() < sizeof(ndb::XBlockHeader) ||
        std::to_integer<unsigned>(bytes[0]) != ndb::kTypeXBlock) {
        return std::nullopt;
    }
    return read_record<ndb::XBlockHeader>(bytes).lcbTotal;
}

bool NodeReader::add_subnodes(Bid bid, int depth, std::vector<Subnode>& result) const {
    const BlockInfo* block = usable(bid);
    if (block == nullptr || !bid.is_internal()) {
        return false;
    }
    const Bytes data = raw(*block);
    if (data.size() < image_.sl_header_size() ||
        std::to_integer<unsigned>(data[0]) != ndb::kTypeSlBlock) {
        return false;
    }
    const auto header = read_record<ndb::SlBlockHeader>(data);
    if (header.cLevel > 0 && depth > 0) {
        return false;
    }
    for (std::size_t i = 0; i < header.cEnt; ++i) {
        if (header.cLevel == 0) {
            const SlEntry entry = image_.sl_entry(data, i);
            result.push_back({Nid{static_cast<std::uint32_t>(entry.nid)}, entry.data, entry.sub});
        } else if (!add_subnodes(image_.si_entry(data, i).data, depth + 1, result)) {
            return false;
        }
    }
    return true;
}

std::optional<std::vector<Subnode>> NodeReader::subnodes(Bid sub) const {
    std::vector<Subnode> result;
    if (!sub.is_none() && !add_subnodes(sub, 0, result)) {
        return std::nullopt;
    }
    // What is out of order has been reported; it is there all the same.
    std::ranges::stable_sort(result, {}, &Subnode::nid);
    return result;
}

std::optional<std::uint64_t> NodeReader::size_of_subnodes(Bid sub) const {
    // A tree of subnodes that names itself would have no end; one that does not has no more nodes
    // than a few for each block.
    constexpr std::uint64_t kFew = 16;
    std::uint64_t budget = kFew * (index_.blocks.size() + 1);
    return size_below(sub, 0, budget);
}

std::optional<std::uint64_t> NodeReader::size_below(Bid sub, int depth,
                                                    std::uint64_t& budget) const {
    const auto found = subnodes(sub);
    // An embedded message is two subnodes below the one it is in.
    if (!found || depth > 2 * mapi::kDeepestEmbedding || found->size() > budget) {
        return std::nullopt;
    }
    budget -= found->size();
    std::uint64_t total = 0;
    for (const Subnode& subnode : *found) {
        const auto own = size(subnode.data);
        const auto below = size_below(subnode.sub, depth + 1, budget);
        if (!own || !below) {
            return std::nullopt;
        }
        total += *own + *below;
    }
    return total;
}

const Subnode* find(std::span<const Subnode> subnodes, Nid nid) noexcept {
    const auto found = std::ranges::lower_bound(subnodes, nid, {}, &Subnode::nid);
    return found != subnodes.end() && found->nid == nid ? &*found : nullptr;
}

}  // namespace mbx::pst::check
