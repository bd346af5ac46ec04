#include "convert/header_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using Word = std::pair<std::string_view, std::int32_t>;

constexpr Word kImportanceWords[] = {{"low", 0}, {"normal", 1}, {"high", 2}};
constexpr Word kPriorityWords[] = {{"non-urgent", 0}, {"normal", 1}, {"urgent", 2}};
constexpr Word kSensitivityWords[] = {{"Personal", 1}, {"Private", 2}, {"Company-Confidential", 3}};

// PidTagAutoResponseSuppress, [MS-OXOMSG] 2.2.1.77
constexpr Word kSuppressWords[] = {{"DR", 0x1},  {"NDR", 0x2},  {"RN", 0x4},
                                   {"NRN", 0x8}, {"OOF", 0x10}, {"AutoReply", 0x20}};
constexpr std::int32_t kSuppressAll = -1;

// [MS-LCID] 2.2. The first row of a locale gives its tag.
constexpr Word kLocales[] = {
    {"ar-SA", 0x0401},
    {"bg-BG", 0x0402},
    {"ca-ES", 0x0403},
    {"zh-TW", 0x0404},
    {"cs-CZ", 0x0405},
    {"da-DK", 0x0406},
    {"de-DE", 0x0407},
    {"el-GR", 0x0408},
    {"en-US", 0x0409},
    {"fi-FI", 0x040B},
    {"fr-FR", 0x040C},
    {"he-IL", 0x040D},
    {"hu-HU", 0x040E},
    {"is-IS", 0x040F},
    {"it-IT", 0x0410},
    {"ja-JP", 0x0411},
    {"ko-KR", 0x0412},
    {"nl-NL", 0x0413},
    {"nb-NO", 0x0414},
    {"pl-PL", 0x0415},
    {"pt-BR", 0x0416},
    {"rm-CH", 0x0417},
    {"ro-RO", 0x0418},
    {"ru-RU", 0x0419},
    {"hr-HR", 0x041A},
    {"sk-SK", 0x041B},
    {"sq-AL", 0x041C},
    {"sv-SE", 0x041D},
    {"th-TH", 0x041E},
    {"tr-TR", 0x041F},
    {"ur-PK", 0x0420},
    {"id-ID", 0x0421},
    {"uk-UA", 0x0422},
    {"be-BY", 0x0423},
    {"sl-SI", 0x0424},
    {"et-EE", 0x0425},
    {"lv-LV", 0x0426},
    {"lt-LT", 0x0427},
    {"fa-IR", 0x0429},
    {"vi-VN", 0x042A},
    {"hy-AM", 0x042B},
    {"eu-ES", 0x042D},
    {"mk-MK", 0x042F},
    {"af-ZA", 0x0436},
    {"ka-GE", 0x0437},
    {"hi-IN", 0x0439},
    {"mt-MT", 0x043A},
    {"ms-MY", 0x043E},
    {"kk-KZ", 0x043F},
    {"bn-IN", 0x0445},
    {"ta-IN", 0x0449},
    {"te-IN", 0x044A},
    {"mr-IN", 0x044E},
    {"cy-GB", 0x0452},
    {"gl-ES", 0x0456},
    {"zh-CN", 0x0804},
    {"de-CH", 0x0807},
    {"en-GB", 0x0809},
    {"es-MX", 0x080A},
    {"fr-BE", 0x080C},
    {"it-CH", 0x0810},
    {"nl-BE", 0x0813},
    {"nn-NO", 0x0814},
    {"pt-PT", 0x0816},
    {"sv-FI", 0x081D},
    {"zh-HK", 0x0C04},
    {"de-AT", 0x0C07},
    {"en-AU", 0x0C09},
    {"es-ES", 0x0C0A},
    {"fr-CA", 0x0C0C},
    {"zh-SG", 0x1004},
    {"de-LU", 0x1007},
    {"en-CA", 0x1009},
    {"fr-CH", 0x100C},
    {"zh-MO", 0x1404},
    {"de-LI", 0x1407},
    {"en-NZ", 0x1409},
    {"fr-LU", 0x140C},
    {"en-IE", 0x1809},
    {"en-ZA", 0x1C09},
    {"es-AR", 0x2C0A},
    {"es-CL", 0x340A},
    {"es-CO", 0x240A},
    {"es-PE", 0x280A},
    {"es-VE", 0x200A},
    {"en-IN", 0x4009},
    {"en-SG", 0x4809},
    {"sr-Latn-RS", 0x241A},
    {"sr-Cyrl-RS", 0x281A},
    // neutral tags
    {"ar", 0x0001},
    {"bg", 0x0002},
    {"ca", 0x0003},
    {"zh-Hans", 0x0004},
    {"cs", 0x0005},
    {"da", 0x0006},
    {"de", 0x0007},
    {"el", 0x0008},
    {"en", 0x0009},
    {"es", 0x000A},
    {"fi", 0x000B},
    {"fr", 0x000C},
    {"he", 0x000D},
    {"hu", 0x000E},
    {"is", 0x000F},
    {"it", 0x0010},
    {"ja", 0x0011},
    {"ko", 0x0012},
    {"nl", 0x0013},
    {"no", 0x0014},
    {"pl", 0x0015},
    {"pt", 0x0016},
    {"ro", 0x0018},
    {"ru", 0x0019},
    {"hr", 0x001A},
    {"sk", 0x001B},
    {"sq", 0x001C},
    {"sv", 0x001D},
    {"th", 0x001E},
    {"tr", 0x001F},
    {"id", 0x0021},
    {"uk", 0x0022},
    {"be", 0x0023},
    {"sl", 0x0024},
    {"et", 0x0025},
    {"lv", 0x0026},
    {"lt", 0x0027},
    {"fa", 0x0029},
    {"vi", 0x002A},
    {"zh", 0x7804},
    {"zh-Hant", 0x7C04},
    {"nb", 0x7C14},
    {"nn", 0x7814},
};

