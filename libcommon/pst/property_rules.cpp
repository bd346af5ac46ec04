#include "pst/property_rules.hpp"

#include <string_view>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::pst {

void strip_subject_marker(std::string& subject) {
    if (!subject.starts_with('\x01')) {
        return;
    }
    std::string_view rest(subject);
    rest.remove_prefix(1);
    if (!rest.empty()) {
        base::take_utf8(rest);
    }
    subject = std::string(rest);
}

void make_html_bytes(mapi::PropertyBag& bag) {
    constexpr std::int32_t kUtf8 = 65001;
    constexpr mapi::PropertyTag kHtmlText{mapi::PidTagHtml.id, mapi::PropertyType::String};
    if (const auto text = bag.text(kHtmlText)) {
        bag.set(mapi::PidTagHtml, base::to_bytes(*text));
        bag.set(mapi::PidTagInternetCodepage, kUtf8);
    }
}

}  // namespace mbx::pst
