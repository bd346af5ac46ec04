#include "convert/compound_file.hpp"

#include <algorithm>
#include <array>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::convert {
namespace {

constexpr auto kSignature =
    std::to_array<std::uint8_t>({0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1});
constexpr std::uint32_t kLargestSector = 0xFFFFFFFA;  // MAXREGSECT
constexpr std::uint32_t kNoStream = 0xFFFFFFFF;

// [MS-CFB] 2.2
struct HeaderRecord {
    std::array<std::uint8_t, 8> signature;
    base::Guid clsid;
    base::le16 minor_version;
    base::le16 major_version;
    base::le16 byte_order;
    base::le16 sector_shift;
    base::le16 mini_sector_shift;
    std::array<std::uint8_t, 6> reserved;
    base::le32 directory_sector_count;
    base::le32 fat_sector_count;
    base::le32 first_directory_sector;
    base::le32 transaction_number;
    base::le32 mini_stream_cutoff;
    base::le32 first_mini_fat_sector;
    base::le32 mini_fat_sector_count;
    base::le32 first_difat_sector;
    base::le32 difat_sector_count;
    std::array<base::le32, 109> difat;
};
static_assert(sizeof(HeaderRecord) == 512);

// [MS-CFB] 2.6.1
struct DirectoryRecord {
    std::array<std::byte, 64> name;
    base::le16 name_length;  // bytes, with the terminator
    std::uint8_t type;       // 1 storage, 2 stream, 5 root
    std::uint8_t colour;
    base::le32 left;
    base::le32 right;
    base::le32 child;
    base::Guid clsid;
    base::le32 state;
    base::le64 created;
    base::le64 modified;
    base::le32 first_sector;
    base::le64 size;
};
static_assert(sizeof(DirectoryRecord) == 128);

std::vector<std::uint32_t> numbers_of(base::ByteView bytes) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(bytes.size() / 4);
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
        numbers.push_back(base::read_record<base::le32>(bytes, i));
    }
    return numbers;
}

std::string name_of(const DirectoryRecord& record) {
    const std::size_t length = std::min<std::size_t>(record.name_length, record.name.size());
    std::string name = base::utf8_from_utf16le(base::ByteView(record.name).first(length));
    return name.substr(0, name.find('\0'));
}

}  // namespace

bool CompoundFile::has_signature(base::ByteView bytes) noexcept {
    return bytes.size() >= kSignature.size() &&
           std::equal(
               kSignature.begin(), kSignature.end(), bytes.begin(),
               [](std::uint8_t a, std::byte b) { return a == std::to_integer<unsigned>(b); });
}

std::optional<CompoundFile> CompoundFile::open(base::Bytes file) {
    if (!has_signature(file) || file.size() < sizeof(HeaderRecord)) {
        return std::nullopt;
    }
    const auto header = base::read_record<HeaderRecord>(file);
    if (header.sector_shift < 7 || header.sector_shift > 16 || header.mini_sector_shift < 4 ||
        header.mini_sector_shift > header.sector_shift) {
        return std::nullopt;
    }
    CompoundFile result;
    result.file_ = std::move(file);
    result.sector_size_ = std::size_t{1} << header.sector_shift;
    result.mini_sector_size_ = std::size_t{1} << header.mini_sector_shift;
    result.mini_cutoff_ = header.mini_stream_cutoff;
    if (!result.load_fat() || !result.load_directory(header.first_directory_sector)) {
        return std::nullopt;
    }
    result.mini_fat_ =
        numbers_of(result.read_chain(header.first_mini_fat_sector, ~std::uint64_t{0}));
    const CompoundEntry& root = result.entries_[kRoot];
    result.mini_stream_ = result.read_chain(root.first_sector, root.size);
    return result;
}

/// Empty when the file has no such sector.
base::ByteView CompoundFile::sector(std::uint32_t number) const {
    const std::uint64_t offset = (std::uint64_t{number} + 1) * sector_size_;
    if (number > kLargestSector || offset >= file_.size()) {
        return {};
    }
    const auto start = static_cast<std::size_t>(offset);
    return base::ByteView(file_).subspan(start, std::min(sector_size_, file_.size() - start));
}

