// Checks the LTP and messaging layers of a Unicode PST from its bytes alone, with offsets written
// out from [MS-PST]: it shares no code with the writer and readers under test but the permutation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "unit/pst/ndb/raw_pst.hpp"

namespace mbx::test {

/// A node or subnode: its data and its own subnodes.
struct RawNode {
    std::uint64_t data = 0;
    std::uint64_t sub = 0;
};

struct RawValue {
    std::string bytes;
    std::uint32_t hnid = 0;  ///< where the bytes lie; 0 for inline and empty values
};
using RawProperties = std::map<std::uint32_t, RawValue>;  // by tag

struct RawColumn {
    std::uint32_t tag = 0;
    std::size_t at = 0;
    std::size_t size = 0;
    std::size_t bit = 0;
};
struct RawTable {
    std::vector<RawColumn> columns;
    std::vector<std::size_t> ends;  ///< rgib
    std::uint32_t matrix = 0;       ///< hnidRows
    std::map<std::uint32_t, RawProperties> rows;
};

class RawStore {
  public:
    explicit RawStore(const std::string& path);

    /// What is wrong: node database, heaps, tables, messages against their rows, counts, sizes,
    /// names. Empty: sound.
    std::vector<std::string> problems();

    const RawPst& pst() const { return pst_; }
    bool has(std::uint32_t nid) const { return pst_.nodes().contains(nid); }
    RawNode node(std::uint32_t nid) const;
    std::map<std::uint32_t, RawNode> subnodes(std::uint64_t bid) const;
    std::string data(std::uint64_t bid) const;
    std::string heap_item(const std::string& heap, std::uint32_t hid) const;
    RawProperties properties(const RawNode& node) const;
    RawTable table(const RawNode& node) const;
    /// Of the data of the node and all its subnodes.
    std::uint64_t size_of(const RawNode& node) const;
    std::vector<std::uint32_t> nids_of_type(std::uint32_t type) const;

  private:
    std::string block(std::uint64_t bid) const;
    std::map<std::string, std::string> records(const std::string& heap, std::uint32_t header,
                                               std::size_t key, std::size_t data) const;

    void check_heap(const std::string& where, const std::string& heap);
    void check_tree_shape(std::uint64_t bid);
    void check_folder(std::uint32_t nid);
    void check_contents(std::uint32_t folder, std::uint32_t table_type, std::uint32_t message_type);
    void check_row(const std::string& where, const RawProperties& row, const RawProperties& object,
                   const RawTable& table);
    void check_message(const std::string& where, const RawNode& node);
    void check_attachment(const std::string& where, const RawNode& node, const RawProperties& row,
                          const RawTable& table);
    void check_subnodes_used(const std::string& where, const RawNode& node,
                             std::set<std::uint32_t> used);
    void check_names();
    void check_version(const std::string& where, const RawProperties& row);
    void expect(bool held, const std::string& what);

    RawPst pst_;
    int fd_ = -1;
    std::vector<std::string> ndb_problems_;
    mutable std::vector<std::string> problems_;
    std::set<std::uint32_t> versions_;
};

std::uint64_t little_endian(const std::string& bytes, std::size_t at, std::size_t size);
inline std::uint32_t u32_at(const std::string& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(little_endian(bytes, at, 4));
}
/// The value of an Integer32 or NID cell; 0 when absent.
std::uint32_t integer_of(const RawProperties& properties, std::uint32_t tag);
/// UTF-16LE of ASCII.
std::string wide(const std::string& ascii);

}  // namespace mbx::test
