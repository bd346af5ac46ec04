#include "convert/attachments_to_mail.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/html_text.hpp"
#include "convert/ical_common.hpp"
#include "convert/kept_calendar.hpp"
#include "convert/loss.hpp"
#include "convert/media_type.hpp"
#include "convert/mime_encode.hpp"
#include "convert/ole_object.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

constexpr std::uint64_t kLargestOleObject = std::uint64_t{128}
                                            << 20;  // larger ones stay as they are
constexpr std::int32_t kRenderedInBody = 0x4;       // PidTagAttachFlags
constexpr std::string_view kRecurrenceException =
    "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}";

std::string string_of(const PropertyBag& properties, PropertyTag tag) {
    return std::string(base::trim(properties.text(tag).value_or("")));
}

/// The last element of a path, without what would break a header.
std::string file_name(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    name.erase(0, name.find_last_of("/\\") + 1);
    return std::string(base::trim(name));
}

std::string stored_name(const PropertyBag& properties) {
    for (const PropertyTag tag : {PidTagAttachLongFilename, PidTagAttachFilename}) {
        std::string name = file_name(string_of(properties, tag));
        if (!name.empty()) {
            return name;
        }
    }
    std::string name = file_name(string_of(properties, PidTagDisplayName));
    const std::string extension = string_of(properties, PidTagAttachExtension);
    if (!name.empty() && extension.starts_with('.') && !name.ends_with(extension)) {
        name += extension;
    }
    return name;
}

/// A picture named in the HTML, and the parts of reports, need no name; other files do.
std::string default_name(std::size_t number, std::string_view media_type) {
    if (media_type.starts_with("message/") || media_type == "text/rfc822-headers") {
        return {};
    }
    const std::string_view extension = extension_of_media_type(media_type);
    return fmt::format("attachment{}{}", number + 1, extension.empty() ? ".bin" : extension);
}

/// message/... may not be encoded (RFC 2046 5.2); those that consist of header lines only are sent
/// as they are.
bool is_report_part(std::string_view media_type) {
    return media_type == "message/delivery-status" ||
           media_type == "message/disposition-notification" ||
           media_type == "message/feedback-report" || media_type == "text/rfc822-headers";
}

std::vector<Parameter> disposition_dates(const PropertyBag& attachment,
                                         const PropertyBag& message) {
    std::vector<Parameter> result;
    const std::pair<PropertyTag, const char*> kDates[] = {
        {PidTagCreationTime, "creation-date"}, {PidTagLastModificationTime, "modification-date"}};
    for (const auto& [tag, name] : kDates) {
        const auto time = attachment.time(tag);
        const auto seconds = time ? base::to_unix_time(*time) : std::nullopt;
        const bool of_message =
            std::any_of(std::begin(kDates), std::end(kDates),
                        [&](const auto& other) { return message.time(other.first) == time; });
        if (seconds && !of_message && time != message.time(PidTagMessageDeliveryTime) &&
            time != message.time(PidTagClientSubmitTime)) {
            result.push_back({name, rfc5322_date(*seconds)});
        }
    }
    return result;
}

class AttachmentReader {
  public:
    AttachmentReader(const Message& message, const RebuildContext& context)
        : message_(message), context_(context) {}

    std::vector<OutgoingAttachment> run() {
        std::vector<OutgoingAttachment> result;
        const Attachment* calendar = copy_of_kept_calendar(message_);
        for (std::size_t i = 0; i < message_.attachments.size(); ++i) {
            const Attachment& attachment = message_.attachments[i];
            if (&attachment == calendar) {
                continue;  // it stands beside the text
            }
            if (auto one = read(attachment, i)) {
                result.push_back(*std::move(one));
            }
        }
        return result;
    }

