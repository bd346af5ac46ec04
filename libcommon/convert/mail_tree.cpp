#include "convert/mail_tree.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/text.hpp"
#include "convert/attachments_to_mail.hpp"
#include "convert/html_references.hpp"
#include "convert/html_text.hpp"
#include "convert/media_type.hpp"

namespace mbx::convert {
namespace {

MimePart html_part(const EncodedText& html) {
    return text_part("text/html", html.bytes, html.charset);
}

MimePart plain_part(const std::string& text, const StatedPages& pages) {
    const EncodedText encoded = encode_plain(text, pages);
    return text_part("text/plain", encoded.bytes, encoded.charset);
}

void put_above(Bodies& bodies, const std::string& text) {
    if (text.empty()) {
        return;
    }
    const std::string plain = bodies.plain.value_or("");
    bodies.plain = base::trim(plain).empty() ? text : text + "\r\n" + plain;
    if (bodies.html) {
        bodies.html = EncodedText{
            fmt::format("<pre style=\"white-space:pre-wrap\">{}</pre>\r\n{}", escape_html(text),
                        with_meta_charset(decode_html(*bodies.html), "utf-8")),
            "utf-8"};
    }
}

OutgoingAttachment attachment_of(const RtfPicture& picture, std::size_t number) {
    OutgoingAttachment result;
    result.name = fmt::format("image{:03}{}", number, extension_of_media_type(picture.media_type));
    result.media_type = picture.media_type;
    result.content_id = picture.content_id;
    result.data = base::memory_source(picture.data);
    result.meant_inline = picture.shown;
    return result;
}

/// Which attachments the HTML shows; of several with one Content-ID only the first.
class InlineChoice {
  public:
    explicit InlineChoice(const Bodies& bodies) {
        if (bodies.html) {
            references_ = HtmlReferences(bodies.html->bytes);
        }
    }

    bool takes(const OutgoingAttachment& attachment) {
        if (!may_be_inline(attachment)) {
            return false;
        }
        if (references_.has_content_id(attachment.content_id)) {
            return used_.insert(base::ascii_lower(attachment.content_id)).second;
        }
        return !attachment.content_location.empty() &&
               references_.has_location(attachment.content_location, {});
    }

  private:
    HtmlReferences references_;
    std::set<std::string> used_;
};

/// Programs keep reports as mail with the parts of the report attached: first the status, then
/// perhaps the message that it is about (RFC 6522 3). Empty when it is none.
std::string report_type(const std::vector<OutgoingAttachment>& attachments) {
    constexpr std::string_view kTypes[] = {"delivery-status", "disposition-notification",
                                           "feedback-report"};
    if (attachments.empty() || attachments.size() > 2) {
        return {};
    }
    for (const std::string_view type : kTypes) {
        if (attachments.front().media_type == fmt::format("message/{}", type) &&
            is_sent_as_it_is(attachments.front())) {
            return std::string(type);
        }
    }
    return {};
}

std::string type_of(const MimePart& body) {
    constexpr std::string_view kField = "Content-Type: ";
    const std::string_view value = std::string_view(body.headers).substr(kField.size());
    return std::string(value.substr(0, value.find_first_of(";\r")));
}

}  // namespace

MimePart body_part(const Bodies& bodies, const StatedPages& pages,
                   std::vector<MimePart> more_alternatives) {
    std::vector<MimePart> alternatives;
    if (bodies.plain || !bodies.html) {
        alternatives.push_back(plain_part(bodies.plain.value_or(""), pages));
    }
    if (bodies.html) {
        alternatives.push_back(html_part(*bodies.html));
    }
    std::move(more_alternatives.begin(), more_alternatives.end(), std::back_inserter(alternatives));
    return alternatives.size() == 1 ? std::move(alternatives.front())
                                    : multipart("alternative", std::move(alternatives));
}

MimePart mail_tree(const mapi::Message& message, const RebuildContext& context, TreeExtras extras) {
    std::vector<OutgoingAttachment> attachments = read_attachments(message, context);
    Bodies bodies = choose_bodies(message.properties, rtf_marks(attachments), context.diagnostics);
    put_above(bodies, extras.text_above);
    for (std::size_t i = 0; i < bodies.pictures.size(); ++i) {
        attachments.push_back(attachment_of(bodies.pictures[i], i + 1));
    }

    InlineChoice choice(bodies);
    std::vector<MimePart> shown;
    const bool extras_are_none = extras.attachments.empty() && extras.alternatives.empty();
    std::vector<MimePart> attached = std::move(extras.attachments);
    for (const OutgoingAttachment& attachment : attachments) {
        const bool is_inline = choice.takes(attachment);
        (is_inline ? shown : attached).push_back(attachment_part(attachment, is_inline));
    }

    MimePart body =
        body_part(bodies, stated_pages(message.properties), std::move(extras.alternatives));
    if (!shown.empty()) {
        const std::string type = type_of(body);
        shown.insert(shown.begin(), std::move(body));
        body = multipart("related", std::move(shown), {{"type", type}});
    }
    if (!attached.empty()) {
        const std::string report = extras_are_none ? report_type(attachments) : std::string();
        attached.insert(attached.begin(), std::move(body));
        body = report.empty() ? multipart("mixed", std::move(attached))
                              : multipart("report", std::move(attached), {{"report-type", report}});
    }
    return body;
}

}  // namespace mbx::convert