constexpr TextHeader kTextHeaders[] = {
    {"List-Help", {0x1043, mapi::PropertyType::String}},
    {"List-Subscribe", {0x1044, mapi::PropertyType::String}},
    {"List-Unsubscribe", {0x1045, mapi::PropertyType::String}},
    {"X-List-Help", {0x1043, mapi::PropertyType::String}},
    {"X-List-Subscribe", {0x1044, mapi::PropertyType::String}},
    {"X-List-Unsubscribe", {0x1045, mapi::PropertyType::String}},
    {"Precedence", {0x1041, mapi::PropertyType::String}},
    {"X-CallingTelephoneNumber", {0x6802, mapi::PropertyType::String}},
    {"X-VoiceMessageSenderName", {0x6803, mapi::PropertyType::String}},
    {"X-AttachmentOrder", {0x6805, mapi::PropertyType::String}},
    {"X-CallID", {0x6806, mapi::PropertyType::String}},
    {"X-MS-Exchange-Organization-PRD", {0x4083, mapi::PropertyType::String}},
};

constexpr std::string_view kNamedHeaders[] = {
    "auto-submitted",
    "content-base",
    "content-class",
    "user-agent",
    "x-mailer",
    "x-ms-exchange-organization-authas",
    "x-ms-exchange-organization-authdomain",
    "x-ms-exchange-organization-authmechanism",
    "x-ms-exchange-organization-authsource",
    "x-ms-has-attach",
};

template <std::size_t N>
std::optional<std::int32_t> number_of(const Word (&words)[N], std::string_view value) {
    for (const auto& [word, number] : words) {
        if (base::equals_ignore_case(word, base::trim(value))) {
            return number;
        }
    }
    return std::nullopt;
}

template <std::size_t N>
std::optional<std::string_view> word_of(const Word (&words)[N], std::int32_t number) {
    for (const auto& [word, its_number] : words) {
        if (its_number == number) {
            return word;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int32_t> parse_importance(std::string_view value) {
    return number_of(kImportanceWords, value);
}

std::optional<std::int32_t> parse_priority(std::string_view value) {
    return number_of(kPriorityWords, value);
}

std::optional<std::int32_t> parse_x_priority(std::string_view value) {
    const std::size_t digit = value.find_first_of("0123456789");
    if (digit == std::string_view::npos || value[digit] < '1' || value[digit] > '5') {
        return std::nullopt;
    }
    return value[digit] < '3' ? 2 : value[digit] == '3' ? 1 : 0;
}

std::string_view importance_word(std::int32_t importance) {
    return importance == 1 ? std::string_view()
                           : word_of(kImportanceWords, importance).value_or(std::string_view());
}

std::int32_t parse_sensitivity(std::string_view value) {
    return number_of(kSensitivityWords, value).value_or(0);
}

std::string_view sensitivity_word(std::int32_t sensitivity) {
    return word_of(kSensitivityWords, sensitivity).value_or(std::string_view());
}

std::optional<std::int32_t> parse_auto_response_suppress(std::string_view value) {
    std::int32_t bits = 0;
    for (const std::string_view word : base::split(value, ',')) {
        if (base::equals_ignore_case(base::trim(word), "All")) {
            return kSuppressAll;
        }
        bits |= number_of(kSuppressWords, word).value_or(0);
    }
    return bits != 0 ? std::optional(bits) : std::nullopt;
}

std::string auto_response_suppress_words(std::int32_t bits) {
    if (bits == kSuppressAll) {
        return "All";
    }
    std::string words;
    for (const auto& [word, bit] : kSuppressWords) {
        if ((bits & bit) != 0) {
            words += words.empty() ? "" : ", ";
            words += word;
        }
    }
    return words;
}

std::optional<std::int32_t> locale_of_language(std::string_view tag) {
    return number_of(kLocales, tag);
}

std::optional<std::string_view> language_of_locale(std::int32_t locale) {
    return word_of(kLocales, locale);
}

std::span<const TextHeader> text_headers() {
    return kTextHeaders;
}

std::span<const std::string_view> named_headers() {
    return kNamedHeaders;
}

}  // namespace mbx::convert
