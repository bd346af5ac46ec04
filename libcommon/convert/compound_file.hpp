// Reads OLE compound files, the storage of embedded objects and of .msg files ([MS-CFB]).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"

namespace mbx::convert {

/// A storage (folder) or stream (file) in it.
struct CompoundEntry {
    std::string name;  ///< UTF-8
    bool is_storage = false;
    std::uint64_t size = 0;             ///< of a stream, as its directory entry says; bytes
    base::Guid class_id{};              ///< of a storage
    std::vector<std::size_t> children;  ///< of a storage: entry numbers, in name order as filed

    std::uint32_t first_sector = 0;
};

class CompoundFile {
  public:
    static bool has_signature(base::ByteView bytes) noexcept;

    /// nullopt when it is no compound file or too damaged to find its root. Directory trees that go
    /// in circles lose the entries that close the circle.
    static std::optional<CompoundFile> open(base::Bytes file);

    static constexpr std::size_t kRoot = 0;
    const CompoundEntry& entry(std::size_t number) const { return entries_.at(number); }
    std::size_t entry_count() const noexcept { return entries_.size(); }

    /// A child by its name, letters compared without case; nullopt when there is none.
    std::optional<std::size_t> find(std::size_t storage, std::string_view name) const;

    /// The bytes of a stream; fewer than its size when its chain is broken.
    base::Bytes read(std::size_t stream) const;

  private:
    CompoundFile() = default;

    base::ByteView sector(std::uint32_t number) const;
    std::vector<std::uint32_t> chain(std::uint32_t first) const;
    base::Bytes read_chain(std::uint32_t first, std::uint64_t size) const;
    base::Bytes read_mini(std::uint32_t first, std::uint64_t size) const;
    bool load_fat();
    bool load_directory(std::uint32_t first);
    void link_children(const std::vector<std::uint32_t>& left,
                       const std::vector<std::uint32_t>& right,
                       const std::vector<std::uint32_t>& child);

    base::Bytes file_;
    std::size_t sector_size_ = 0;
    std::size_t mini_sector_size_ = 0;
    std::uint32_t mini_cutoff_ = 0;
    std::vector<std::uint32_t> fat_;
    std::vector<std::uint32_t> mini_fat_;
    base::Bytes mini_stream_;
    std::vector<CompoundEntry> entries_;
};

}  // namespace mbx::convert
