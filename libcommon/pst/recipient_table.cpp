#include "pst/recipient_table.hpp"

#include <algorithm>
#include <set>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/property_list.hpp"
#include "pst/table_templates.hpp"

namespace mbx::pst {
namespace {

using mapi::PropertyBag;
using mapi::PropertyTag;

constexpr std::int32_t kTo = 1;        // PidTagRecipientType
constexpr std::int32_t kMailUser = 6;  // PidTagObjectType and, as 0, PidTagDisplayType

constexpr base::Guid kOneOffProvider = base::guid("A41F2B81-A3BE-1910-9D6E-00DD010F5402");
constexpr std::uint16_t kOneOffUnicodeNoRichInfo = 0x9001;

void append_text(base::Bytes& to, std::string_view utf8) {
    base::append(to, base::utf16le_from_utf8(utf8));
    base::append_le(to, std::uint16_t{0});
}

/// [MS-OXCDATA] 2.2.5.1.
base::Bytes one_off_entry_id(std::string_view name, std::string_view type,
                             std::string_view address) {
    base::Bytes id;
    base::append_le(id, std::uint32_t{0});
    base::append(id, kOneOffProvider);
    base::append_le(id, std::uint16_t{0});
    base::append_le(id, kOneOffUnicodeNoRichInfo);
    append_text(id, name);
    append_text(id, type);
    append_text(id, address);
    return id;
}

/// "SMTP:JOHN@EXAMPLE.COM" and a NUL.
base::Bytes search_key(std::string_view type, std::string_view address) {
    base::Bytes key =
        base::to_bytes(base::ascii_upper(std::string(type) + ":" + std::string(address)));
    key.push_back(std::byte{0});
    return key;
}

void set_if_absent(PropertyBag& bag, PropertyTag tag, mapi::Value value) {
    if (!bag.contains(tag)) {
        bag.set(tag, std::move(value));
    }
}

void complete_address(PropertyBag& bag) {
    const auto address = bag.text(mapi::PidTagEmailAddress);
    if (!address || address->empty()) {
        return;
    }
    set_if_absent(bag, mapi::PidTagAddressType, std::string("SMTP"));
    set_if_absent(bag, mapi::PidTagDisplayName, *address);
    const auto type = bag.text(mapi::PidTagAddressType).value_or("");
    const auto name = bag.text(mapi::PidTagDisplayName).value_or("");
    set_if_absent(bag, mapi::PidTagSearchKey, search_key(type, *address));
    set_if_absent(bag, mapi::PidTagEntryId, one_off_entry_id(name, type, *address));
}

/// Row identifier and version are the table's own.
bool is_kept(PropertyTag tag, const mapi::Value& /*value*/) {
    return tag.id != mapi::PidTagRowId.id && (tag.id & 0xFFF0) != 0x67F0;
}

/// Those that the template does not have, ascending.
std::vector<PropertyTag> other_columns(const std::vector<PropertyList>& rows) {
    const ltp::TableLayout& known = layout_of(ndb::kNidRecipientTable);
    std::set<PropertyTag> tags;
    for (const PropertyList& row : rows) {
        for (const ltp::StoredProperty& property : row) {
            if (known.find(property.tag) == nullptr) {
                tags.insert(property.tag);
            }
        }
    }
    return {tags.begin(), tags.end()};
}

}  // namespace

PropertyBag complete_recipient(const PropertyBag& recipient) {
    PropertyBag bag = recipient;
    set_if_absent(bag, mapi::PidTagRecipientType, kTo);
    set_if_absent(bag, mapi::PidTagResponsibility, true);
    set_if_absent(bag, mapi::PidTagObjectType, kMailUser);
    set_if_absent(bag, mapi::PidTagDisplayType, std::int32_t{0});
    set_if_absent(bag, mapi::PidTagSendRichInfo, false);
    complete_address(bag);
    if (const auto name = bag.text(mapi::PidTagDisplayName)) {
        set_if_absent(bag, mapi::PidTagSevenBitDisplayName, *name);
    }
    return bag;
}

void write_recipient_table(ltp::SubnodeWriter& subnodes, const std::vector<PropertyBag>& recipients,
                           NamedPropertyMap& names, RowVersions& versions) {
    std::vector<PropertyList> rows;
    rows.reserve(recipients.size());
    for (const PropertyBag& recipient : recipients) {
        rows.push_back(store_properties(complete_recipient(recipient), {}, is_kept, names));
    }
    const ltp::TableLayout layout = layout_of(ndb::kNidRecipientTable, other_columns(rows));
    ltp::SubnodeWriter values(subnodes.ndb());
    ltp::TableWriter table(values, layout, rows.size());
    std::uint32_t id = 0;
    for (const PropertyList& row : rows) {
        table.add_row(++id, versions.next(), row);
    }
    const ndb::DataTree data = table.finish();
    const ndb::Bid sub = values.finish();
    subnodes.add({ndb::kNidRecipientTable, data.bid, sub}, data.size + values.data_size());
}

}  // namespace mbx::pst
