#include "pst/libpff_handles.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace mbx::pst::libpff {

Error Failure::to_error(std::string_view action) const {
    std::array<char, 512> text{};
    if (error_ != nullptr) {
        libpff_error_sprint(error_, text.data(), text.size());
    }
    // "libpff_file_open: unable to read the header."
    std::string_view said(text.data());
    if (const auto colon = said.find(": "); said.starts_with("libpff_") && colon != said.npos) {
        said.remove_prefix(colon + 2);
    }
    while (!said.empty() && (said.back() == '.' || said.back() == '\n')) {
        said.remove_suffix(1);
    }
    return {ErrorCode::BadData,
            said.empty() ? std::string(action) : fmt::format("{}: {}", action, base::escape(said))};
}

File::File(const std::string& path) {
    call("cannot start libpff", libpff_file_initialize, &file_);
    Failure failure;
    if (libpff_file_open(file_, path.c_str(), LIBPFF_OPEN_READ, failure.out()) != 1) {
        Error error = failure.to_error("libpff cannot open it");
        libpff_file_free(&file_, nullptr);
        throw Error(std::move(error));
    }
}

File::~File() {
    libpff_file_free(&file_, nullptr);
}

ndb::Nid Item::nid() const {
    std::uint32_t value = 0;
    call("cannot read an identifier", libpff_item_get_identifier, get(), &value);
    return {value};
}

int Item::record_sets() const {
    int count = 0;
    call("cannot read the properties", libpff_item_get_number_of_record_sets, get(), &count);
    return count;
}

RecordSet::RecordSet(const Item& item, int index) {
    call("cannot read the properties", libpff_item_get_record_set_by_index, item.get(), index,
         &set_);
}

RecordSet::~RecordSet() {
    libpff_record_set_free(&set_, nullptr);
}

int RecordSet::size() const {
    int count = 0;
    call("cannot count the properties", libpff_record_set_get_number_of_entries, set_, &count);
    return count;
}

std::optional<std::uint32_t> RecordSet::integer(std::uint32_t id) const {
    libpff_record_entry_t* entry = nullptr;
    if (!call("cannot read a property", libpff_record_set_get_entry_by_type, set_, id,
              std::uint32_t{LIBPFF_VALUE_TYPE_INTEGER_32BIT_SIGNED}, &entry, std::uint8_t{0})) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    call("cannot read a property", libpff_record_entry_get_data_as_32bit_integer, entry, &value);
    libpff_record_entry_free(&entry, nullptr);
    return value;
}

RecordEntry::RecordEntry(libpff_record_set_t* set, int index) {
    call("cannot read a property", libpff_record_set_get_entry_by_index, set, index, &entry_);
}

RecordEntry::~RecordEntry() {
    libpff_record_entry_free(&entry_, nullptr);
}

std::uint32_t RecordEntry::id() const {
    std::uint32_t value = 0;
    call("cannot read a property's identifier", libpff_record_entry_get_entry_type, entry_, &value);
    return value;
}

std::uint32_t RecordEntry::type() const {
    std::uint32_t value = 0;
    call("cannot read a property's type", libpff_record_entry_get_value_type, entry_, &value);
    return value;
}

std::size_t RecordEntry::size() const {
    std::size_t value = 0;
    call("cannot read a property's size", libpff_record_entry_get_data_size, entry_, &value);
    return value;
}

base::Bytes RecordEntry::bytes() const {
    base::Bytes result(size());
    if (!result.empty()) {
        call("cannot read a property's value", libpff_record_entry_get_data, entry_,
             reinterpret_cast<std::uint8_t*>(result.data()), result.size());
    }
    return result;
}

std::size_t RecordEntry::read_at(std::uint64_t offset, base::MutableByteView out) const {
    Failure failure;
    if (libpff_record_entry_seek_offset(entry_, static_cast<off64_t>(offset), SEEK_SET,
                                        failure.out()) < 0) {
        throw failure.to_error("cannot read a property's value");
    }
    const auto count = libpff_record_entry_read_buffer(
        entry_, reinterpret_cast<std::uint8_t*>(out.data()), out.size(), failure.out());
    if (count < 0) {
        throw failure.to_error("cannot read a property's value");
    }
    return static_cast<std::size_t>(count);
}

}  // namespace mbx::pst::libpff
