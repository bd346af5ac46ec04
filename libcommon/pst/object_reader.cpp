#include "pst/object_reader.hpp"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/property_rules.hpp"
#include "pst/value_codec.hpp"

namespace mbx::pst {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

/// A value in the file, of a property context or of a row.
struct StoredPlace {
    PropertyTag tag;
    std::function<std::uint64_t()> size;
    std::function<base::Bytes()> bytes;
    std::function<base::SharedSource()> source;
};

class BagBuilder {
  public:
    BagBuilder(std::uint32_t code_page, const std::string& place, const StoreContext& context)
        : code_page_(code_page), place_(place), context_(context) {}

    void add(const StoredPlace& stored) {
        if (stored.tag.id == mapi::PidTagAttachDataBinary.id ||
            stored.tag.type == PropertyType::Object) {
            return;
        }
        const mapi::PropertyName* name = nullptr;
        if (stored.tag.id >= mapi::kFirstNamedPropertyId) {
            name = context_.names().find(stored.tag.id);
            if (name == nullptr) {
                report(
                    context_.names().is_damaged() ? base::Severity::Error : base::Severity::Warning,
                    "unnamed-property", stored.tag, "has no name in this store; left out");
                return;
            }
        }
        try {
            add_value(stored, name);
        } catch (const Error& error) {
            if (context_.is_new_cause(error.what())) {
                report(base::Severity::Error, "damaged-property", stored.tag,
                       fmt::format("is left out: {}", error.what()));
            }
        }
    }

    mapi::PropertyBag finish() {
        make_html_bytes(bag_);
        return std::move(bag_);
    }

  private:
    void add_value(const StoredPlace& stored, const mapi::PropertyName* name) {
        std::optional<DecodedValue> value = value_of(stored);
        if (!value) {
            report(base::Severity::Warning, "bad-property", stored.tag,
                   fmt::format("its {} bytes are no value of its type; left out", stored.size()));
            return;
        }
        if (name != nullptr) {
            bag_.set(*name, value->type, std::move(value->value));
        } else {
            bag_.set({stored.tag.id, value->type}, std::move(value->value));
        }
    }

    std::optional<DecodedValue> value_of(const StoredPlace& stored) const {
        PropertyType type = stored.tag.type;
        if (stored.tag.id == mapi::PidTagHtml.id && type == PropertyType::String8) {
            type = PropertyType::Binary;
        }
        const bool may_be_large = type == PropertyType::Binary || type == PropertyType::String;
        if (may_be_large && stored.size() > kLargeValue) {
            return DecodedValue{type, stored.source()};
        }
        std::optional<DecodedValue> value = decode_value(type, stored.bytes(), code_page_);
        if (value && stored.tag.id == mapi::PidTagSubject.id &&
            value->type == PropertyType::String) {
            strip_subject_marker(std::get<std::string>(value->value));
        }
        return value;
    }

    void report(base::Severity severity, std::string id, PropertyTag tag, std::string_view text) {
        context_.report(severity, std::move(id), place_,
                        fmt::format("property 0x{:08x} {}", tag.value(), text));
    }

    std::uint32_t code_page_;
    const std::string& place_;
    const StoreContext& context_;
    mapi::PropertyBag bag_;
};

std::uint32_t integer_of(const ltp::PropertyContextReader& object, PropertyTag tag) {
    const ltp::PropertyRecord* record = object.find(tag.id);
    return record != nullptr && record->tag == tag ? record->value : 0;
}

}  // namespace

std::uint32_t code_page_of(const ltp::PropertyContextReader& object, std::uint32_t otherwise) {
    for (const PropertyTag tag : {mapi::PidTagMessageCodepage, mapi::PidTagInternetCodepage}) {
        if (const std::uint32_t page = integer_of(object, tag); page != 0) {
            return page;
        }
    }
    return otherwise;
}

mapi::PropertyBag read_properties(const ltp::PropertyContextReader& object, std::uint32_t code_page,
                                  const std::string& place, const StoreContext& context) {
    BagBuilder builder(code_page, place, context);
    for (const ltp::PropertyRecord& record : object.records()) {
        builder.add({record.tag, [&] { return object.size(record); },
                     [&] { return object.bytes(record, mapi::PropertyBag::kDefaultLimit); },
                     [&] { return object.source(record); }});
    }
    return builder.finish();
}

mapi::PropertyBag read_row(const ltp::TableReader& table, std::uint32_t index,
                           std::uint32_t code_page, const std::string& place,
                           const StoreContext& context) {
    BagBuilder builder(code_page, place, context);
    const ltp::TableRow row = table.row(index);
    for (const ltp::Column& column : table.columns()) {
        if (!row.has(column) || column.tag == mapi::PidTagLtpRowId ||
            column.tag == mapi::PidTagLtpRowVer) {
            continue;
        }
        builder.add({column.tag, [&] { return table.size(row, column); },
                     [&] { return table.bytes(row, column, mapi::PropertyBag::kDefaultLimit); },
                     [&] { return table.source(row, column); }});
    }
    return builder.finish();
}

}  // namespace mbx::pst
