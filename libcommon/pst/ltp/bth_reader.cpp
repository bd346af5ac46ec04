#include "pst/ltp/bth_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::ltp {
namespace {

constexpr std::uint8_t kMostIndexLevels = 8;
constexpr std::uint8_t kMostDataSize = 32;

template <typename... Args>
[[noreturn]] void bad(fmt::format_string<Args...> text, Args&&... args) {
    throw Error(ErrorCode::BadData, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace

BthReader::BthReader(const HeapReader& heap, Hid header, std::size_t key_size) : heap_(heap) {
    const HeapItem item = heap.item(header);
    if (item.bytes.size() < sizeof(BTHHEADER)) {
        bad("{} bytes are too few for a BTH header", item.bytes.size());
    }
    header_ = base::read_record<BTHHEADER>(item.bytes);
    if (header_.bType != kBthSignature || header_.cbKey != key_size || header_.cbEnt == 0 ||
        header_.cbEnt > kMostDataSize || header_.bIdxLevels > kMostIndexLevels) {
        bad("BTH header has bType 0x{:02x}, cbKey {}, cbEnt {}, bIdxLevels {}", header_.bType,
            header_.cbKey, header_.cbEnt, header_.bIdxLevels);
    }
    rewind();
}

void BthReader::rewind() {
    path_.clear();
    last_key_.reset();
    if (header_.hidRoot != 0) {
        descend(Hid{header_.hidRoot});
    }
}

std::size_t BthReader::record_size(std::size_t depth) const noexcept {
    return header_.cbKey + (depth == header_.bIdxLevels ? header_.cbEnt : sizeof(Hid));
}

std::uint32_t BthReader::key_at(base::ByteView record) const noexcept {
    return header_.cbKey == sizeof(base::le16) ? base::read_record<base::le16>(record)
                                               : base::read_record<base::le32>(record);
}

/// Goes down to the leftmost record below an item.
void BthReader::descend(Hid hid) {
    for (;;) {
        const std::size_t size = record_size(path_.size());
        Level level{heap_.item(hid), 0};
        if (level.item.bytes.empty() || level.item.bytes.size() % size != 0) {
            bad("BTH item 0x{:08x} of {} bytes, with records of {}", hid.value,
                level.item.bytes.size(), size);
        }
        path_.push_back(std::move(level));
        if (path_.size() > header_.bIdxLevels) {
            return;
        }
        hid = Hid{base::read_record<base::le32>(path_.back().item.bytes, header_.cbKey)};
        path_.back().at += size;
    }
}

std::optional<BthReader::Record> BthReader::next() {
    while (!path_.empty()) {
        Level& level = path_.back();
        if (level.at == level.item.bytes.size()) {
            path_.pop_back();
            continue;
        }
        const std::size_t depth = path_.size() - 1;
        const base::ByteView record = level.item.bytes.subspan(level.at, record_size(depth));
        level.at += record.size();
        if (depth < header_.bIdxLevels) {
            descend(Hid{base::read_record<base::le32>(record, header_.cbKey)});
            continue;
        }
        const std::uint32_t key = key_at(record);
        if (last_key_ && key <= *last_key_) {
            bad("BTH key 0x{:x} comes after 0x{:x}", key, *last_key_);
        }
        last_key_ = key;
        return Record{key, record.subspan(header_.cbKey)};
    }
    return std::nullopt;
}

}  // namespace mbx::pst::ltp
