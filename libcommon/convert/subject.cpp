#include "convert/subject.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kLongestSubject = 253;  // a PST holds 255, two of which mark the prefix
constexpr std::size_t kLongestPrefix = 3;

// A subject is one line; a field folded with tabs has them in the middle of it.
std::u16string without_controls(std::u16string text) {
    std::replace_if(
        text.begin(), text.end(), [](char16_t unit) { return unit < 0x20 || unit == 0x7F; }, u' ');
    return text;
}

// UTF-16 units of the prefix before its colon; 0 when there is none.
std::size_t prefix_size(std::u16string_view subject) {
    const std::size_t end = subject.find_first_of(u": 0123456789");
    if (end == std::u16string_view::npos || subject[end] != u':' || end > kLongestPrefix) {
        return 0;
    }
    return end;
}

}  // namespace

Subject split_subject(std::string_view decoded) {
    const std::u16string text = without_controls(base::utf16_from_utf8(decoded));
    std::u16string_view rest = text;
    std::u16string prefix;
    if (const std::size_t size = prefix_size(rest); size > 0) {
        prefix = std::u16string(rest.substr(0, size)) + u": ";
        rest.remove_prefix(size + 1);
        const std::size_t blanks = rest.find_first_not_of(u' ');
        rest.remove_prefix(blanks == std::u16string_view::npos ? rest.size() : blanks);
    }
    if (prefix.size() + rest.size() > kLongestSubject) {
        rest = rest.substr(0, kLongestSubject - prefix.size());
        const bool cut_pair = rest.back() >= 0xD800 && rest.back() <= 0xDBFF;
        rest.remove_suffix(cut_pair ? 1 : 0);
    }
    return {base::utf8_from_utf16(prefix), base::utf8_from_utf16(rest)};
}

void set_subject(const Subject& subject, mapi::PropertyBag& bag) {
    bag.set(mapi::PidTagSubject, subject.prefix + subject.normalized);
    bag.set(mapi::PidTagSubjectPrefix, subject.prefix);
    bag.set(mapi::PidTagNormalizedSubject, subject.normalized);
}

}  // namespace mbx::convert