  private:
    std::optional<OutgoingAttachment> read(const Attachment& attachment, std::size_t number) {
        OutgoingAttachment result = common(attachment);
        bool taken = false;
        switch (attachment.method()) {
            case AttachMethod::EmbeddedMessage:
                taken = embedded(attachment, result);
                break;
            case AttachMethod::Ole:
                taken = ole(attachment, result);
                break;
            case AttachMethod::ByReference:
            case AttachMethod::ByReferenceResolve:
            case AttachMethod::ByReferenceOnly:
            case AttachMethod::ByWebReference:
                taken = attachment.data != nullptr ? by_value(attachment, result)
                                                   : reference(attachment, result);
                break;
            case AttachMethod::None:
            case AttachMethod::ByValue:
                taken = attachment.embedded != nullptr ? embedded(attachment, result)
                                                       : by_value(attachment, result);
                break;
        }
        if (!taken) {
            return std::nullopt;
        }
        if (result.name.empty() && !result.message && result.content_id.empty()) {
            result.name = default_name(number, result.media_type);
        }
        return result;
    }

    OutgoingAttachment common(const Attachment& attachment) const {
        const PropertyBag& properties = attachment.properties;
        OutgoingAttachment result;
        result.name = stored_name(properties);
        result.media_type = clean_media_type(string_of(properties, PidTagAttachMimeTag));
        result.charset = string_of(properties, PidTagTextAttachmentCharset);
        result.content_id = string_of(properties, PidTagAttachContentId);
        result.content_location = string_of(properties, PidTagAttachContentLocation);
        result.rendering_position = properties.integer(PidTagRenderingPosition, -1);
        result.meant_inline = (properties.integer(PidTagAttachFlags) & kRenderedInBody) != 0 ||
                              properties.boolean(PidTagAttachmentHidden) ||
                              result.rendering_position >= 0;
        const std::string description = string_of(properties, PidTagDisplayName);
        if (file_name(description) != result.name) {
            result.description = description;
        }
        result.dates = disposition_dates(properties, message_.properties);
        return result;
    }

    bool by_value(const Attachment& attachment, OutgoingAttachment& result) const {
        result.data = attachment.data;
        if (result.data == nullptr) {
            if (attachment.method() == AttachMethod::None) {
                return false;
            }
            result.data = base::memory_source(base::Bytes{});
        }
        unwrap_mac_binary(attachment, result);
        if (result.media_type.empty()) {
            result.media_type = std::string(media_type_of_name(result.name));
        }
        const bool is_structured =
            result.media_type.starts_with("multipart/") ||
            (result.media_type.starts_with("message/") && !is_report_part(result.media_type));
        if (is_structured || result.media_type == "application/ms-tnef") {
            result.media_type = "application/octet-stream";
        }
        return true;
    }

    /// [MS-OXCMAIL] 2.1.3.4.2: 128 bytes of header, then the data fork.
    static void unwrap_mac_binary(const Attachment& attachment, OutgoingAttachment& result) {
        constexpr std::string_view kMacBinary{"\x2A\x86\x48\x86\xF7\x14\x03\x0B\x01", 9};
        constexpr std::size_t kHeaderSize = 128;
        const auto encoding = attachment.properties.binary(PidTagAttachEncoding);
        if (!encoding || base::as_text(*encoding) != kMacBinary ||
            result.data->size() < kHeaderSize) {
            return;
        }
        const base::Bytes header =
            base::read_all(*base::slice_source(result.data, 0, kHeaderSize), kHeaderSize);
        std::uint64_t size = 0;
        for (std::size_t i = 83; i < 87; ++i) {
            size = size << 8 | std::to_integer<std::uint64_t>(header[i]);
        }
        if (size <= result.data->size() - kHeaderSize) {
            result.data = base::slice_source(result.data, kHeaderSize, size);
        }
    }

