#include "unit/pst/check/patient.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "base/crc32.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "pst/check/tree_rules.hpp"
#include "pst/ndb/crypt.hpp"
#include "pst/ndb/seal.hpp"
#include "support/large_store.hpp"
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

/// Made once: PstWriter brings what it writes to stable storage, which takes its time.
const base::Bytes& bytes_of(Sample sample) {
    const auto make = [](void (*write)(const std::string&)) {
        const TemporaryFolder folder;
        write(folder / "sample.pst");
        return base::to_bytes(base::read_file(folder / "sample.pst", std::uint64_t{1} << 30));
    };
    if (sample == Sample::Large) {
        static const base::Bytes large = make(write_large_store);
        return large;
    }
    static const base::Bytes small = make(write_sample_store);
    return small;
}

/// Where an item of a heap block lies. Pre: it is there.
base::MutableByteView item_of(base::MutableByteView heap, std::uint32_t hid) {
    const std::size_t map = base::read_record<le16>(heap, 0);
    const std::size_t index = hid >> 5 & 0x7FFU;
    const std::size_t start = base::read_record<le16>(heap, map + 2 + 2 * index);
    const std::size_t end = base::read_record<le16>(heap, map + 4 + 2 * index);
    return heap.subspan(start, end - start);
}

void write(const std::string& path, base::ByteView bytes) {
    const std::string_view text = base::as_text(bytes);
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
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

Patient::Patient(Sample sample) : path_(folder_ / "patient.pst") {
    write(path_, bytes_of(sample));
    load(bytes_of(sample));
}

void Patient::load(const base::Bytes& sample) {
    bytes_ = sample;
    image_ = std::make_unique<pst::check::Image>(path_);
    pst::check::Reporter silent([](const pst::check::Finding&) {});
    index_ = std::make_unique<pst::check::Index>(pst::check::walk_trees(*image_, silent));
    reader_ = std::make_unique<pst::check::NodeReader>(*image_, *index_);
}

void Patient::save() {
    write(path_, bytes_);
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

Bid Patient::data_block(const NodePath& path) const {
    Bid data = index_->find(path.front())->data;
    Bid sub = sub_block(path.front());
    for (std::size_t i = 1; i < path.size(); ++i) {
        const auto subnodes = reader_->subnodes(sub);
        const pst::check::Subnode* found = pst::check::find(*subnodes, path[i]);
        data = found->data;
        sub = found->sub;
    }
    return Bid{reader_->blocks(data)->blocks.at(0)->bid};
}

Bid Patient::sub_block(const NodePath& path) const {
    Bid sub = sub_block(path.front());
    for (std::size_t i = 1; i < path.size(); ++i) {
        const auto subnodes = reader_->subnodes(sub);
        sub = pst::check::find(*subnodes, path[i])->sub;
    }
    return sub;
}

void Patient::record(const NodePath& path, std::uint32_t tag,
                     const std::function<void(base::MutableByteView)>& change) {
    const base::Bytes wanted = record_of(tag);
    block(data_block(path), [&](base::MutableByteView data) {
        const auto at = std::search(data.begin(), data.end(), wanted.begin(), wanted.end());
        if (at == data.end()) {
            throw std::out_of_range("no such property");
        }
        change(data.subspan(static_cast<std::size_t>(at - data.begin()), 8));
    });
}

void Patient::value(const NodePath& path, std::uint32_t tag,
                    const std::function<void(base::MutableByteView)>& change) {
    std::uint32_t hid = 0;
    record(path, tag,
           [&](base::MutableByteView bytes) { hid = base::read_record<le32>(bytes, 4); });
    block(data_block(path), [&](base::MutableByteView data) { change(item_of(data, hid)); });
}

void Patient::row(
    const NodePath& path, std::size_t index,
    const std::function<void(base::MutableByteView, const pst::check::Table&)>& change) {
    pst::check::Reporter silent([](const pst::check::Finding&) {});
    auto object = pst::check::Object::open(*reader_, Bid{data_block(path)},
                                           path.size() == 1 ? sub_block(path) : Bid{}, {});
    auto table = pst::check::Table::open(*object, silent);
    const base::Bytes row = base::to_bytes(table->row(index).value());
    block(data_block(path), [&](base::MutableByteView data) {
        const auto at = std::search(data.begin(), data.end(), row.begin(), row.end());
        if (at == data.end()) {
            throw std::out_of_range("the rows are not in the first block");
        }
        change(data.subspan(static_cast<std::size_t>(at - data.begin()), row.size()), *table);
    });
}

void Patient::subnode_entry(Bid bid, Nid nid,
                            const std::function<void(base::MutableByteView)>& change) {
    block(bid, [&](base::MutableByteView data) {
        for (std::size_t at = 8; at + 24 <= data.size(); at += 24) {
            if (base::read_record<le64>(data, at) == nid.value) {
                change(data.subspan(at, 24));
                return;
            }
        }
        throw std::out_of_range("no such subnode");
    });
}

void Patient::replace(Bid bid, const base::Bytes& data) {
    const std::size_t size = (data.size() + 16 + 63) / 64 * 64;
    const auto old_slots = image_->block_size(index_->find(bid)->cb) / 64;
    const std::uint64_t old = offset_of(bid);
    std::size_t slot = 0;
    page(0x4400, [&](base::MutableByteView amap) {
        const auto set = [&](std::size_t at, bool used) {
            const auto mask = std::byte{static_cast<std::uint8_t>(0x80U >> at % 8)};
            amap[at / 8] = used ? amap[at / 8] | mask : amap[at / 8] & ~mask;
        };
        for (std::size_t i = 0; i < old_slots; ++i) {
            set((old - 0x4400) / 64 + i, false);
        }
        const auto is_used = [&](std::size_t at) {
            return (amap[at / 8] & std::byte{static_cast<std::uint8_t>(0x80U >> at % 8)}) !=
                   std::byte{0};
        };
        for (std::size_t run = 0; run < size / 64; ++slot) {
            run = is_used(slot) ? 0 : run + 1;
        }
        slot -= size / 64;
        for (std::size_t i = 0; i < size / 64; ++i) {
            set(slot + i, true);
        }
    });
    header64(200, base::read_record<le64>(bytes_, 200) + old_slots * 64 - size);
    const std::uint64_t offset = 0x4400 + slot * 64;
    bbt_entry(bid, [&](base::MutableByteView entry) {
        put64(entry, 8, offset);
        put16(entry, 16, static_cast<std::uint16_t>(data.size()));
    });
    const auto view = base::MutableByteView(bytes_).subspan(offset, size);
    std::ranges::fill(view, std::byte{0});
    std::ranges::copy(data, view.begin());
    pst::ndb::encode(image_->crypt(), bid, view.first(data.size()));
    put16(view, size - 16, static_cast<std::uint16_t>(data.size()));
    put16(view, size - 14, pst::ndb::signature(pst::ndb::Ib{offset}, bid));
    put32(view, size - 12, base::pst_crc32(base::ByteView(view).first(data.size())));
    put64(view, size - 8, bid.value);
}

base::Bytes heap_of(pst::ltp::HeapClient client, const std::vector<base::Bytes>& items) {
    base::Bytes heap(12);
    base::Bytes map;
    base::append_le(map, static_cast<std::uint16_t>(items.size()));
    base::append_le(map, std::uint16_t{0});
    for (const base::Bytes& item : items) {
        base::append_le(map, static_cast<std::uint16_t>(heap.size()));
        base::append(heap, item);
    }
    base::append_le(map, static_cast<std::uint16_t>(heap.size()));
    heap.resize((heap.size() + 1) / 2 * 2);
    put16(heap, 0, static_cast<std::uint16_t>(heap.size()));
    put8(heap, 2, pst::ltp::kHeapSignature);
    put8(heap, 3, static_cast<std::uint8_t>(client));
    put32(heap, 4, 0x20);
    base::append(heap, map);
    return heap;
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
