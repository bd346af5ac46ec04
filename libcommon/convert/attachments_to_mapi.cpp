#include "convert/attachments_to_mapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/attachment_name.hpp"
#include "convert/encoded_word.hpp"
#include "convert/mail_date.hpp"
#include "convert/part_content.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using exact::RecipeValue;
using mapi::Attachment;
using mapi::AttachMethod;
using mapi::PropertyBag;

/// PidTagAttachFlags: the attachment is shown inside of the HTML.
constexpr std::int32_t kRenderedInBody = 4;
/// PidTagExceptionStartTime of what is no exception: 1 January 4501.
constexpr base::FileTime kNoTime{0x0CB34557A3DD4000};
/// An encoded message beyond this size is not looked into.
constexpr std::uint64_t kLargestEncodedMessage = std::uint64_t{64} << 20;

class AttachmentMaker {
  public:
    AttachmentMaker(const MessageContext& context, const BodyReferences& body,
                    const ConvertEmbedded& convert_embedded, exact::Origins& origins)
        : context_(context), body_(body), convert_embedded_(convert_embedded), origins_(origins) {}

    Attachment make(const AttachmentPart& part, std::size_t index) {
        index_ = index;
        Attachment attachment;
        const Entity& entity = *part.entity;
        set_common(part, attachment.properties);
        if (!(entity.is_message() && take_message(entity, attachment))) {
            set_file(entity, attachment);
        }
        return attachment;
    }

  private:
    void set_common(const AttachmentPart& part, PropertyBag& bag) {
        const Entity& entity = *part.entity;
        std::string id = content_id(entity);
        if (id.empty() && body_.references.has_content_id(made_content_id(entity))) {
            id = made_content_id(entity);
        }
        const bool shown = is_shown_in_body(part, id);
        bag.set(mapi::PidTagAttachFlags, shown ? kRenderedInBody : 0);
        bag.set(mapi::PidTagAttachmentHidden, shown || part.hidden);
        bag.set(mapi::PidTagRenderingPosition, std::int32_t{-1});
        bag.set(mapi::PidTagAttachNumber, static_cast<std::int32_t>(index_));
        bag.set(mapi::PidTagAttachmentLinkId, std::int32_t{0});
        bag.set(mapi::PidTagAttachmentFlags, std::int32_t{0});
        bag.set(mapi::PidTagAttachmentContactPhoto, false);
        bag.set(mapi::PidTagExceptionStartTime, kNoTime);
        bag.set(mapi::PidTagExceptionEndTime, kNoTime);
        if (!id.empty()) {
            bag.set(mapi::PidTagAttachContentId, id);
        }
        set_text(entity, "Content-Location", mapi::PidTagAttachContentLocation, bag);
        set_text(entity, "Content-Base", mapi::PidTagAttachContentBase, bag);
        set_times(entity, bag);
    }

    // All must hold, or the file may vanish from view: below multipart/related, of a kind that HTML
    // shows, and referenced. The first part of an id is the one that is shown.
    bool is_shown_in_body(const AttachmentPart& part, const std::string& id) {
        const Entity& entity = *part.entity;
        if (!part.in_related ||
            !(entity.type.main.starts_with("image/") || entity.is("text/css"))) {
            return false;
        }
        if (body_.references.has_content_id(id)) {
            return shown_ids_.insert(id).second;
        }
        const auto location = entity.header.first("Content-Location");
        return location && body_.references.has_location(*location, body_.base) &&
               shown_ids_.insert(*location).second;
    }

    void set_text(const Entity& entity, const char* field, mapi::PropertyTag tag,
                  PropertyBag& bag) const {
        if (const auto value = entity.header.first(field); value && !value->empty()) {
            bag.set(tag, decode_header_text(*value, context_.header_charset));
        }
    }

    void set_times(const Entity& entity, PropertyBag& bag) const {
        const auto set_time = [&](const char* parameter, mapi::PropertyTag tag) {
            const std::string* value = entity.disposition.raw(parameter);
            const auto time = value != nullptr ? parse_mail_date(*value) : std::nullopt;
            if (const auto file_time = time ? base::to_file_time(*time) : std::nullopt) {
                bag.set(tag, *file_time);
            }
        };
        set_time("creation-date", mapi::PidTagCreationTime);
        set_time("modification-date", mapi::PidTagLastModificationTime);
    }

