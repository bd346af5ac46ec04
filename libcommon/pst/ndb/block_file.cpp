#include "pst/ndb/block_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/ndb/crypt.hpp"
#include "pst/ndb/layout.hpp"
#include "pst/ndb/seal.hpp"

namespace mbx::pst::ndb {
namespace {

constexpr std::size_t kCachedPages = 4096;
constexpr std::size_t kCachedIndexBlocks = 64;

struct Trailer {
    std::uint16_t cb = 0;
    std::uint16_t signature = 0;
    std::uint32_t crc = 0;
    Bid bid;
};

template <typename Record>
Trailer decode_trailer(base::ByteView block) {
    const auto record = base::read_record<Record>(block, block.size() - sizeof(Record));
    return {record.cb, record.wSig, record.dwCRC, Bid{record.bid}};
}

std::string place_of(const BlockReference& at) {
    return fmt::format("block {} at {}", to_string(at.bid), to_string(at.ib));
}

void check_trailer(const Trailer& trailer, base::ByteView data, const BlockReference& at) {
    const auto expect = [&](const char* field, std::uint64_t found, std::uint64_t expected) {
        if (found != expected) {
            throw Error(ErrorCode::BadData,
                        fmt::format("{} is 0x{:x}, expected 0x{:x}", field, found, expected));
        }
    };
    expect("cb", trailer.cb, at.size);
    expect("bid", key_of(trailer.bid), key_of(at.bid));
    expect("wSig", trailer.signature, signature(at.ib, trailer.bid));
    expect("dwCRC", trailer.crc, base::pst_crc32(data));
}

}  // namespace

BlockFile::BlockFile(const std::string& path)
    : file_(base::File::open_read(path)),
      size_(file_.size()),
      pages_(kCachedPages),
      index_blocks_(kCachedIndexBlocks) {
    base::Bytes start(sizeof(HeaderUnicode));
    start.resize(file_.read_at(0, start));
    try {
        header_ = decode_header(start, size_);
        crypt_ = header_.crypt;
        crypt_ = crypt_in_fact();
    } catch (Error& error) {
        error.with_place(path);
        throw;
    }
}

// ExMerge wrote files whose header says "none" and whose blocks are permuted.
CryptMethod BlockFile::crypt_in_fact() const {
    if (header_.crypt != CryptMethod::None) {
        return header_.crypt;
    }
    for (const Nid nid : {kNidMessageStore, kNidNameToIdMap, kNidRootFolder}) {
        try {
            if (const auto crypt = crypt_of_heap(nid)) {
                return *crypt;
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }  // the next one may tell; whoever needs this one hears of the damage
        }
    }
    return CryptMethod::None;
}

// The first block of a property context begins with a heap header, whose third byte is known
// ([MS-PST] 2.3.1.2).
std::optional<CryptMethod> BlockFile::crypt_of_heap(Nid nid) const {
    constexpr std::size_t kSignatureAt = 2;
    constexpr std::byte kHeapSignature{0xEC};
    const std::optional<Node> node = find_node(nid);
    if (!node || node->data.is_none() || node->data.is_internal()) {
        return std::nullopt;
    }
    const SharedBlock data = block(node->data);
    if (data->size() <= kSignatureAt) {
        return std::nullopt;
    }
    if ((*data)[kSignatureAt] == kHeapSignature) {
        return CryptMethod::None;
    }
    base::Bytes permuted = *data;
    decode(CryptMethod::Permute, node->data, permuted);
    return permuted[kSignatureAt] == kHeapSignature ? std::optional(CryptMethod::Permute)
                                                    : std::nullopt;
}

std::size_t BlockFile::largest_data() const noexcept {
    return header_.width == Width::Unicode ? kLargestDataUnicode : kLargestDataAnsi;
}

base::Bytes BlockFile::read(Ib ib, std::size_t size, const char* what) const {
    base::Bytes bytes(size);
    if (ib.value > size_ || size > size_ - ib.value || file_.read_at(ib.value, bytes) != size) {
        throw Error(ErrorCode::BadData, fmt::format("{} at {} lies outside the file of {} bytes",
                                                    what, to_string(ib), size_));
    }
    return bytes;
}

BlockFile::SharedPage BlockFile::page(PageType type, Bref at) const {
    {
        const std::lock_guard lock(mutex_);
        if (SharedPage cached = pages_.find(at.ib.value)) {
            return cached;
        }
    }
    const base::Bytes bytes = read(at.ib, kPageSize, "page");
    auto result = std::make_shared<BtPage>(decode_bt_page(bytes, header_.width, type, at));
    const std::lock_guard lock(mutex_);
    pages_.put(at.ib.value, result);
    return result;
}

// The one leaf that can hold `key`. next_leaf: first key of the leaf behind it. Levels fall by one
// on the way, so that a cycle cannot hold it up.
BlockFile::SharedPage BlockFile::leaf_for(PageType type, Bref root, std::uint64_t key,
                                          std::optional<std::uint64_t>* next_leaf) const {
    SharedPage current = page(type, root);
    while (current->level > 0) {
        const auto& children = current->children;
        const auto after = std::upper_bound(children.begin(), children.end(), key,
                                            [](std::uint64_t wanted, const PageReference& child) {
                                                return wanted < child.first_key;
                                            });
        if (next_leaf != nullptr && after != children.end()) {
            *next_leaf = after->first_key;
        }
        const PageReference& child = after == children.begin() ? *after : *(after - 1);
        const unsigned expected = current->level - 1;
        current = page(type, child.at);
        if (current->level != expected) {
            throw Error(ErrorCode::BadData,
                        fmt::format("page at {}: cLevel is {}, expected {}", to_string(child.at.ib),
                                    current->level, expected));
        }
    }
    return current;
}

std::optional<BlockReference> BlockFile::find_block(Bid bid) const {
    const SharedPage leaf = leaf_for(PageType::Bbt, header_.bbt, key_of(bid), nullptr);
    const auto found = std::lower_bound(
        leaf->blocks.begin(), leaf->blocks.end(), key_of(bid),
        [](const BlockReference& block, std::uint64_t key) { return key_of(block.bid) < key; });
    if (found == leaf->blocks.end() || key_of(found->bid) != key_of(bid)) {
        return std::nullopt;
    }
    return *found;
}

std::optional<Node> BlockFile::find_node(Nid nid) const {
    const std::optional<Node> node = first_node_from(nid);
    return node && node->nid == nid ? node : std::nullopt;
}

std::optional<Node> BlockFile::first_node_from(Nid nid) const {
    std::uint64_t key = nid.value;
    for (;;) {
        std::optional<std::uint64_t> next_leaf;
        const SharedPage leaf = leaf_for(PageType::Nbt, header_.nbt, key, &next_leaf);
        const auto found =
            std::lower_bound(leaf->nodes.begin(), leaf->nodes.end(), nid,
                             [](const Node& node, Nid wanted) { return node.nid < wanted; });
        if (found != leaf->nodes.end()) {
            return *found;
        }
        if (!next_leaf || *next_leaf <= key) {
            return std::nullopt;
        }
        key = *next_leaf;
    }
}

void BlockFile::for_each_node(const std::function<void(const Node&)>& visit,
                              const std::function<void(const Error&)>& damaged) const {
    std::optional<std::uint64_t> key = 0;
    while (key) {
        std::optional<std::uint64_t> next_leaf;
        SharedPage leaf;
        try {
            leaf = leaf_for(PageType::Nbt, header_.nbt, *key, &next_leaf);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            damaged(error);
        }
        if (leaf != nullptr) {
            std::for_each(leaf->nodes.begin(), leaf->nodes.end(), visit);
        }
        key = next_leaf && *next_leaf > *key ? next_leaf : std::nullopt;
    }
}

BlockFile::SharedBlock BlockFile::block(Bid bid) const {
    if (bid.is_internal()) {
        const std::lock_guard lock(mutex_);
        if (SharedBlock cached = index_blocks_.find(key_of(bid))) {
            return cached;
        }
    }
    const std::optional<BlockReference> at = find_block(bid);
    if (!at) {
        throw Error(ErrorCode::BadData,
                    fmt::format("block {} is not in the file's list of blocks", to_string(bid)));
    }
    auto result = std::make_shared<base::Bytes>(read_block(*at));
    if (bid.is_internal()) {
        const std::lock_guard lock(mutex_);
        index_blocks_.put(key_of(bid), result);
    }
    return result;
}

base::Bytes BlockFile::read_block(const BlockReference& at) const {
    const bool unicode = header_.width == Width::Unicode;
    if (at.size > largest_data()) {
        throw Error(ErrorCode::BadData,
                    fmt::format("cb is {} bytes, at most {}", at.size, largest_data()))
            .with_place(place_of(at));
    }
    const std::size_t trailer_size =
        unicode ? sizeof(BlockTrailerUnicode) : sizeof(BlockTrailerAnsi);
    base::Bytes bytes = read(at.ib, block_size(at.size, trailer_size), "block");
    const Trailer trailer = unicode ? decode_trailer<BlockTrailerUnicode>(bytes)
                                    : decode_trailer<BlockTrailerAnsi>(bytes);
    bytes.resize(at.size);
    try {
        check_trailer(trailer, bytes, at);
    } catch (Error& error) {
        error.with_place(place_of(at));
        throw;
    }
    if (!at.bid.is_internal()) {
        decode(crypt_, trailer.bid, bytes);
    }
    return bytes;
}

}  // namespace mbx::pst::ndb
