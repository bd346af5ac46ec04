#include "convert/html_references.hpp"

#include <algorithm>
#include <array>

#include "base/percent.hpp"
#include "base/text.hpp"

namespace mbx::convert {
namespace {

constexpr std::string_view kUrlEnds = " \t\r\n\"'<>)\\";
constexpr std::array<std::string_view, 5> kUrlAttributes{"src", "background", "href", "data",
                                                         "poster"};
constexpr std::size_t kLongestUrl = 4096;

std::string without_ampersands(std::string_view url) {
    std::string result;
    for (std::size_t at = 0; at < url.size(); ++at) {
        result += url[at];
        if (base::starts_with_ignore_case(url.substr(at), "&amp;")) {
            at += 4;
        }
    }
    return result;
}

// The URL that begins at the front, with or without quotes.
std::string_view take_url(std::string_view rest) {
    rest = rest.substr(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
        return rest.substr(1, std::min(rest.find(rest.front(), 1), kLongestUrl) - 1);
    }
    return rest.substr(0, std::min(rest.find_first_of(kUrlEnds), kLongestUrl));
}

bool ends_with_url_attribute(std::string_view before) {
    const std::size_t end = before.find_last_not_of(" \t\r\n");
    before = before.substr(0, end == std::string_view::npos ? 0 : end + 1);
    return std::any_of(kUrlAttributes.begin(), kUrlAttributes.end(), [&](std::string_view name) {
        return before.size() > name.size() &&
               base::equals_ignore_case(before.substr(before.size() - name.size()), name);
    });
}

std::string_view folder_of(std::string_view url) {
    const std::size_t slash = url.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : url.substr(0, slash + 1);
}

bool is_absolute(std::string_view url) {
    const std::size_t colon = url.find(':');
    return colon != std::string_view::npos && colon < url.find('/');
}

}  // namespace

HtmlReferences::HtmlReferences(std::string_view html) {
    for (std::size_t at = 0; (at = html.find(':', at)) != std::string_view::npos; ++at) {
        if (at >= 3 && base::equals_ignore_case(html.substr(at - 3, 3), "cid")) {
            const std::string_view rest = html.substr(at + 1, kLongestUrl);
            const std::string id = base::percent_decoded(
                without_ampersands(rest.substr(0, rest.find_first_of(kUrlEnds))));
            content_ids_.insert(id);
            content_ids_.insert(base::ascii_lower(id));
        }
    }
    for (std::size_t at = 0; (at = html.find_first_of("=(", at)) != std::string_view::npos; ++at) {
        constexpr std::size_t kLongestName = 16;
        const std::size_t begin = at - std::min(at, kLongestName);
        const std::string_view before = html.substr(begin, at - begin);
        const bool is_url =
            html[at] == '=' ? ends_with_url_attribute(before)
                            : before.size() >= 3 &&
                                  base::equals_ignore_case(before.substr(before.size() - 3), "url");
        if (is_url) {
            const std::string_view url = take_url(html.substr(at + 1, 2 * kLongestUrl));
            if (!url.empty()) {
                urls_.insert(without_ampersands(url));
            }
        }
    }
}

bool HtmlReferences::has_content_id(std::string_view content_id) const {
    return !content_id.empty() && (content_ids_.contains(std::string(content_id)) ||
                                   content_ids_.contains(base::ascii_lower(content_id)));
}

bool HtmlReferences::has_location(std::string_view location, std::string_view base) const {
    if (location.empty() || urls_.empty()) {
        return false;
    }
    if (urls_.contains(std::string(location))) {
        return true;
    }
    const std::string_view folder = folder_of(base);
    if (!is_absolute(location)) {
        return urls_.contains(std::string(folder) + std::string(location));
    }
    return !folder.empty() && location.starts_with(folder) &&
           urls_.contains(std::string(location.substr(folder.size())));
}

}  // namespace mbx::convert