    std::optional<std::string> description(const Entity& entity) const {
        const auto value = entity.header.first("Content-Description");
        std::string text = decode_header_text(value.value_or(""), context_.header_charset);
        const bool shows_something = std::any_of(
            text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' '; });
        return shows_something ? std::optional(std::move(text)) : std::nullopt;
    }

    // A message that is no encoded text, or is one against the rules (RFC 2046 5.2.1).
    bool take_message(const Entity& entity, Attachment& attachment) {
        std::optional<mapi::Message> message;
        ByteRange range = entity.body_range;
        if (!entity.children.empty()) {
            const Entity& root = *entity.children.front();
            message = convert_embedded_(context_.tree, root);
            range = {root.header_range.begin, root.body_range.end};
        } else if (!entity.opaque && entity.encoding != TransferEncoding::Identity &&
                   entity.body_range.size() <= kLargestEncodedMessage) {
            const MimeTree tree =
                parse_mime(base::memory_source(content_bytes(context_.tree, entity)));
            message = convert_embedded_(tree, tree.root());
        }
        if (!message) {
            return false;
        }
        PropertyBag& bag = attachment.properties;
        const std::string name = description(entity).value_or(
            message->properties.text(mapi::PidTagSubject).value_or(""));
        bag.set(mapi::PidTagAttachMethod, static_cast<std::int32_t>(AttachMethod::EmbeddedMessage));
        bag.set(mapi::PidTagDisplayName, name);
        bag.set(mapi::PidTagAttachFilename, name);
        bag.set(mapi::PidTagAttachMimeTag, std::string("message/rfc822"));
        attachment.embedded = std::make_unique<mapi::Message>(*std::move(message));
        add_origin(RecipeValue::EmbeddedSource, range, entity.encoding);
        return true;
    }

    void set_file(const Entity& entity, Attachment& attachment) {
        PropertyBag& bag = attachment.properties;
        bag.set(mapi::PidTagAttachMethod, static_cast<std::int32_t>(AttachMethod::ByValue));
        bag.set(mapi::PidTagAttachMimeTag, mime_tag(entity));
        if (const auto charset = entity.type.text("charset", {}); charset && entity.is_text()) {
            bag.set(mapi::PidTagTextAttachmentCharset, *charset);
        }
        set_names(file_name(entity), description(entity), bag);
        set_data(entity, attachment);
    }

    static std::string mime_tag(const Entity& entity) {
        const bool looked_into =
            entity.is_multipart() || entity.is_message() || entity.is("application/ms-tnef");
        const bool sound =
            entity.type.main.find('/') != std::string::npos && base::is_ascii(entity.type.main);
        return looked_into || !sound ? "application/octet-stream" : entity.type.main;
    }

    std::string file_name(const Entity& entity) const {
        const std::string& charset = context_.header_charset;
        for (const auto& name :
             {ftp_shortcut_name(entity), entity.disposition.text("filename", charset),
              entity.type.text("name", charset)}) {
            if (std::string clean = clean_file_name(name.value_or("")); !clean.empty()) {
                return clean;
            }
        }
        const bool whole_message = entity.opaque || entity.is_message();
        return entity.is("application/ms-tnef")
                   ? "winmail.dat"
                   : default_file_name(index_, whole_message ? "message/rfc822" : entity.type.main);
    }

    static void set_names(const std::string& name, const std::optional<std::string>& description,
                          PropertyBag& bag) {
        bag.set(mapi::PidTagAttachLongFilename, name);
        bag.set(mapi::PidTagAttachFilename, short_file_name(name));
        bag.set(mapi::PidTagAttachExtension, file_extension(name));
        bag.set(mapi::PidTagDisplayName, description.value_or(name));
    }

    void set_data(const Entity& entity, Attachment& attachment) {
        if (auto shortcut = ftp_shortcut(entity)) {
            attachment.data = base::memory_source(*std::move(shortcut));
            return;
        }
        if (entity.opaque) {
            const ByteRange all{entity.header_range.begin, entity.body_range.end};
            context_.report(
                "nested-too-deep",
                fmt::format("{} bytes of nested parts are kept as one file", all.size()));
            attachment.data = range_source(context_.tree, all);
            add_origin(RecipeValue::AttachmentData, all, TransferEncoding::Identity);
            return;
        }
        attachment.data = content_source(context_.tree, entity);
        add_origin(RecipeValue::AttachmentData, entity.body_range, entity.encoding);
    }

    // A file on an FTP server (RFC 2046 5.2.3.3) as what Windows opens.
    static std::optional<std::string> ftp_url(const Entity& entity) {
        const auto value = [&](const char* name) {
            return entity.type.text(name, {}).value_or(std::string());
        };
        const std::string access = base::ascii_lower(value("access-type"));
        if (!entity.is("message/external-body") || (access != "anon-ftp" && access != "ftp") ||
            value("site").empty() || value("name").empty()) {
            return std::nullopt;
        }
        std::string url = "ftp://" + value("site") + "/";
        const std::string directory = value("directory");
        url += directory.empty() ? "" : directory + "/";
        return url + value("name");
    }
    static std::optional<std::string> ftp_shortcut(const Entity& entity) {
        const auto url = ftp_url(entity);
        return url ? std::optional("[InternetShortcut]\r\nURL=" + *url + "\r\n") : std::nullopt;
    }
    static std::optional<std::string> ftp_shortcut_name(const Entity& entity) {
        return ftp_url(entity) ? std::optional(entity.type.text("name", {}).value_or("") + ".url")
                               : std::nullopt;
    }

    void add_origin(RecipeValue value, ByteRange range, TransferEncoding encoding) {
        exact::Origin origin;
        origin.value = value;
        origin.attachment = index_;
        origin.range = range;
        origin.encoding = encoding;
        origins_.push_back(std::move(origin));
    }

    const MessageContext& context_;
    const BodyReferences& body_;
    const ConvertEmbedded& convert_embedded_;
    exact::Origins& origins_;
    std::size_t index_ = 0;
    std::set<std::string> shown_ids_;
};

}  // namespace

void attachments_to_mapi(const MessageContext& context, const std::vector<AttachmentPart>& parts,
                         const BodyReferences& body, const ConvertEmbedded& convert_embedded,
                         mapi::Message& message, exact::Origins& origins) {
    AttachmentMaker maker(context, body, convert_embedded, origins);
    for (const AttachmentPart& part : parts) {
        message.attachments.push_back(maker.make(part, message.attachments.size()));
    }
    const bool all_hidden = std::all_of(
        message.attachments.begin(), message.attachments.end(), [](const Attachment& attachment) {
            return attachment.properties.boolean(mapi::PidTagAttachmentHidden);
        });
    if (all_hidden && !message.attachments.empty()) {
        // PidLidSmartNoAttach: no paperclip.
        message.properties.set({mapi::PSETID_Common, 0x8514U}, mapi::PropertyType::Boolean, true);
    }
}

}  // namespace mbx::convert
