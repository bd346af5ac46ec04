#include "convert/headers_to_mapi.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/encoded_word.hpp"
#include "convert/header_values.hpp"
#include "convert/mail_date.hpp"
#include "convert/subject.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyBag;
using mapi::PropertyName;
using mapi::PropertyTag;
using mapi::PropertyType;

constexpr PropertyTag kVoiceMessageDuration{0x6801, PropertyType::Integer32};
constexpr PropertyTag kFaxNumberOfPages{0x6804, PropertyType::Integer32};
constexpr PropertyTag kSenderIdStatus{0x4079, PropertyType::Integer32};

/// What replies to mail of programs would be: out-of-office notes and automatic replies.
constexpr std::int32_t kSuppressForAutoSubmitted = 0x30;

const PropertyName kFlagRequest{mapi::PSETID_Common, 0x8530U};

void set_text(const MessageContext& context, std::string_view field, PropertyTag tag,
              PropertyBag& bag) {
    if (auto value = decoded_field(context, field); value && !bag.contains(tag)) {
        bag.set(tag, *std::move(value));
    }
}

std::optional<std::int32_t> decimal(std::string_view text) {
    std::int32_t value = 0;
    text = base::trim(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

void set_number(const MessageContext& context, std::string_view field, PropertyTag tag,
                PropertyBag& bag) {
    const auto value = context.header().first(field);
    if (const auto number = value ? decimal(*value) : std::nullopt) {
        bag.set(tag, *number);
    }
}

void set_time(const MessageContext& context, std::string_view field, PropertyTag tag,
              PropertyBag& bag) {
    const auto value = context.header().first(field);
    const auto time = value ? parse_mail_date(*value) : std::nullopt;
    if (const auto file_time = time ? base::to_file_time(*time) : std::nullopt;
        file_time && !bag.contains(tag)) {
        bag.set(tag, *file_time);
    }
}

// Importance says it best; the others are tried in the order of their trust.
std::int32_t importance(const HeaderBlock& header) {
    using Parse = std::optional<std::int32_t> (*)(std::string_view);
    constexpr std::pair<std::string_view, Parse> kFields[] = {
        {"Importance", parse_importance},
        {"X-MSMail-Priority", parse_importance},
        {"Priority", parse_priority},
        {"X-Priority", parse_x_priority},
    };
    for (const auto& [name, parse] : kFields) {
        const auto value = header.first(name);
        if (const auto number = value ? parse(*value) : std::nullopt) {
            return *number;
        }
    }
    return 1;
}

void set_language(const MessageContext& context, PropertyBag& bag) {
    if (const auto value = context.header().first("Content-Language")) {
        const std::string_view first = std::string_view(*value).substr(0, value->find(','));
        if (const auto locale = locale_of_language(first)) {
            bag.set(mapi::PidTagMessageLocaleId, *locale);
        }
    }
    for (const char* field : {"Accept-Language", "X-Accept-Language"}) {
        if (auto value = decoded_field(context, field)) {
            bag.set({mapi::PS_INTERNET_HEADERS, "acceptlanguage"}, PropertyType::String,
                    *std::move(value));
            break;
        }
    }
}

void set_auto_responses(const MessageContext& context, PropertyBag& bag) {
    std::optional<std::int32_t> suppress;
    if (const auto value = context.header().first("X-Auto-Response-Suppress")) {
        suppress = parse_auto_response_suppress(*value);
    }
    const auto submitted = context.header().first("Auto-Submitted");
    if (!suppress && submitted && !base::starts_with_ignore_case(*submitted, "no")) {
        suppress = kSuppressForAutoSubmitted;
    }
    if (suppress) {
        bag.set(mapi::PidTagAutoResponseSuppress, *suppress);
    }
}

// X-Message-Flag: the sender's flag, [MS-OXOFLAG] 2.2.1.9.
void set_sender_flag(const MessageContext& context, PropertyBag& bag) {
    if (auto value = decoded_field(context, "X-Message-Flag")) {
        bag.set(kFlagRequest, PropertyType::String, *std::move(value));
        bag.set(mapi::PidTagFlagStatus, std::int32_t{2});
        bag.set(mapi::PidTagToDoItemFlags, std::int32_t{8});
        set_time(context, "Reply-By", mapi::PidTagReplyTime, bag);
    }
}

void set_classification(const MessageContext& context, PropertyBag& bag) {
    const auto is_true = [&](const char* field) {
        const auto value = context.header().first(field);
        return value && base::equals_ignore_case(*value, "true");
    };
    if (!is_true("X-Microsoft-Classified")) {
        return;
    }
    bag.set({mapi::PSETID_Common, 0x85B5U}, PropertyType::Boolean, true);
    bag.set({mapi::PSETID_Common, 0x85BAU}, PropertyType::Boolean,
            is_true("X-Microsoft-ClassKeep"));
    constexpr std::pair<const char*, std::uint32_t> kTexts[] = {
        {"X-Microsoft-Classification", 0x85B6U},
        {"X-Microsoft-ClassDesc", 0x85B7U},
        {"X-Microsoft-ClassID", 0x85B8U},
    };
    for (const auto& [field, number] : kTexts) {
        if (auto value = decoded_field(context, field)) {
            bag.set({mapi::PSETID_Common, number}, PropertyType::String, *std::move(value));
        }
    }
}

void set_sender_id_status(const MessageContext& context, PropertyBag& bag) {
    // PidTagSenderIdStatus, [MS-OXPROPS] 2.1004
    constexpr std::pair<std::string_view, std::int32_t> kResults[] = {
        {"neutral", 1},
        {"pass", 2},
        {"fail", 3},
        {"softfail", 4},
        {"none", 5},
        {"temperror", -0x7FFFFFFA},
        {"permerror", -0x7FFFFFF9},
    };
    const auto value = context.header().first("X-MS-Exchange-Organization-SenderIdResult");
    for (const auto& [word, number] : kResults) {
        if (value && base::equals_ignore_case(*value, word)) {
            bag.set(kSenderIdStatus, number);
        }
    }
}

void set_texts(const MessageContext& context, PropertyBag& bag) {
    for (const TextHeader& header : text_headers()) {
        set_text(context, header.name, header.tag, bag);
    }
    for (const std::string_view name : named_headers()) {
        if (auto value = decoded_field(context, name)) {
            bag.set({mapi::PS_INTERNET_HEADERS, std::string(name)}, PropertyType::String,
                    *std::move(value));
        }
    }
}

std::string bare_content_id(std::string_view id) {
    id = base::trim(id);
    if (id.size() > 1 && id.front() == '<' && id.back() == '>') {
        id = base::trim(id.substr(1, id.size() - 2));
    }
    return std::string(id);
}

// "In-Reply-To: <a@b> (his message of Monday)": the first id.
std::string first_id(std::string_view value) {
    const std::size_t begin = value.find('<');
    const std::size_t end = value.find('>', begin);
    return begin == std::string_view::npos || end == std::string_view::npos
               ? std::string(value)
               : std::string(value.substr(begin, end + 1 - begin));
}

void set_identifiers(const MessageContext& context, PropertyBag& bag) {
    set_text(context, "Message-ID", mapi::PidTagInternetMessageId, bag);
    set_text(context, "References", mapi::PidTagInternetReferences, bag);
    if (const auto value = decoded_field(context, "In-Reply-To")) {
        bag.set(mapi::PidTagInReplyToId, first_id(*value));
    }
    set_text(context, "Content-Location", mapi::PidTagBodyContentLocation, bag);
    if (const auto value = decoded_field(context, "Content-ID")) {
        bag.set(mapi::PidTagBodyContentId, bare_content_id(*value));
    }
}

/// Phrases (RFC 5322 3.6.5) without their quotes; some programs put semicolons between them. A
/// quote that is never closed is a character.
std::vector<std::string> split_phrases(std::string_view field) {
    std::vector<std::string> phrases(1);
    bool quoted = false;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const char c = field[i];
        if (c == '"' && (quoted || field.find('"', i + 1) != std::string_view::npos)) {
            quoted = !quoted;
        } else if (quoted && c == '\\' && i + 1 < field.size()) {
            phrases.back() += field[++i];
        } else if (!quoted && (c == ',' || c == ';')) {
            phrases.emplace_back();
        } else {
            phrases.back() += c;
        }
    }
    return phrases;
}

}  // namespace

