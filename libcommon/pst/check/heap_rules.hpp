// Heaps and the B-trees in them (L1 to L5, L7), checked while they are opened.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "pst/check/finding.hpp"
#include "pst/check/node_data.hpp"
#include "pst/ltp/records.hpp"
#include "pst/ndb/cache.hpp"

namespace mbx::pst::check {

class Heap {
  public:
    /// Reads all blocks of a node's data as a heap and checks them. nullopt when it is none, or
    /// damaged beyond use; that has been reported. What the reader refers to must outlive it.
    static std::optional<Heap> open(const NodeReader& reader, Bid data, const Place& place,
                                    Reporter& reporter);

    /// The bytes live as long as this or a copy of it.
    struct Item {
        std::shared_ptr<const void> block;
        ByteView bytes;
    };

    std::uint8_t client() const noexcept { return client_; }
    ltp::Hid user_root() const noexcept { return user_root_; }
    /// nullopt when it leads nowhere.
    std::optional<Item> item(ltp::Hid hid) const;

    /// Number of items in all blocks.
    std::uint64_t items() const noexcept { return items_; }

  private:
    struct Block {
        Bytes bytes;
        std::vector<std::uint16_t> starts;  ///< of the items, then their end

        std::size_t map_end() const noexcept;
    };
    class FillLevels;

    // A contents table may have hundreds of megabytes.
    static constexpr std::size_t kKept = 16;     ///< blocks, the first ones
    static constexpr std::size_t kCached = 512;  ///< of the others

    explicit Heap(const NodeReader& reader) : reader_(&reader) {}

    static bool check_block(Block& block, std::size_t index, const Place& place,
                            Reporter& reporter);
    std::shared_ptr<const Block> block(std::size_t index) const;

    const NodeReader* reader_;
    std::vector<const BlockInfo*> infos_;
    std::vector<std::shared_ptr<const Block>> kept_;
    mutable ndb::Cache<std::size_t, Block> cache_{kCached};
    std::uint64_t items_ = 0;
    std::uint8_t client_ = 0;
    ltp::Hid user_root_;
};

/// Calls `take(record)` with each leaf record (key and data), in order, and checks sorting and
/// sizes. `data_sizes`: those allowed. False when the tree is damaged; the records that can be
/// reached have been given.
bool walk_bth(const Heap& heap, ltp::Hid header, std::uint8_t key_size,
              std::initializer_list<std::uint8_t> data_sizes, const Place& place,
              Reporter& reporter, const std::function<void(ByteView)>& take);

}  // namespace mbx::pst::check
