#include "pst/check/heap_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/little_endian.hpp"

namespace mbx::pst::check {
namespace {

using base::le16;
using base::le32;
using base::read_record;

constexpr unsigned kDeepestBth = 8;

/// Keys are little-endian numbers of 2, 4 or 8 bytes; of 16 bytes, strings of bytes.
bool is_before(ByteView a, ByteView b) {
    if (a.size() > 8) {
        return std::ranges::lexicographical_compare(a, b);
    }
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

class BthWalk {
  public:
    BthWalk(const Heap& heap, const ltp::BTHHEADER& header, const Place& place, Reporter& reporter,
            const std::function<void(ByteView)>& take)
        : heap_(heap), header_(header), place_(place), reporter_(reporter), take_(take) {}

    bool walk() {
        visit(ltp::Hid{header_.hidRoot}, header_.bIdxLevels, {});
        return sound_;
    }

  private:
    void damaged(std::string text) {
        sound_ = false;
        reporter_.report("L7", place_.with("BTH"), std::move(text));
    }

    void visit(ltp::Hid hid, unsigned level, ByteView expected) {
        const auto item = heap_.item(hid);
        if (!item) {
            sound_ = false;
            reporter_.report("L4", place_.with("BTH"),
                             fmt::format("HID {} leads nowhere", hex32(hid.value)));
            return;
        }
        const std::size_t stride = header_.cbKey + (level > 0 ? sizeof(le32) : header_.cbEnt);
        const ByteView bytes = item->bytes;
        if (bytes.size() % stride != 0 || bytes.empty()) {
            damaged(fmt::format("{} bytes are no whole records of {} bytes", bytes.size(), stride));
            return;
        }
        // An item of a hostile file may name itself.
        if (++items_ > heap_.items()) {
            damaged("the tree has no end");
            return;
        }
        for (std::size_t at = 0; at < bytes.size(); at += stride) {
            const ByteView record = bytes.subspan(at, stride);
            const ByteView key = record.first(header_.cbKey);
            if (at == 0 && !expected.empty() && !std::ranges::equal(key, expected)) {
                damaged("an index key is not the first key below it");
            }
            if (level > 0) {
                visit(ltp::Hid{read_record<le32>(record, header_.cbKey)}, level - 1, key);
                continue;
            }
            if (!last_.empty() && !is_before(last_, key)) {
                damaged("keys do not ascend");
            }
            last_.assign(key.begin(), key.end());
            take_(record);
        }
    }

    const Heap& heap_;
    const ltp::BTHHEADER& header_;
    const Place& place_;
    Reporter& reporter_;
    const std::function<void(ByteView)>& take_;
    Bytes last_;  ///< key
    std::uint64_t items_ = 0;
    bool sound_ = true;
};

}  // namespace

/// L5, block by block: the levels are nibbles in the block that comes first of its group.
class Heap::FillLevels {
  public:
    explicit FillLevels(std::size_t block_size) : block_size_(block_size) {}

    void take(std::size_t index, const Block& block) {
        const std::size_t group = group_of(index);
        if (group == index) {
            const std::size_t at = index == 0 ? offsetof(ltp::HNHDR, rgbFillLevel)
                                              : offsetof(ltp::HNBITMAPHDR, rgbFillLevel);
            const std::size_t size = index == 0 ? sizeof(ltp::HNHDR::rgbFillLevel)
                                                : sizeof(ltp::HNBITMAPHDR::rgbFillLevel);
            told_ = base::to_bytes(ByteView(block.bytes).subspan(at, size));
        }
        const unsigned told = nibble(index - group);
        in_group_ = index - group + 1;
        const std::size_t used = std::min(block.map_end(), block_size_);
        wrong_ += told != ltp::fill_level(block_size_ - used) ? 1 : 0;
    }

    void report(std::size_t blocks, const Place& place, Reporter& reporter) const {
        if (wrong_ > 0) {
            reporter.report(
                "L5", place,
                fmt::format("the fill level of {} of {} blocks is wrong", wrong_, blocks));
        }
        for (std::size_t i = in_group_; i < told_.size() * 2; ++i) {
            if (nibble(i) != 0) {
                reporter.report("L5", place, "there is a fill level for a block that is not there");
                return;
            }
        }
    }

