#include "pst/check/tree_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "pst/ndb/seal.hpp"

namespace mbx::pst::check {
namespace {

using ndb::PageType;

constexpr unsigned kDeepestTree = 8;
constexpr std::uint16_t kBlockSizeBits = 0x1FFF;
static_assert(ndb::kLargestBlock <= kBlockSizeBits + 1);

/// One of the two trees, from the root down.
class TreeWalk {
  public:
    /// `leaf(page, index, place)` takes an entry of a leaf page and returns its key.
    using Leaf = std::function<std::uint64_t(const BtPage&, std::size_t, const Place&)>;

    TreeWalk(const Image& image, Reporter& reporter, PageType type, std::size_t leaf_size,
             Leaf leaf)
        : image_(image),
          reporter_(reporter),
          type_(type),
          leaf_size_(leaf_size),
          leaf_(std::move(leaf)),
          seen_(image.size() / ndb::kPageSize) {}

    void walk(Bref root) { visit(root, std::nullopt, std::nullopt); }

    const std::vector<std::uint32_t>& pages() const noexcept { return pages_; }
    std::uint64_t highest_page_bid() const noexcept { return highest_page_bid_; }
    /// All pages could be read.
    bool is_complete() const noexcept { return complete_; }

  private:
    Place place_of(Bref at) const {
        Place place = at_offset(at.ib.value);
        place.detail = type_ == PageType::Nbt ? "NBT page" : "BBT page";
        return place;
    }

    /// `key`: that of the parent's entry; `level`: the parent's less one. Both none for the root.
    void visit(Bref at, std::optional<std::uint64_t> key, std::optional<unsigned> level) {
        if (!visit_page(at, key, level)) {
            complete_ = false;
        }
    }

    bool visit_page(Bref at, std::optional<std::uint64_t> key, std::optional<unsigned> level) {
        const Place place = place_of(at);
        if (at.ib.value % ndb::kPageSize != 0 || at.ib.value < ndb::kFirstSectionOffset) {
            reporter_.report("A4", place, "ib", hex(at.ib.value),
                             "a multiple of 512 behind the header");
            return false;
        }
        const Bytes bytes = image_.read(at.ib.value, ndb::kPageSize);
        if (bytes.size() < ndb::kPageSize) {
            reporter_.report("T1", place, "the page lies beyond the end of the file");
            return false;
        }
        const std::uint64_t number = at.ib.value / ndb::kPageSize;
        if (seen_[number]) {
            reporter_.report("T1", place, "the page occurs twice in the tree");
            return false;
        }
        seen_[number] = true;
        const BtPage page = image_.bt_page(bytes);
        if (!is_usable(page, at, level, place)) {
            return page.cEnt == 0 && !level;
        }
        pages_.push_back(static_cast<std::uint32_t>(at.ib.value / ndb::kPageSize));
        highest_page_bid_ = std::max(highest_page_bid_, page.trailer.bid);
        if (page.cLevel == 0) {
            leaves(page, key, place);
        } else {
            children(page, key, place);
        }
        return true;
    }

    /// Reports what is wrong; false when the entries cannot be made out.
    bool is_usable(const BtPage& page, Bref at, std::optional<unsigned> level, const Place& place) {
        const auto type = static_cast<std::uint8_t>(type_);
        if (page.trailer.ptype != type || page.trailer.ptypeRepeat != type) {
            reporter_.report(
                "T1", place, "ptype",
                fmt::format("{} and {}", hex(page.trailer.ptype), hex(page.trailer.ptypeRepeat)),
                hex(type));
            return false;
        }
        if (page.trailer.dwCRC != page.trailer.computed_crc) {
            reporter_.report("T1", place, "dwCRC", hex32(page.trailer.dwCRC),
                             hex32(page.trailer.computed_crc));
            complete_ = false;
        }
        if (page.trailer.bid != at.bid.value) {
            reporter_.report("T1", place, "bid", hex(page.trailer.bid), hex(at.bid.value));
        }
        if (const auto signature = ndb::signature(at.ib, Bid{page.trailer.bid});
            page.trailer.wSig != signature) {
            reporter_.report("T1", place, "wSig", hex(page.trailer.wSig), hex(signature));
        }
        if (page.dwPadding != 0) {
            reporter_.report(Finding{&rule("T3"), Severity::Warning, place, "dwPadding of the page",
                                     hex(page.dwPadding), "0x0"});
        }
        if (page.cLevel > kDeepestTree || (level && page.cLevel != *level)) {
            reporter_.report("T1", place, "cLevel", fmt::format("{}", page.cLevel),
                             level ? fmt::format("{}", *level) : "at most 8");
            return false;
        }
        const std::size_t least = page.cLevel == 0 ? leaf_size_ : image_.bt_entry_size();
        const std::size_t most = image_.bt_entries_size() / std::max<std::size_t>(page.cbEnt, 1);
        if (page.cbEnt < least || page.cEntMax > most || page.cEnt > page.cEntMax ||
            page.cEnt == 0) {
            // A tree without any entry has an empty root.
            if (page.cEnt != 0 || level) {
                reporter_.report("T1", place, "cEnt, cEntMax, cbEnt",
                                 fmt::format("{}, {}, {}", page.cEnt, page.cEntMax, page.cbEnt),
                                 fmt::format("1..{} entries of {} bytes",
                                             image_.bt_entries_size() / least, least));
            }
            return false;
        }
        if (page.cEntMax != most) {
            reporter_.report(Finding{&rule("T1"), Severity::Info, place, "cEntMax",
                                     fmt::format("{}", page.cEntMax),
                                     fmt::format("{}, as many as fit", most)});
        }
        return true;
    }