    bool embedded(const Attachment& attachment, OutgoingAttachment& result) const {
        if (attachment.embedded == nullptr) {
            if (attachment.data != nullptr) {
                return by_value(attachment, result);
            }
            report_loss(
                context_.diagnostics, "lossy-embedded-message",
                fmt::format("the embedded message \"{}\" is not there", base::escape(result.name)));
            return false;
        }
        const std::string message_class =
            attachment.embedded->properties.text(PidTagMessageClass).value_or("");
        if (base::equals_ignore_case(message_class, kRecurrenceException)) {
            return false;  // part of the calendar item
        }
        if (context_.depth >= kDeepestEmbedding) {
            report_loss(
                context_.diagnostics, "lossy-embedded-message",
                fmt::format("messages are embedded deeper than {} levels", kDeepestEmbedding));
            return false;
        }
        result.message = rebuild_mail(*attachment.embedded, context_.deeper());
        result.media_type = "message/rfc822";
        result.name = file_name(string_of(attachment.properties, PidTagAttachLongFilename));
        return true;
    }

    bool ole(const Attachment& attachment, OutgoingAttachment& result) const {
        if (attachment.data == nullptr) {
            report_loss(context_.diagnostics, "lossy-ole-object",
                        fmt::format("the object \"{}\" has no data", base::escape(result.name)));
            return false;
        }
        if (attachment.data->size() > kLargestOleObject) {
            return by_value(attachment, result);
        }
        OleContent content = ole_content(base::read_all(*attachment.data, kLargestOleObject));
        if (!content.name.empty()) {
            result.name = file_name(content.name);
        }
        result.media_type =
            content.media_type.empty() ? "application/octet-stream" : content.media_type;
        const std::string_view extension = extension_of_media_type(result.media_type);
        if (!result.name.empty() && result.name.find('.') == std::string::npos) {
            result.name += extension.empty() ? ".bin" : extension;
        }
        result.data = base::memory_source(std::move(content.data));
        report_loss(context_.diagnostics, "lossy-ole-object",
                    fmt::format("the object \"{}\" becomes a file", base::escape(result.name)));
        return true;
    }

    /// A link file takes the place of what lies elsewhere.
    bool reference(const Attachment& attachment, OutgoingAttachment& result) const {
        const PropertyBag& properties = attachment.properties;
        std::string target = string_of(properties, PidTagAttachLongPathname);
        if (target.empty()) {
            target = string_of(properties, PidTagAttachPathname);
        }
        const auto* url =
            properties.get<std::string>(PropertyName{PSETID_Attachment, "AttachmentOriginalUrl"});
        if (target.empty() && url != nullptr) {
            target = *url;
        }
        report_loss(context_.diagnostics, "lossy-reference",
                    fmt::format("the attachment \"{}\" lies elsewhere: {}",
                                base::escape(result.name), base::escape(target)));
        if (target.empty()) {
            return false;
        }
        if (result.name.empty()) {
            result.name = file_name(target);
        }
        result.name += ".url";
        result.media_type = "application/internet-shortcut";
        result.data =
            base::memory_source(fmt::format("[InternetShortcut]\r\nURL={}\r\n", url_of(target)));
        return true;
    }

