#include "unit/pst/check/patient.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "base/crc32.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "pst/check/tree_rules.hpp"
#include "pst/ndb/crypt.hpp"
#include "pst/ndb/seal.hpp"
#include "support/sample_store.hpp"

namespace mbx::test {
namespace {

using base::le16;
using base::le32;
using base::le64;
using pst::ndb::CryptMethod;

template <typename Little, typename Value>
void put(base::MutableByteView bytes, std::size_t at, Value value) {
    const Little record(value);
    std::memcpy(bytes.subspan(at, sizeof record).data(), &record, sizeof record);
}

}  // namespace

void put8(base::MutableByteView bytes, std::size_t at, std::uint8_t value) {
    bytes[at] = static_cast<std::byte>(value);
}
void put16(base::MutableByteView bytes, std::size_t at, std::uint16_t value) {
    put<le16>(bytes, at, value);
}
void put32(base::MutableByteView bytes, std::size_t at, std::uint32_t value) {
    put<le32>(bytes, at, value);
}
void put64(base::MutableByteView bytes, std::size_t at, std::uint64_t value) {
    put<le64>(bytes, at, value);
}

base::Bytes record_of(std::uint32_t tag) {
    return little_endian32(tag << 16 | tag >> 16);
}
base::Bytes column_of(std::uint32_t tag) {
    return little_endian32(tag);
}
base::Bytes little_endian32(std::uint32_t value) {
    base::Bytes result;
    base::append_le(result, value);
    return result;
}

Patient::Patient() : path_(folder_ / "patient.pst") {
    write_sample_store(path_);
    load();
}

void Patient::load() {
    const std::string text = base::read_file(path_, std::uint64_t{1} << 30);
    bytes_ = base::to_bytes(text);
    image_ = std::make_unique<pst::check::Image>(path_);
    pst::check::Reporter silent([](const pst::check::Finding&) {});
    index_ = std::make_unique<pst::check::Index>(pst::check::walk_trees(*image_, silent));
    reader_ = std::make_unique<pst::check::NodeReader>(*image_, *index_);
}

void Patient::save() {
    base::replace_file(path_, bytes_);
}

void Patient::mend_header() {
    const base::MutableByteView bytes(bytes_);
    put32(bytes, 4, base::pst_crc32(base::ByteView(bytes).subspan(8, 471)));
    put32(bytes, 524, base::pst_crc32(base::ByteView(bytes).subspan(8, 516)));
}

void Patient::header8(std::size_t at, std::uint8_t value) {
    put8(bytes_, at, value);
    mend_header();
}
void Patient::header32(std::size_t at, std::uint32_t value) {
    put32(bytes_, at, value);
    mend_header();
}
void Patient::header64(std::size_t at, std::uint64_t value) {
    put64(bytes_, at, value);
    mend_header();
}

void Patient::page(std::uint64_t offset, const std::function<void(base::MutableByteView)>& change) {
    const auto view = base::MutableByteView(bytes_).subspan(offset, 512);
    change(view);
    put32(view, 500, base::pst_crc32(base::ByteView(view).first(496)));
}

void Patient::block(Bid bid, const std::function<void(base::MutableByteView)>& change) {
    const pst::check::BlockInfo* info = index_->find(bid);
    if (info == nullptr) {
        throw std::out_of_range("no such block");
    }
    const std::size_t size = image_->block_size(info->cb);
    const auto view = base::MutableByteView(bytes_).subspan(info->offset(), size);
    const auto data = view.first(info->cb);
    const CryptMethod crypt = bid.is_internal() ? CryptMethod::None : image_->crypt();
    pst::ndb::decode(crypt, bid, data);
    change(data);
    pst::ndb::encode(crypt, bid, data);
    put32(view, size - 12, base::pst_crc32(data));
}

std::uint64_t Patient::leaf_entry(std::uint8_t page_type, std::size_t entry_size,
                                  std::uint64_t key) const {
    for (std::uint64_t at = 0x4400; at + 512 <= bytes_.size(); at += 512) {
        const auto page = base::ByteView(bytes_).subspan(at, 512);
        if (page[496] != std::byte{page_type} || page[497] != std::byte{page_type} ||
            page[491] != std::byte{0}) {
            continue;
        }
        for (std::size_t i = 0; i < std::to_integer<std::size_t>(page[488]); ++i) {
            if (base::read_record<le64>(page, i * entry_size) == key) {
                return at + i * entry_size;
            }
        }
    }
    throw std::out_of_range("no such entry");
}

void Patient::bbt_entry(Bid bid, const std::function<void(base::MutableByteView)>& change) {
    const std::uint64_t at = leaf_entry(0x80, 24, bid.value);
    page(at / 512 * 512, [&](base::MutableByteView bytes) { change(bytes.subspan(at % 512, 24)); });
}

void Patient::nbt_entry(Nid nid, const std::function<void(base::MutableByteView)>& change) {
    const std::uint64_t at = leaf_entry(0x81, 32, nid.value);
    page(at / 512 * 512, [&](base::MutableByteView bytes) { change(bytes.subspan(at % 512, 32)); });
}

Bid Patient::data_block(Nid nid) const {
    return Bid{reader_->blocks(index_->find(nid)->data)->blocks.at(0)->bid};
}

Bid Patient::data_block(Nid nid, Nid subnode) const {
    const auto subnodes = reader_->subnodes(index_->find(nid)->sub);
    return Bid{reader_->blocks(pst::check::find(*subnodes, subnode)->data)->blocks.at(0)->bid};
}

Bid Patient::data_block(Nid nid, Nid subnode, Nid below) const {
    const auto subnodes = reader_->subnodes(index_->find(nid)->sub);
    const auto inner = reader_->subnodes(pst::check::find(*subnodes, subnode)->sub);
    return Bid{reader_->blocks(pst::check::find(*inner, below)->data)->blocks.at(0)->bid};
}

Bid Patient::sub_block(Nid nid) const {
    return index_->find(nid)->sub;
}

std::uint64_t Patient::offset_of(Bid bid) const {
    return index_->find(bid)->offset();
}

std::uint64_t Patient::root_page(bool nbt) const {
    return (nbt ? image_->header().nbt : image_->header().bbt).ib.value;
}

void Patient::after(Bid bid, const base::Bytes& pattern,
                    const std::function<void(base::MutableByteView)>& change, int occurrence) {
    block(bid, [&](base::MutableByteView data) {
        auto from = data.begin();
        for (;; ++from) {
            from = std::search(from, data.end(), pattern.begin(), pattern.end());
            if (from == data.end()) {
                throw std::out_of_range("the pattern does not occur");
            }
            if (occurrence-- == 0) {
                break;
            }
        }
        change(data.subspan(static_cast<std::size_t>(from - data.begin()) + pattern.size()));
    });
}

}  // namespace mbx::test
