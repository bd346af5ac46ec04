#include "pst/check/block_content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/little_endian.hpp"

namespace mbx::pst::check {

using base::read_record;

void BlockContent::reference(Bid bid, const Place& place) {
    BlockInfo* block = index_.find(bid);
    if (block == nullptr) {
        reporter_.report("B2", place,
                         fmt::format("it names block {}, which does not exist", to_string(bid)));
    } else if (block->counted < std::numeric_limits<std::uint16_t>::max()) {
        ++block->counted;
    }
}

bool BlockContent::check_internal(const BlockInfo& block, ByteView data, const Place& place) {
    if (data.size() < image_.sl_header_size()) {
        reporter_.report("B7", place, "an internal block is shorter than its header");
        return false;
    }
    const auto type = std::to_integer<std::uint8_t>(data[0]);
    if (type == ndb::kTypeXBlock && data.size() >= sizeof(ndb::XBlockHeader)) {
        if (std::to_integer<unsigned>(data[1]) == 2) {
            xx_blocks_.push_back(block.bid);
        }
        return check_x_block(data, place);
    }
    if (type == ndb::kTypeSlBlock) {
        return check_sl_block(data, place);
    }
    reporter_.report("B7", place, "btype", hex(type),
                     "1 (XBLOCK) or 2 (SLBLOCK): bit 1 of the BID is set");
    return false;
}

bool BlockContent::check_x_block(ByteView data, const Place& place) {
    const auto header = read_record<ndb::XBlockHeader>(data);
    const std::size_t count = header.cEnt;
    const std::size_t most = (data.size() - sizeof header) / image_.bid_size();
    if (count > most || count == 0) {
        reporter_.report("B5", place, "cEnt", fmt::format("{}", count), fmt::format("1..{}", most));
        return false;
    }
    if (header.cLevel != 1 && header.cLevel != 2) {
        reporter_.report("B5", place, "cLevel", fmt::format("{}", header.cLevel), "1 or 2");
        return false;
    }
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Bid child = image_.x_entry(data, i);
        const Place entry = place.with(fmt::format("entry {}", i));
        reference(child, entry);
        if (child.is_internal() != (header.cLevel == 2)) {
            reporter_.report("B5", entry, "the child", to_string(child),
                             header.cLevel == 2 ? "an XBLOCK" : "a data block");
        }
        const BlockInfo* block = index_.find(child);
        if (header.cLevel == 1 && block != nullptr) {
            total += block->cb;
            if (i + 1 < count && block->cb != image_.largest_data()) {
                reporter_.report("B5", entry, "cb of a block in the middle",
                                 fmt::format("{}", block->cb),
                                 fmt::format("{}", image_.largest_data()));
            }
        }
    }
    if (header.cLevel == 1 && total != header.lcbTotal) {
        reporter_.report("B5", place, "lcbTotal", fmt::format("{}", std::uint32_t{header.lcbTotal}),
                         fmt::format("{}", total));
    }
    return true;
}

bool BlockContent::check_sl_block(ByteView data, const Place& place) {
    const auto header = read_record<ndb::SlBlockHeader>(data);
    const bool leaf = header.cLevel == 0;
    const std::size_t stride = leaf ? image_.sl_entry_size() : image_.si_entry_size();
    const std::size_t count = header.cEnt;
    const std::size_t most = (data.size() - image_.sl_header_size()) / stride;
    if (header.cLevel > 1 || count > most || count == 0) {
        reporter_.report("B6", place, "cLevel, cEnt", fmt::format("{}, {}", header.cLevel, count),
                         fmt::format("0 or 1, 1..{}", most));
        return false;
    }
    if (!image_.is_ansi()) {
        const auto padded = read_record<ndb::SlBlockHeaderUnicode>(data);
        if (padded.dwPadding != 0) {
            reporter_.report("B6", place, "dwPadding", hex(padded.dwPadding), "0x0");
        }
    }
    std::optional<std::uint64_t> last;
    for (std::size_t i = 0; i < count; ++i) {
        const SlEntry entry = leaf ? image_.sl_entry(data, i) : image_.si_entry(data, i);
        const Place at = place.with(fmt::format("entry {}", i));
        // The upper half of a NID is garbage in some files of Outlook 2003.
        const std::uint64_t nid = entry.nid & 0xFFFFFFFFU;
        if (last && nid <= *last) {
            reporter_.report("B6", at, "nid", hex(nid), fmt::format("above {}", hex(*last)));
        }
        last = nid;
        if (leaf) {
            index_.note(Nid{static_cast<std::uint32_t>(nid)});
        }
        if (!entry.data.is_none()) {
            reference(entry.data, at);
        }
        if (!entry.sub.is_none()) {
            reference(entry.sub, at);
            if (!entry.sub.is_internal()) {
                reporter_.report("B7", at, "bidSub", to_string(entry.sub),
                                 "an internal block: bit 1 set");
            }
        }
    }
    return true;
}

void BlockContent::check_xx_blocks() {
    for (const std::uint64_t bid : xx_blocks_) {
        const BlockInfo* block = index_.find(Bid{bid});
        if (!block->usable) {
            continue;
        }
        const Bytes data = image_.read(block->offset(), block->cb);
        const auto header = read_record<ndb::XBlockHeader>(data);
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < header.cEnt; ++i) {
            const BlockInfo* child = index_.find(image_.x_entry(data, i));
            if (child == nullptr || !child->usable) {
                return;
            }
            const Bytes below = image_.read(child->offset(), sizeof(ndb::XBlockHeader));
            total += below.size() == sizeof(ndb::XBlockHeader)
                         ? std::uint32_t{read_record<ndb::XBlockHeader>(below).lcbTotal}
                         : 0U;
        }
        if (total != header.lcbTotal) {
            reporter_.report("B5", at_block(Bid{bid}, block->offset()), "lcbTotal",
                             fmt::format("{}", std::uint32_t{header.lcbTotal}),
                             fmt::format("{}", total));
        }
    }
}

void BlockContent::finish() {
    check_xx_blocks();
    for (const NodeInfo& node : index_.nodes) {
        if (!node.data.is_none()) {
            reference(node.data, at_node(node.nid).with("bidData"));
        }
        if (!node.sub.is_none()) {
            reference(node.sub, at_node(node.nid).with("bidSub"));
            if (!node.sub.is_internal()) {
                reporter_.report("B7", at_node(node.nid), "bidSub", to_string(node.sub),
                                 "an internal block: bit 1 set");
            }
        }
    }
    for (const BlockInfo& block : index_.blocks) {
        const Place place = at_block(Bid{block.bid}, block.offset());
        if (!index_.complete && block.counted + 1U <= block.cRef) {
            continue;  // its owner may be what is damaged
        }
        if (block.counted == 0) {
            reporter_.report("B3", place,
                             fmt::format("nothing refers to it; cRef is {}", block.cRef));
        } else if (block.counted + 1U != block.cRef) {
            reporter_.report("B4", place, "cRef", fmt::format("{}", block.cRef),
                             fmt::format("{}", block.counted + 1U));
        }
    }
}

}  // namespace mbx::pst::check
