#include "pst/check/block_content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/little_endian.hpp"

namespace mbx::pst::check {

using base::read_record;

namespace {

constexpr std::uint64_t kNidMask = 0xFFFFFFFF;

}  // namespace

void BlockContent::reference(Bid bid, const Place& place) {
    if ((bid.value & 1U) != 0 && marked_references_++ == 0) {
        first_marked_ = place;
    }
    const BlockInfo* block = index_.find(bid);
    if (block == nullptr) {
        if (index_.all_blocks) {
            reporter_.report(
                "B2", place,
                fmt::format("it names block {}, which does not exist", to_string(bid)));
        }
        return;
    }
    std::uint16_t& count = counted_[static_cast<std::size_t>(block - index_.blocks.data())];
    if (count < std::numeric_limits<std::uint16_t>::max()) {
        ++count;
    }
}

bool BlockContent::check_internal(BlockInfo& block, ByteView data, const Place& place) {
    if (data.size() < image_.sl_header_size()) {
        reporter_.report("B7", place, "an internal block is shorter than its header");
        return false;
    }
    const auto type = std::to_integer<std::uint8_t>(data[0]);
    if (type == ndb::kTypeXBlock && data.size() >= sizeof(ndb::XBlockHeader)) {
        block.kind = BlockKind::DataTree;
        return check_x_block(data, place);
    }
    if (type == ndb::kTypeSlBlock) {
        block.kind = BlockKind::SubnodeTree;
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
    bool all_there = true;
    for (std::size_t i = 0; i < count; ++i) {
        const Bid child = image_.x_entry(data, i);
        const Place entry = place.with(fmt::format("entry {}", i));
        reference(child, entry);
        if (child.is_internal() != (header.cLevel == 2)) {
            reporter_.report("B5", entry, "the child", to_string(child),
                             header.cLevel == 2 ? "an XBLOCK" : "a data block");
        }
        const BlockInfo* block = index_.find(child);
        all_there = all_there && block != nullptr;
        if (header.cLevel == 1 && block != nullptr) {
            total += block->cb;
            if (i + 1 < count && block->cb != image_.largest_data()) {
                reporter_.report("B5", entry, "cb of a block in the middle",
                                 fmt::format("{}", unsigned{block->cb}),
                                 fmt::format("{}", image_.largest_data()));
            }
        }
    }
    if (header.cLevel == 1 && all_there && total != header.lcbTotal) {
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
        const std::uint64_t nid = entry.nid & kNidMask;
        if (nid != entry.nid && wide_nids_++ == 0) {
            first_wide_ = at;
        }
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
        }
    }
    return true;
}

void BlockContent::expect_data(Bid bid, const Place& place) {
    const BlockInfo* block = index_.find(bid);
    if (block != nullptr && block->usable && block->kind == BlockKind::SubnodeTree) {
        reporter_.report("B7", place, "bidData", to_string(bid) + ", an SLBLOCK", "data");
    }
}

void BlockContent::expect_subnodes(Bid bid, const Place& place) {
    const BlockInfo* block = index_.find(bid);
    if (!bid.is_internal()) {
        reporter_.report("B7", place, "bidSub", to_string(bid), "an internal block: bit 1 set");
    } else if (block != nullptr && block->usable && block->kind != BlockKind::SubnodeTree) {
        reporter_.report("B7", place, "bidSub", to_string(bid) + ", an XBLOCK", "an SLBLOCK");
    }
}

void BlockContent::check_below_xx_block(ByteView data, const Place& place) {
    const auto header = read_record<ndb::XBlockHeader>(data);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < header.cEnt; ++i) {
        const Bid bid = image_.x_entry(data, i);
        const BlockInfo* child = index_.find(bid);
        if (child == nullptr || !child->usable || !bid.is_internal()) {
            return;  // that has been said
        }
        const Place entry = place.with(fmt::format("entry {}", i));
        const Bytes below = image_.read(child->offset(), sizeof(ndb::XBlockHeader));
        if (child->kind != BlockKind::DataTree || below.size() < sizeof(ndb::XBlockHeader)) {
            reporter_.report("B5", entry, "the child", to_string(bid), "an XBLOCK");
            return;
        }
        const auto x_block = read_record<ndb::XBlockHeader>(below);
        if (x_block.cLevel != 1) {
            reporter_.report("B5", entry, "cLevel of the child", fmt::format("{}", x_block.cLevel),
                             "1");
            return;
        }
        const std::uint64_t full = x_block.cEnt * std::uint64_t{image_.largest_data()};
        if (i + 1U < header.cEnt && x_block.lcbTotal != full) {
            reporter_.report("B5", entry, "lcbTotal of an XBLOCK in the middle",
                             fmt::format("{}", std::uint32_t{x_block.lcbTotal}),
                             fmt::format("{}", full));
        }
        total += x_block.lcbTotal;
    }
    if (total != header.lcbTotal) {
        reporter_.report("B5", place, "lcbTotal", fmt::format("{}", std::uint32_t{header.lcbTotal}),
                         fmt::format("{}", total));
    }
}

