#include "convert/smime.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "convert/attachment_name.hpp"
#include "convert/part_content.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

constexpr const char* kClearSignedClass = "IPM.Note.SMIME.MultipartSigned";
constexpr const char* kOpaqueClass = "IPM.Note.SMIME";

bool is_pkcs7_signature(std::string_view type) {
    return base::equals_ignore_case(type, "application/pkcs7-signature") ||
           base::equals_ignore_case(type, "application/x-pkcs7-signature");
}

bool is_clear_signed(const Entity& root) {
    if (!root.is("multipart/signed") || root.children.size() < 2) {
        return false;
    }
    const std::string* protocol = root.type.raw("protocol");
    return is_pkcs7_signature(root.children[1]->type.main) ||
           (protocol != nullptr && is_pkcs7_signature(base::trim(*protocol)));
}

bool is_opaque(const Entity& root) {
    if (root.is("application/pkcs7-mime") || root.is("application/x-pkcs7-mime")) {
        const std::string* type = root.type.raw("smime-type");
        return type == nullptr || !base::equals_ignore_case(*type, "certs-only");
    }
    if (!root.is("application/octet-stream")) {
        return false;
    }
    const auto name_of = [](const MimeValue& value, const char* parameter) {
        return base::ascii_lower(value.text(parameter, {}).value_or(std::string()));
    };
    return name_of(root.type, "name").ends_with(".p7m") ||
           name_of(root.disposition, "filename").ends_with(".p7m");
}

bool has_bare_line_feeds(std::string_view text) {
    const std::size_t newline = text.find('\n');
    return newline != std::string_view::npos && (newline == 0 || text[newline - 1] != '\r');
}

// "MIME-Version", "Content-Type" as it stands, and the body as it stands, all with CRLF: what was
// signed.
base::SharedSource signed_entity(const MessageContext& context) {
    const Entity& root = context.root;
    std::string head = "MIME-Version: 1.0\r\n";
    head += root.header.raw_field("Content-Type");
    if (!head.ends_with('\n')) {
        head += "\r\n";
    }
    const bool bare = has_bare_line_feeds(root.header.text());
    head += "\r\n";
    base::SharedSource body = encoded_content(context.tree, root);
    if (bare || root.header.text().empty()) {
        return base::concat_source({mail::crlf_source(base::memory_source(std::move(head))),
                                    mail::crlf_source(std::move(body))});
    }
    return base::concat_source({base::memory_source(std::move(head)), std::move(body)});
}

mapi::Attachment smime_attachment(const char* mime_type, const char* name) {
    mapi::Attachment attachment;
    mapi::PropertyBag& bag = attachment.properties;
    bag.set(mapi::PidTagAttachMethod, static_cast<std::int32_t>(mapi::AttachMethod::ByValue));
    bag.set(mapi::PidTagAttachMimeTag, std::string(mime_type));
    bag.set(mapi::PidTagAttachLongFilename, std::string(name));
    bag.set(mapi::PidTagAttachFilename, std::string(name));
    bag.set(mapi::PidTagDisplayName, std::string(name));
    bag.set(mapi::PidTagAttachExtension, std::string(".p7m"));
    bag.set(mapi::PidTagRenderingPosition, std::int32_t{-1});
    bag.set(mapi::PidTagAttachFlags, std::int32_t{0});
    bag.set(mapi::PidTagAttachmentHidden, false);
    bag.set(mapi::PidTagAttachNumber, std::int32_t{0});
    return attachment;
}

// In memory when it is small, so that nothing of the source needs to stay.
base::SharedSource settled(const base::SharedSource& source) {
    return source->size() <= kLargestInMemory
               ? base::memory_source(base::read_all(*source, kLargestInMemory))
               : source;
}

}  // namespace

SmimeKind smime_kind(const Entity& root) {
    return is_clear_signed(root) ? SmimeKind::ClearSigned
           : is_opaque(root)     ? SmimeKind::Opaque
                                 : SmimeKind::None;
}

void smime_to_mapi(const MessageContext& context, SmimeKind kind, mapi::Message& message,
                   exact::Origins& origins) {
    const bool clear = kind == SmimeKind::ClearSigned;
    const std::string type = clear ? "multipart/signed" : context.root.type.main;
    mapi::Attachment attachment = smime_attachment(type.c_str(), clear ? "SMIME.p7m" : "smime.p7m");
    attachment.data =
        settled(clear ? signed_entity(context) : content_source(context.tree, context.root));
    if (const auto value = context.header().first("Content-Type")) {
        message.properties.set({mapi::PS_INTERNET_HEADERS, "content-type"},
                               mapi::PropertyType::String, *value);
    }
    message.properties.set(mapi::PidTagMessageClass,
                           std::string(clear ? kClearSignedClass : kOpaqueClass));
    exact::Origin origin;
    origin.value = exact::RecipeValue::AttachmentData;
    origin.range = context.root.body_range;
    origin.encoding = clear ? TransferEncoding::Identity : context.root.encoding;
    origins.push_back(std::move(origin));
    message.attachments.push_back(std::move(attachment));
}

}  // namespace mbx::convert