    static std::string url_of(std::string target) {
        std::erase_if(target, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
        if (target.find("://") != std::string::npos) {
            return target;
        }
        std::replace(target.begin(), target.end(), '\\', '/');
        return (target.starts_with("//") ? "file:" : "file:///") + target;
    }

    const Message& message_;
    const RebuildContext& context_;
};

/// What programs look for before they offer to accept an invitation (RFC 6047 2.4).
std::string calendar_method_of(const OutgoingAttachment& attachment) {
    constexpr std::uint64_t kLargestCalendar = std::uint64_t{1} << 20;
    if (attachment.media_type != "text/calendar" || attachment.data->size() > kLargestCalendar) {
        return {};
    }
    return method_of_ical(base::read_all_text(*attachment.data, kLargestCalendar));
}

MimePart file_part(const OutgoingAttachment& attachment, const std::string& more_headers) {
    std::vector<Parameter> parameters;
    const bool as_it_is = is_sent_as_it_is(attachment);
    if (!as_it_is && is_report_part(attachment.media_type) &&
        attachment.media_type.starts_with("message/")) {
        // These may not be encoded; with bytes that need it they are but files.
        OutgoingAttachment file = attachment;
        file.media_type = "application/octet-stream";
        return file_part(file, more_headers);
    }
    if (attachment.media_type.starts_with("text/") && !attachment.charset.empty()) {
        parameters.push_back({"charset", attachment.charset});
    }
    if (const std::string method = calendar_method_of(attachment); !method.empty()) {
        parameters.push_back({"method", method});
    }
    if (!attachment.name.empty()) {
        parameters.push_back({"name", attachment.name});
    }
    const std::string type = parameter_header("Content-Type", attachment.media_type, parameters,
                                              ParameterStyle::EncodedWord);
    if (as_it_is) {
        return verbatim_part(type + "Content-Transfer-Encoding: 7bit\r\n" + more_headers,
                             attachment.data);
    }
    return data_part(type, more_headers, attachment.data);
}

}  // namespace

std::vector<OutgoingAttachment> read_attachments(const Message& message,
                                                 const RebuildContext& context) {
    return AttachmentReader(message, context).run();
}

std::vector<std::string> rtf_marks(std::vector<OutgoingAttachment>& attachments) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        if (attachments[i].rendering_position >= 0) {
            order.push_back(i);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return attachments[a].rendering_position < attachments[b].rendering_position;
    });
    std::vector<std::string> marks;
    for (const std::size_t i : order) {
        OutgoingAttachment& attachment = attachments[i];
        if (!is_shown_image(attachment.media_type)) {
            marks.push_back(fmt::format("[{}]", escape_html(attachment.name)));
            continue;
        }
        if (attachment.content_id.empty()) {
            attachment.content_id = fmt::format("attachment{}@rtf.invalid", i + 1);
        }
        marks.push_back(fmt::format(R"(<img src="cid:{}" alt="{}">)",
                                    escape_html(attachment.content_id),
                                    escape_html(attachment.name)));
    }
    return marks;
}

bool is_sent_as_it_is(const OutgoingAttachment& attachment) {
    constexpr std::uint64_t kLargestReadable = 64 * 1024;
    const bool readable =
        attachment.media_type.starts_with("text/") || is_report_part(attachment.media_type);
    if (!readable || attachment.data->size() > kLargestReadable) {
        return false;
    }
    const std::string charset = base::ascii_lower(attachment.charset);
    return (charset.empty() || charset == "us-ascii" || charset == "utf-8") &&
           best_encoding(base::read_all_text(*attachment.data, kLargestReadable)) ==
               TextEncoding::SevenBit;
}

bool may_be_inline(const OutgoingAttachment& attachment) {
    return !attachment.message &&
           (attachment.meant_inline || is_shown_image(attachment.media_type));
}

MimePart attachment_part(const OutgoingAttachment& attachment, bool is_inline) {
    std::vector<Parameter> parameters;
    if (!attachment.name.empty()) {
        parameters.push_back({"filename", attachment.name});
    }
    parameters.insert(parameters.end(), attachment.dates.begin(), attachment.dates.end());
    std::string headers =
        parameter_header("Content-Disposition", is_inline ? "inline" : "attachment", parameters);
    if (!attachment.content_id.empty()) {
        headers += token_header("Content-ID", fmt::format("<{}>", attachment.content_id));
    }
    if (!attachment.content_location.empty() && base::is_ascii(attachment.content_location)) {
        headers += token_header("Content-Location", attachment.content_location);
    }
    if (!attachment.description.empty() && !attachment.message) {
        headers += text_header("Content-Description", attachment.description);
    }
    return attachment.message
               ? message_part(headers, attachment.message->source, attachment.message->eight_bit,
                              attachment.message->utf8_header)
               : file_part(attachment, headers);
}

}  // namespace mbx::convert
