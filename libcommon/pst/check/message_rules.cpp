#include "pst/check/message_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/charset.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/message.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst::check {
namespace {

using mapi::PropertyTag;
using mapi::PropertyType;

constexpr std::int32_t kHasAttachments = 0x10;
constexpr std::int32_t kAssociated = 0x40;

constexpr PropertyTag kMandatory[]{mapi::PidTagMessageClass,         mapi::PidTagMessageFlags,
                                   mapi::PidTagMessageSize,          mapi::PidTagCreationTime,
                                   mapi::PidTagLastModificationTime, mapi::PidTagSearchKey};

/// Beside the mandatory ones: what people see of a message, and readers know by one type.
constexpr PropertyTag kOfOneType[]{mapi::PidTagSubject,
                                   mapi::PidTagBody,
                                   mapi::PidTagRtfCompressed,
                                   mapi::PidTagTransportMessageHeaders,
                                   mapi::PidTagInternetMessageId,
                                   mapi::PidTagSenderName,
                                   mapi::PidTagSenderEmailAddress,
                                   mapi::PidTagSentRepresentingName,
                                   mapi::PidTagSentRepresentingEmailAddress,
                                   mapi::PidTagDisplayTo,
                                   mapi::PidTagDisplayCc,
                                   mapi::PidTagDisplayBcc,
                                   mapi::PidTagConversationTopic,
                                   mapi::PidTagConversationIndex,
                                   mapi::PidTagImportance,
                                   mapi::PidTagClientSubmitTime,
                                   mapi::PidTagMessageDeliveryTime};

constexpr std::size_t kShownOfText = 60;
constexpr std::uint32_t kLatin1 = 28591;

/// Names of the recipients To, Cc and Bcc, "; " between them.
using DisplayNames = std::array<std::string, 3>;

class MessageRules {
  public:
    MessageRules(Store& store, int depth)
        : store_(store), reporter_(store.reporter), depth_(depth) {}

    /// nullopt when the message cannot be read; else its size by its parts.
    std::optional<std::uint64_t> check(
        Object& object, bool associated,
        const std::function<void(const PropertyContext&)>& with_context) {
        auto context = PropertyContext::open(object, reporter_);
        if (!context) {
            return std::nullopt;
        }
        store_.note_names(*context);
        mandatory(*context, object.place());
        dates(*context, associated, object.place());
        strings(*context, object.place());
        conversation_index(*context, object.place());
        if (const auto names = recipients(object)) {
            display_lists(*context, *names, object.place());
        }
        attachments(object, *context, associated);
        const auto size = message_size(object, *context);
        object.report_unused(reporter_);
        if (with_context) {
            with_context(*context);
        }
        return size;
    }

  private:
    void mandatory(const PropertyContext& context, const Place& place) {
        for (const PropertyTag tag : kOfOneType) {
            context.expect_type(tag, reporter_);
        }
        for (const PropertyTag tag : kMandatory) {
            if (!context.contains(tag)) {
                reporter_.report("S11", place, describe(tag) + " is missing");
            }
        }
        if (!context.contains(mapi::PidTagMessageStatus)) {
            // Outlook 2003 to 2010 keep it in the row only.
            reporter_.report(Finding{&rule("S11"),
                                     Severity::Info,
                                     place,
                                     describe(mapi::PidTagMessageStatus) + " is missing",
                                     {},
                                     {}});
        }
    }

    /// What Outlook sorts a folder by.
    void dates(const PropertyContext& context, bool associated, const Place& place) {
        if (!associated && depth_ == 0 && !context.contains(mapi::PidTagMessageDeliveryTime) &&
            !context.contains(mapi::PidTagClientSubmitTime)) {
            reporter_.report(
                Finding{&rule("S11"),
                        Severity::Info,
                        place,
                        "neither PidTagMessageDeliveryTime nor PidTagClientSubmitTime is there",
                        {},
                        {}});
        }
    }

    void conversation_index(const PropertyContext& context, const Place& place) {
        constexpr std::size_t kHeader = 22;
        const auto index = context.bytes(mapi::PidTagConversationIndex);
        if (index && !index->empty() && (index->size() < kHeader || (*index)[0] != std::byte{1})) {
            reporter_.report("M7", place.with(describe(mapi::PidTagConversationIndex)),
                             fmt::format("it has {} bytes and begins with {}", index->size(),
                                         hex(std::to_integer<unsigned>((*index)[0]))));
        }
    }

