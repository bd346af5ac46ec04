#include "convert/keyword.hpp"

#include <algorithm>
#include <array>

#include "base/modified_utf7.hpp"
#include "base/text.hpp"

namespace mbx::convert {
namespace {

/// What an atom may not hold.
constexpr std::string_view kSpecials = " (){%*\"\\]";

/// Keywords that are no categories although they do not begin with "$".
constexpr std::array<std::string_view, 8> kProgramKeywords{
    "NonJunk", "NotJunk", "Junk", "JunkRecorded", "Forwarded", "MDNSent", "Redirected", "Old",
};

}  // namespace

std::string keyword_of_category(std::string_view category) {
    return base::encode_modified_utf7(category, kSpecials);
}

std::string category_of_keyword(std::string_view keyword) {
    return base::decode_modified_utf7(keyword, kSpecials).value_or(std::string(keyword));
}

bool is_visible_keyword(std::string_view keyword) {
    if (keyword.empty() || keyword.front() == '$' || keyword.front() == '\\') {
        return false;
    }
    return std::none_of(kProgramKeywords.begin(), kProgramKeywords.end(),
                        [&](auto name) { return base::equals_ignore_case(name, keyword); });
}

}  // namespace mbx::convert
