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

namespace mbx::pst::check {

class Heap {
  public:
    /// Reads all blocks of a node's data as a heap and checks them. nullopt when it is none, or
    /// damaged beyond use; that has been reported.
    static std::optional<Heap> open(const NodeReader& reader, Bid data, const Place& place,
                                    Reporter& reporter);

    std::uint8_t client() const noexcept { return client_; }
    ltp::Hid user_root() const noexcept { return user_root_; }
    /// nullopt when it leads nowhere. Lives as long as the heap.
    std::optional<ByteView> item(ltp::Hid hid) const noexcept;

    /// Number of items in all blocks.
    std::uint64_t items() const noexcept;

  private:
    struct Block {
        Bytes bytes;
        std::vector<std::uint16_t> starts;  ///< of the items, then their end

        std::size_t map_end() const noexcept;
    };

    static bool check_block(Block& block, std::size_t index, const Place& place,
                            Reporter& reporter);
    void check_fill_levels(std::size_t block_size, const Place& place, Reporter& reporter) const;
    unsigned told_fill_level(std::size_t block) const;

    std::vector<Block> blocks_;
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