void BlockContent::check_below_si_block(ByteView data, const Place& place) {
    const auto header = read_record<ndb::SlBlockHeader>(data);
    for (std::size_t i = 0; i < header.cEnt; ++i) {
        const SlEntry entry = image_.si_entry(data, i);
        const BlockInfo* child = index_.find(entry.data);
        if (child == nullptr || !child->usable) {
            continue;
        }
        const Place at = place.with(fmt::format("entry {}", i));
        const Bytes below = image_.read(child->offset(), child->cb);
        if (child->kind != BlockKind::SubnodeTree ||
            read_record<ndb::SlBlockHeader>(below).cLevel != 0) {
            reporter_.report("B6", at, "the child", to_string(entry.data), "an SLBLOCK");
            continue;
        }
        const std::size_t count = read_record<ndb::SlBlockHeader>(below).cEnt;
        if (const std::uint64_t first = image_.sl_entry(below, 0).nid; first != entry.nid) {
            reporter_.report("B6", at, "nid", hex(entry.nid),
                             fmt::format("the first below it {}", hex(first)));
        }
        const std::uint64_t last = image_.sl_entry(below, count - 1).nid;
        if (i + 1U < header.cEnt && last >= image_.si_entry(data, i + 1).nid) {
            reporter_.report("B6", at, "the last nid below", hex(last),
                             fmt::format("before {}", hex(image_.si_entry(data, i + 1).nid)));
        }
    }
}

void BlockContent::check_below_sl_block(ByteView data, const Place& place) {
    const auto header = read_record<ndb::SlBlockHeader>(data);
    for (std::size_t i = 0; i < header.cEnt; ++i) {
        const SlEntry entry = image_.sl_entry(data, i);
        const Place at = place.with(fmt::format("entry {}", i));
        expect_data(entry.data, at);
        if (!entry.sub.is_none()) {
            expect_subnodes(entry.sub, at);
        }
    }
}

void BlockContent::check_below(const BlockInfo& block) {
    const Bytes data = image_.read(block.offset(), block.cb);
    const Place place = at_block(Bid{block.bid}, block.offset());
    if (block.kind == BlockKind::DataTree) {
        if (read_record<ndb::XBlockHeader>(data).cLevel == 2) {
            check_below_xx_block(data, place);
        }
    } else if (read_record<ndb::SlBlockHeader>(data).cLevel == 0) {
        check_below_sl_block(data, place);
    } else {
        check_below_si_block(data, place);
    }
}

void BlockContent::check_node(const NodeInfo& node) {
    if (!node.data.is_none()) {
        reference(node.data, at_node(node.nid).with("bidData"));
        expect_data(node.data, at_node(node.nid));
    }
    if (!node.sub.is_none()) {
        reference(node.sub, at_node(node.nid).with("bidSub"));
        expect_subnodes(node.sub, at_node(node.nid));
    }
}

void BlockContent::compare_counts() {
    for (std::size_t i = 0; i < index_.blocks.size(); ++i) {
        const BlockInfo& block = index_.blocks[i];
        const Place place = at_block(Bid{block.bid}, block.offset());
        if (!index_.complete && counted_[i] + 1U <= block.cRef) {
            continue;  // its owner may be what is damaged
        }
        if (counted_[i] == 0) {
            // Outlook 2007 releases a block and removes it later.
            const bool released = block.cRef == 1;
            reporter_.report(Finding{&rule("B3"),
                                     released ? Severity::Info : rule("B3").severity,
                                     place,
                                     fmt::format("nothing refers to it; cRef is {}{}", block.cRef,
                                                 released ? ": it has been released" : ""),
                                     {},
                                     {}});
        } else if (counted_[i] + 1U != block.cRef) {
            reporter_.report("B4", place, "cRef", fmt::format("{}", block.cRef),
                             fmt::format("{}", counted_[i] + 1U));
        }
    }
}

void BlockContent::unused_bits() {
    if (marked_references_ > 0) {
        reporter_.report(Finding{&rule("B7"),
                                 Severity::Info,
                                 first_marked_,
                                 fmt::format("bit 0 of the BID is set in {} references, the first "
                                             "here; readers ignore it",
                                             marked_references_),
                                 {},
                                 {}});
    }
    if (wide_nids_ > 0) {
        reporter_.report("T3", first_wide_,
                         fmt::format("the upper half of the NID is not zero in {} entries of "
                                     "subnodes, the first here",
                                     wide_nids_));
    }
}

void BlockContent::finish() {
    for (const BlockInfo& block : index_.blocks) {
        if (block.usable && block.kind != BlockKind::Data) {
            check_below(block);
        }
    }
    for (const NodeInfo& node : index_.nodes) {
        check_node(node);
    }
    compare_counts();
    unused_bits();
}

}  // namespace mbx::pst::check
