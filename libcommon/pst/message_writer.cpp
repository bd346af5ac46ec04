#include "pst/message_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/table_writer.hpp"
#include "pst/message_properties.hpp"
#include "pst/recipient_table.hpp"
#include "pst/table_templates.hpp"

namespace mbx::pst {
namespace {

using mapi::AttachMethod;
using mapi::PropertyBag;

/// Sizes of messages and attachments are signed 32-bit numbers.
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();

/// SCANPST deletes an OLE attachment whose data is a subnode of another type.
constexpr auto kNidTypeOfOleData = static_cast<ndb::NidType>(0x09);

constexpr std::int32_t kNotRendered = -1;  // PidTagRenderingPosition

/// From here on SCANPST wants the row to share the data of the message's display lists: bytes.
constexpr std::uint64_t kSharedDisplayList = 2048;

void check_size(std::uint64_t size) {
    if (size > kMostBytes) {
        throw Error(ErrorCode::BadData,
                    fmt::format("{} bytes in one attachment or property, a PST can hold {}", size,
                                kMostBytes));
    }
}

void check_values(const PropertyBag& bag) {
    const auto check = [](const mapi::Value& value) {
        if (const auto* source = std::get_if<base::SharedSource>(&value); source && *source) {
            check_size((*source)->size());
        }
    };
    for (const auto& [id, typed] : bag.fixed()) {
        check(typed.value);
    }
    for (const auto& [name, named] : bag.named()) {
        check(named.value);
    }
}

void check_holdable(const mapi::Message& message, int depth) {
    if (depth > mapi::kDeepestEmbedding) {
        throw Error(ErrorCode::BadData, fmt::format("messages within messages, more than {} deep",
                                                    mapi::kDeepestEmbedding));
    }
    check_values(message.properties);
    for (const mapi::Attachment& attachment : message.attachments) {
        check_values(attachment.properties);
        if (attachment.data) {
            check_size(attachment.data->size());
        }
        if (attachment.embedded) {
            check_holdable(*attachment.embedded, depth + 1);
        }
    }
}

/// What does not fit is as large as can be said.
std::uint32_t stored_size(std::uint64_t size) {
    return static_cast<std::uint32_t>(std::min(size, kMostBytes));
}

/// Values that a row shows too and that are no heap items are written here, for both to own.
void share_large_values(ndb::NdbWriter& ndb, PropertyList& list, const ltp::TableLayout& rows) {
    for (ltp::StoredProperty& property : list) {
        const bool is_display_list =
            property.tag == mapi::PidTagDisplayTo || property.tag == mapi::PidTagDisplayCc;
        const std::uint64_t limit =
            is_display_list ? kSharedDisplayList : ltp::kMaxHeapItemSize + 1;
        if (rows.find(property.tag) != nullptr && ltp::size_of(property.value) >= limit) {
            property.value = ltp::write_value(ndb, property.value);
        }
    }
}

AttachMethod method_of(const mapi::Attachment& attachment) {
    if (attachment.embedded) {
        return AttachMethod::EmbeddedMessage;
    }
    const AttachMethod method = attachment.method();
    const bool needs_message = method == AttachMethod::EmbeddedMessage;
    const bool needs_data = method == AttachMethod::None && attachment.data;
    return needs_message || needs_data ? AttachMethod::ByValue : method;
}

PropertyBag computed_of(const mapi::Attachment& attachment) {
    PropertyBag result;
    result.set(mapi::PidTagAttachSize, std::int32_t{0});
    result.set(mapi::PidTagAttachMethod, static_cast<std::int32_t>(method_of(attachment)));
    if (!attachment.properties.contains(mapi::PidTagRenderingPosition)) {
        result.set(mapi::PidTagRenderingPosition, kNotRendered);
    }
    return result;
}

bool is_stored_with_attachment(mapi::PropertyTag tag, const mapi::Value& /*value*/) {
    const ltp::TCOLDESC* column = attachment_row_layout().find_id(tag.id);
    return tag.id != mapi::PidTagAttachDataBinary.id && (tag.id & 0xFFF0) != 0x67F0 &&
           (column == nullptr || column->tag == tag.value());
}

void insert(PropertyList& list, ltp::StoredProperty property) {
    const auto place = std::lower_bound(
        list.begin(), list.end(), property.tag.id,
        [](const ltp::StoredProperty& other, std::uint16_t id) { return other.tag.id < id; });
    list.insert(place, std::move(property));
}

ltp::WrittenNode finish(ltp::PropertyContextWriter& properties, ltp::SubnodeWriter& subnodes) {
    ltp::WrittenNode node;
    node.data = properties.finish();
    node.sub = subnodes.finish();
    node.size = node.data.size + subnodes.data_size();
    return node;
}

}  // namespace

void check_holdable(const mapi::Message& message) {
    check_holdable(message, 0);
}

MessageWriter::MessageWriter(ndb::NdbWriter& ndb, NamedPropertyMap& names, RowVersions& versions,
                             EmptyTable& no_recipients, const base::Clock& clock,
                             base::IdSource& ids)
    : ndb_(ndb),
      names_(names),
      versions_(versions),
      no_recipients_(no_recipients),
      clock_(clock),
      ids_(ids) {}

MessageWriter::Written MessageWriter::write(const mapi::Message& message) {
    const PropertyBag computed = computed_properties(message, clock_, ids_);
    Object object = write_object(message, computed);
    Written written{object.node,
                    cells_of(object.properties, message_row_layout(message.associated))};
    if (!message.associated) {
        const base::Guid conversation = conversation_id_of(computed, message.properties);
        insert(written.row,
               {mapi::PidTagConversationId, base::to_bytes(base::ByteView(conversation))});
    }
    return written;
}

// The size of a message does not depend on what the field that holds it says, so it is put in last.
MessageWriter::Object MessageWriter::write_object(const mapi::Message& message,
                                                  const PropertyBag& computed) {
    const auto keep = [&](mapi::PropertyTag tag, const mapi::Value& value) {
        return is_stored(message, tag, value);
    };
    Object object;
    object.properties = store_properties(message.properties, computed, keep, names_);
    share_large_values(ndb_, object.properties, message_row_layout(message.associated));
    ltp::SubnodeWriter subnodes(ndb_);
    write_recipients(subnodes, message);
    write_attachments(subnodes, message);
    ltp::PropertyContextWriter properties(subnodes, object.properties.size());
    for (const ltp::StoredProperty& property : object.properties) {
        properties.add(property);
    }
    const std::uint32_t size = stored_size(properties.size() + subnodes.data_size());
    properties.set_integer(mapi::PidTagMessageSize, size);
    set_integer(object.properties, mapi::PidTagMessageSize, size);
    object.node = finish(properties, subnodes);
    return object;
}

void MessageWriter::write_recipients(ltp::SubnodeWriter& subnodes, const mapi::Message& message) {
    if (!message.recipients.empty()) {
        write_recipient_table(subnodes, message.recipients, names_, versions_);
        return;
    }
    const ndb::DataTree table = no_recipients_.share(ndb_);
    subnodes.add({ndb::kNidRecipientTable, table.bid, {}}, table.size);
}

void MessageWriter::write_attachments(ltp::SubnodeWriter& subnodes, const mapi::Message& message) {
    if (message.attachments.empty()) {
        return;
    }
    ltp::SubnodeWriter values(ndb_);
    ltp::TableWriter table(values, attachment_row_layout(), message.attachments.size());
    for (const mapi::Attachment& attachment : message.attachments) {
        const ndb::Nid nid = ndb_.allocate(ndb::NidType::Attachment);
        const PropertyList row = write_attachment(subnodes, nid, attachment);
        table.add_row(nid.value, versions_.next(), row);
    }
    const ndb::DataTree data = table.finish();
    const ndb::Bid sub = values.finish();
    subnodes.add({ndb::kNidAttachmentTable, data.bid, sub}, data.size + values.data_size());
}

PropertyList MessageWriter::write_attachment(ltp::SubnodeWriter& subnodes, ndb::Nid nid,
                                             const mapi::Attachment& attachment) {
    const ltp::TableLayout& rows = attachment_row_layout();
    ltp::SubnodeWriter own(ndb_);
    PropertyList list = store_properties(attachment.properties, computed_of(attachment),
                                         is_stored_with_attachment, names_);
    share_large_values(ndb_, list, rows);
    std::uint64_t size = 0;
    for (const ltp::StoredProperty& property : list) {
        size += ltp::size_of(property.value);
    }
    size += write_content(own, attachment, list);
    set_integer(list, mapi::PidTagAttachSize, stored_size(size));
    ltp::PropertyContextWriter properties(own, list.size());
    for (const ltp::StoredProperty& property : list) {
        properties.add(property);
    }
    const ltp::WrittenNode node = finish(properties, own);
    subnodes.add({nid, node.data.bid, node.sub}, node.size);
    return cells_of(list, rows);
}

std::uint64_t MessageWriter::write_content(ltp::SubnodeWriter& subnodes,
                                           const mapi::Attachment& attachment, PropertyList& list) {
    if (attachment.embedded) {
        const mapi::Message& message = *attachment.embedded;
        const ltp::WrittenNode node =
            write_object(message, computed_properties(message, clock_, ids_)).node;
        const ndb::Nid nid = ndb_.allocate(ndb::NidType::NormalMessage);
        subnodes.add({nid, node.data.bid, node.sub}, node.size);
        insert(list,
               {mapi::PidTagAttachDataObject, ltp::store_object(nid, stored_size(node.size))});
        return node.size;
    }
    if (!attachment.data) {
        return 0;
    }
    const std::uint64_t size = attachment.data->size();
    if (method_of(attachment) == AttachMethod::Ole && size > 0) {
        const ndb::Nid nid = subnodes.add_value(attachment.data, kNidTypeOfOleData);
        insert(list, {mapi::PidTagAttachDataObject, ltp::store_object(nid, stored_size(size))});
    } else {
        insert(list, {mapi::PidTagAttachDataBinary,
                      ltp::store_value(mapi::PropertyType::Binary, attachment.data)});
    }
    return size;
}

}  // namespace mbx::pst
