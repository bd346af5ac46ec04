// What every object of an open store is read with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"
#include "pst/name_map_reader.hpp"
#include "pst/ndb/block_file.hpp"

namespace mbx::pst {

class StoreContext {
  public:
    /// code_page: of 8-bit strings that nothing better is known about. `diagnostics` outlives this.
    StoreContext(ndb::SharedBlockFile file, std::uint32_t code_page, base::Diagnostics& diagnostics)
        : file_(std::move(file)), code_page_(code_page), errors_(diagnostics) {}

    const ndb::SharedBlockFile& file() const noexcept { return file_; }
    std::uint32_t code_page() const noexcept { return code_page_; }
    /// Read when the first name is asked for.
    const NameMap& names() const {
        if (!names_) {
            names_ = read_name_map(file_, errors_);
        }
        return *names_;
    }
    void report(base::Severity severity, std::string id, std::string place,
                std::string text) const {
        errors_.report({severity, std::move(id), std::move(place), std::move(text)});
    }
    /// The first error reported since the last call, as base::ErrorWatch gives it.
    std::string take_error() const {
        last_cause_.clear();
        return errors_.take();
    }
    /// Whether this is another cause than the last one, of this message: a damaged block takes many
    /// values along.
    bool is_new_cause(const std::string& cause) const {
        return std::exchange(last_cause_, cause) != cause;
    }

  private:
    ndb::SharedBlockFile file_;
    std::uint32_t code_page_;
    mutable base::ErrorWatch errors_;
    mutable std::string last_cause_;
    mutable std::optional<NameMap> names_;
};

}  // namespace mbx::pst
