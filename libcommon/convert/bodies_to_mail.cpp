#include "convert/bodies_to_mail.hpp"

#include <utility>

#include "base/text.hpp"
#include "convert/html_text.hpp"
#include "convert/rtf_compressed.hpp"
#include "convert/rtf_deencapsulate.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

constexpr PropertyTag kHtmlAsString{0x1013, PropertyType::String};

/// PidTagNativeBody, [MS-OXBBODY] 2.2.1.1.
enum class NativeBody { Undefined = 0, Plain = 1, Rtf = 2, Html = 3, ClearSigned = 4 };

struct StoredBodies {
    std::optional<std::string> plain;
    std::optional<EncodedText> html;
    std::optional<std::string> rtf;
    RtfContent rtf_content = RtfContent::Rtf;
};

bool is_blank(const std::string& text) {
    return base::trim(text).empty();
}

std::optional<std::string> read_plain(const PropertyBag& properties) {
    auto text = properties.text(PidTagBody);
    if (text) {
        std::erase(*text, '\0');
    }
    return text;
}

std::optional<EncodedText> read_html(const PropertyBag& properties) {
    std::optional<EncodedText> html;
    if (const auto bytes = properties.binary(PidTagHtml)) {
        html = encode_html(base::as_text(*bytes), stated_pages(properties));
    } else if (auto text = properties.text(kHtmlAsString)) {
        std::erase(*text, '\0');
        html = EncodedText{with_meta_charset(*text, "utf-8"), "utf-8"};
    }
    return html && !is_blank(html->bytes) ? html : std::nullopt;
}

std::optional<std::string> read_rtf(const PropertyBag& properties, base::Diagnostics& diagnostics) {
    const auto stream = properties.binary(PidTagRtfCompressed);
    if (!stream || stream->empty()) {
        return std::nullopt;
    }
    auto rtf = decompress_rtf(*stream);
    if (!rtf || (!rtf->complete && rtf->rtf.empty())) {
        diagnostics.report(
            {base::Severity::Warning, "damaged-rtf", {}, "the RTF body cannot be read"});
        return std::nullopt;
    }
    if (!rtf->crc_right) {
        diagnostics.report(
            {base::Severity::Info, "damaged-rtf", {}, "the RTF body has a wrong checksum"});
    }
    return std::move(rtf->rtf);
}

StoredBodies read_bodies(const PropertyBag& properties, base::Diagnostics& diagnostics) {
    StoredBodies stored;
    stored.plain = read_plain(properties);
    stored.html = read_html(properties);
    stored.rtf = read_rtf(properties, diagnostics);
    if (stored.rtf) {
        stored.rtf_content = rtf_content(*stored.rtf);
    }
    return stored;
}

enum class Choice { Plain, Html, Rtf };

Choice choose(const StoredBodies& stored, const PropertyBag& properties) {
    switch (static_cast<NativeBody>(properties.integer(PidTagNativeBody))) {
        case NativeBody::Plain:
            if (stored.plain && !is_blank(*stored.plain)) {
                return Choice::Plain;
            }
            break;
        case NativeBody::Html:
            if (stored.html) {
                return Choice::Html;
            }
            break;
        case NativeBody::Rtf:
            if (stored.rtf && (stored.rtf_content == RtfContent::Rtf || !stored.html)) {
                return Choice::Rtf;
            }
            break;
        case NativeBody::Undefined:
        case NativeBody::ClearSigned:
            break;
    }
    // RTF that wraps HTML was made from it: the HTML itself is the better copy.
    const bool rtf_is_newer =
        stored.rtf && stored.rtf_content == RtfContent::Rtf && properties.boolean(PidTagRtfInSync);
    if (stored.html && !rtf_is_newer) {
        return Choice::Html;
    }
    return stored.rtf ? Choice::Rtf : Choice::Plain;
}

Bodies bodies_of_html(const StoredBodies& stored, EncodedText html) {
    Bodies bodies;
    bodies.plain =
        stored.plain && !is_blank(*stored.plain) ? *stored.plain : text_of_html(decode_html(html));
    bodies.html = std::move(html);
    return bodies;
}

/// nullopt when the RTF has nothing to show.
std::optional<Bodies> bodies_of_rtf(const StoredBodies& stored, std::uint32_t code_page,
                                    const std::vector<std::string>& attachment_html) {
    const bool has_plain = stored.plain && !is_blank(*stored.plain);
    if (auto content = deencapsulate_rtf(*stored.rtf, code_page)) {
        if (is_blank(content->text)) {
            return std::nullopt;
        }
        if (content->content == RtfContent::Html) {
            return bodies_of_html(stored, {with_meta_charset(content->text, "utf-8"), "utf-8"});
        }
        Bodies bodies;
        bodies.plain = has_plain ? *stored.plain : content->text;
        return bodies;
    }
    HtmlFromRtf converted = rtf_to_html(*stored.rtf, {code_page, attachment_html});
    if (is_blank(converted.text) && converted.pictures.empty() && converted.attachment_marks == 0) {
        return std::nullopt;
    }
    Bodies bodies;
    bodies.plain = has_plain ? *stored.plain : converted.text;
    bodies.html = EncodedText{std::move(converted.html), "utf-8"};
    bodies.pictures = std::move(converted.pictures);
    return bodies;
}

}  // namespace

StatedPages stated_pages(const PropertyBag& properties) {
    return {static_cast<std::uint32_t>(properties.integer(PidTagInternetCodepage)),
            static_cast<std::uint32_t>(properties.integer(PidTagMessageCodepage))};
}

Bodies choose_bodies(const PropertyBag& properties, const std::vector<std::string>& attachment_html,
                     base::Diagnostics& diagnostics) {
    StoredBodies stored = read_bodies(properties, diagnostics);
    const Choice choice = choose(stored, properties);
    if (choice == Choice::Rtf) {
        const StatedPages pages = stated_pages(properties);
        const std::uint32_t page = pages.internet != 0 && pages.internet != 65001 ? pages.internet
                                   : pages.message != 0 && pages.message != 65001 ? pages.message
                                                                                  : 1252;
        if (auto bodies = bodies_of_rtf(stored, page, attachment_html)) {
            return *std::move(bodies);
        }
    }
    if (choice != Choice::Plain && stored.html) {
        EncodedText html = *std::move(stored.html);
        return bodies_of_html(stored, std::move(html));
    }
    Bodies bodies;
    bodies.plain = std::move(stored.plain);
    return bodies;
}

}  // namespace mbx::convert
