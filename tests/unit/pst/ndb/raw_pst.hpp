// Checks a Unicode PST's node database layer from its bytes alone, with offsets written out from
// [MS-PST]: it shares no code with the writer and reader under test.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace mbx::test {

class RawPst {
  public:
    explicit RawPst(const std::string& path);
    ~RawPst();
    RawPst(const RawPst&) = delete;
    RawPst& operator=(const RawPst&) = delete;

    /// All rules of header, allocation maps, trees, blocks and reference counts. Empty: sound.
    std::vector<std::string> problems();

    struct Block {
        std::uint64_t ib = 0;
        std::uint16_t cb = 0;
        std::uint16_t cref = 0;
    };
    struct Node {
        std::uint64_t data = 0;
        std::uint64_t sub = 0;
        std::uint32_t parent = 0;
    };
    const std::map<std::uint64_t, Block>& blocks() const { return blocks_; }
    const std::map<std::uint32_t, Node>& nodes() const { return nodes_; }

    std::uint64_t u64(std::uint64_t at) const { return integer(at, 8); }
    std::uint32_t u32(std::uint64_t at) const { return static_cast<std::uint32_t>(integer(at, 4)); }
    std::uint16_t u16(std::uint64_t at) const { return static_cast<std::uint16_t>(integer(at, 2)); }
    std::uint8_t u8(std::uint64_t at) const { return static_cast<std::uint8_t>(integer(at, 1)); }
    std::uint64_t size() const { return size_; }
    int tree_height(bool nbt) const { return nbt ? nbt_height_ : bbt_height_; }

  private:
    struct Extent {
        std::uint64_t at = 0;
        std::uint64_t size = 0;
    };

    std::string bytes(std::uint64_t at, std::size_t size) const;
    std::uint64_t integer(std::uint64_t at, std::size_t size) const;
    void expect(bool held, const std::string& what);
    void check_header();
    int walk_tree(std::uint64_t bid, std::uint64_t ib, std::uint8_t type, std::uint64_t first_key,
                  bool is_root);
    void check_page(std::uint64_t ib, std::uint64_t bid, std::uint8_t type, bool has_signature);
    void take_leaf(std::uint64_t at, std::uint8_t type);
    void check_blocks();
    void count_tree(std::uint64_t bid);
    void count(std::uint64_t bid);
    void check_maps();

    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::vector<std::string> problems_;
    std::vector<Extent> extents_;
    std::map<std::uint64_t, Block> blocks_;
    std::map<std::uint32_t, Node> nodes_;
    std::map<std::uint64_t, std::uint32_t> references_;
    int nbt_height_ = 0;
    int bbt_height_ = 0;
};

}  // namespace mbx::test
