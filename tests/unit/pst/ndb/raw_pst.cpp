#include "unit/pst/ndb/raw_pst.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace mbx::test {
namespace {

std::string hex(std::uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

// zlib inverts the register before and after.
std::uint32_t crc(const std::string& bytes) {
    const auto start = static_cast<uLong>(0xFFFFFFFF);
    return static_cast<std::uint32_t>(crc32(start, reinterpret_cast<const Bytef*>(bytes.data()),
                                            static_cast<uInt>(bytes.size()))) ^
           0xFFFFFFFFU;
}

std::uint16_t signature(std::uint64_t ib, std::uint64_t bid) {
    const auto mixed = static_cast<std::uint32_t>(ib ^ bid);
    return static_cast<std::uint16_t>((mixed >> 16) ^ (mixed & 0xFFFF));
}

constexpr std::uint64_t kSection = 0x3E000;
constexpr std::uint64_t kFirst = 0x4400;

}  // namespace

RawPst::RawPst(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY)) {
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
        throw std::runtime_error("cannot open " + path);
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

RawPst::~RawPst() {
    ::close(fd_);
}

std::string RawPst::bytes(std::uint64_t at, std::size_t size) const {
    std::string result(size, '\0');
    if (::pread(fd_, result.data(), size, static_cast<off_t>(at)) != static_cast<ssize_t>(size)) {
        throw std::runtime_error("cannot read at " + hex(at));
    }
    return result;
}

std::uint64_t RawPst::integer(std::uint64_t at, std::size_t size) const {
    const std::string raw = bytes(at, size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(raw[i]);
    }
    return value;
}

void RawPst::expect(bool held, const std::string& what) {
    if (!held) {
        problems_.push_back(what);
    }
}

std::vector<std::string> RawPst::problems() {
    problems_.clear();
    check_header();
    nbt_height_ = walk_tree(u64(216), u64(224), 0x81, 0, true);
    bbt_height_ = walk_tree(u64(232), u64(240), 0x80, 0, true);
    check_blocks();
    check_maps();
    return problems_;
}

void RawPst::check_header() {
    expect(bytes(0, 4) == "!BDN" && bytes(8, 2) == "SM", "magic");
    expect(u16(10) == 23 && u16(12) == 19 && u8(14) == 1 && u8(15) == 1, "versions");
    expect(u32(4) == crc(bytes(8, 471)), "dwCRCPartial");
    expect(u32(524) == crc(bytes(8, 516)), "dwCRCFull");
    expect(u8(512) == 0x80 && u8(513) <= 2, "sentinel, crypt method");
    expect(u32(252) == 0 && u16(514) == 0, "dwAlign, rgbReserved");
    expect(u64(184) == size_, "ibFileEof " + hex(u64(184)) + " of " + hex(size_));
    expect(size_ > kFirst && (size_ - kFirst) % kSection == 0, "file size " + hex(size_));
    expect(u64(192) == size_ - kSection, "ibAMapLast " + hex(u64(192)));
    expect(u64(208) == 0 && u8(248) == 2, "cbPMapFree, fAMapValid");
    expect(u64(516) % 4 == 0, "bidNextB " + hex(u64(516)));
    check_page(0x4200, u64(0x4200 + 504), 0x86, true);
    expect(u64(0x4200 + 504) <= u64(32), "DList bid above bidNextP");
    expect(bytes(564, 0x4200 - 564) == std::string(0x4200 - 564, '\0'), "reserved area");
}

void RawPst::check_page(std::uint64_t ib, std::uint64_t bid, std::uint8_t type,
                        bool has_signature) {
    const std::string where = "page " + hex(ib) + ": ";
    expect(ib % 512 == 0, where + "alignment");
    expect(u8(ib + 496) == type && u8(ib + 497) == type, where + "ptype");
    expect(u16(ib + 498) == (has_signature ? signature(ib, bid) : 0), where + "wSig");
    expect(u32(ib + 500) == crc(bytes(ib, 496)), where + "dwCRC");
    expect(u64(ib + 504) == bid, where + "bid");
}

int RawPst::walk_tree(std::uint64_t bid, std::uint64_t ib, std::uint8_t type,
                      std::uint64_t first_key, bool is_root) {
    const std::string where = "BTPAGE " + hex(ib) + ": ";
    check_page(ib, bid, type, true);
    extents_.push_back({ib, 512});
    expect(bid < u64(32), where + "bid not below bidNextP");
    const unsigned count = u8(ib + 488);
    const unsigned size = u8(ib + 490);
    const int level = u8(ib + 491);
    const bool nbt_leaf = type == 0x81 && level == 0;
    expect(size == (nbt_leaf ? 32 : 24) && u8(ib + 489) == (nbt_leaf ? 15 : 20), where + "cbEnt");
    expect(count <= u8(ib + 489) && u32(ib + 492) == 0, where + "cEnt, dwPadding");
    expect(count > 0 || is_root, where + "empty");
    std::uint64_t last = 0;
    for (unsigned i = 0; i < count; ++i) {
        const std::uint64_t at = ib + std::uint64_t{i} * size;
        const std::uint64_t key = u64(at);
        expect(i > 0 ? key > last : is_root || key == first_key, where + "keys");
        last = key;
        if (level == 0) {
            take_leaf(at, type);
        } else {
            const int below = walk_tree(u64(at + 8), u64(at + 16), type, key, false);
            expect(below == level, where + "cLevel");
        }
    }
    return level + 1;
}

void RawPst::take_leaf(std::uint64_t at, std::uint8_t type) {
    if (type == 0x80) {
        expect(blocks_.empty() || blocks_.rbegin()->first < u64(at), "BBT order at " + hex(at));
        blocks_[u64(at)] = {u64(at + 8), u16(at + 16), u16(at + 18)};
        expect(u32(at + 20) == 0, "BBT dwPadding at " + hex(at));
    } else {
        const auto nid = u32(at);
        expect(nodes_.empty() || nodes_.rbegin()->first < nid, "NBT order at " + hex(at));
        nodes_[nid] = {u64(at + 8), u64(at + 16), u32(at + 24)};
        expect(u32(at + 4) == 0 && u32(at + 28) == 0, "NBT padding at " + hex(at));
    }
}

void RawPst::check_blocks() {
    for (const auto& [bid, block] : blocks_) {
        const std::string where = "block " + hex(bid) + ": ";
        const std::uint64_t size = (std::uint64_t{block.cb} + 16 + 63) / 64 * 64;
        const std::uint64_t trailer = block.ib + size - 16;
        expect((bid & 1) == 0 && bid < u64(516), where + "bid");
        expect(block.cb > 0 && size <= 8192 && block.ib % 64 == 0, where + "size, alignment");
        expect(u16(trailer) == block.cb && u64(trailer + 8) == bid, where + "trailer");
        expect(u16(trailer + 2) == signature(block.ib, bid), where + "wSig");
        expect(u32(trailer + 4) == crc(bytes(block.ib, block.cb)), where + "dwCRC");
        extents_.push_back({block.ib, size});
    }
    for (const auto& [nid, node] : nodes_) {
        count(node.data);
        count(node.sub);
    }
    for (const auto& [bid, block] : blocks_) {
        if ((bid & 2) != 0) {
            count_tree(bid);
        }
    }
    for (const auto& [bid, block] : blocks_) {
        expect(references_[bid] > 0 && block.cref == references_[bid] + 1,
               "block " + hex(bid) + ": cRef " + std::to_string(block.cref) + ", references " +
                   std::to_string(references_[bid]));
    }
}

void RawPst::count(std::uint64_t bid) {
    if (bid != 0) {
        expect(blocks_.contains(bid), "BID " + hex(bid) + " is not in the BBT");
        ++references_[bid];
    }
}

void RawPst::count_tree(std::uint64_t bid) {
    const std::string where = "block " + hex(bid) + ": ";
    const Block block = blocks_.at(bid);
    const unsigned type = u8(block.ib);
    const unsigned level = u8(block.ib + 1);
    const unsigned entries = u16(block.ib + 2);
    expect(entries > 0, where + "no entries");
    std::uint64_t total = 0;
    std::uint32_t last = 0;
    for (unsigned i = 0; i < entries; ++i) {
        if (type == 1) {
            const std::uint64_t child = u64(block.ib + 8 + std::uint64_t{i} * 8);
            count(child);
            const Block& of = blocks_.at(child);
            const bool is_last = i + 1 == entries;
            total += level == 1 ? of.cb : u32(of.ib + 4);
            expect(level == 1 ? is_last || of.cb == 8176 : is_last || u16(of.ib + 2) == 1021,
                   where + "middle block not full");
        } else {
            const std::uint64_t at = block.ib + 8 + std::uint64_t{i} * (level == 0 ? 24 : 16);
            expect(i == 0 || u32(at) > last, where + "NIDs");
            last = u32(at);
            count(u64(at + 8));
            if (level == 0) {
                count(u64(at + 16));
            } else {
                expect(u32(blocks_.at(u64(at + 8)).ib + 8) == u32(at), where + "SIENTRY nid");
            }
        }
    }
    expect(type == 1 ? (level == 1 || level == 2) && total == u32(block.ib + 4)
                     : type == 2 && level <= 1 && u32(block.ib + 4) == 0,
           where + "btype, cLevel, lcbTotal");
    const std::size_t entry_size = type == 1 ? 8 : level == 0 ? 24 : 16;
    expect(block.cb == 8 + entries * entry_size, where + "cb");
}

void RawPst::check_maps() {
    const std::uint64_t sections = (size_ - kFirst) / kSection;
    std::vector<std::string> taken(sections, std::string(496, '\0'));
    const auto take = [&](std::uint64_t at, std::uint64_t size) {
        const std::uint64_t section = (at - kFirst) / kSection;
        const std::uint64_t slot = (at - kFirst) % kSection / 64;
        for (std::uint64_t i = slot; i < slot + size / 64; ++i) {
            const auto bit = static_cast<char>(0x80 >> i % 8);
            if (i >= 3968 || (taken[section][i / 8] & bit) != 0) {
                problems_.push_back("overlap or crossing at " + hex(at));
                return;
            }
            taken[section][i / 8] = static_cast<char>(taken[section][i / 8] | bit);
        }
    };
    for (std::uint64_t k = 0; k < sections; ++k) {
        const std::uint64_t at = kFirst + k * kSection;
        const auto special = [&](std::uint64_t offset, std::uint8_t type) {
            check_page(at + offset, at + offset, type, false);
            take(at + offset, 512);
        };
        special(0, 0x84);
        if (k % 8 == 0) {
            special(0x200, 0x83);
        }
        if (k >= 128 && (k - 128) % 496 == 0) {
            special(0x400, 0x82);
        }
        if (k >= 8192 && (k - 8192) % 31744 == 0) {
            special(0x400, 0x85);
            expect(bytes(at + 0x400, 496) == std::string(496, '\xFF'), "FPMap bytes");
        }
    }
    for (const Extent& extent : extents_) {
        take(extent.at, extent.size);
    }
    std::uint64_t free_total = 0;
    for (std::uint64_t k = 0; k < sections; ++k) {
        const std::string where = "AMap " + std::to_string(k) + ": ";
        const std::string map = bytes(kFirst + k * kSection, 496);
        expect(map == taken[k], where + "is not what blocks and pages take");
        unsigned free_slots = 0;
        unsigned runs = 0;
        unsigned before = 1;
        for (const char c : map) {
            const auto byte = static_cast<unsigned char>(c);
            if (byte == 0 && before == 0) {
                free_slots += 8;
                continue;
            }
            for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
                const unsigned now = byte & bit;
                free_slots += now == 0 ? 1 : 0;
                runs += now == 0 && before != 0 ? 1 : 0;
                before = now;
            }
        }
        expect(runs <= 1, where + "free space in several runs");
        free_total += free_slots;
        const auto byte = static_cast<std::uint8_t>(std::min(free_slots, 255U));
        if (k < 128) {
            expect(u8(256 + k) == byte, where + "rgbFM");
        } else {
            const std::uint64_t fmap = (k - 128) / 496 * 496 + 128;
            expect(u8(kFirst + fmap * kSection + 0x400 + (k - fmap)) == byte, where + "FMap byte");
        }
    }
    for (std::uint64_t k = sections; k < 128; ++k) {
        expect(u8(256 + k) == 0, "rgbFM beyond the end");
    }
    expect(u64(200) == free_total * 64, "cbAMapFree " + hex(u64(200)));
}

}  // namespace mbx::test
