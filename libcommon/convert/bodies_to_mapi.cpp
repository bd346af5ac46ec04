#include "convert/bodies_to_mapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/charset.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/encoded_word.hpp"
#include "convert/flowed_text.hpp"
#include "convert/html_text.hpp"
#include "convert/part_content.hpp"
#include "convert/part_text.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyBag;

constexpr std::uint32_t kUtf8 = 65001;
// PidTagNativeBody, [MS-OXBBODY] 2.1.4
constexpr std::int32_t kNativePlain = 1;
constexpr std::int32_t kNativeHtml = 3;

std::string charset_of(const Entity& entity) {
    const std::string* charset = entity.type.raw("charset");
    return charset != nullptr ? std::string(base::trim(*charset)) : std::string();
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

void add_origin(const Entity& entity, exact::RecipeValue value, exact::Origins& origins) {
    exact::Origin origin;
    origin.value = value;
    origin.range = entity.body_range;
    origin.encoding = entity.encoding;
    origin.charset = charset_of(entity);
    origins.push_back(std::move(origin));
}

bool says(const Entity& entity, std::string_view parameter, std::string_view value) {
    const std::string* found = entity.type.raw(parameter);
    return found != nullptr && base::equals_ignore_case(base::trim(*found), value);
}

PlainText read_plain(const MimeTree& tree, const Entity& entity) {
    PlainText text = plain_text(text_content_bytes(tree, entity), charset_of(entity));
    if (entity.is("text/enriched") || entity.is("text/richtext")) {
        text.utf8 = enriched_to_plain(text.utf8);
    } else if (says(entity, "format", "flowed")) {
        text.utf8 = unflow(text.utf8, says(entity, "delsp", "yes"));
    }
    return text;
}

// All plain texts, one below the other; the code page is that of the first.
std::optional<PlainText> join_plain(const MessageContext& context, const ChosenParts& chosen,
                                    exact::Origins& origins) {
    std::optional<PlainText> joined;
    for (const Entity* entity : chosen.plain) {
        PlainText text = read_plain(context.tree, *entity);
        add_origin(*entity, exact::RecipeValue::Body, origins);
        if (!joined) {
            joined = std::move(text);
            continue;
        }
        if (!joined->utf8.empty() && !joined->utf8.ends_with('\n')) {
            joined->utf8 += "\r\n";
        }
        joined->utf8 += text.utf8;
    }
    return joined;
}

std::size_t find_last_tag(const std::string& lower, std::string_view tag) {
    const std::size_t at = lower.rfind(tag);
    return at == std::string::npos ? lower.size() : at;
}

// What stands between <body ...> and </body>.
std::string_view inside_of_body(std::string_view html) {
    const std::string lower = base::ascii_lower(html);
    const std::size_t open = lower.find("<body");
    const std::size_t begin = open == std::string::npos ? 0 : lower.find('>', open);
    const std::size_t end =
        std::min(find_last_tag(lower, "</body"), find_last_tag(lower, "</html"));
    if (begin == std::string::npos || begin >= end) {
        return html;
    }
    const std::size_t first = open == std::string::npos ? 0 : begin + 1;
    return html.substr(first, end - first);
}

// Valid, whatever the bytes are.
std::string to_utf8(const HtmlText& html) {
    return html.code_page == kUtf8 && base::is_valid_utf8(html.bytes)
               ? html.bytes
               : base::decode_code_page(html.bytes, html.code_page);
}

// One document of several: what the later ones show goes to the end of the first one's body.
std::string join_html(const MessageContext& context, const std::vector<HtmlPiece>& pieces) {
    std::string document;
    std::string tail;
    for (const HtmlPiece& piece : pieces) {
        if (piece.is_image) {
            const std::string id = content_id(*piece.entity);
            document += fmt::format("<img src=\"cid:{}\">",
                                    escape_html(id.empty() ? made_content_id(*piece.entity) : id));
            continue;
        }
        const std::string html = to_utf8(
            html_text(text_content_bytes(context.tree, *piece.entity), charset_of(*piece.entity)));
        if (&piece == &pieces.front()) {
            const std::string lower = base::ascii_lower(html);
            const std::size_t end =
                std::min(find_last_tag(lower, "</body"), find_last_tag(lower, "</html"));
            document = html.substr(0, end);
            tail = html.substr(end);
        } else {
            document += inside_of_body(html);
        }
    }
    return document + tail;
}

std::optional<HtmlText> read_html(const MessageContext& context, const ChosenParts& chosen,
                                  exact::Origins& origins) {
    if (chosen.html.empty()) {
        return std::nullopt;
    }
    for (const HtmlPiece& piece : chosen.html) {
        if (!piece.is_image) {
            add_origin(*piece.entity, exact::RecipeValue::Html, origins);
        }
    }
    if (chosen.html.size() == 1) {
        const Entity& entity = *chosen.html.front().entity;
        return html_text(text_content_bytes(context.tree, entity), charset_of(entity));
    }
    return HtmlText{join_html(context, chosen.html), kUtf8};
}

std::string base_of(const MessageContext& context, const Entity& html) {
    for (const HeaderBlock* header : {&html.header, &context.header()}) {
        for (const char* field : {"Content-Base", "Content-Location"}) {
            if (auto value = header->first(field)) {
                std::erase(*value, '"');
                return *std::move(value);
            }
        }
    }
    return {};
}

}  // namespace

BodyReferences bodies_to_mapi(const MessageContext& context, const ChosenParts& chosen,
                              PropertyBag& bag, exact::Origins& origins) {
    auto plain = join_plain(context, chosen, origins);
    auto html = read_html(context, chosen, origins);
    if (html && html->bytes.empty()) {
        html.reset();  // readers trip over an HTML body of no bytes (libpff: "missing value data")
    }
    if (html) {
        bag.set(mapi::PidTagInternetCodepage, static_cast<std::int32_t>(html->code_page));
        bag.set(mapi::PidTagNativeBody, kNativeHtml);
        if (!plain || is_blank(plain->utf8)) {
            plain = PlainText{text_of_html(to_utf8(*html)), html->code_page};
        }
    } else if (plain) {
        bag.set(mapi::PidTagInternetCodepage, static_cast<std::int32_t>(plain->code_page));
        bag.set(mapi::PidTagNativeBody, kNativePlain);
    }
    if (plain) {
        bag.set(mapi::PidTagBody, std::move(plain->utf8));
    }
    BodyReferences result;
    if (html) {
        result.references = HtmlReferences(html->bytes);
        result.base = base_of(context, *chosen.html.front().entity);
        bag.set(mapi::PidTagHtml, base::to_bytes(html->bytes));
    }
    return result;
}

bool is_blank_part(const MimeTree& tree, const Entity& entity) {
    constexpr std::uint64_t kMayBeBlank = 4096;
    return entity.body_range.size() <= kMayBeBlank && is_blank(text_content_bytes(tree, entity));
}

std::string content_id(const Entity& entity) {
    const auto field = entity.header.first("Content-ID");
    std::string_view id = base::trim(field ? std::string_view(*field) : std::string_view());
    if (id.size() > 1 && id.front() == '<' && id.back() == '>') {
        id = base::trim(id.substr(1, id.size() - 2));
    }
    return base::is_valid_utf8(id) ? std::string(id) : decode_in_charset(id, {});
}

std::string made_content_id(const Entity& entity) {
    return fmt::format("part-{:x}@mbx.invalid", entity.header_range.begin);
}

}  // namespace mbx::convert