  private:
    static std::size_t group_of(std::size_t index) {
        constexpr std::size_t kFirst = ltp::kBlocksInFirstFillLevels;
        return index < kFirst ? 0 : index - (index - kFirst) % ltp::kBlocksPerBitmapHeader;
    }

    /// The low one of a byte first.
    unsigned nibble(std::size_t at) const {
        const auto byte = std::to_integer<unsigned>(told_[at / 2]);
        return at % 2 == 0 ? byte & 0xFU : byte >> 4U;
    }

    std::size_t block_size_;
    Bytes told_;                ///< of the group
    std::size_t in_group_ = 0;  ///< blocks seen
    std::size_t wrong_ = 0;
};

std::optional<Heap> Heap::open(const NodeReader& reader, Bid data, const Place& place,
                               Reporter& reporter) {
    auto found = reader.blocks(data);
    if (!found) {
        return std::nullopt;
    }
    if (found->blocks.empty() || found->blocks.size() > ltp::kMaxHeapBlocks) {
        reporter.report("L1", place, "blocks of the heap", fmt::format("{}", found->blocks.size()),
                        "1..65536");
        return std::nullopt;
    }
    Heap heap(reader);
    heap.infos_ = std::move(found->blocks);
    FillLevels levels(reader.image().largest_data());
    for (std::size_t i = 0; i < heap.infos_.size(); ++i) {
        const BlockInfo& info = *heap.infos_[i];
        auto bytes = reader.read(info);
        if (!bytes) {
            return std::nullopt;
        }
        Place at = place;
        at.block = Bid{info.bid};
        at.offset = info.offset();
        Block block{std::move(*bytes), {}};
        if (!check_block(block, i, at, reporter)) {
            return std::nullopt;
        }
        levels.take(i, block);
        heap.items_ += block.starts.size() - 1;
        if (i < kKept) {
            heap.kept_.push_back(std::make_shared<const Block>(std::move(block)));
        }
    }
    levels.report(heap.infos_.size(), place, reporter);
    const auto header = read_record<ltp::HNHDR>(heap.kept_.front()->bytes);
    heap.client_ = header.bClientSig;
    heap.user_root_ = ltp::Hid{header.hidUserRoot};
    return heap;
}

bool Heap::check_block(Block& block, std::size_t index, const Place& place, Reporter& reporter) {
    const ByteView bytes(block.bytes);
    const std::size_t header_size = ltp::heap_header_size(index);
    if (bytes.size() < header_size + sizeof(ltp::HNPAGEMAP)) {
        reporter.report("L2", place, fmt::format("the heap block has only {} bytes", bytes.size()));
        return false;
    }
    if (index == 0 && std::to_integer<std::uint8_t>(bytes[2]) != ltp::kHeapSignature) {
        reporter.report("L1", place, "bSig", hex(std::to_integer<unsigned>(bytes[2])),
                        hex(ltp::kHeapSignature));
        return false;
    }
    const std::size_t map_at = read_record<le16>(bytes, 0);
    if (map_at < header_size || map_at > bytes.size() - sizeof(ltp::HNPAGEMAP)) {
        reporter.report("L2", place, "ibHnpm", hex(map_at), "inside the block");
        return false;
    }
    const auto map = read_record<ltp::HNPAGEMAP>(bytes, map_at);
    const std::size_t count = map.cAlloc;
    const std::size_t starts_at = map_at + sizeof map;
    if (count > ltp::kMaxHeapItemsPerBlock ||
        (count + 1) * sizeof(le16) > bytes.size() - starts_at) {
        reporter.report("L2", place, "cAlloc", fmt::format("{}", count),
                        "as many as fit the block");
        return false;
    }
    std::size_t empty = 0;
    for (std::size_t i = 0; i <= count; ++i) {
        const std::uint16_t start = read_record<le16>(bytes, starts_at + i * sizeof(le16));
        const std::size_t least = i == 0 ? header_size : block.starts.back();
        if (start < least || start > map_at) {
            reporter.report("L2", place.with(fmt::format("rgibAlloc[{}]", i)), "its value",
                            hex(start), fmt::format("{}..{}", hex(least), hex(map_at)));
            return false;
        }
        if (i == 0 && start != header_size) {
            reporter.report("L2", place.with("rgibAlloc[0]"), "its value", hex(start),
                            hex(header_size));
        }
        if (i > 0) {
            const std::size_t size = start - block.starts.back();
            empty += size == 0 ? 1 : 0;
            if (size > ltp::kMaxHeapItemSize) {
                reporter.report("L3", place.with(fmt::format("item {}", i)), "its size",
                                fmt::format("{}", size),
                                fmt::format("at most {}", ltp::kMaxHeapItemSize));
            }
        }
        block.starts.push_back(start);
    }
    if (map_at - block.starts.back() > 1) {
        reporter.report("L2", place, "the gap before the page map",
                        fmt::format("{} bytes", map_at - block.starts.back()), "0 or 1 bytes");
    }
    if (map.cFree != empty) {
        reporter.report("L2", place, "cFree", fmt::format("{}", std::uint16_t{map.cFree}),
                        fmt::format("{}", empty));
    }
    return true;
}

std::size_t Heap::Block::map_end() const noexcept {
    return read_record<le16>(bytes) + sizeof(ltp::HNPAGEMAP) + starts.size() * sizeof(le16);
}

/// Null when it cannot be read any more.
std::shared_ptr<const Heap::Block> Heap::block(std::size_t index) const {
    if (index < kept_.size()) {
        return kept_[index];
    }
    auto result = cache_.find(index);
    if (!result) {
        auto bytes = reader_->read(*infos_[index]);
        Block read{bytes ? std::move(*bytes) : Bytes{}, {}};
        Reporter silent([](const Finding&) {});  // open() has reported
        if (!check_block(read, index, {}, silent)) {
            return nullptr;
        }
        result = std::make_shared<const Block>(std::move(read));
        cache_.put(index, result);
    }
    return result;
}

std::optional<Heap::Item> Heap::item(ltp::Hid hid) const {
    if ((hid.value & 0x1FU) != 0 || hid.index() == 0 || hid.block() >= infos_.size()) {
        return std::nullopt;
    }
    const auto in = block(hid.block());
    if (!in || hid.index() >= in->starts.size()) {
        return std::nullopt;
    }
    const std::size_t start = in->starts[hid.index() - 1];
    return Item{in, ByteView(in->bytes).subspan(start, in->starts[hid.index()] - start)};
}

bool walk_bth(const Heap& heap, ltp::Hid header_hid, std::uint8_t key_size,
              std::initializer_list<std::uint8_t> data_sizes, const Place& place,
              Reporter& reporter, const std::function<void(ByteView)>& take) {
    const auto item = heap.item(header_hid);
    if (!item || item->bytes.size() < sizeof(ltp::BTHHEADER)) {
        reporter.report("L4", place.with("BTH"),
                        fmt::format("HID {} of the header leads nowhere", hex32(header_hid.value)));
        return false;
    }
    const auto header = read_record<ltp::BTHHEADER>(item->bytes);
    if (header.bType != ltp::kBthSignature || header.cbKey != key_size ||
        std::ranges::find(data_sizes, header.cbEnt) == data_sizes.end() ||
        header.bIdxLevels > kDeepestBth) {
        reporter.report("L7", place.with("BTH"), "bType, cbKey, cbEnt, bIdxLevels",
                        fmt::format("{}, {}, {}, {}", hex(header.bType), header.cbKey, header.cbEnt,
                                    header.bIdxLevels),
                        fmt::format("{}, {}, {}, at most {}", hex(ltp::kBthSignature), key_size,
                                    *data_sizes.begin(), kDeepestBth));
        return false;
    }
    if (ltp::Hid{header.hidRoot}.is_none()) {
        return true;
    }
    return BthWalk(heap, header, place, reporter, take).walk();
}

}  // namespace mbx::pst::check
