// Writes the node database layer of a new Unicode PST (wVer 23), front to back ([MS-PST] 2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::ndb {

/// A data tree that has been written: one block, or an XBLOCK or XXBLOCK over many. No bytes: bid
/// 0, no block.
struct DataTree {
    Bid bid;
    std::uint64_t size = 0;  ///< bytes of data, before encoding, without padding and index blocks
};

struct NdbWriterOptions {
    CryptMethod crypt = CryptMethod::Permute;
    /// The file never grows beyond this; the write that would do it throws Error(CannotCreate).
    /// Default: the 51,200 MB of Outlook 2010 and later (MaxLargeFileSize).
    std::uint64_t max_file_size = std::uint64_t{51'200} << 20;
    /// Leaves that many sections of 253,952 bytes free at the start, as holes: to test what large
    /// files have without writing one.
    std::uint64_t skip_sections = 0;
};

/// Data goes out in the order of the calls; a section of 253,952 bytes is filled in memory and
/// written whole. Blocks and nodes known so far are spooled, not held: memory does not grow with
/// the file.
///
/// Reference counts: each Bid given to add_subnodes() or add_node() is one more owner of that tree;
/// a tree may be given any number of times (at most kMostOwners). Every tree must have an owner
/// when finish() is called.
class NdbWriter {
  public:
    /// Creates or empties `path`. Nothing in the file is valid before finish() has returned: the
    /// header is written last.
    NdbWriter(const std::string& path, const NdbWriterOptions& options);
    ~NdbWriter();
    NdbWriter(const NdbWriter&) = delete;
    NdbWriter& operator=(const NdbWriter&) = delete;

    static constexpr std::uint32_t kMostOwners = 60'000;  // cRef is 16 bits

    /// Writes all bytes as one data tree. Throws Error(BadData) above 4 GiB - 1.
    DataTree add_data(base::ByteView bytes);
    DataTree add_data(const base::ByteSource& source);

    /// One SLBLOCK, or an SIBLOCK over several. Sorts by NID. No entries: bid 0, no block.
    /// Throws Error(BadData) for more than 173,400 entries, Error(Internal) for a NID that occurs
    /// twice.
    Bid add_subnodes(std::span<const SubnodeEntry> entries);

    /// The next free index of a type, raising rgnid[type] ([MS-PST] 2.2.2.6). For nodes and for
    /// subnodes.
    Nid allocate(NidType type);
    /// Raises rgnid[type of nid] to at least the index of `nid`, for NIDs chosen by the caller.
    /// add_subnodes() and add_node() do it for theirs. Types that never count are left alone.
    void reserve(Nid nid);

    /// An NBT entry. Each NID once; finish() throws Error(Internal) otherwise.
    void add_node(Nid nid, Bid data, Bid sub, Nid parent);

    /// What has been added so far stays. Without a call of it, everything does.
    void checkpoint();
    /// Takes back all that was added, allocated and reserved since the last checkpoint(): for an
    /// object whose source failed midway. Costs memory for the blocks since then (24 bytes each).
    /// Pre: checkpoint() was called.
    void roll_back();

    /// Bytes that the file has by now, padding included; what is still to come (trees, maps) is
    /// small.
    std::uint64_t size_so_far() const noexcept;

    /// Writes the B-trees, allocation maps, density list and, last, the header; brings all to
    /// stable storage. unique: dwUnique of the header, above every row version ([MS-PST] 2.2.2.6).
    /// Throws Error(Internal) when a tree has no owner.
    void finish(std::uint32_t unique);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mbx::pst::ndb
