// The names behind the identifiers of named properties ([MS-PST] 2.4.7).
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/diagnostics.hpp"
#include "mapi/property_name.hpp"
#include "pst/ndb/block_file.hpp"

namespace mbx::pst {

class NameMap {
  public:
    /// No names, or none that can be read.
    explicit NameMap(bool damaged = false) : damaged_(damaged) {}
    /// From the three streams. Entries that point nowhere are reported and left out.
    NameMap(base::ByteView sets, base::ByteView entries, base::ByteView strings,
            base::Diagnostics& diagnostics);

    /// Null when the store has no such name.
    const mapi::PropertyName* find(std::uint16_t property_id) const noexcept;
    std::size_t size() const noexcept { return names_.size(); }
    /// Whether names are lost: an identifier that has none may have had one.
    bool is_damaged() const noexcept { return damaged_; }

  private:
    struct Entry {
        std::uint16_t property_id = 0;
        mapi::PropertyName name;
    };
    std::vector<Entry> names_;  // ascending by identifier
    bool damaged_ = false;
};

/// Reads node 0x61. Damage is reported; what can be read of the map is there.
NameMap read_name_map(const ndb::SharedBlockFile& file, base::Diagnostics& diagnostics);

}  // namespace mbx::pst
