#include "pst/ltp/bth_writer.hpp"

#include <cassert>

#include "base/error.hpp"

namespace mbx::pst::ltp {

BthWriter::BthWriter(HeapWriter& heap, std::size_t key_size, std::size_t data_size)
    : heap_(heap),
      key_size_(key_size),
      data_size_(data_size),
      header_(heap.reserve(sizeof(BTHHEADER))) {}

void BthWriter::reserve(std::size_t count) {
    assert(levels_.empty());
    if (count == 0) {
        return;
    }
    reserve_level(count, key_size_ + data_size_);
    while (levels_.back().items.size() > 1) {
        reserve_level(levels_.back().items.size(), key_size_ + sizeof(Hid));
    }
}

void BthWriter::reserve_level(std::size_t records, std::size_t record_size) {
    const std::size_t most = kMaxHeapItemSize / record_size;
    Level level;
    for (; records > most; records -= most) {
        level.items.push_back(heap_.reserve(most * record_size));
    }
    level.items.push_back(heap_.reserve(records * record_size));
    levels_.push_back(std::move(level));
}

void BthWriter::add(base::ByteView record) {
    assert(record.size() == key_size_ + data_size_);
    if (levels_.empty()) {
        throw Error(ErrorCode::Internal, "BTH: more records than reserved");
    }
    add_to(0, record);
}

// The first record that goes into an item also makes the item's record in the level above.
void BthWriter::add_to(std::size_t number, base::ByteView record) {
    Level& level = levels_[number];
    if (level.next == level.items.size()) {
        throw Error(ErrorCode::Internal, "BTH: more records than reserved");
    }
    const HeapWriter::Item& item = level.items[level.next];
    if (level.filling.empty() && number + 1 < levels_.size()) {
        base::Bytes index_record = base::to_bytes(record.first(key_size_));
        base::append_le(index_record, item.hid.value);
        add_to(number + 1, index_record);
    }
    base::append(level.filling, record);
    if (level.filling.size() == item.size) {
        heap_.write(item, 0, level.filling);
        level.filling.clear();
        ++level.next;
    }
}

void BthWriter::finish() {
    BTHHEADER header{};
    header.bType = kBthSignature;
    header.cbKey = static_cast<std::uint8_t>(key_size_);
    header.cbEnt = static_cast<std::uint8_t>(data_size_);
    if (!levels_.empty()) {
        if (levels_.front().next != levels_.front().items.size()) {
            throw Error(ErrorCode::Internal, "BTH: fewer records than reserved");
        }
        header.bIdxLevels = static_cast<std::uint8_t>(levels_.size() - 1);
        header.hidRoot = levels_.back().items.front().hid.value;
    }
    heap_.write(header_, 0, base::record_bytes(header));
}

}  // namespace mbx::pst::ltp