std::optional<std::string> decoded_field(const MessageContext& context, std::string_view name) {
    auto value = context.header().first(name);
    if (!value || value->empty()) {
        return std::nullopt;
    }
    return decode_header_text(*value, context.header_charset);
}

void headers_to_mapi(const MessageContext& context, PropertyBag& bag) {
    set_subject(split_subject(decoded_field(context, "Subject").value_or(std::string())), bag);
    set_identifiers(context, bag);
    bag.set(mapi::PidTagImportance, importance(context.header()));
    const auto sensitivity = context.header().first("Sensitivity");
    bag.set(mapi::PidTagSensitivity, sensitivity ? parse_sensitivity(*sensitivity) : 0);
    set_language(context, bag);
    set_auto_responses(context, bag);
    set_sender_flag(context, bag);
    set_classification(context, bag);
    set_sender_id_status(context, bag);
    set_texts(context, bag);
    set_time(context, "Expires", mapi::PidTagExpiryTime, bag);
    set_time(context, "Expiry-Date", mapi::PidTagExpiryTime, bag);
    set_number(context, "X-MS-Exchange-Organization-SCL",
               mapi::PidTagContentFilterSpamConfidenceLevel, bag);
    set_number(context, "X-VoiceMessageDuration", kVoiceMessageDuration, bag);
    set_number(context, "X-FaxNumberOfPages", kFaxNumberOfPages, bag);
    const auto forwarded = context.header().first("X-MS-Exchange-Organization-AutoForwarded");
    if (forwarded && base::equals_ignore_case(*forwarded, "true")) {
        bag.set(mapi::PidTagAutoForwarded, true);
    }
    if (std::string text = transport_headers(context); !text.empty()) {
        bag.set(mapi::PidTagTransportMessageHeaders, std::move(text));
    }
}

std::string transport_headers(const MessageContext& context) {
    const std::string& raw = context.header().text();
    std::string result;
    result.reserve(raw.size() + raw.size() / 32);
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t newline = std::min(raw.find('\n', at), raw.size());
        std::string_view line = std::string_view(raw).substr(at, newline - at);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        // Line by line: one field in an old charset does not spoil those in UTF-8.
        result += base::is_valid_utf8(line) ? std::string(line)
                                            : decode_in_charset(line, context.header_charset);
        result += "\r\n";
        at = newline + 1;
    }
    std::replace(result.begin(), result.end(), '\0', ' ');
    return result;
}

std::vector<std::string> header_keywords(const MessageContext& context) {
    std::vector<std::string> keywords;
    for (const std::string& field : context.header().all("Keywords")) {
        for (const std::string& phrase : split_phrases(field)) {
            const std::string decoded = decode_header_text(phrase, context.header_charset);
            const std::string_view keyword = base::trim(decoded);
            if (!keyword.empty() &&
                std::find(keywords.begin(), keywords.end(), keyword) == keywords.end()) {
                keywords.emplace_back(keyword);
            }
        }
    }
    return keywords;
}

}  // namespace mbx::convert