/// From the 109 sector numbers in the header, then those in the chain of DIFAT sectors.
bool CompoundFile::load_fat() {
    const auto header = base::read_record<HeaderRecord>(file_);
    std::vector<std::uint32_t> fat_sectors(header.difat.begin(), header.difat.end());
    std::uint32_t next = header.first_difat_sector;
    const std::size_t most_sectors = file_.size() / sector_size_ + 1;
    for (std::size_t i = 0; i < most_sectors && !sector(next).empty(); ++i) {
        std::vector<std::uint32_t> numbers = numbers_of(sector(next));
        if (numbers.empty()) {
            break;
        }
        next = numbers.back();
        numbers.pop_back();
        fat_sectors.insert(fat_sectors.end(), numbers.begin(), numbers.end());
    }
    for (const std::uint32_t number : fat_sectors) {
        if (number > kLargestSector || fat_.size() > most_sectors) {
            break;
        }
        const std::vector<std::uint32_t> entries = numbers_of(sector(number));
        fat_.insert(fat_.end(), entries.begin(), entries.end());
    }
    return !fat_.empty();
}

std::vector<std::uint32_t> CompoundFile::chain(std::uint32_t first) const {
    std::vector<std::uint32_t> sectors;
    for (std::uint32_t next = first; next < fat_.size() && sectors.size() < fat_.size();
         next = fat_[next]) {
        sectors.push_back(next);
    }
    return sectors;
}

base::Bytes CompoundFile::read_chain(std::uint32_t first, std::uint64_t size) const {
    base::Bytes bytes;
    for (const std::uint32_t number : chain(first)) {
        base::append(bytes, sector(number));
        if (bytes.size() >= size) {
            bytes.resize(static_cast<std::size_t>(size));
            break;
        }
    }
    return bytes;
}

base::Bytes CompoundFile::read_mini(std::uint32_t first, std::uint64_t size) const {
    base::Bytes bytes;
    std::size_t steps = 0;
    for (std::uint32_t next = first; next < mini_fat_.size() && steps < mini_fat_.size();
         next = mini_fat_[next], ++steps) {
        const std::size_t offset = next * mini_sector_size_;
        if (offset >= mini_stream_.size()) {
            break;
        }
        base::append(
            bytes, base::ByteView(mini_stream_)
                       .subspan(offset, std::min(mini_sector_size_, mini_stream_.size() - offset)));
        if (bytes.size() >= size) {
            bytes.resize(static_cast<std::size_t>(size));
            break;
        }
    }
    return bytes;
}

bool CompoundFile::load_directory(std::uint32_t first) {
    const base::Bytes directory = read_chain(first, ~std::uint64_t{0});
    std::vector<std::uint32_t> left;
    std::vector<std::uint32_t> right;
    std::vector<std::uint32_t> child;
    for (std::size_t offset = 0; offset + sizeof(DirectoryRecord) <= directory.size();
         offset += sizeof(DirectoryRecord)) {
        const auto record = base::read_record<DirectoryRecord>(directory, offset);
        CompoundEntry entry;
        entry.name = name_of(record);
        entry.is_storage = record.type == 1 || record.type == 5;
        // Files with sectors of 512 bytes may have garbage in the high half.
        entry.size = sector_size_ == 512 ? record.size & 0xFFFFFFFFU : std::uint64_t{record.size};
        entry.class_id = record.clsid;
        entry.first_sector = record.first_sector;
        entries_.push_back(std::move(entry));
        left.push_back(record.left);
        right.push_back(record.right);
        child.push_back(record.type == 1 || record.type == 5 ? std::uint32_t{record.child}
                                                             : kNoStream);
    }
    if (entries_.empty()) {
        return false;
    }
    link_children(left, right, child);
    return true;
}

/// The children of a storage are a binary tree; each entry is taken once.
void CompoundFile::link_children(const std::vector<std::uint32_t>& left,
                                 const std::vector<std::uint32_t>& right,
                                 const std::vector<std::uint32_t>& child) {
    std::vector<bool> taken(entries_.size());
    taken[kRoot] = true;
    for (std::size_t storage = 0; storage < entries_.size(); ++storage) {
        std::vector<std::uint32_t> path;
        std::uint32_t next = child[storage];
        while (next < entries_.size() || !path.empty()) {
            if (next < entries_.size() && !taken[next]) {
                taken[next] = true;
                path.push_back(next);
                next = left[next];
                continue;
            }
            if (path.empty()) {
                break;
            }
            const std::uint32_t here = path.back();
            path.pop_back();
            entries_[storage].children.push_back(here);
            next = right[here];
        }
    }
}

std::optional<std::size_t> CompoundFile::find(std::size_t storage, std::string_view name) const {
    for (const std::size_t number : entries_.at(storage).children) {
        if (base::equals_ignore_case(entries_[number].name, name)) {
            return number;
        }
    }
    return std::nullopt;
}

base::Bytes CompoundFile::read(std::size_t stream) const {
    const CompoundEntry& entry = entries_.at(stream);
    return entry.size < mini_cutoff_ ? read_mini(entry.first_sector, entry.size)
                                     : read_chain(entry.first_sector, entry.size);
}

}  // namespace mbx::convert
