#include "pst/ltp/table_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst::ltp {
namespace {

void check(std::span<const mapi::PropertyTag> columns) {
    if (columns.size() > kMaxColumns) {
        throw Error(ErrorCode::BadData, fmt::format("a table would need {} columns, it can have {}",
                                                    columns.size(), kMaxColumns));
    }
    if (columns.size() < 2 || columns[0] != mapi::PidTagLtpRowId ||
        columns[1] != mapi::PidTagLtpRowVer) {
        throw Error(ErrorCode::Internal, "a table does not begin with row id and row version");
    }
}

/// 0: 8 and 4 bytes, 1: 2 bytes, 2: 1 byte.
std::size_t size_class(std::size_t cell) noexcept {
    if (cell >= 4) {
        return 0;
    }
    return cell == 2 ? 1 : 2;
}

}  // namespace

TableLayout::TableLayout(std::span<const mapi::PropertyTag> columns) {
    check(columns);
    for (const mapi::PropertyTag tag : columns) {
        ends_[size_class(cell_size(tag.type))] += cell_size(tag.type);
    }
    ends_[1] += ends_[0];
    ends_[2] += ends_[1];
    ends_[3] = ends_[2] + (columns.size() + 7) / 8;

    std::array<std::size_t, 3> next{0, ends_[0], ends_[1]};
    for (const mapi::PropertyTag tag : columns) {
        const std::size_t size = cell_size(tag.type);
        std::size_t& start = next[size_class(size)];
        TCOLDESC column{};
        column.tag = tag.value();
        column.ibData = static_cast<std::uint16_t>(start);
        column.cbData = static_cast<std::uint8_t>(size);
        column.iBit = static_cast<std::uint8_t>(columns_.size());
        columns_.push_back(column);
        start += size;
    }
    std::sort(columns_.begin(), columns_.end(),
              [](const TCOLDESC& a, const TCOLDESC& b) { return a.tag < b.tag; });
    const auto same = [](const TCOLDESC& a, const TCOLDESC& b) { return a.tag == b.tag; };
    if (std::adjacent_find(columns_.begin(), columns_.end(), same) != columns_.end()) {
        throw Error(ErrorCode::Internal, "a table has a column twice");
    }
}

const TCOLDESC* TableLayout::first_from(std::uint32_t tag) const noexcept {
    const auto found = std::lower_bound(
        columns_.begin(), columns_.end(), tag,
        [](const TCOLDESC& column, std::uint32_t value) { return column.tag < value; });
    return found != columns_.end() ? &*found : nullptr;
}

const TCOLDESC* TableLayout::find(mapi::PropertyTag tag) const noexcept {
    const TCOLDESC* column = first_from(tag.value());
    return column != nullptr && column->tag == tag.value() ? column : nullptr;
}

const TCOLDESC* TableLayout::find_id(std::uint16_t id) const noexcept {
    const TCOLDESC* column = first_from(std::uint32_t{id} << 16);
    return column != nullptr && column->tag >> 16 == id ? column : nullptr;
}

}  // namespace mbx::pst::ltp
