#include "pst/ndb/btree_builder.hpp"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace mbx::pst::ndb {
namespace {

// What Outlook writes for cbEnt; the entries are of that size.
constexpr std::uint8_t kNbtLeafEntrySize = sizeof(NbtEntryUnicode);
constexpr std::uint8_t kOtherEntrySize = sizeof(BbtEntryUnicode);
static_assert(sizeof(BbtEntryUnicode) == sizeof(BtEntryUnicode));

std::uint8_t entry_size(PageType type, std::size_t level) {
    return type == PageType::Nbt && level == 0 ? kNbtLeafEntrySize : kOtherEntrySize;
}

}  // namespace

BtreeBuilder::BtreeBuilder(PageType type, WritePage write_page)
    : type_(type), write_page_(std::move(write_page)) {}

void BtreeBuilder::add(std::uint64_t key, base::ByteView entry) {
    if (!empty_ && key <= last_key_) {
        throw Error(ErrorCode::Internal,
                    fmt::format("B-tree key 0x{:x} comes after 0x{:x}", key, last_key_));
    }
    empty_ = false;
    last_key_ = key;
    add_to(0, key, entry);
}

void BtreeBuilder::add_to(std::size_t level, std::uint64_t key, base::ByteView entry) {
    if (level == levels_.size()) {
        Level fresh;
        fresh.page.cLevel = static_cast<std::uint8_t>(level);
        fresh.page.cbEnt = entry_size(type_, level);
        fresh.page.cEntMax =
            static_cast<std::uint8_t>(sizeof(BtPageUnicode::rgentries) / fresh.page.cbEnt);
        levels_.push_back(fresh);
    }
    if (levels_[level].page.cEnt == levels_[level].page.cEntMax) {
        pass_up(level);
    }
    Level& target = levels_[level];
    if (target.page.cEnt == 0) {
        target.first_key = key;
    }
    std::memcpy(target.page.rgentries.data() + std::size_t{target.page.cEnt} * target.page.cbEnt,
                entry.data(), entry.size());
    ++target.page.cEnt;
}

Bref BtreeBuilder::write(std::size_t level) {
    BtPageUnicode& page = levels_[level].page;
    const Bref at = write_page_(type_, page);
    page.rgentries = {};
    page.cEnt = 0;
    return at;
}

void BtreeBuilder::pass_up(std::size_t level) {
    const std::uint64_t key = levels_[level].first_key;
    const Bref at = write(level);
    const BtEntryUnicode entry{key, {at.bid.value, at.ib.value}};
    add_to(level + 1, key, base::record_bytes(entry));
}

Bref BtreeBuilder::finish() {
    if (levels_.empty()) {
        BtPageUnicode page{};
        page.cbEnt = entry_size(type_, 0);
        page.cEntMax = static_cast<std::uint8_t>(sizeof page.rgentries / page.cbEnt);
        return write_page_(type_, page);
    }
    // A level below the top one that is full is written only when one more entry comes, so each
    // has at least one entry left here. Writing it may open a further level.
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
        pass_up(level);
    }
    return write(levels_.size() - 1);
}

}  // namespace mbx::pst::ndb