    /// M5: the repair tool computes them anew.
    void display_lists(const PropertyContext& context, const DisplayNames& names,
                       const Place& place) {
        constexpr PropertyTag kLists[]{mapi::PidTagDisplayTo, mapi::PidTagDisplayCc,
                                       mapi::PidTagDisplayBcc};
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string told = context.text(kLists[i]).value_or("");
            const bool empty = told.empty() && context.contains(kLists[i]);  // breaks M4
            if (told != names.at(i) && !empty) {
                reporter_.report("M5", place.with(describe(kLists[i])), "it",
                                 fmt::format("\"{}\"", base::escape(told, kShownOfText)),
                                 fmt::format("\"{}\", the names in the recipient table",
                                             base::escape(names.at(i), kShownOfText)));
            }
        }
    }

    void strings(const PropertyContext& context, const Place& place) {
        constexpr std::uint16_t kMayBeEmpty[]{mapi::PidTagSubject.id,
                                              mapi::PidTagSentRepresentingName.id,
                                              mapi::PidTagConversationTopic.id};
        constexpr std::uint16_t kRemovedByRepair[]{
            mapi::PidTagDisplayTo.id, mapi::PidTagDisplayCc.id, mapi::PidTagDisplayBcc.id};
        std::size_t empty = 0;
        for (const auto& [id, value] : context.values()) {
            if (value.type != PropertyType::String || value.raw != 0 ||
                std::ranges::find(kMayBeEmpty, id) != std::end(kMayBeEmpty)) {
                continue;
            }
            if (std::ranges::find(kRemovedByRepair, id) != std::end(kRemovedByRepair)) {
                reporter_.report("M4", place.with(describe({id, value.type})), "the text is empty");
            } else {
                ++empty;
            }
        }
        if (empty > 0) {
            reporter_.report(Finding{
                &rule("M4"), Severity::Info, place, fmt::format("{} empty texts", empty), {}, {}});
        }
        subject(context, place);
    }

    void subject(const PropertyContext& context, const Place& place) {
        constexpr std::size_t kMostCharacters = 255;
        const StoredValue* value = context.find(mapi::PidTagSubject);
        const auto text = context.text(mapi::PidTagSubject);
        if (!text || context.ansi_text_in_unicode(value->type)) {
            return;
        }
        const std::u16string units = base::utf16_from_utf8(*text);
        const Place at = place.with(describe(mapi::PidTagSubject));
        if (units.size() > kMostCharacters) {
            reporter_.report("M8", at, "its length", fmt::format("{}", units.size()),
                             "at most 255");
        }
        const bool marked = !units.empty() && units[0] == 1;
        const std::size_t start = marked ? 2 : 0;
        if (std::any_of(units.begin() + static_cast<std::ptrdiff_t>(std::min(start, units.size())),
                        units.end(), [](char16_t c) { return c < 0x20; })) {
            reporter_.report("M8", at, "it has control characters");
        }
        if (marked && (units.size() < 2 || units[1] == 0 || units[1] - 1U > units.size() - 2)) {
            reporter_.report("M8", at, "its marker does not fit its text");
        }
    }

    /// nullopt when there is none, or it cannot be read.
    std::optional<DisplayNames> recipients(Object& message) {
        const Subnode* subnode = message.use(ndb::kNidRecipientTable);
        if (subnode == nullptr) {
            reporter_.report("S12", message.place(), "there is no recipient table");
            return std::nullopt;
        }
        auto object = Object::open(store_.reader, subnode->data, subnode->sub,
                                   message.place().below(subnode->nid));
        auto table = object ? Table::open(*object, reporter_) : std::nullopt;
        if (table) {
            check_required_columns(*table, ndb::kNidRecipientTable, object->place(), store_);
            object->report_unused(reporter_);
            return recipient_rows(*table, object->place());
        }
        return std::nullopt;
    }

