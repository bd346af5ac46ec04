#include "pst/ndb/bt_page.hpp"

#include <fmt/format.h>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/seal.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr unsigned kHighestLevel = 8;

struct Unicode {
    using Page = BtPageUnicode;
    using Trailer = PageTrailerUnicode;
    using Index = BtEntryUnicode;
    using Block = BbtEntryUnicode;
    using Node = NbtEntryUnicode;
};
struct Ansi {
    using Page = BtPageAnsi;
    using Trailer = PageTrailerAnsi;
    using Index = BtEntryAnsi;
    using Block = BbtEntryAnsi;
    using Node = NbtEntryAnsi;
};

template <typename... Args>
[[noreturn]] void bad(Bref at, fmt::format_string<Args...> text, Args&&... args) {
    throw Error(ErrorCode::BadData, fmt::format(text, std::forward<Args>(args)...))
        .with_place("page at " + to_string(at.ib));
}

template <typename Form>
void check_trailer(base::ByteView page, PageType type, Bref at) {
    const std::size_t covered = kPageSize - sizeof(typename Form::Trailer);
    const auto trailer = base::read_record<typename Form::Trailer>(page, covered);
    const auto wanted = static_cast<std::uint8_t>(type);
    if (trailer.ptype != wanted || trailer.ptypeRepeat != wanted) {
        bad(at, "ptype is 0x{:02x} and 0x{:02x}, expected 0x{:02x}", trailer.ptype,
            trailer.ptypeRepeat, wanted);
    }
    const Bid bid{trailer.bid};
    if (bid != at.bid) {
        bad(at, "bid is {}, expected {}", to_string(bid), to_string(at.bid));
    }
    const std::uint32_t crc = base::pst_crc32(page.first(covered));
    if (trailer.dwCRC != crc) {
        bad(at, "dwCRC is 0x{:08x}, expected 0x{:08x}", std::uint32_t{trailer.dwCRC}, crc);
    }
    const std::uint16_t sig = page_signature(type, at);
    if (trailer.wSig != sig) {
        bad(at, "wSig is 0x{:04x}, expected 0x{:04x}", std::uint16_t{trailer.wSig}, sig);
    }
}

PageReference decode(const auto& entry, PageReference* /*as*/) {
    return {entry.btkey, {Bid{entry.BREF.bid}, Ib{entry.BREF.ib}}};
}
BlockReference decode(const auto& entry, BlockReference* /*as*/) {
    return {Bid{entry.BREF.bid}, Ib{entry.BREF.ib}, entry.cb, entry.cRef};
}
Node decode(const auto& entry, Node* /*as*/) {
    // The upper half of a Unicode nid is 0; what Outlook left there would mean nothing.
    return {Nid{static_cast<std::uint32_t>(entry.nid)}, Bid{entry.bidData}, Bid{entry.bidSub},
            Nid{entry.nidParent}};
}

std::uint64_t key_of(const PageReference& child) noexcept {
    return child.first_key;
}
std::uint64_t key_of(const BlockReference& block) noexcept {
    return key_of(block.bid);
}
std::uint64_t key_of(const Node& node) noexcept {
    return node.nid.value;
}

template <typename Record, typename Entry, typename Page>
std::vector<Entry> decode_entries(const Page& page, Bref at) {
    const std::size_t most = page.rgentries.size() / sizeof(Record);
    if (page.cbEnt < sizeof(Record) || page.cEnt > page.cEntMax ||
        page.cEnt > page.rgentries.size() / page.cbEnt) {
        bad(at, "cEnt {}, cEntMax {}, cbEnt {} do not fit (at most {} entries of {} bytes)",
            page.cEnt, page.cEntMax, page.cbEnt, most, sizeof(Record));
    }
    const base::ByteView bytes = std::as_bytes(std::span(page.rgentries));
    std::vector<Entry> entries;
    entries.reserve(page.cEnt);
    for (std::size_t i = 0; i < page.cEnt; ++i) {
        const auto record = base::read_record<Record>(bytes, i * page.cbEnt);
        const Entry entry = decode(record, static_cast<Entry*>(nullptr));
        if (!entries.empty() && key_of(entry) <= key_of(entries.back())) {
            bad(at, "key 0x{:x} comes after 0x{:x}", key_of(entry), key_of(entries.back()));
        }
        entries.push_back(entry);
    }
    return entries;
}

template <typename Form>
BtPage decode_as(base::ByteView bytes, PageType type, Bref at) {
    check_trailer<Form>(bytes, type, at);
    const auto page = base::read_record<typename Form::Page>(bytes);
    BtPage result;
    result.level = page.cLevel;
    if (result.level > kHighestLevel) {
        bad(at, "cLevel is {}, at most {}", result.level, kHighestLevel);
    }
    if (result.level > 0) {
        result.children = decode_entries<typename Form::Index, PageReference>(page, at);
        if (result.children.empty()) {
            bad(at, "an index page without entries");
        }
    } else if (type == PageType::Bbt) {
        result.blocks = decode_entries<typename Form::Block, BlockReference>(page, at);
    } else {
        result.nodes = decode_entries<typename Form::Node, Node>(page, at);
    }
    return result;
}

}  // namespace

BtPage decode_bt_page(base::ByteView page, Width width, PageType type, Bref at) {
    return width == Width::Unicode ? decode_as<Unicode>(page, type, at)
                                   : decode_as<Ansi>(page, type, at);
}

}  // namespace mbx::pst::ndb
