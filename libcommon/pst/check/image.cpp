#include "pst/check/image.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"

namespace mbx::pst::check {
namespace {

using base::read_record;

constexpr std::uint16_t kVersion4k = 36;

template <typename Record>
Bref bref(const Record& record) {
    return {Bid{record.bid}, Ib{record.ib}};
}

template <typename Root>
void take_root(RawHeader& header, const Root& root) {
    header.ibFileEof = root.ibFileEof;
    header.ibAMapLast = root.ibAMapLast;
    header.cbAMapFree = root.cbAMapFree;
    header.cbPMapFree = root.cbPMapFree;
    header.nbt = bref(root.BREFNBT);
    header.bbt = bref(root.BREFBBT);
    header.fAMapValid = root.fAMapValid;
    header.reserved_in_root = root.dwReserved | root.bReserved | root.wReserved;
}

template <typename Record>
void take_common(RawHeader& header, const Record& record) {
    header.start = record.start;
    header.bidNextP = record.bidNextP;
    header.bidNextB = record.bidNextB;
    header.dwUnique = record.dwUnique;
    for (std::size_t i = 0; i < header.rgnid.size(); ++i) {
        header.rgnid.at(i) = record.rgnid.at(i);
    }
    take_root(header, record.root);
    header.rgbFM = record.rgbFM;
    header.rgbFP = record.rgbFP;
    header.bSentinel = record.bSentinel;
    header.bCryptMethod = record.bCryptMethod;
    header.rgbReserved = record.rgbReserved;
}

}  // namespace

Image::Image(const std::string& path) : file_(base::File::open_read(path)), size_(file_.size()) {
    header_bytes_.resize(sizeof(ndb::HeaderUnicode));
    if (file_.read_at(0, header_bytes_) < header_bytes_.size()) {
        throw Error(ErrorCode::BadData,
                    fmt::format("no PST: the file has {} bytes, less than a header", size_))
            .with_place(path);
    }
    const auto start = read_record<ndb::HeaderStart>(header_bytes_);
    if (start.dwMagic != ndb::kHeaderMagic) {
        throw Error(ErrorCode::BadData,
                    fmt::format("no PST: dwMagic is {:#010x}, expected {:#010x}",
                                std::uint32_t{start.dwMagic}, ndb::kHeaderMagic))
            .with_place(path);
    }
    if (start.wVer >= kVersion4k) {
        throw Error(
            ErrorCode::BadData,
            fmt::format("wVer is {}: files with 4K pages (OST of Outlook 2013 and later) are "
                        "not checked",
                        std::uint16_t{start.wVer}))
            .with_place(path);
    }
    ansi_ = start.wVer < 20;
    decode_header();
}

bool has_4k_pages(const std::string& path) {
    Bytes start(sizeof(ndb::HeaderStart));
    if (base::File::open_read(path).read_at(0, start) < start.size()) {
        return false;
    }
    const auto header = read_record<ndb::HeaderStart>(start);
    return header.dwMagic == ndb::kHeaderMagic && header.wVer == kVersion4k;
}

void Image::decode_header() {
    const ByteView bytes(header_bytes_);
    if (ansi_) {
        take_common(header_, read_record<ndb::HeaderAnsi>(bytes));
    } else {
        const auto record = read_record<ndb::HeaderUnicode>(bytes);
        take_common(header_, record);
        header_.bidUnused = record.bidUnused;
        header_.qwUnused = record.qwUnused;
        header_.dwAlign = record.dwAlign;
        header_.dwCRCFull = record.dwCRCFull;
    }
    header_.computed_partial =
        base::pst_crc32(bytes.subspan(ndb::kHeaderCrcStart, ndb::kHeaderPartialCrcSize));
    header_.computed_full =
        base::pst_crc32(bytes.subspan(ndb::kHeaderCrcStart, ndb::kHeaderFullCrcSize));
}

std::uint64_t Image::sections() const noexcept {
    if (size_ <= ndb::kFirstSectionOffset) {
        return 0;
    }
    return (size_ - ndb::kFirstSectionOffset + ndb::kSectionSize - 1) / ndb::kSectionSize;
}

Bytes Image::read(std::uint64_t offset, std::size_t count) const {
    Bytes result(offset < size_ ? std::min<std::uint64_t>(count, size_ - offset) : 0);
    if (!result.empty()) {
        result.resize(file_.read_at(offset, result));
    }
    return result;
}

PageTrailer Image::page_trailer(ByteView page) const {
    const std::size_t at = ndb::kPageSize - page_trailer_size();
    PageTrailer result;
    const auto take = [&result](const auto& record) {
        result.ptype = record.ptype;
        result.ptypeRepeat = record.ptypeRepeat;
        result.wSig = record.wSig;
        result.dwCRC = record.dwCRC;
        result.bid = record.bid;
    };
    if (ansi_) {
        take(read_record<ndb::PageTrailerAnsi>(page, at));
    } else {
        take(read_record<ndb::PageTrailerUnicode>(page, at));
    }
    result.computed_crc = base::pst_crc32(page.first(at));
    return result;
}

BtPage Image::bt_page(ByteView page) const {
    BtPage result;
    const auto take = [&result](const auto& record) {
        result.cEnt = record.cEnt;
        result.cEntMax = record.cEntMax;
        result.cbEnt = record.cbEnt;
        result.cLevel = record.cLevel;
    };
    if (ansi_) {
        take(read_record<ndb::BtPageAnsi>(page));
    } else {
        const auto record = read_record<ndb::BtPageUnicode>(page);
        take(record);
        result.dwPadding = record.dwPadding;
    }
    result.entries = page.first(bt_entries_size());
    result.trailer = page_trailer(page);
    return result;
}

BlockTrailer Image::block_trailer(ByteView block) const {
    BlockTrailer result;
    const auto take = [&result](const auto& record) {
        result.cb = record.cb;
        result.wSig = record.wSig;
        result.dwCRC = record.dwCRC;
        result.bid = record.bid;
    };
    const std::size_t at = block.size() - block_trailer_size();
    if (ansi_) {
        take(read_record<ndb::BlockTrailerAnsi>(block, at));
    } else {
        take(read_record<ndb::BlockTrailerUnicode>(block, at));
    }
    return result;
}

BtEntry Image::bt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    if (ansi_) {
        const auto record = read_record<ndb::BtEntryAnsi>(entries, index * stride);
        return {record.btkey, bref(record.BREF)};
    }
    const auto record = read_record<ndb::BtEntryUnicode>(entries, index * stride);
    return {record.btkey, bref(record.BREF)};
}

