// A sound PST made by PstWriter, and the means to break one thing in it: checksums that cover the
// changed bytes are mended, so that nothing else is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "pst/check/index.hpp"
#include "pst/check/node_data.hpp"
#include "pst/check/table_rules.hpp"
#include "pst/ndb/ids.hpp"
#include "temporary_folder.hpp"

namespace mbx::test {

using pst::ndb::Bid;
using pst::ndb::Nid;

/// Nodes of the sample store.
inline constexpr Nid kInbox{0x80A2};
inline constexpr Nid kWork{0x80C2};            ///< below the Inbox
inline constexpr Nid kPlainMessage{0x200024};  ///< in the Inbox, unread, tracked conversation
inline constexpr Nid kRichMessage{0x200044};   ///< in the Inbox: recipients, attachments, names

/// Of the large store.
inline constexpr Nid kManyAttachments{0x200024};
inline constexpr Nid kLargeAttachment{0x200044};
inline constexpr Nid kManyRecipients{0x200064};
inline constexpr Nid kOleMessage{0x200084};
inline constexpr Nid kCrowded{0x8122};

enum class Sample { Small, Large };

/// A node, then subnodes downwards.
using NodePath = std::vector<Nid>;

class Patient {
  public:
    explicit Patient(Sample sample = Sample::Small);

    const std::string& path() const { return path_; }
    base::Bytes& bytes() { return bytes_; }
    const pst::check::Index& index() const { return *index_; }
    const pst::check::NodeReader& reader() const { return *reader_; }

    /// Writes the changed bytes to path().
    void save();

    /// Little-endian integers in the header; both CRCs are mended.
    void header8(std::size_t at, std::uint8_t value);
    void header32(std::size_t at, std::uint32_t value);
    void header64(std::size_t at, std::uint64_t value);

    /// Changes a page and mends its CRC.
    void page(std::uint64_t offset, const std::function<void(base::MutableByteView)>& change);
    /// Changes the decoded data of a block, encodes it again and mends its CRC.
    void block(Bid bid, const std::function<void(base::MutableByteView)>& change);
    /// Changes a leaf entry of the BBT (24 bytes) or NBT (32 bytes) and mends the page.
    void bbt_entry(Bid bid, const std::function<void(base::MutableByteView)>& change);
    void nbt_entry(Nid nid, const std::function<void(base::MutableByteView)>& change);

    /// First block of a node's, or a subnode's, data.
    Bid data_block(Nid nid) const;
    Bid data_block(Nid nid, Nid subnode) const;
    Bid data_block(Nid nid, Nid subnode, Nid below) const;
    Bid data_block(const NodePath& path) const;
    Bid sub_block(Nid nid) const;
    Bid sub_block(const NodePath& path) const;
    std::uint64_t offset_of(Bid bid) const;
    std::uint64_t root_page(bool nbt) const;

    /// Changes the bytes that follow `pattern` (at its `occurrence`, from 0) in a block's data.
    void after(Bid bid, const base::Bytes& pattern,
               const std::function<void(base::MutableByteView)>& change, int occurrence = 0);

    /// Changes the record (8 bytes) of a property in the first block of its context.
    void record(const NodePath& path, std::uint32_t tag,
                const std::function<void(base::MutableByteView)>& change);
    /// Changes the bytes of a property's value that is an item in the first block of the heap.
    void value(const NodePath& path, std::uint32_t tag,
               const std::function<void(base::MutableByteView)>& change);
    /// Changes a row of a table whose rows are an item in its first block.
    void row(
        const NodePath& path, std::size_t index,
        const std::function<void(base::MutableByteView row, const pst::check::Table&)>& change);
    /// Changes an entry of a leaf of subnodes (24 bytes): the one with that NID.
    void subnode_entry(Bid block, Nid nid,
                       const std::function<void(base::MutableByteView)>& change);
    /// Gives a block other data, at another place that is free; only the counters of free space are
    /// brought up to date.
    void replace(Bid bid, const base::Bytes& data);

  private:
    void load(const base::Bytes& sample);
    void mend_header();
    std::uint64_t leaf_entry(std::uint8_t page_type, std::size_t entry_size,
                             std::uint64_t key) const;

    TemporaryFolder folder_;
    std::string path_;
    base::Bytes bytes_;
    std::unique_ptr<pst::check::Image> image_;
    std::unique_ptr<pst::check::Index> index_;
    std::unique_ptr<pst::check::NodeReader> reader_;
};

/// The record of a property as it begins in a property context: identifier, type.
base::Bytes record_of(std::uint32_t tag);
/// A tag as it begins a column description.
base::Bytes column_of(std::uint32_t tag);
base::Bytes little_endian32(std::uint32_t value);
/// A heap of one block; the first item is the user root.
base::Bytes heap_of(pst::ltp::HeapClient client, const std::vector<base::Bytes>& items);

void put8(base::MutableByteView bytes, std::size_t at, std::uint8_t value);
void put16(base::MutableByteView bytes, std::size_t at, std::uint16_t value);
void put32(base::MutableByteView bytes, std::size_t at, std::uint32_t value);
void put64(base::MutableByteView bytes, std::size_t at, std::uint64_t value);

}  // namespace mbx::test
