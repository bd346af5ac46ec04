#include "convert/attachment_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestExtension = 15;

constexpr std::pair<std::string_view, std::string_view> kExtensions[] = {
    {"text/plain", ".txt"},
    {"text/html", ".htm"},
    {"text/calendar", ".ics"},
    {"text/vcard", ".vcf"},
    {"text/x-vcard", ".vcf"},
    {"text/directory", ".vcf"},
    {"text/csv", ".csv"},
    {"text/rtf", ".rtf"},
    {"text/x-patch", ".patch"},
    {"text/x-diff", ".diff"},
    {"text/rfc822-headers", ".txt"},
    {"message/delivery-status", ".txt"},
    {"message/disposition-notification", ".txt"},
    {"message/rfc822", ".eml"},
    {"message/partial", ".eml"},
    {"image/jpeg", ".jpg"},
    {"image/pjpeg", ".jpg"},
    {"image/png", ".png"},
    {"image/gif", ".gif"},
    {"image/bmp", ".bmp"},
    {"image/tiff", ".tif"},
    {"image/webp", ".webp"},
    {"image/svg+xml", ".svg"},
    {"application/pdf", ".pdf"},
    {"application/zip", ".zip"},
    {"application/msword", ".doc"},
    {"application/pgp-signature", ".asc"},
    {"application/pgp-keys", ".asc"},
    {"application/pkcs7-mime", ".p7m"},
    {"application/x-pkcs7-mime", ".p7m"},
    {"application/pkcs7-signature", ".p7s"},
    {"application/x-pkcs7-signature", ".p7s"},
    {"audio/mpeg", ".mp3"},
};

bool is_forbidden(char16_t unit) {
    return unit < 0x20 || (unit >= 0x7F && unit < 0xA0) ||
           std::u16string_view(u"\"/:<>|\\*?").find(unit) != std::u16string_view::npos ||
           // bidirectional controls disguise an extension
           (unit >= 0x202A && unit <= 0x202E) || (unit >= 0x2066 && unit <= 0x2069);
}

std::u16string_view trim_dots(std::u16string_view name) {
    constexpr std::u16string_view kDots = u". ";
    const std::size_t begin = std::min(name.find_first_not_of(kDots), name.size());
    return name.substr(begin, name.find_last_not_of(kDots) + 1 - begin);
}

bool is_high_surrogate(char16_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

std::u16string shortened(std::u16string name) {
    if (name.size() <= kLongestName) {
        return name;
    }
    const std::size_t dot = name.rfind(u'.');
    const std::u16string extension =
        dot != std::u16string::npos && name.size() - dot <= kLongestExtension ? name.substr(dot)
                                                                              : u"";
    name.resize(kLongestName - extension.size());
    if (is_high_surrogate(name.back())) {
        name.pop_back();
    }
    return name + extension;
}

bool fits_8_3(std::u16string_view stem, std::u16string_view extension) {
    return stem.size() <= 8 && extension.size() <= 4 &&
           stem.find_first_of(u" .") == std::u16string_view::npos;
}

}  // namespace

std::string clean_file_name(std::string_view utf8) {
    const std::size_t end = utf8.find_last_not_of("/\\");
    utf8 = utf8.substr(0, end == std::string_view::npos ? 0 : end + 1);
    const std::size_t separator = utf8.find_last_of("/\\");
    std::u16string name = base::utf16_from_utf8(
        separator == std::string_view::npos ? utf8 : utf8.substr(separator + 1));
    std::replace_if(name.begin(), name.end(), is_forbidden, u'_');
    return base::utf8_from_utf16(shortened(std::u16string(trim_dots(name))));
}

std::string default_file_name(std::size_t index, std::string_view mime_type) {
    const auto* const it =
        std::find_if(std::begin(kExtensions), std::end(kExtensions),
                     [&](const auto& entry) { return entry.first == mime_type; });
    return fmt::format("ATT{:05}{}", index + 1, it != std::end(kExtensions) ? it->second : ".dat");
}

std::string file_extension(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos ||
        base::utf16_from_utf8(name.substr(dot)).size() > kLongestExtension) {
        return {};
    }
    return std::string(name.substr(dot));
}

std::string short_file_name(std::string_view name) {
    const std::u16string units = base::utf16_from_utf8(name);
    const std::size_t dot = std::min(units.rfind(u'.'), units.size());
    const std::u16string_view stem = std::u16string_view(units).substr(0, dot);
    const std::u16string_view extension = std::u16string_view(units).substr(dot);
    if (fits_8_3(stem, extension)) {
        return std::string(name);
    }
    std::u16string result;
    for (const char16_t unit : stem) {
        if (result.size() < 6 && unit != u' ' && unit != u'.') {
            result += unit;
        }
    }
    if (!result.empty() && is_high_surrogate(result.back())) {
        result.pop_back();
    }
    result += u"~1";
    for (const char16_t unit : extension.substr(0, 4)) {
        result += unit == u' ' ? u'_' : unit;
    }
    if (is_high_surrogate(result.back())) {
        result.pop_back();
    }
    return base::ascii_lower(base::utf8_from_utf16(result));
}

}  // namespace mbx::convert
