#include "pst/ndb/block_writer.hpp"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "base/error.hpp"
#include "pst/ndb/crypt.hpp"
#include "pst/ndb/seal.hpp"
#include "pst/ndb/writer.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::uint64_t kBidStep = 4;
constexpr std::uint64_t kInternalBit = 2;
// of an inner page; what is left over stays free
// NOLINTNEXTLINE(bugprone-sizeof-expression)
constexpr std::uint64_t kEntriesPerPage = sizeof(BtPageUnicode::rgentries) / sizeof(BtEntryUnicode);

}  // namespace

std::uint64_t most_tree_pages(std::uint64_t entries, std::uint64_t entries_per_leaf) noexcept {
    std::uint64_t level = entries / entries_per_leaf + 1;
    std::uint64_t total = level;
    while (level > 1) {
        level = level / kEntriesPerPage + 1;
        total += level;
    }
    return total;
}

Bid BlockWriter::write(base::ByteView data, bool internal) {
    const SectionFile::Place place =
        sections_.take_block(block_size(data.size(), sizeof(BlockTrailerUnicode)),
                             kept_pages_ + most_tree_pages(blocks_.count(), kEntriesPerPage));
    const Bid bid{next_ | (internal ? kInternalBit : 0)};
    next_ += kBidStep;
    std::memcpy(place.bytes.data(), data.data(), data.size());
    if (!internal) {
        encode(crypt_, bid, place.bytes.first(data.size()));
    }
    seal_block(place.bytes, data.size(), {bid, place.ib});

    BbtEntryUnicode entry{};
    entry.BREF = {bid.value, place.ib.value};
    entry.cb = static_cast<std::uint16_t>(data.size());
    entry.cRef = 2;  // the entry itself and the first owner
    blocks_.add(entry);
    references_.add_block(bid);
    return bid;
}

void BlockWriter::own(Bid bid) {
    if (!bid.is_none()) {
        references_.add_owner(bid, NdbWriter::kMostOwners);
    }
}

void BlockWriter::checkpoint() {
    blocks_.checkpoint();
    references_.checkpoint();
    next_at_checkpoint_ = next_;
    sections_at_checkpoint_ = sections_.sections();
}

void BlockWriter::roll_back() {
    std::vector<Ib> places;
    places.reserve(blocks_.held().size());
    for (const BbtEntryUnicode& entry : blocks_.held()) {
        places.push_back(Ib{entry.BREF.ib});
    }
    sections_.give_back(sections_at_checkpoint_, places);
    blocks_.roll_back();
    references_.roll_back();
    next_ = next_at_checkpoint_;
}

void BlockWriter::check_owners() const {
    if (const auto bid = references_.any_unowned()) {
        throw Error(ErrorCode::Internal, fmt::format("block {} has no owner", to_string(*bid)));
    }
}

}  // namespace mbx::pst::ndb