    void leaves(const BtPage& page, std::optional<std::uint64_t> key, const Place& place) {
        for (std::size_t i = 0; i < page.cEnt; ++i) {
            const Place entry = place.with(fmt::format("entry {}", i));
            take_key(leaf_(page, i, entry), i == 0 ? key : std::nullopt, entry);
        }
    }

    void children(const BtPage& page, std::optional<std::uint64_t> key, const Place& place) {
        for (std::size_t i = 0; i < page.cEnt; ++i) {
            const BtEntry entry = image_.bt_entry(page.entries, i, page.cbEnt);
            if (i == 0 && key && entry.key != *key) {
                reporter_.report("T2", place.with("entry 0"), "btkey", hex(entry.key), hex(*key));
            }
            visit(entry.child, entry.key, page.cLevel - 1U);
        }
    }

    void take_key(std::uint64_t key, std::optional<std::uint64_t> expected, const Place& place) {
        if (expected && key != *expected) {
            reporter_.report("T2", place, "the first key", hex(key),
                             fmt::format("the parent's {}", hex(*expected)));
        }
        if (last_key_ && key <= *last_key_) {
            reporter_.report(key == *last_key_ && type_ == PageType::Nbt ? "N1" : "T2", place,
                             "the key", hex(key), fmt::format("above {}", hex(*last_key_)));
        }
        last_key_ = key;
    }

    const Image& image_;
    Reporter& reporter_;
    PageType type_;
    std::size_t leaf_size_;
    Leaf leaf_;
    std::vector<bool> seen_;  ///< by number of the page
    std::vector<std::uint32_t> pages_;
    std::optional<std::uint64_t> last_key_;
    std::uint64_t highest_page_bid_ = 0;
    bool complete_ = true;
};

class Walker {
  public:
    Walker(const Image& image, Reporter& reporter) : image_(image), reporter_(reporter) {}

    Index walk() {
        TreeWalk bbt(image_, reporter_, PageType::Bbt, image_.bt_entry_size(),
                     [this](const BtPage& page, std::size_t i, const Place& place) {
                         return take_block(image_.bbt_entry(page.entries, i, page.cbEnt), place);
                     });
        TreeWalk nbt(image_, reporter_, PageType::Nbt, image_.nbt_entry_size(),
                     [this](const BtPage& page, std::size_t i, const Place& place) {
                         return take_node(image_.nbt_entry(page.entries, i, page.cbEnt), place);
                     });
        bbt.walk(image_.header().bbt);
        nbt.walk(image_.header().nbt);
        index_.pages = bbt.pages();
        index_.pages.insert(index_.pages.end(), nbt.pages().begin(), nbt.pages().end());
        index_.all_blocks = bbt.is_complete();
        index_.all_nodes = nbt.is_complete();
        index_.complete = index_.complete && index_.all_blocks && index_.all_nodes;
        padding();
        counters(std::max(bbt.highest_page_bid(), nbt.highest_page_bid()));
        index_.sort();
        return std::move(index_);
    }