    std::optional<DisplayNames> recipient_rows(Table& table, const Place& place) {
        constexpr std::int32_t kKindMask = 0xF;  // the rest are flags
        DisplayNames names;
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const auto row = table.row(i);
            if (!row) {
                return std::nullopt;
            }
            const Place at = place.with(fmt::format("row {}", i));
            if (table.row_id(*row) == 0) {
                reporter_.report("R1", at, "PidTagLtpRowId is 0");
            }
            const auto kind = table.integer(*row, mapi::PidTagRecipientType);
            const std::int32_t number = kind.value_or(-1) & kKindMask;
            if (!kind || number > 3) {
                reporter_.report("R1", at.with(describe(mapi::PidTagRecipientType)), "it",
                                 kind ? hex(static_cast<std::uint32_t>(*kind)) : "missing",
                                 "0 to 3");
                continue;
            }
            std::string name = text_of(table, *row, mapi::PidTagDisplayName);
            if (name.empty()) {
                name = text_of(table, *row, mapi::PidTagEmailAddress);
            }
            if (name.empty()) {
                reporter_.report("R1", at, "neither a name nor an address is there");
            } else if (number > 0) {
                std::string& list = names.at(static_cast<std::size_t>(number) - 1);
                list += (list.empty() ? "" : "; ") + name;
            }
        }
        return names;
    }

    std::string text_of(const Table& table, ByteView row, PropertyTag tag) const {
        const bool ansi = store_.image.is_ansi();
        const Column* column = table.find(ansi ? PropertyTag{tag.id, PropertyType::String8} : tag);
        const auto bytes = column != nullptr && Table::is_present(row, table, *column)
                               ? table.cell(row, *column)
                               : std::nullopt;
        if (!bytes) {
            return {};
        }
        return ansi ? base::decode_code_page(base::as_text(*bytes), kLatin1)
                    : base::utf8_from_utf16le(*bytes);
    }

    void attachments(Object& message, const PropertyContext& context, bool associated) {
        std::vector<Nid> present;
        for (const Subnode& subnode : message.subnodes()) {
            if (subnode.nid.type() == ndb::NidType::Attachment) {
                present.push_back(subnode.nid);
            }
        }
        std::size_t rows = 0;
        if (const Subnode* subnode = message.use(ndb::kNidAttachmentTable)) {
            auto object = Object::open(store_.reader, subnode->data, subnode->sub,
                                       message.place().below(subnode->nid));
            auto table = object ? Table::open(*object, reporter_) : std::nullopt;
            if (!table) {
                return;
            }
            check_required_columns(*table, ndb::kNidAttachmentTable, object->place(), store_);
            rows = table->rows();
            attachment_rows(message, *table, object->place(), present);
            object->report_unused(reporter_);
        }
        for (const Nid nid : present) {
            reporter_.report("S13", message.place().below(nid),
                             "the attachment is not in the attachment table");
        }
        flags(context, message.place(), rows, associated);
    }

    void attachment_rows(Object& message, Table& table, const Place& place,
                         std::vector<Nid>& present) {
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const auto row = table.row(i);
            if (!row) {
                continue;
            }
            const Bytes bytes = base::to_bytes(*row);
            const Nid nid{table.row_id(bytes)};
            const Place at = place.with(fmt::format("row {}", i));
            std::erase(present, nid);
            const Subnode* subnode = message.use(nid);
            if (subnode == nullptr || nid.type() != ndb::NidType::Attachment) {
                reporter_.report("S13", at,
                                 fmt::format("attachment {} does not exist", to_string(nid)));
                continue;
            }
            attachment(*subnode, message.place().below(nid), [&](const PropertyContext& context) {
                compare_row(table, bytes, context, "S13", at, store_);
            });
        }
    }

    void attachment(const Subnode& subnode, const Place& place,
                    const std::function<void(const PropertyContext&)>& with_context) {
        auto object = Object::open(store_.reader, subnode.data, subnode.sub, place);
        auto context = object ? PropertyContext::open(*object, reporter_) : std::nullopt;
        if (!context) {
            return;
        }
        store_.note_names(*context);
        for (const PropertyTag tag :
             {mapi::PidTagAttachSize, mapi::PidTagAttachMethod, mapi::PidTagRenderingPosition}) {
            if (!context->contains(tag)) {
                reporter_.report("S13", place, describe(tag) + " is missing");
            }
        }
        attach_size(*context, place);
        const std::int32_t method = context->integer(mapi::PidTagAttachMethod).value_or(0);
        if (context->contains(mapi::PidTagAttachDataObject)) {
            object_data(*object, *context, method);
        }
        object->report_unused(reporter_);
        with_context(*context);
    }

    void attach_size(const PropertyContext& context, const Place& place) {
        const auto told = context.integer(mapi::PidTagAttachSize);
        std::uint64_t total = 0;
        for (const auto& [id, value] : context.values()) {
            const auto size = context.size(value);
            if (!size) {
                return;
            }
            total += *size;
        }
        if (told && static_cast<std::uint32_t>(*told) != total) {
            report_size(place.with(describe(mapi::PidTagAttachSize)),
                        static_cast<std::uint32_t>(*told), total);
        }
    }

    void report_size(const Place& place, std::uint64_t told, std::uint64_t computed) {
        const Severity severity = store_.old_style ? Severity::Info : rule("S14").severity;
        reporter_.report(Finding{&rule("S14"), severity, place, "its value",
                                 fmt::format("{}", told), fmt::format("{}", computed)});
    }

    /// An embedded message or an OLE object.
    void object_data(Object& attachment, const PropertyContext& context, std::int32_t method) {
        const auto value = context.object_value(mapi::PidTagAttachDataObject);
        if (!value) {
            return;
        }
        const Nid nid{value->Nid};
        const Subnode* subnode = attachment.use(nid);
        if (subnode == nullptr) {
            reporter_.report("S15", attachment.place(),
                             fmt::format("its object {} does not exist", to_string(nid)));
            return;
        }
        if (static_cast<mapi::AttachMethod>(method) != mapi::AttachMethod::EmbeddedMessage) {
            ole_data(*subnode, value->ulSize, attachment.place().below(nid));
            return;
        }
        const Place place = attachment.place().below(nid);
        if (depth_ >= mapi::kDeepestEmbedding) {
            reporter_.report("S15", place, "messages are embedded more than 100 deep");
            return;
        }
        if (++store_.embedded > store_.index.blocks.size()) {
            reporter_.report("S15", place, "messages are embedded without end");
            return;
        }
        auto object = Object::open(store_.reader, subnode->data, subnode->sub, place);
        const auto size =
            object ? MessageRules(store_, depth_ + 1).check(*object, false, {}) : std::nullopt;
        if (size && *size != value->ulSize) {
            reporter_.report(
                Finding{&rule("S15"), store_.old_style ? Severity::Info : Severity::Warning, place,
                        "its size in the attachment",
                        fmt::format("{}", std::uint32_t{value->ulSize}), fmt::format("{}", *size)});
        }
    }

    /// SCANPST deletes an OLE attachment whose data is a subnode of another type.
    void ole_data(const Subnode& subnode, std::uint32_t told, const Place& place) {
        constexpr auto kOleData = static_cast<ndb::NidType>(0x09);
        const auto warn = [&](std::string text, std::string found, std::string expected) {
            reporter_.report(Finding{&rule("S15"), Severity::Warning, place, std::move(text),
                                     std::move(found), std::move(expected)});
        };
        if (subnode.nid.type() != kOleData) {
            warn("the type of its node", hex(static_cast<unsigned>(subnode.nid.type())), "0x9");
        }
        if (const auto size = store_.reader.size(subnode.data); size && *size != told) {
            warn("its size in the attachment", fmt::format("{}", told), fmt::format("{}", *size));
        }
    }

    void flags(const PropertyContext& context, const Place& place, std::size_t rows,
               bool associated) {
        const auto flags = context.integer(mapi::PidTagMessageFlags);
        if (!flags) {
            return;
        }
        const Place at = place.with(describe(mapi::PidTagMessageFlags));
        if ((*flags & kHasAttachments) != 0 && rows == 0) {
            reporter_.report("S13", at, "it says that there are attachments, and there are none");
        } else if ((*flags & kHasAttachments) == 0 && rows > 0) {
            // Some writers clear it when all attachments are inline images.
            reporter_.report(
                Finding{&rule("S13"),
                        Severity::Warning,
                        at,
                        fmt::format("it does not say that there are {} attachments", rows),
                        {},
                        {}});
        }
        const bool flagged = (*flags & kHasAttachments) != 0;
        const auto has = context.integer(mapi::PidTagHasAttachments);
        if (has && ((*has & 0xFF) != 0) != flagged) {
            reporter_.report(Finding{&rule("S13"), Severity::Warning,
                                     place.with(describe(mapi::PidTagHasAttachments)), "it",
                                     flagged ? "false" : "true", "as PidTagMessageFlags says"});
        }
        if (((*flags & kAssociated) != 0) != associated && depth_ == 0) {
            reporter_.report("S10", at,
                             fmt::format("mfFAI is {} on a {}", associated ? "clear" : "set",
                                         associated ? "hidden item" : "message"));
        }
    }

    std::optional<std::uint64_t> message_size(const Object& object,
                                              const PropertyContext& context) {
        const auto own = store_.reader.size(object.data());
        const auto below = store_.reader.size_of_subnodes(object.sub());
        if (!own || !below) {
            return std::nullopt;
        }
        const std::uint64_t size = *own + *below;
        const auto told = context.integer(mapi::PidTagMessageSize);
        if (told && static_cast<std::uint32_t>(*told) != size) {
            report_size(object.place().with(describe(mapi::PidTagMessageSize)),
                        static_cast<std::uint32_t>(*told), size);
        }
        return size;
    }

    Store& store_;
    Reporter& reporter_;
    int depth_;
};

}  // namespace

void check_message(Nid nid, Store& store,
                   const std::function<void(const PropertyContext&)>& with_context) {
    auto object = store.open(nid);
    if (object) {
        MessageRules(store, 0).check(*object, nid.type() == ndb::NidType::AssociatedMessage,
                                     with_context);
    }
    ++store.messages;
}

}  // namespace mbx::pst::check
