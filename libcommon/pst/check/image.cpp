#include "pst/check/image.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "pst/file_probe.hpp"

namespace mbx::pst::check {
namespace {

using base::read_record;

constexpr std::uint16_t kVersion4k = 36;
constexpr std::uint16_t kVersionWip = 37;

template <typename Record>
Bref bref(const Record& record) {
    return {Bid{record.bid}, Ib{record.ib}};
}

/// Records of ANSI files have none.
template <typename Record>
std::uint32_t padding_of(const Record& record) {
    if constexpr (requires { record.dwPadding; }) {
        return record.dwPadding;
    } else {
        return 0;
    }
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
    const std::size_t there = file_.read_at(0, header_bytes_);
    const auto start = read_record<ndb::HeaderStart>(header_bytes_);
    if (start.dwMagic != ndb::kHeaderMagic) {
        throw Error(ErrorCode::BadData,
                    describe_no_pst(ByteView(header_bytes_).first(there), size_))
            .with_place(path);
    }
    if (there < header_bytes_.size()) {
        throw Error(ErrorCode::BadData,
                    fmt::format("no PST: the file has {} bytes, less than a header", size_))
            .with_place(path);
    }
    if (start.wVer == kVersionWip) {
        throw Error(ErrorCode::BadData,
                    "wVer is 37: the file is encrypted by Windows Information Protection",
                    "decrypt it on the Windows machine it belongs to")
            .with_place(path);
    }
    if (start.wVer == kVersion4k) {
        throw Error(ErrorCode::BadData,
                    "wVer is 36: files with 4K pages (OST of Outlook 2013 and later) are not "
                    "checked")
            .with_place(path);
    }
    if (start.wVer > kVersionWip) {
        throw Error(ErrorCode::BadData, fmt::format("wVer is {}, expected 14, 15, 21, 23 or 36",
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

template <typename Unicode, typename Ansi, typename Make>
auto Image::take(ByteView bytes, std::size_t at, const Make& make) const {
    return ansi_ ? make(read_record<Ansi>(bytes, at)) : make(read_record<Unicode>(bytes, at));
}

PageTrailer Image::page_trailer(ByteView page) const {
    const std::size_t at = ndb::kPageSize - page_trailer_size();
    auto result =
        take<ndb::PageTrailerUnicode, ndb::PageTrailerAnsi>(page, at, [](const auto& record) {
            return PageTrailer{record.ptype, record.ptypeRepeat, record.wSig,
                               record.dwCRC, record.bid,         0};
        });
    result.computed_crc = base::pst_crc32(page.first(at));
    return result;
}

BtPage Image::bt_page(ByteView page) const {
    auto result = take<ndb::BtPageUnicode, ndb::BtPageAnsi>(page, 0, [](const auto& record) {
        return BtPage{
            {}, record.cEnt, record.cEntMax, record.cbEnt, record.cLevel, padding_of(record), {}};
    });
    result.entries = page.first(bt_entries_size());
    result.trailer = page_trailer(page);
    return result;
}

BlockTrailer Image::block_trailer(ByteView block) const {
    return take<ndb::BlockTrailerUnicode, ndb::BlockTrailerAnsi>(
        block, block.size() - block_trailer_size(), [](const auto& record) {
            return BlockTrailer{record.cb, record.wSig, record.dwCRC, record.bid};
        });
}

BtEntry Image::bt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    return take<ndb::BtEntryUnicode, ndb::BtEntryAnsi>(
        entries, index * stride, [](const auto& record) {
            return BtEntry{record.btkey, bref(record.BREF)};
        });
}

BbtEntry Image::bbt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    return take<ndb::BbtEntryUnicode, ndb::BbtEntryAnsi>(
        entries, index * stride, [](const auto& record) {
            return BbtEntry{bref(record.BREF), record.cb, record.cRef, padding_of(record)};
        });
}

NbtEntry Image::nbt_entry(ByteView entries, std::size_t index, std::size_t stride) const {
    return take<ndb::NbtEntryUnicode, ndb::NbtEntryAnsi>(
        entries, index * stride, [](const auto& record) {
            return NbtEntry{record.nid, Bid{record.bidData}, Bid{record.bidSub}, record.nidParent,
                            padding_of(record)};
        });
}

Bid Image::x_entry(ByteView data, std::size_t index) const {
    return take<base::le64, base::le32>(data, sizeof(ndb::XBlockHeader) + index * bid_size(),
                                        [](const auto& bid) { return Bid{bid}; });
}

SlEntry Image::sl_entry(ByteView data, std::size_t index) const {
    return take<ndb::SlEntryUnicode, ndb::SlEntryAnsi>(
        data, sl_header_size() + index * sl_entry_size(), [](const auto& record) {
            return SlEntry{record.nid, Bid{record.bidData}, Bid{record.bidSub}};
        });
}

SlEntry Image::si_entry(ByteView data, std::size_t index) const {
    return take<ndb::SiEntryUnicode, ndb::SiEntryAnsi>(
        data, sl_header_size() + index * si_entry_size(), [](const auto& record) {
            return SlEntry{record.nid, Bid{record.bid}, {}};
        });
}

}  // namespace mbx::pst::check