BbtEntry Image::bbt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    if (ansi_) {
        const auto record = read_record<ndb::BbtEntryAnsi>(entries, index * stride);
        return {bref(record.BREF), record.cb, record.cRef, 0};
    }
    const auto record = read_record<ndb::BbtEntryUnicode>(entries, index * stride);
    return {bref(record.BREF), record.cb, record.cRef, record.dwPadding};
}

NbtEntry Image::nbt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    if (ansi_) {
        const auto record = read_record<ndb::NbtEntryAnsi>(entries, index * stride);
        return {record.nid, Bid{record.bidData}, Bid{record.bidSub}, record.nidParent, 0};
    }
    const auto record = read_record<ndb::NbtEntryUnicode>(entries, index * stride);
    return {record.nid, Bid{record.bidData}, Bid{record.bidSub}, record.nidParent,
            record.dwPadding};
}

Bid Image::x_entry(ByteView data, std::size_t index) const {
    const std::size_t at = sizeof(ndb::XBlockHeader) + index * bid_size();
    return ansi_ ? Bid{read_record<base::le32>(data, at)} : Bid{read_record<base::le64>(data, at)};
}

SlEntry Image::sl_entry(ByteView data, std::size_t index) const {
    const std::size_t at = sl_header_size() + index * sl_entry_size();
    if (ansi_) {
        const auto record = read_record<ndb::SlEntryAnsi>(data, at);
        return {record.nid, Bid{record.bidData}, Bid{record.bidSub}};
    }
    const auto record = read_record<ndb::SlEntryUnicode>(data, at);
    return {record.nid, Bid{record.bidData}, Bid{record.bidSub}};
}

SlEntry Image::si_entry(ByteView data, std::size_t index) const {
    const std::size_t at = sl_header_size() + index * si_entry_size();
    if (ansi_) {
        const auto record = read_record<ndb::SiEntryAnsi>(data, at);
        return {record.nid, Bid{record.bid}, {}};
    }
    const auto record = read_record<ndb::SiEntryUnicode>(data, at);
    return {record.nid, Bid{record.bid}, {}};
}

}  // namespace mbx::pst::check
