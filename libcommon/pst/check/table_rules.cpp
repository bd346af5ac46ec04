#include "pst/check/table_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/check/property_rules.hpp"

namespace mbx::pst::check {
namespace {

using base::le16;
using base::le32;
using base::read_record;
using mapi::PropertyTag;

// Ends within a row, TCINFO.rgib.
constexpr std::size_t kEnd4b = 0;
constexpr std::size_t kEnd2b = 1;
constexpr std::size_t kEnd1b = 2;
constexpr std::size_t kEndBm = 3;

/// TCROWID.
struct IndexRecord {
    std::uint32_t id;
    std::uint32_t row;
};
using RowIndex = std::vector<IndexRecord>;

/// Those out of order or twice have been reported.
void sort_by_key(RowIndex& index) {
    if (!std::ranges::is_sorted(index, {}, &IndexRecord::id)) {
        std::ranges::sort(index, {}, &IndexRecord::id);
    }
    const auto is_same = [](const IndexRecord& a, const IndexRecord& b) { return a.id == b.id; };
    index.erase(std::unique(index.begin(), index.end(), is_same), index.end());
}

}  // namespace

std::optional<Table> Table::open(Object& object, Reporter& reporter) {
    auto heap = Heap::open(object.reader(), object.data(), object.place(), reporter);
    if (!heap) {
        return std::nullopt;
    }
    if (heap->client() == static_cast<std::uint8_t>(ltp::HeapClient::SearchContentsIndex)) {
        return std::nullopt;  // what Outlook 2007 keeps for some search folders
    }
    if (heap->client() != static_cast<std::uint8_t>(ltp::HeapClient::Table)) {
        reporter.report("L1", object.place(), "bClientSig", hex(heap->client()),
                        hex(static_cast<std::uint8_t>(ltp::HeapClient::Table)));
        return std::nullopt;
    }
    Table result(std::move(*heap), object);
    if (!result.read_info(reporter) || !result.check_columns(reporter) ||
        !result.find_rows(reporter)) {
        return std::nullopt;
    }
    result.check_rows(reporter);
    return result;
}

bool Table::read_info(Reporter& reporter) {
    const Place& place = object_->place();
    const auto item = heap_.item(heap_.user_root());
    if (!item || item->bytes.size() < sizeof(ltp::TCINFO)) {
        reporter.report(
            "L4", place,
            fmt::format("HID {} of TCINFO leads nowhere", hex32(heap_.user_root().value)));
        return false;
    }
    info_ = read_record<ltp::TCINFO>(item->bytes);
    if (info_.bType != ltp::kTableSignature) {
        reporter.report("L11", place, "bType of TCINFO", hex(info_.bType),
                        hex(ltp::kTableSignature));
        return false;
    }
    if (item->bytes.size() < sizeof(ltp::TCINFO) + info_.cCols * sizeof(ltp::TCOLDESC)) {
        reporter.report("L11", place, "cCols", fmt::format("{}", info_.cCols),
                        "as many as TCINFO holds");
        return false;
    }
    for (std::size_t i = 0; i < info_.cCols; ++i) {
        const auto column = read_record<ltp::TCOLDESC>(
            item->bytes, sizeof(ltp::TCINFO) + i * sizeof(ltp::TCOLDESC));
        columns_.push_back(
            {PropertyTag::from_value(column.tag), column.ibData, column.cbData, column.iBit});
    }
    row_size_ = info_.rgib[kEndBm];
    return true;
}

bool Table::check_columns(Reporter& reporter) const {
    const Place& place = object_->place();
    const auto broken = [&](std::string text) {
        reporter.report("L11", place, std::move(text));
        return false;
    };
    const auto& ends = info_.rgib;
    if (ends[kEnd4b] > ends[kEnd2b] || ends[kEnd2b] > ends[kEnd1b] || ends[kEnd1b] > ends[kEndBm] ||
        ends[kEndBm] - ends[kEnd1b] != (info_.cCols + 7) / 8 ||
        row_size_ > object_->reader().image().largest_data()) {
        reporter.report(
            "L11", place, "TCI_4b, 2b, 1b, bm",
            fmt::format("{}, {}, {}, {}", std::uint16_t{ends[0]}, std::uint16_t{ends[1]},
                        std::uint16_t{ends[2]}, std::uint16_t{ends[3]}),
            fmt::format("ascending, with {} bytes of bits", (info_.cCols + 7) / 8));
        return false;
    }
    const auto unsorted = std::ranges::adjacent_find(
        columns_, [](const Column& l, const Column& r) { return l.tag.value() >= r.tag.value(); });
    if (unsorted != columns_.end()) {
        broken("columns are not sorted by tag from " + describe(unsorted->tag));
    }
    std::vector<bool> bits(columns_.size());
    std::vector<bool> bytes(ends[kEnd1b]);
    for (const Column& column : columns_) {
        const Place at = place.with(describe(column.tag));
        if (column.size != ltp::cell_size(column.tag.type)) {
            reporter.report("L11", at, "cbData", fmt::format("{}", column.size),
                            fmt::format("{}", ltp::cell_size(column.tag.type)));
            return false;
        }
        if (column.bit >= bits.size() || bits[column.bit] ||
            column.offset + column.size > bytes.size()) {
            reporter.report("L11", at, "ibData, iBit",
                            fmt::format("{}, {}", column.offset, column.bit),
                            "inside the row, each bit once");
            return false;
        }
        bits[column.bit] = true;
        for (std::size_t i = 0; i < column.size; ++i) {
            if (bytes[column.offset + i]) {
                return broken("two columns overlap: " + describe(column.tag));
            }
            bytes[column.offset + i] = true;
        }
    }
    if (std::ranges::find(bytes, false) != bytes.end()) {
        broken("there are gaps between the columns");
    }
    check_ends(reporter);
    if (info_.hidIndex != 0) {
        reporter.report(
            Finding{&rule("L11"), Severity::Info, place, "hidIndex", hex32(info_.hidIndex), "0x0"});
    }
    const Column* id = find(mapi::PidTagLtpRowId);
    const Column* version = find(mapi::PidTagLtpRowVer);
    if (id == nullptr || id->offset != 0 || id->bit != 0 || version == nullptr ||
        version->offset != 4 || version->bit != 1) {
        return broken("PidTagLtpRowId and PidTagLtpRowVer are not the first two cells");
    }
    return true;
}

/// Cells lie in a row by size, the largest first.
void Table::check_ends(Reporter& reporter) const {
    const auto end_of = [this](std::size_t least_size) {
        std::size_t end = 0;
        for (const Column& column : columns_) {
            end = column.size >= least_size ? std::max(end, column.offset + column.size) : end;
        }
        return end;
    };
    const std::size_t end_4b = end_of(4);
    const std::size_t end_2b = end_of(2);
    if (info_.rgib[kEnd4b] != end_4b || info_.rgib[kEnd2b] != end_2b) {
        reporter.report(Finding{&rule("L11"), Severity::Warning, object_->place(), "TCI_4b, TCI_2b",
                                fmt::format("{}, {}", std::uint16_t{info_.rgib[kEnd4b]},
                                            std::uint16_t{info_.rgib[kEnd2b]}),
                                fmt::format("{}, {}", end_4b, end_2b)});
    }
}

bool Table::find_rows(Reporter& reporter) {
    const ltp::Hnid hnid{info_.hnidRows};
    if (hnid.is_none()) {
        return true;
    }
    if (hnid.is_hid()) {
        const auto item = heap_.item(hnid.hid());
        if (!item) {
            reporter.report("L4", object_->place(),
                            fmt::format("HID {} of the rows leads nowhere", hex32(hnid.value)));
            return false;
        }
        rows_in_heap_ = *item;
        row_count_ = item->bytes.size() / row_size_;
        expect_whole_rows(item->bytes.size(), reporter);
        return true;
    }
    const Subnode* subnode = object_->use(hnid.nid());
    if (subnode == nullptr) {
        reporter.report("L12", object_->place(),
                        fmt::format("subnode {} of the rows is missing", to_string(hnid.nid())));
        return false;
    }
    auto blocks = object_->reader().blocks(subnode->data);
    if (!blocks) {
        return false;
    }
    row_blocks_ = std::move(*blocks);
    rows_per_block_ = object_->reader().image().largest_data() / row_size_;
    for (const BlockInfo* block : row_blocks_.blocks) {
        row_count_ += std::min<std::size_t>(block->cb / row_size_, rows_per_block_);
    }
    if (!row_blocks_.blocks.empty()) {
        const std::size_t last = row_blocks_.blocks.back()->cb;
        expect_whole_rows(std::min(last, rows_per_block_ * row_size_), reporter);
    }
    return true;
}

void Table::expect_whole_rows(std::size_t size, Reporter& reporter) const {
    if (size % row_size_ != 0) {
        reporter.report("L12", object_->place(),
                        fmt::format("the last {} bytes of the rows are less than a row of {} bytes",
                                    size % row_size_, row_size_));
    }
}

std::optional<ByteView> Table::row(std::size_t index) {
    if (index >= row_count_) {
        return std::nullopt;
    }
    if (rows_per_block_ == 0) {
        return rows_in_heap_.bytes.subspan(index * row_size_, row_size_);
    }
    const std::size_t block = index / rows_per_block_;
    if (loaded_ != block) {
        auto bytes = block < row_blocks_.blocks.size()
                         ? object_->reader().read(*row_blocks_.blocks[block])
                         : std::nullopt;
        if (!bytes) {
            return std::nullopt;
        }
        loaded_ = block;
        loaded_bytes_ = std::move(*bytes);
    }
    const std::size_t at = index % rows_per_block_ * row_size_;
    if (at + row_size_ > loaded_bytes_.size()) {
        return std::nullopt;
    }
    return ByteView(loaded_bytes_).subspan(at, row_size_);
}

void Table::check_rows(Reporter& reporter) {
    const Place& place = object_->place();
    RowIndex index;
    const ltp::Hid header{info_.hidRowIndex};
    const auto take = [&](ByteView record) {
        index.push_back(
            {read_record<le32>(record), record.size() == sizeof(ltp::TCROWID)
                                            ? std::uint32_t{read_record<le32>(record, 4)}
                                            : std::uint32_t{read_record<le16>(record, 4)}});
    };
    // ANSI files have 16-bit row numbers, but not in every table.
    if (object_->reader().image().is_ansi()) {
        walk_bth(heap_, header, ltp::kRowKeySize, {sizeof(le16), ltp::kRowDataSize},
                 place.with("row index"), reporter, take);
    } else {
        walk_bth(heap_, header, ltp::kRowKeySize, {ltp::kRowDataSize}, place.with("row index"),
                 reporter, take);
    }
    sort_by_key(index);
    if (index.size() != row_count_) {
        reporter.report("L12", place, "records of the row index", fmt::format("{}", index.size()),
                        fmt::format("{}, the rows of the matrix", row_count_));
    }
    std::vector<bool> named(row_count_);
    for (const auto& [id, number] : index) {
        if (number >= row_count_ || named[number]) {
            reporter.report("L12", place.with(fmt::format("row index, key {}", hex32(id))),
                            "the row", fmt::format("{}", number),
                            fmt::format("below {}, each once", row_count_));
            continue;
        }
        named[number] = true;
    }
    for (std::size_t i = 0; i < row_count_; ++i) {
        const auto bytes = row(i);
        if (!bytes) {
            continue;
        }
        const std::uint32_t id = row_id(*bytes);
        const auto found = std::ranges::lower_bound(index, id, {}, &IndexRecord::id);
        if (found == index.end() || found->id != id || found->row != i) {
            reporter.report(
                "L12", place.with(fmt::format("row {}", i)),
                fmt::format("PidTagLtpRowId is {}, but the row index does not lead here",
                            hex32(id)));
        }
        check_row(i, *bytes, reporter);
    }
}

void Table::check_row(std::size_t index, ByteView row, Reporter& reporter) {
    for (const Column& column : columns_) {
        const ByteView bytes = row.subspan(column.offset, column.size);
        const auto place = [&] {
            return object_->place().with(fmt::format("row {}", index)).with(describe(column.tag));
        };
        if (!is_present(row, *this, column)) {
            if (std::ranges::any_of(bytes, [](std::byte b) { return b != std::byte{0}; })) {
                reporter.report("L14", place(), "the cell is absent, but not zero");
            }
            continue;
        }
        check_cell(column, bytes, std::cref(place), reporter);
    }
}

void Table::check_cell(const Column& column, ByteView bytes, const PlaceOf& place,
                       Reporter& reporter) {
    if (column.tag.type == mapi::PropertyType::Boolean && std::to_integer<unsigned>(bytes[0]) > 1) {
        reporter.report("L8", place(), "its value", hex(std::to_integer<unsigned>(bytes[0])),
                        "0 or 1");
    }
    if (ltp::is_inline_in_cell(column.tag.type)) {
        return;
    }
    const ltp::Hnid hnid{read_record<le32>(bytes)};
    const bool found = hnid.is_none() || (hnid.is_hid() ? heap_.item(hnid.hid()).has_value()
                                                        : object_->use(hnid.nid()) != nullptr);
    if (!found) {
        reporter.report("L4", place(), fmt::format("HNID {} leads nowhere", hex32(hnid.value)));
        return;
    }
    const auto item = hnid.is_hid() ? heap_.item(hnid.hid()) : std::nullopt;
    if (item && item->bytes.empty() && !hnid.is_none()) {
        reporter.report("L4", place(), "the HID of a value without bytes", hex32(hnid.value), "0");
    } else if (item && !item->bytes.empty()) {
        check_stored_value(column.tag.type, item->bytes, place, reporter);
    }
}

const Column* Table::find(PropertyTag tag) const noexcept {
    const auto found =
        std::ranges::find_if(columns_, [tag](const Column& c) { return c.tag == tag; });
    return found != columns_.end() ? &*found : nullptr;
}

bool Table::is_present(ByteView row, const Table& table, const Column& column) noexcept {
    const std::size_t at = table.info_.rgib[kEnd1b] + column.bit / 8;
    return (std::to_integer<unsigned>(row[at]) & (0x80U >> column.bit % 8)) != 0;
}

std::optional<Bytes> Table::cell(ByteView row, const Column& column) const {
    const ByteView bytes = row.subspan(column.offset, column.size);
    if (ltp::is_inline_in_cell(column.tag.type)) {
        return base::to_bytes(bytes);
    }
    return read_hnid(heap_, *object_, ltp::Hnid{read_record<le32>(bytes)});
}

Bid Table::data_of(ByteView row, const Column& column) const {
    const ltp::Hnid hnid{read_record<le32>(row, column.offset)};
    const Subnode* subnode = hnid.is_hid() ? nullptr : check::find(object_->subnodes(), hnid.nid());
    return subnode != nullptr ? subnode->data : Bid{};
}

std::uint32_t Table::row_id(ByteView row) const noexcept {
    return read_record<le32>(row, 0);
}

std::uint32_t Table::row_version(ByteView row) const noexcept {
    return read_record<le32>(row, 4);
}

std::optional<std::int32_t> Table::integer(ByteView row, PropertyTag tag) const {
    const Column* column = find(tag);
    if (column == nullptr || column->size != 4 || !is_present(row, *this, *column)) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(std::uint32_t{read_record<le32>(row, column->offset)});
}

}  // namespace mbx::pst::check
