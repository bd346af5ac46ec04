#include "pst/subject.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "mapi/tags.hpp"
#include "pst/utf16_text.hpp"

namespace mbx::pst {
namespace {

constexpr char16_t kMarker = 1;
constexpr std::size_t kMarkerUnits = 2;
constexpr std::size_t kMostPrefixLetters = 3;
constexpr std::size_t kMostPrefixUnits = 100;  // what is longer is text

std::u16string without_controls(std::string_view utf8) {
    std::u16string text = base::utf16_from_utf8(utf8);
    std::replace_if(
        text.begin(), text.end(), [](char16_t unit) { return unit < 0x20 || unit == 0x7F; }, u' ');
    return text;
}

/// "RE: " of "RE: x"; digits and blanks are no part of a prefix.
std::size_t detected_prefix(std::u16string_view text) {
    const std::size_t colon = text.find(u": ");
    if (colon == std::u16string_view::npos || colon == 0 || colon > kMostPrefixLetters) {
        return 0;
    }
    const auto letters = text.substr(0, colon);
    const bool is_prefix = std::none_of(letters.begin(), letters.end(), [](char16_t unit) {
        return unit == u' ' || (unit >= u'0' && unit <= u'9');
    });
    return is_prefix ? colon + 2 : 0;
}

std::size_t prefix_size(std::u16string_view text, const std::optional<std::string>& prefix) {
    if (!prefix) {
        return detected_prefix(text);
    }
    const std::u16string known = without_controls(*prefix);
    return known.size() <= kMostPrefixUnits && text.starts_with(known) ? known.size() : 0;
}

}  // namespace

std::string Subject::stored() const {
    if (prefix.empty() && normalized.empty()) {
        return {};
    }
    std::u16string marker{kMarker};
    marker += static_cast<char16_t>(base::utf16_from_utf8(prefix).size() + 1);
    return base::utf8_from_utf16(marker) + prefix + normalized;
}

std::optional<Subject> subject_of(const mapi::PropertyBag& bag) {
    const auto prefix = bag.text(mapi::PidTagSubjectPrefix);
    auto whole = bag.text(mapi::PidTagSubject);
    if (!whole) {
        if (const auto normalized = bag.text(mapi::PidTagNormalizedSubject)) {
            whole = prefix.value_or("") + *normalized;
        }
    }
    if (!whole) {
        return std::nullopt;
    }
    const std::u16string units = without_controls(*whole);
    const std::u16string_view text = cut(units, kMostUnitsOfName - kMarkerUnits);
    const std::size_t split = prefix_size(text, prefix);
    return Subject{base::utf8_from_utf16(text.substr(0, split)),
                   base::utf8_from_utf16(text.substr(split))};
}

}  // namespace mbx::pst
