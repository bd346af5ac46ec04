// The handles of libpff as values that free themselves, and its errors as Error. Only the
// libpff_*.cpp files include this.
#pragma once

// libpff.h includes libbfio.h, which Debian packages apart, unless told that there is none.
#include <libpff/features.h>
#undef LIBPFF_HAVE_BFIO
#include <libpff.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "pst/ndb/ids.hpp"

namespace mbx::pst::libpff {

/// Hands its address to a call of libpff and turns what comes back into Error(BadData).
class Failure {
  public:
    Failure() = default;
    ~Failure() { libpff_error_free(&error_); }
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;

    libpff_error_t** out() noexcept { return &error_; }
    /// "<action>: <what libpff says>".
    Error to_error(std::string_view action) const;

  private:
    libpff_error_t* error_ = nullptr;
};

/// Calls `function(arguments..., &error)`. True for its 1, false for its 0 ("not there").
template <typename Function, typename... Arguments>
bool call(std::string_view action, Function function, Arguments... arguments) {
    Failure failure;
    const auto result = function(arguments..., failure.out());
    if (result < 0) {
        throw failure.to_error(action);
    }
    return result != 0;
}

class File {
  public:
    /// Throws Error(BadData) when libpff cannot open it.
    explicit File(const std::string& path);
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    libpff_file_t* get() const noexcept { return file_; }

  private:
    libpff_file_t* file_ = nullptr;
};

/// A node of the file: folder, message, table, attachment. Shared; keeps alive what it was reached
/// through, since libpff's items point into their parents.
class Item {
  public:
    Item() = default;
    /// `open(libpff_item_t**, libpff_error_t**)` as libpff's functions return: 1 there, 0 not
    /// there.
    template <typename Open>
    Item(std::string_view action, std::shared_ptr<const void> owner, Open open) {
        Failure failure;
        libpff_item_t* item = nullptr;
        if (open(&item, failure.out()) < 0) {
            throw failure.to_error(action);
        }
        if (item != nullptr) {
            item_ = std::shared_ptr<libpff_item_t>(
                item,
                [owner = std::move(owner)](libpff_item_t* p) { libpff_item_free(&p, nullptr); });
        }
    }

    explicit operator bool() const noexcept { return item_ != nullptr; }
    libpff_item_t* get() const noexcept { return item_.get(); }
    std::shared_ptr<const void> share() const noexcept { return item_; }

    ndb::Nid nid() const;
    int record_sets() const;

  private:
    std::shared_ptr<libpff_item_t> item_;
};

/// One property in one row of an item. Valid while the item lives.
class RecordEntry {
  public:
    RecordEntry(libpff_record_set_t* set, int index);
    ~RecordEntry();
    RecordEntry(const RecordEntry&) = delete;
    RecordEntry& operator=(const RecordEntry&) = delete;

    libpff_record_entry_t* get() const noexcept { return entry_; }
    std::uint32_t id() const;
    std::uint32_t type() const;
    std::size_t size() const;
    base::Bytes bytes() const;
    /// Fills `out` from `offset`; fewer bytes at the end.
    std::size_t read_at(std::uint64_t offset, base::MutableByteView out) const;

  private:
    libpff_record_entry_t* entry_ = nullptr;
};

/// One row of a table, or the properties of an object. Valid while the item lives.
class RecordSet {
  public:
    RecordSet(const Item& item, int index);
    ~RecordSet();
    RecordSet(const RecordSet&) = delete;
    RecordSet& operator=(const RecordSet&) = delete;

    libpff_record_set_t* get() const noexcept { return set_; }
    int size() const;
    /// The Integer32 property of this identifier; nullopt when absent.
    std::optional<std::uint32_t> integer(std::uint32_t id) const;

  private:
    libpff_record_set_t* set_ = nullptr;
};

}  // namespace mbx::pst::libpff
