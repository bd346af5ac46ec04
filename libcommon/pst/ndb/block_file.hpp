// An open PST: its header, pages and blocks, each checked when it is read ([MS-PST] 2.2).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "pst/ndb/bt_page.hpp"
#include "pst/ndb/cache.hpp"
#include "pst/ndb/header.hpp"

namespace mbx::pst::ndb {

/// Reads the header when it is made, all else when it is asked for; memory is bounded. May be used
/// by several threads at a time. Errors name the page or block; the path is the caller's to add.
class BlockFile {
  public:
    /// Throws Error(NoInput, NotAllowed) when the file cannot be opened, and as decode_header().
    explicit BlockFile(const std::string& path);

    const Header& header() const noexcept { return header_; }
    std::uint64_t size() const noexcept { return size_; }
    const std::string& path() const noexcept { return file_.path(); }

    /// The most bytes of data that a block has: 8,176 or, in an ANSI file, 8,180.
    std::size_t largest_data() const noexcept;

    using SharedPage = std::shared_ptr<const BtPage>;
    using SharedBlock = std::shared_ptr<const base::Bytes>;

    /// type: Nbt or Bbt. Throws Error(BadData).
    SharedPage page(PageType type, Bref at) const;

    /// The BBT entry of a block; nullopt when there is none. Throws Error(BadData) for a damaged
    /// BBT.
    std::optional<BlockReference> find_block(Bid bid) const;
    std::optional<Node> find_node(Nid nid) const;
    /// The node with the smallest NID that is not below `nid`; nullopt when all are below.
    std::optional<Node> first_node_from(Nid nid) const;
    /// All nodes, ascending by NID; past pages that cannot be read, whose errors go to `damaged`.
    void for_each_node(const std::function<void(const Node&)>& visit,
                       const std::function<void(const Error&)>& damaged) const;

    /// The data of a block, decoded. Throws Error(BadData) when the BBT does not have it, or its
    /// trailer (size, BID, signature, CRC) is wrong.
    SharedBlock block(Bid bid) const;

  private:
    base::Bytes read(Ib ib, std::size_t size, const char* what) const;
    base::Bytes read_block(const BlockReference& at) const;
    SharedPage leaf_for(PageType type, Bref root, std::uint64_t key,
                        std::optional<std::uint64_t>* next_leaf) const;
    CryptMethod crypt_in_fact() const;
    std::optional<CryptMethod> crypt_of_heap(Nid nid) const;

    base::File file_;
    std::uint64_t size_ = 0;
    Header header_;
    CryptMethod crypt_ = CryptMethod::None;

    mutable std::mutex mutex_;  // of the caches
    mutable Cache<std::uint64_t, BtPage> pages_;
    mutable Cache<std::uint64_t, base::Bytes> index_blocks_;
};

using SharedBlockFile = std::shared_ptr<const BlockFile>;

}  // namespace mbx::pst::ndb
