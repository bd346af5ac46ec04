#include "pst/libpff_properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/property_rules.hpp"
#include "pst/value_codec.hpp"

namespace mbx::pst::libpff {
namespace {

using mapi::PropertyBag;
using mapi::PropertyName;
using mapi::PropertyType;

/// Bytes of a value where libpff holds them; no copy.
class RecordSource final : public base::ByteSource {
  public:
    RecordSource(Item item, int set, int entry, std::size_t size)
        : item_(std::move(item)), set_(set), entry_(entry), size_(size) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<Reader>(item_, set_, entry_);
    }

  private:
    class Reader final : public base::ByteReader {
      public:
        Reader(Item item, int set, int entry)
            : item_(std::move(item)), set_(item_, set), entry_(set_.get(), entry) {}
        std::size_t read(base::MutableByteView out) override {
            const std::size_t count = entry_.read_at(offset_, out);
            offset_ += count;
            return count;
        }

      private:
        Item item_;
        RecordSet set_;
        RecordEntry entry_;
        std::uint64_t offset_ = 0;
    };

    Item item_;
    int set_;
    int entry_;
    std::size_t size_;
};

/// The name behind an identifier of 0x8000 and above; nullopt when the store's map has none.
std::optional<PropertyName> name_of(const RecordEntry& entry) {
    libpff_name_to_id_map_entry_t* name = nullptr;
    if (!call("cannot read a property's name", libpff_record_entry_get_name_to_id_map_entry,
              entry.get(), &name)) {
        return std::nullopt;
    }
    PropertyName result;
    call("cannot read a property set", libpff_name_to_id_map_entry_get_guid, name,
         reinterpret_cast<std::uint8_t*>(result.set.data()), result.set.size());
    std::uint8_t kind = 0;
    call("cannot read a property's name", libpff_name_to_id_map_entry_get_type, name, &kind);
    if (kind == LIBPFF_NAME_TO_ID_MAP_ENTRY_TYPE_NUMERIC) {
        std::uint32_t number = 0;
        call("cannot read a property's number", libpff_name_to_id_map_entry_get_number, name,
             &number);
        result.id = number;
        return result;
    }
    std::size_t size = 0;
    call("cannot read a property's name", libpff_name_to_id_map_entry_get_utf8_string_size, name,
         &size);
    std::string text(size, '\0');
    if (size > 0) {
        call("cannot read a property's name", libpff_name_to_id_map_entry_get_utf8_string, name,
             reinterpret_cast<std::uint8_t*>(text.data()), size);
    }
    while (!text.empty() && text.back() == '\0') {
        text.pop_back();
    }
    result.id = std::move(text);
    return result;
}

void report(const PropertyContext& context, std::string id, std::string text) {
    if (context.diagnostics != nullptr) {
        context.diagnostics->report(
            {base::Severity::Warning, std::move(id), context.place, std::move(text)});
    }
}

class BagReader {
  public:
    BagReader(const Item& item, int set, bool is_row, const PropertyContext& context)
        : item_(item), set_index_(set), is_row_(is_row), context_(context), set_(item, set) {}

    PropertyBag read() {
        const int count = set_.size();
        code_page_ = own_code_page(count);
        for (int i = 0; i < count; ++i) {
            read_entry(i);
        }
        make_html_bytes(bag_);
        return std::move(bag_);
    }

  private:
    /// Of the 8-bit strings of this object.
    std::uint32_t own_code_page(int count) const {
        std::uint32_t internet = 0;
        for (int i = 0; i < count; ++i) {
            const RecordEntry entry(set_.get(), i);
            const std::uint32_t id = entry.id();
            if ((id != mapi::PidTagMessageCodepage.id && id != mapi::PidTagInternetCodepage.id) ||
                entry.size() != 4) {
                continue;
            }
            const auto value = decode_value(PropertyType::Integer32, entry.bytes(), 0);
            const auto page = static_cast<std::uint32_t>(std::get<std::int32_t>(value->value));
            if (id == mapi::PidTagMessageCodepage.id && page != 0) {
                return page;
            }
            internet = page;
        }
        return internet != 0 ? internet : context_.code_page;
    }

    void read_entry(int index) {
        const RecordEntry entry(set_.get(), index);
        const std::uint32_t id = entry.id();
        const auto type = static_cast<PropertyType>(entry.type());
        const std::size_t size = entry.size();
        if (id == mapi::PidTagAttachDataBinary.id || type == PropertyType::Object ||
            (is_row_ &&
             (size == 0 || id == mapi::PidTagLtpRowId.id || id == mapi::PidTagLtpRowVer.id))) {
            return;
        }
        std::optional<PropertyName> name;
        if (id >= mapi::kFirstNamedPropertyId) {
            name = name_of(entry);
            if (!name) {
                report(context_, "unnamed-property",
                       fmt::format("property {:#06x} has no name in this store; left out", id));
                return;
            }
        }
        std::optional<DecodedValue> value = value_of(entry, index, id, type, size);
        if (!value) {
            report(context_, "bad-property",
                   fmt::format("property {:#06x}: {} bytes are no value of type {:#06x}; left out",
                               id, size, static_cast<unsigned>(type)));
            return;
        }
        if (name) {
            bag_.set(std::move(*name), value->type, std::move(value->value));
        } else {
            bag_.set({static_cast<std::uint16_t>(id), value->type}, std::move(value->value));
        }
    }

    std::optional<DecodedValue> value_of(const RecordEntry& entry, int index, std::uint32_t id,
                                         PropertyType type, std::size_t size) const {
        if (id == mapi::PidTagHtml.id && type == PropertyType::String8) {
            type = PropertyType::Binary;
        }
        if (size > kLargeValue && (type == PropertyType::Binary || type == PropertyType::String)) {
            return DecodedValue{type,
                                std::make_shared<RecordSource>(item_, set_index_, index, size)};
        }
        std::optional<DecodedValue> value = decode_value(type, entry.bytes(), code_page_);
        if (value && id == mapi::PidTagSubject.id && value->type == PropertyType::String) {
            strip_subject_marker(std::get<std::string>(value->value));
        }
        return value;
    }

    const Item& item_;
    int set_index_;
    bool is_row_;
    const PropertyContext& context_;
    RecordSet set_;
    std::uint32_t code_page_ = 0;
    PropertyBag bag_;
};

}  // namespace

PropertyBag read_properties(const Item& item, const PropertyContext& context) {
    return item.record_sets() > 0 ? BagReader(item, 0, false, context).read() : PropertyBag{};
}

PropertyBag read_row(const Item& table, int row, const PropertyContext& context) {
    return BagReader(table, row, true, context).read();
}

}  // namespace mbx::pst::libpff
