#include "pst/ndb/index_block.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {
namespace {

template <typename... Args>
[[noreturn]] void bad(fmt::format_string<Args...> text, Args&&... args) {
    throw Error(ErrorCode::BadData, fmt::format(text, std::forward<Args>(args)...));
}

void expect_entries(base::ByteView data, std::size_t header, std::size_t count, std::size_t size) {
    if (data.size() < header || count > (data.size() - header) / size) {
        bad("cEnt is {}, too many for {} bytes", count, data.size());
    }
}

/// Calls take(record) for `count` records behind the header.
template <typename Record, typename Take>
void for_each_record(base::ByteView data, std::size_t header, std::size_t count, Take&& take) {
    expect_entries(data, header, count, sizeof(Record));
    for (std::size_t i = 0; i < count; ++i) {
        take(base::read_record<Record>(data, header + i * sizeof(Record)));
    }
}

template <typename Entry>
void expect_ascending(const std::vector<Entry>& entries, Nid next, Nid Entry::*nid) {
    if (!entries.empty() && next <= entries.back().*nid) {
        bad("subnode {} comes after {}", to_string(next), to_string(entries.back().*nid));
    }
}

template <typename Record>
void take_children(XBlock& block, base::ByteView data, std::size_t count) {
    const bool wants_internal = block.level == 2;
    block.children.reserve(count);
    for_each_record<Record>(data, sizeof(XBlockHeader), count, [&](const Record& record) {
        const Bid child{record};
        if (child.is_none() || child.is_internal() != wants_internal) {
            bad("child {} of an XBLOCK of level {}", to_string(child), block.level);
        }
        block.children.push_back(child);
    });
}

template <typename Record>
void take_subnodes(SlBlock& block, base::ByteView data, std::size_t header, std::size_t count) {
    for_each_record<Record>(data, header, count, [&](const Record& record) {
        const Nid nid{static_cast<std::uint32_t>(record.nid)};
        expect_ascending(block.subnodes, nid, &SubnodeEntry::nid);
        block.subnodes.push_back({nid, Bid{record.bidData}, Bid{record.bidSub}});
    });
}

template <typename Record>
void take_sl_blocks(SlBlock& block, base::ByteView data, std::size_t header, std::size_t count) {
    for_each_record<Record>(data, header, count, [&](const Record& record) {
        const Nid nid{static_cast<std::uint32_t>(record.nid)};
        expect_ascending(block.children, nid, &SlBlockReference::first_nid);
        block.children.push_back({nid, Bid{record.bid}});
    });
}

}  // namespace

XBlock decode_x_block(base::ByteView data, Width width) {
    if (data.size() < sizeof(XBlockHeader)) {
        bad("{} bytes are too few for an XBLOCK", data.size());
    }
    const auto header = base::read_record<XBlockHeader>(data);
    if (header.btype != kTypeXBlock || header.cLevel < 1 || header.cLevel > 2 || header.cEnt == 0) {
        bad("btype {}, cLevel {}, cEnt {} are not those of an XBLOCK", header.btype, header.cLevel,
            std::uint16_t{header.cEnt});
    }
    XBlock block;
    block.level = header.cLevel;
    block.total = header.lcbTotal;
    if (width == Width::Unicode) {
        take_children<le64>(block, data, header.cEnt);
    } else {
        take_children<le32>(block, data, header.cEnt);
    }
    return block;
}

SlBlock decode_sl_block(base::ByteView data, Width width) {
    const bool unicode = width == Width::Unicode;
    const std::size_t start = unicode ? sizeof(SlBlockHeaderUnicode) : sizeof(SlBlockHeader);
    if (data.size() < start) {
        bad("{} bytes are too few for an SLBLOCK", data.size());
    }
    const auto header = base::read_record<SlBlockHeader>(data);
    if (header.btype != kTypeSlBlock || header.cLevel > 1) {
        bad("btype {}, cLevel {} are not those of an SLBLOCK", header.btype, header.cLevel);
    }
    SlBlock block;
    block.level = header.cLevel;
    if (block.level == 0) {
        unicode ? take_subnodes<SlEntryUnicode>(block, data, start, header.cEnt)
                : take_subnodes<SlEntryAnsi>(block, data, start, header.cEnt);
    } else {
        unicode ? take_sl_blocks<SiEntryUnicode>(block, data, start, header.cEnt)
                : take_sl_blocks<SiEntryAnsi>(block, data, start, header.cEnt);
    }
    return block;
}

}  // namespace mbx::pst::ndb