  private:
    std::uint64_t take_block(const BbtEntry& entry, const Place& place) {
        padded_entries_ += entry.dwPadding != 0 ? 1 : 0;
        highest_bid_ = std::max(highest_bid_, entry.at.bid.value);
        Place block = place;
        block.block = entry.at.bid;
        if ((entry.at.bid.value & 1U) != 0) {
            reporter_.report("B7", block, "bit 0 of the BID is set");
        }
        BlockInfo info;
        info.bid = entry.at.bid.value & ~std::uint64_t{1};
        info.slot = static_cast<std::uint32_t>(entry.at.ib.value / ndb::kBlockAlignment);
        info.cb = entry.cb & kBlockSizeBits;  // what has more is not usable
        info.cRef = entry.cRef;
        info.usable = is_placed_well(entry, block);
        index_.complete = index_.complete && info.usable;
        index_.blocks.push_back(info);
        return entry.at.bid.value;
    }

    bool is_placed_well(const BbtEntry& entry, const Place& place) {
        const std::uint64_t ib = entry.at.ib.value;
        const std::size_t size = image_.block_size(entry.cb);
        if (size > ndb::kLargestBlock || entry.cb == 0) {
            reporter_.report("B1", place, "cb", fmt::format("{}", entry.cb),
                             fmt::format("1..{}", image_.largest_data()));
            return false;
        }
        if (ib % ndb::kBlockAlignment != 0 || ib < ndb::kFirstSectionOffset) {
            reporter_.report("A4", place, "ib", hex(ib), "a multiple of 64 behind the header");
            return false;
        }
        if (ib > image_.size() || size > image_.size() - ib) {
            reporter_.report("A4", place, "the block's end", hex(ib + size),
                             fmt::format("within the file's {} bytes", image_.size()));
            return false;
        }
        const std::uint64_t section = ndb::section_of(Ib{ib});
        const std::uint64_t start = ndb::section_offset(section);
        if (ib - start < ndb::reserved_in_section(section) ||
            ib + size > start + ndb::kSectionSize) {
            reporter_.report("A4", place,
                             fmt::format("the block {}..{} runs into an allocation page", hex(ib),
                                         hex(ib + size)));
            return false;
        }
        return true;
    }

    std::uint64_t take_node(const NbtEntry& entry, const Place& place) {
        padded_entries_ += entry.dwPadding != 0 ? 1 : 0;
        if (entry.nid > 0xFFFFFFFFU) {
            reporter_.report("N1", place, "nid", hex(entry.nid), "at most 32 bits");
        }
        index_.note(Nid{static_cast<std::uint32_t>(entry.nid)});
        index_.nodes.push_back(
            {Nid{static_cast<std::uint32_t>(entry.nid)}, Nid{entry.parent}, entry.data, entry.sub});
        return entry.nid;
    }

    /// Outlook 2003 to 2007 leave garbage there.
    void padding() {
        if (padded_entries_ > 0) {
            reporter_.report(
                "T3", {}, fmt::format("dwPadding is not zero in {} leaf entries", padded_entries_));
        }
    }

    void counters(std::uint64_t highest_page_bid) {
        const RawHeader& header = image_.header();
        Place place;
        place.detail = "header";
        // A counter that has come so far has not come there by counting.
        constexpr std::uint64_t kHalfOfAll = std::uint64_t{1} << 63;
        for (const std::uint64_t next : {header.bidNextB, header.bidNextP}) {
            if (next >= kHalfOfAll) {
                reporter_.report(Finding{&rule("H6"), Severity::Warning, place,
                                         "bidNextB or bidNextP", hex(next),
                                         "below " + hex(kHalfOfAll)});
            }
        }
        if (header.bidNextB <= highest_bid_) {
            reporter_.report("H6", place, "bidNextB", hex(header.bidNextB),
                             fmt::format("above {}", hex(highest_bid_)));
        } else if (header.bidNextB % 4 != 0) {
            reporter_.report("H6", place, "bidNextB", hex(header.bidNextB), "a multiple of 4");
        }
        if (header.bidNextP < highest_page_bid) {
            reporter_.report("H6", place, "bidNextP", hex(header.bidNextP),
                             fmt::format("at least {}", hex(highest_page_bid)));
        }
    }

    const Image& image_;
    Reporter& reporter_;
    Index index_;
    std::uint64_t highest_bid_ = 0;
    std::uint64_t padded_entries_ = 0;
};

}  // namespace

Index walk_trees(const Image& image, Reporter& reporter) {
    return Walker(image, reporter).walk();
}

}  // namespace mbx::pst::check
