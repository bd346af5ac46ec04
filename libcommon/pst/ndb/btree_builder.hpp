// Builds an NBT or BBT of a Unicode file bottom-up from entries that come in order
// ([MS-PST] 2.2.2.7.7).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"
#include "pst/ndb/records.hpp"

namespace mbx::pst::ndb {

/// Holds one page of each level. Pages are full but for the last of each level.
class BtreeBuilder {
  public:
    /// write_page: finds a place for a page, seals it and says where it is.
    using WritePage = std::function<Bref(PageType, const BtPageUnicode&)>;

    /// type: Nbt or Bbt.
    BtreeBuilder(PageType type, WritePage write_page);

    /// entry: an NbtEntryUnicode or BbtEntryUnicode. Throws Error(Internal) when `key` is not above
    /// the one before.
    void add(std::uint64_t key, base::ByteView entry);

    /// Writes what is left. Returns the root page; a tree without entries is one empty leaf.
    Bref finish();

  private:
    struct Level {
        BtPageUnicode page{};
        std::uint64_t first_key = 0;
    };

    void add_to(std::size_t level, std::uint64_t key, base::ByteView entry);
    /// Writes the page of a level and enters it in the level above.
    void pass_up(std::size_t level);
    Bref write(std::size_t level);

    PageType type_;
    WritePage write_page_;
    std::vector<Level> levels_;
    std::uint64_t last_key_ = 0;
    bool empty_ = true;
};

}  // namespace mbx::pst::ndb
